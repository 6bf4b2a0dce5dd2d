#ifndef DAEMON_TIMEKEEPER_H
#define DAEMON_TIMEKEEPER_H

#include <stdbool.h>

#include "bridge/store/store.h"

/*
 * Looks at the clock of the machine: holds a jump and follows it once that is allowed
 * (core/clock_jump.h), and keeps what time it is in the store where no commit has done so for
 * an hour, so that a restart takes only what the daemon was really off for a jump.
 */
struct timekeeper {
    struct store *store;
    uint64_t hold; /* that the last look was about; 0: none */
    bool has_looked;
    bool has_failed;    /* to look, the last time: that is told once */
    int64_t kept_at_ms; /* on clock_boot_ms */
};

/* Before anything else uses the store: from here on it keeps what time it is. */
enum status timekeeper_start(struct timekeeper *keeper, struct store *store,
                             struct problem *problem);

/* To be called about once a second. */
void timekeeper_look(struct timekeeper *keeper);

/* Keep what time it is, now that the daemon stops. Nothing, if it was not started. */
void timekeeper_stop(struct timekeeper *keeper);

#endif
