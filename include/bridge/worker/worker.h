#ifndef BRIDGE_WORKER_WORKER_H
#define BRIDGE_WORKER_WORKER_H

#include "bridge/core/lease.h"
#include "bridge/directory/projection.h"
#include "bridge/store/store.h"

/*
 * Brings what waits in the outbox of one organization to its directory, on a
 * thread and a connection of its own. It
 * starts from what is true now, never from what a message remembers: load the
 * resource, read the entry, plan, apply. Doing it twice changes nothing.
 *
 * While nobody answers at the directory the outbox waits and the connection is
 * tried again with growing delays. What the directory refuses is parked with its
 * words and holds up nothing else.
 */
struct worker;

struct worker_settings {
    struct store *store;
    const char *organization;   /* its name; while there is none of that name, the worker waits */
    bool has_directory;         /* without one the outbox just waits */
    struct lease_holder holder; /* as whom it writes; worker_start draws the worker */
    struct directory_settings directory;
    struct projection_settings projection;
};

/* `settings` is copied; what it points to must outlive the worker. */
struct worker *worker_start(const struct worker_settings *settings);

/* There may be something to do in this organization: a hint, from any thread. */
void worker_wake(struct worker *worker, uint32_t organization);

/*
 * All of them, at once. They have two seconds to finish the pieces of work at hand;
 * then their connections are cut, and what was under way is looked at again after
 * the next start. Only a host name that is being resolved is waited for longer, for
 * connect_seconds.
 */
void workers_stop(struct worker *const *workers, size_t count);

enum worker_state {
    WORKER_NO_ORGANIZATION, /* the detail says how it is made */
    WORKER_NO_DIRECTORY,
    WORKER_CONNECTING,
    WORKER_CONNECTED,
    WORKER_UNAVAILABLE, /* nobody there, or no answer: it tries again by itself */
    WORKER_UNUSABLE,    /* it answers, but something must be changed first */
    WORKER_REFUSING,     /* our password, too often: tried again when its file is another one */
};

const char *worker_state_name(enum worker_state state);

struct worker_report {
    enum worker_state state;
    int64_t since;                   /* seconds since the epoch */
    char detail[PROBLEM_DETAIL_MAX]; /* why; "" when all is well */
};

/* From any thread. */
struct worker_report worker_report(struct worker *worker);

/*
 * Milliseconds to wait before the nth attempt to reach a directory: from one
 * second, doubling, up to a limit that is short enough for changes to arrive
 * within seconds of its return. `jitter` is in [0, 1000) thousandths of a fifth.
 */
int64_t worker_delay_ms(unsigned attempt, unsigned jitter);

#endif
