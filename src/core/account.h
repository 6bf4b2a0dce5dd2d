#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "bridge/core/user.h"

/* Records of a person's account, each at its row. */
bool account_load(struct store_txn *txn, uint64_t row, struct arena *arena,
                  struct account *account);
void account_save(struct store_txn *txn, const struct account *account, struct arena *arena);
void account_drop(struct store_txn *txn, uint64_t row);

/* What the owner asserted; empty when nothing was. The site it meant is looked up anew. */
struct assertion assertion_load(struct store_txn *txn, uint64_t row, uint32_t owner,
                                struct arena *arena);
void assertion_save(struct store_txn *txn, uint64_t row, uint32_t owner,
                    const struct assertion *assertion, struct arena *arena);
void assertion_drop(struct store_txn *txn, uint64_t row, uint32_t owner);

/*
 * Keep the counts of people true, and the indexes of who owns an account, what is
 * in effect for it, and when it was last changed. Either may be NULL: nobody was,
 * or is, there.
 */
void account_register(struct store_txn *txn, const struct account *before,
                      const struct account *after);

#endif
