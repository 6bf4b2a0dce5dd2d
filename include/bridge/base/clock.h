#ifndef BRIDGE_BASE_CLOCK_H
#define BRIDGE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/*
 * The only place that asks what time it is. The edges (a request that comes in,
 * the worker's loop) ask once and pass `now` down.
 */

/* Seconds since the epoch, UTC. */
int64_t clock_now(void);

/* The same in milliseconds, for time-ordered ids. */
int64_t clock_now_ms(void);

/* Milliseconds of a clock that never goes back and counts suspended time: for waiting. */
int64_t clock_boot_ms(void);

/* The same in microseconds: for measuring. */
int64_t clock_boot_us(void);

/* `ms` from now on CLOCK_MONOTONIC: how long pthread_cond_timedwait shall wait. */
struct timespec clock_wait_until(int64_t ms);

#endif
