#ifndef BRIDGE_CORE_LEASE_H
#define BRIDGE_CORE_LEASE_H

#include "bridge/base/arena.h"
#include "bridge/store/store.h"

/*
 * Who may write to the directory of an organization: one worker at a time, who
 * holds the lease. Each time that another one takes it, the epoch grows, and what
 * was begun in an older epoch must not be written any more.
 */
struct lease_holder {
    uint64_t process; /* drawn anew each time the program starts */
    uint64_t worker;  /* which of its workers */
};

enum { LEASE_SECONDS = 30, LEASE_RENEWAL_SECONDS = 10 };

struct lease {
    struct lease_holder holder;
    int64_t until;  /* held before this time, in seconds since the epoch */
    uint64_t epoch; /* 0: nobody has ever held it */
};

struct lease lease_find(struct store_txn *txn);

/*
 * Whether somebody else holds it now. A holder in another process does not: nobody
 * but this process has the store open, so that the other one has ended.
 */
bool lease_is_taken(const struct lease *lease, const struct lease_holder *holder, int64_t now);

/*
 * Inside a change: take it, or keep it. What is kept is written again only when it
 * was not for LEASE_RENEWAL_SECONDS. False: somebody else holds it.
 */
bool lease_hold(struct store_txn *txn, const struct lease_holder *holder, int64_t now,
                struct arena *arena, struct lease *lease);

#endif
