#ifndef BRIDGE_CORE_ORGANIZATION_H
#define BRIDGE_CORE_ORGANIZATION_H

#include "bridge/base/arena.h"
#include "bridge/core/actor.h"
#include "bridge/store/store.h"

/*
 * The tenant. All domain data belongs to exactly one organization, whose number
 * stands at the front of its keys. A fresh installation has one, and nobody has
 * to know. An organization, once made, stays.
 */
enum { ORGANIZATION_DEFAULT = 1, ORGANIZATIONS_MAX = 64 };

struct organization {
    uint32_t number;
    const char *name;
    int64_t created_at;
};

struct organization_request {
    const struct actor *actor;
    struct arena *arena;
    const char *name;
    struct organization organization; /* the result */
};

/*
 * Put the default organization into a new store, with the work of making its
 * administrators' group. Doing it again changes nothing.
 */
enum status core_init(struct store *store, int64_t now, struct problem *problem);

/* STATUS_NOT_FOUND: the store was made, but core_init did not finish. */
enum status organization_check(struct store_txn *txn, struct problem *problem);

/*
 * A number that no organization has: the one that organization_create is to be
 * submitted for, so that what it writes stands in the new organization.
 */
uint32_t organization_number(struct store_txn *txn);

/*
 * A store_change whose argument is an organization_request: the record, the work
 * of making the administrators' group, and the first line of the organization's
 * own journal.
 *
 * STATUS_INVALID_VALUE  what cannot be a name
 * STATUS_UNIQUENESS     there is an organization of this name
 * STATUS_CONFLICT       there are as many as there may be
 * STATUS_BUSY           the number belongs to another one by now: try again
 */
enum status organization_create(struct store_txn *txn, void *argument, struct problem *problem);

/* Whatever organization the transaction is of; texts live in the arena. */
bool organization_load(struct store_txn *txn, uint32_t number, struct arena *arena,
                       struct organization *organization);
bool organization_find(struct store_txn *txn, const char *name, struct arena *arena,
                       struct organization *organization);

/* In the order of their numbers, the default one first. Return false to stop. */
typedef bool organization_visit(void *context, const struct organization *organization);
void organization_each(struct store_txn *txn, struct arena *arena, organization_visit *visit,
                       void *context);

#endif
