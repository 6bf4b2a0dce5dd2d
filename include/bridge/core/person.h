#ifndef BRIDGE_CORE_PERSON_H
#define BRIDGE_CORE_PERSON_H

#include "bridge/base/arena.h"
#include "bridge/core/actor.h"
#include "bridge/store/store.h"

/* What is left of a person when the account is gone: what the journal says of them. */
struct person_request {
    const struct actor *actor;
    struct arena *arena;
    const char *id; /* of the account */
};

/*
 * A store_change whose argument is a person_request: forget the key with which the
 * person's values in the journal are sealed. Its records stay, and so does the chain;
 * nobody can read the values any more, in exports and later backups neither.
 *
 * STATUS_CONFLICT   the account is still there
 * STATUS_NOT_FOUND  there was no such account, or the person has been erased already
 */
enum status person_erase(struct store_txn *txn, void *argument, struct problem *problem);

#endif
