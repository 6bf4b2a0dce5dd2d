#ifndef BRIDGE_HTTP_WORK_H
#define BRIDGE_HTTP_WORK_H

#include <stddef.h>

#include "bridge/http/exchange.h"

/*
 * Work threads, for what may take longer than a few milliseconds: whoever else
 * is on an HTTP thread waits for as long as a handler holds it. The exchange is
 * suspended meanwhile, and answered from its HTTP thread.
 */
struct work;

/* Each kind has a bound of its own: on how many there are at once, at work or waiting. */
enum work_kind {
    WORK_ORDINARY, /* beyond it STATUS_BUSY */
    WORK_LARGE,    /* has a large body; beyond it STATUS_BUSY */
    WORK_SCAN,     /* goes over many resources; beyond it STATUS_TOO_MANY_REQUESTS */
    WORK_KIND_COUNT
};

struct work_settings {
    size_t threads;
    size_t at_once[WORK_KIND_COUNT]; /* fewer scans than threads, so that they never take all */
};

/* STATUS_INTERNAL  no threads left */
enum status work_start(const struct work_settings *settings, struct work **work,
                       struct problem *problem);

/* To be called when http_stop has returned: then nobody waits any more. Takes NULL. */
void work_stop(struct work *work);

/*
 * Runs on a work thread. It answers the exchange or returns a failure, like a
 * route_handler, or says by exchange_suspend how it goes on behind it; nobody else
 * resumes it. What bounds its time is its own affair: http_stop waits for it.
 */
typedef enum status work_function(struct exchange *exchange, void *argument,
                                  struct problem *problem);

/*
 * Suspend the exchange and have `function` called with it and `argument`, which
 * lives in the exchange's arena. To be the last thing that a handler does.
 *
 * STATUS_BUSY, STATUS_TOO_MANY_REQUESTS  too many of this kind already; nothing is done
 */
enum status work_submit(struct work *work, enum work_kind kind, struct exchange *exchange,
                        work_function *function, void *argument, struct problem *problem);

#endif
