#ifndef CORE_ROSTER_H
#define CORE_ROSTER_H

#include "bridge/scim/schema.h"
#include "bridge/store/store.h"
#include "rows.h"

/*
 * Which resources of a kind there are, of one owner or of all, in the order in which
 * they came, and how many. Rows are counted in blocks of ROSTER_BLOCK numbers: to
 * find the n-th of a million, some hundred counts are added up and one block is
 * walked. The counts read nothing, so that what is added at once does not get in
 * each other's way.
 */
enum { ROSTER_BLOCK = 2048 };

/* Besides the owners' numbers: all of them together. */
#define ROSTER_ALL UINT32_MAX

/* Inside a change: a row of this owner comes, or goes. */
void roster_set(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t row,
                bool is_there);

bool roster_has(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t row);
uint64_t roster_count(struct store_txn *txn, enum scim_kind kind, uint32_t owner);

/* From the first row that is not below `from`. */
void roster_walk(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t from,
                 row_visit *visit, void *context);

/* The n-th row, from 1; 0 when there are fewer. */
uint64_t roster_nth(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t n);

#endif
