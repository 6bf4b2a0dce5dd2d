#ifndef BRIDGE_CORE_CLOCK_JUMP_H
#define BRIDGE_CORE_CLOCK_JUMP_H

#include "bridge/core/hold.h"

/*
 * A clock of the machine that jumps ahead is held (base/timeline.h), so that one wrong clock
 * does not let every token expire for good:
 *
 * - It comes back by itself: the hold is withdrawn.
 * - It is allowed: the wall clock is followed from then on.
 * - It is refused: time goes on without the jump until the clock comes back, or until the
 *   daemon starts again, which asks once more.
 * - It jumps on, by over a day: what was said was about another jump. The hold is withdrawn,
 *   and the next look opens one anew.
 *
 * At the start of the daemon, a machine that was off for days looks like one whose clock is
 * wrong: that is asked, too.
 */
struct clock_jump {
    const struct actor *actor; /* `now` is the time that is told, without the jump */
    struct arena *arena;
    int64_t ahead; /* seconds; 0: there is no jump */
    bool is_start; /* this is seen for the first time after a start */
    uint64_t hold; /* the one that the last look was about; 0: none */
    struct {
        uint64_t hold;   /* for the next look */
        int64_t allowed; /* the jump that may be followed, in seconds; 0: none */
    } result;
};

/* A store_change for ORGANIZATION_DEFAULT whose argument is a clock_jump: hold it, or let go. */
enum status clock_jump_judge(struct store_txn *txn, void *argument, struct problem *problem);

#endif
