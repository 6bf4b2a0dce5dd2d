#ifndef BRIDGE_CORE_ORGANIZATION_H
#define BRIDGE_CORE_ORGANIZATION_H

#include "bridge/store/store.h"

/*
 * The tenant. All domain data belongs to exactly one organization, whose number
 * stands at the front of its keys. A fresh installation has one, and nobody has
 * to know.
 */
enum { ORGANIZATION_DEFAULT = 1 };

/*
 * Put the default organization into a new store, with the work of making its
 * administrators' group. Doing it again changes nothing.
 */
enum status core_init(struct store *store, int64_t now, struct problem *problem);

/* STATUS_NOT_FOUND: the store was made, but core_init did not finish. */
enum status organization_check(struct store_txn *txn, struct problem *problem);

#endif
