#ifndef CORE_GROUP_INDEX_H
#define CORE_GROUP_INDEX_H

#include "bridge/core/group.h"
#include "rows.h"

/* The small tables that lead from what groups are looked up by to their rows. */

/* Rows by displayName, by text_fold_name, and by externalId, exact; 0 when there is none. */
uint64_t group_by_name(struct store_txn *txn, const char *name, struct arena *arena);
uint64_t group_by_external_id(struct store_txn *txn, uint32_t owner, const char *external_id);

/* Rows of all whose displayName begins so, folded; where the start is long also of others. */
void group_by_name_start(struct store_txn *txn, const char *start, struct arena *arena,
                         row_visit *visit, void *context);

/* Take out what `before` put in and put in what `after` needs; either may be NULL. */
void group_reindex(struct store_txn *txn, const struct group *group, const json_t *before,
                   const json_t *after, struct arena *arena);

#endif
