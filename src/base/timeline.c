#include "bridge/base/timeline.h"

static const int64_t jump = (int64_t)TIMELINE_JUMP_SECONDS * 1000000;

static int64_t later_of(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

struct timeline timeline_begin(int64_t mark, struct reading reading)
{
    int64_t now = reading.wall;

    if (mark > 0)
        now = reading.wall - mark > jump ? mark : later_of(reading.wall, mark);
    return (struct timeline){.now = now, .boot = reading.boot, .lead = now - reading.boot};
}

int64_t timeline_ahead(const struct timeline *timeline, struct reading reading)
{
    int64_t ahead = reading.wall - reading.boot - timeline->lead;

    return ahead > jump ? ahead : 0;
}

/* A machine that is paused falls behind by a little each time: what it catches up is no jump. */
static void follow(struct timeline *timeline, struct reading reading, int64_t elapsed)
{
    timeline->now = later_of(reading.wall, timeline->now + elapsed / 2);
    timeline->lead = later_of(reading.wall - reading.boot, timeline->lead);
}

int64_t timeline_tell(struct timeline *timeline, struct reading reading)
{
    int64_t elapsed = later_of(reading.boot - timeline->boot, 0);

    if (timeline_ahead(timeline, reading))
        timeline->now += elapsed;
    else
        follow(timeline, reading, elapsed);
    timeline->boot += elapsed;
    return timeline->now;
}

void timeline_allow(struct timeline *timeline, int64_t ahead, struct reading reading)
{
    if (timeline_ahead(timeline, reading))
        timeline->lead += ahead;
}
