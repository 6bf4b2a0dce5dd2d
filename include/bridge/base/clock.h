#ifndef BRIDGE_BASE_CLOCK_H
#define BRIDGE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/*
 * The only place that asks what time it is. The edges (a request that comes in, the
 * worker's loop, a commit) ask once and pass `now` down. From any thread.
 *
 * Once a store is open, time is not simply what the machine's clock says, but what
 * timeline.h makes of it: it never goes back below what was committed, and does not follow
 * a jump of over a day before a person has allowed it.
 */

/* Seconds since the epoch, UTC: for every decision. */
int64_t clock_now(void);

/* The same in milliseconds, for time-ordered ids. */
int64_t clock_now_ms(void);

/* The same in microseconds: what a store keeps as its mark. */
int64_t clock_now_us(void);

/* What the machine's clock says, in seconds: for the log, beside what others write there. */
int64_t clock_wall(void);

/*
 * It is not before `mark`, in microseconds, which a store has kept; 0: it has kept none. The
 * first call begins the timeline of the process.
 */
void clock_begin(int64_t mark);

/* How the machine's clock stands to the time that is told, in seconds. */
struct clock_state {
    int64_t ahead;  /* by how much it has jumped, and is not followed; 0: it has not */
    int64_t behind; /* 0: it is not */
};
struct clock_state clock_state(void);

/* Follow a jump of about so many seconds, if there is one. */
void clock_allow(int64_t ahead);

/*
 * Milliseconds of a clock that never goes back and counts suspended time: for deadlines.
 * What must end by a deadline looks at this one each time that it wakes.
 */
int64_t clock_boot_ms(void);

/* The same in microseconds: for measuring. */
int64_t clock_boot_us(void);

/*
 * `ms` from now on CLOCK_MONOTONIC: how long pthread_cond_timedwait shall wait. It does not
 * count suspended time, and pthread_cond_timedwait knows no clock that does: such waits are
 * of seconds, and a deadline that passed meanwhile is found when they end.
 */
struct timespec clock_wait_until(int64_t ms);

#endif
