#ifndef CORE_USER_INDEX_H
#define CORE_USER_INDEX_H

#include "bridge/base/crypt.h"
#include "bridge/core/user.h"
#include "rows.h"

/* The small tables that lead from what people are looked up by to their rows. */

/* Rows by userName, by text_fold_name, and by externalId, exact; 0 when there is none. */
uint64_t user_by_name(struct store_txn *txn, const char *user_name, struct arena *arena);
uint64_t user_by_external_id(struct store_txn *txn, uint32_t owner, const char *external_id);

/* Rows that have this display name, or this address among their e-mails; folded. */
void user_by_display_name(struct store_txn *txn, const char *name, struct arena *arena,
                          row_visit *visit, void *context);
void user_by_email(struct store_txn *txn, const char *address, struct arena *arena,
                   row_visit *visit, void *context);

/*
 * Rows of all whose userName, display name or an address of theirs begins so, folded;
 * where the start is long also of others, and of one person more than once.
 */
void user_by_name_start(struct store_txn *txn, const char *start, struct arena *arena,
                        row_visit *visit, void *context);
void user_by_display_name_start(struct store_txn *txn, const char *start, struct arena *arena,
                                row_visit *visit, void *context);
void user_by_email_start(struct store_txn *txn, const char *start, struct arena *arena,
                         row_visit *visit, void *context);

/* Rows of accounts of which this is in effect; site_row 0: at any site, or none. */
void user_by_active(struct store_txn *txn, bool is_active, row_visit *visit, void *context);
void user_by_association(struct store_txn *txn, const struct association *association,
                         row_visit *visit, void *context);

/* Rows of those last changed between these two seconds, both of them included. */
void user_by_modified(struct store_txn *txn, int64_t from, int64_t to, row_visit *visit,
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

/* One of these as it is stored: of the name there is a digest only. */
struct left_entry {
    uint32_t owner;
    unsigned char name_digest[DIGEST_SIZE];
    uint64_t row;
};

struct left_entry user_left_decode(struct bytes key, struct bytes value);

typedef bool left_visit(void *context, const struct left_entry *left);
void user_left_each(struct store_txn *txn, left_visit *visit, void *context);
void user_left_insert(struct store_txn *txn, const struct left_entry *left);

#endif
