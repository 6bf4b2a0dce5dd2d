#ifndef CORE_USER_INDEX_H
#define CORE_USER_INDEX_H

#include "bridge/core/user.h"

/* The small tables that lead from what people are looked up by to their rows. */

/* Rows by userName, by text_fold_name, and by externalId, exact; 0 when there is none. */
uint64_t user_by_name(struct store_txn *txn, const char *user_name, struct arena *arena);
uint64_t user_by_external_id(struct store_txn *txn, uint32_t owner, const char *external_id);

/* Rows that have this address among their e-mails, folded. Return false to stop. */
typedef bool row_visit(void *context, uint64_t row);
void user_by_email(struct store_txn *txn, const char *address, struct arena *arena,
                   row_visit *visit, void *context);

/* Rows in the order in which they came: an owner's, or all of them. */
void user_rows_of(struct store_txn *txn, uint32_t owner, row_visit *visit, void *context);
void user_rows(struct store_txn *txn, row_visit *visit, void *context);

/* Rows of those who have this role in effect, and this site; site_row 0: any. */
void user_rows_with(struct store_txn *txn, const struct association *association, row_visit *visit,
                    void *context);

/*
 * Take out what `before` put in and put in what `after` needs. Either may be
 * NULL. `account` is of whichever there is.
 */
void user_reindex(struct store_txn *txn, const struct account *account, const json_t *before,
                  const json_t *after, struct arena *arena);

/* The text of a simple attribute; NULL when absent. */
const char *user_text(const json_t *resource, const char *name);

/* The primary e-mail address: the one marked so, or the only one. NULL: none. */
const char *user_primary_email(const json_t *resource);

/*
 * The row of a deleted person of this name, of the same owner, whose entry the
 * bridge still keeps in the directory; 0 when there is none.
 */
uint64_t user_left_find(struct store_txn *txn, uint32_t owner, const char *user_name,
                        struct arena *arena);
void user_left_put(struct store_txn *txn, uint32_t owner, const char *user_name, uint64_t row,
                   struct arena *arena);
void user_left_drop(struct store_txn *txn, uint32_t owner, const char *user_name,
                    struct arena *arena);

#endif
