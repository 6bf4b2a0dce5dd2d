#ifndef DIRECTORY_WATCHDOG_H
#define DIRECTORY_WATCHDOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Shuts a connection down at a deadline, for a call that nothing else can wake. */
struct watchdog {
    pthread_t thread;
    int descriptor;
    int64_t deadline; /* by clock_boot_ms */
    int leash;        /* an eventfd: written to, it goes home */
    bool has_bitten;
};

/* False: there is no thread for it, and nothing to end. */
bool watchdog_begin(struct watchdog *watchdog, int descriptor, int64_t deadline);

/* Whether it had to shut the connection down. */
bool watchdog_end(struct watchdog *watchdog);

#endif
