#ifndef BRIDGE_BASE_TIMELINE_H
#define BRIDGE_BASE_TIMELINE_H

#include <stdint.h>

/*
 * What time is to be taken for the present, from two clocks. The wall clock may be set to
 * anything at any moment; the boot-time clock only counts, suspended time included, from a
 * beginning that means nothing. A pure rule over readings of both, in microseconds:
 *
 * - Time never goes back. While the wall clock is behind, time goes on at half speed, until
 *   the wall clock has caught up: what expired stays expired, and what waits is still done.
 * - A wall clock that goes ahead is followed, unless it is ahead by over a day of what the
 *   boot-time clock says. Then time goes on with the boot-time clock, as if the wall clock
 *   had not jumped, until it comes back or the jump is allowed. Smaller steps do not add up.
 *
 * clock.h has the one of this process.
 */
enum { TIMELINE_JUMP_SECONDS = 24 * 3600 };

struct reading {
    int64_t wall;
    int64_t boot;
};

struct timeline {
    int64_t now;  /* what was told last */
    int64_t boot; /* when that was */
    int64_t lead; /* of the wall clock over the boot-time clock, as far as it is believed */
};

/*
 * Begin at `mark`, the last time that is known for certain, or (0) where the wall clock is.
 * From a mark, a wall clock that is over a day ahead is a jump.
 */
struct timeline timeline_begin(int64_t mark, struct reading reading);

/* What time it is; never below what was told before. */
int64_t timeline_tell(struct timeline *timeline, struct reading reading);

/* By how much the wall clock has jumped; 0 when it has not. */
int64_t timeline_ahead(const struct timeline *timeline, struct reading reading);

/* Believe a jump of about this much, if there is one: the next time told may be the wall clock's.
 */
void timeline_allow(struct timeline *timeline, int64_t ahead, struct reading reading);

#endif
