#ifndef BRIDGE_CORE_HOLD_H
#define BRIDGE_CORE_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/arena.h"
#include "bridge/core/actor.h"
#include "bridge/store/store.h"

/*
 * What waits for a person's word: something that is either as it should be or the
 * beginning of great damage, and the bridge cannot know which. It is held back, shown,
 * and allowed or refused by somebody, with a reason; the journal says so.
 *
 * A kind is either of one organization, or of the whole daemon. What is of the daemon
 * is seen by the administrators of every organization, is journalled in the default
 * one, and is decided on the control socket alone.
 *
 * To have something held: a row in hold.c, then hold_open in a change of its own or
 * within another. Look at hold_last for what has been said.
 */
enum hold_kind {
    HOLD_CLOCK_JUMP = 1, /* amount: seconds by which the clock is ahead */
    HOLD_RESTORE,        /* the store was put back from a backup */
    HOLD_KIND_END
};

enum hold_state {
    HOLD_WAITING,
    HOLD_ALLOWED,
    HOLD_REFUSED,
    HOLD_WITHDRAWN, /* by the bridge: there is nothing to decide any more */
};

/* Of each organization, and of the daemon, so many are kept; the journal keeps them all. */
enum { HOLDS_KEPT = 100, HOLD_ID_SIZE = 21, HOLD_REASON_MAX = 1024 };

struct hold {
    uint64_t number;
    char id[HOLD_ID_SIZE]; /* the number, in decimal */
    enum hold_kind kind;
    enum hold_state state;
    int64_t opened_at;  /* seconds since the epoch */
    const char *detail; /* what is held, in words */
    int64_t amount;     /* what it is depends on the kind; 0: nothing */
    int64_t decided_at; /* 0 while it waits */
    const char *decided_by;
    const char *reason;
};

/* Names of the wire: "clock-jump", "waiting". */
const char *hold_kind_name(enum hold_kind kind);
const char *hold_state_name(enum hold_state state);

/* What the person who decides should look at first. */
const char *hold_kind_advice(enum hold_kind kind);

/* Whether it is of the whole daemon. */
bool hold_is_of_daemon(enum hold_kind kind);

/* Whether a record of STORE_HOLD is whole, and under the key of whom its kind is of. */
bool hold_is_whole(struct bytes key, struct bytes value);

/* By id, of the daemon or of the transaction's organization. Texts live in the arena. */
bool hold_find(struct store_txn *txn, const char *id, struct arena *arena, struct hold *hold);

/* The last one of a kind, whatever has become of it. */
bool hold_last(struct store_txn *txn, enum hold_kind kind, struct arena *arena, struct hold *hold);

/* Those of the daemon, then the organization's; each the oldest first. Return false to stop. */
typedef bool hold_visit(void *context, const struct hold *hold);
void hold_each(struct store_txn *txn, struct arena *arena, hold_visit *visit, void *context);

struct hold_request {
    const struct actor *actor;
    struct arena *arena;
    enum hold_kind kind; /* open, withdraw */
    const char *detail;  /* open */
    int64_t amount;      /* open */
    const char *id;      /* allow, refuse */
    const char *reason;  /* all but open: why */
    struct hold hold;    /* the result */
};

/*
 * store_changes whose argument is a hold_request. What is of the daemon is submitted for
 * ORGANIZATION_DEFAULT, in whose journal it stands.
 *
 * hold_open      unless one of this kind waits already: that one stays, and is the result
 * hold_withdraw  the one of this kind that waits; STATUS_NOT_FOUND: none does
 * hold_allow, hold_refuse
 *                STATUS_INVALID_VALUE  no reason, or one of more than HOLD_REASON_MAX bytes
 *                STATUS_NOT_FOUND      there is no such hold
 *                STATUS_FORBIDDEN      it is of the daemon, and the actor is not on the
 *                                      control socket
 *                STATUS_CONFLICT       it has been decided already, and how
 */
enum status hold_open(struct store_txn *txn, void *argument, struct problem *problem);
enum status hold_withdraw(struct store_txn *txn, void *argument, struct problem *problem);
enum status hold_allow(struct store_txn *txn, void *argument, struct problem *problem);
enum status hold_refuse(struct store_txn *txn, void *argument, struct problem *problem);

#endif
