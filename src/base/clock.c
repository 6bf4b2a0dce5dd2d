#include "bridge/base/clock.h"

#include <pthread.h>
#include <stdbool.h>

#include "bridge/base/timeline.h"

enum { US_PER_MS = 1000, US_PER_SECOND = 1000000 };

/* The timeline of the process. */
static struct {
    pthread_mutex_t lock;
    bool has_begun;
    struct timeline timeline;
} course = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int64_t read_us(clockid_t clock)
{
    struct timespec time = {0};

    (void)clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * US_PER_SECOND + time.tv_nsec / 1000;
}

static struct reading read_both(void)
{
    return (struct reading){.wall = read_us(CLOCK_REALTIME), .boot = read_us(CLOCK_BOOTTIME)};
}

/* ----------------------------------------------------------------------- time of day */

int64_t clock_now_us(void)
{
    int64_t now;

    (void)pthread_mutex_lock(&course.lock);
    now = course.has_begun ? timeline_tell(&course.timeline, read_both()) : read_us(CLOCK_REALTIME);
    (void)pthread_mutex_unlock(&course.lock);
    return now;
}

int64_t clock_now_ms(void)
{
    return clock_now_us() / US_PER_MS;
}

int64_t clock_now(void)
{
    return clock_now_us() / US_PER_SECOND;
}

int64_t clock_wall(void)
{
    return read_us(CLOCK_REALTIME) / US_PER_SECOND;
}

/* A second store in the process can only say that it is later still. */
static void begin(int64_t mark)
{
    if (course.has_begun && mark <= course.timeline.now)
        return;
    course.timeline = timeline_begin(mark, read_both());
    course.has_begun = true;
}

void clock_begin(int64_t mark)
{
    (void)pthread_mutex_lock(&course.lock);
    begin(mark);
    (void)pthread_mutex_unlock(&course.lock);
}

static int64_t whole_seconds(int64_t us)
{
    return us > 0 ? us / US_PER_SECOND : 0;
}

struct clock_state clock_state(void)
{
    struct clock_state state = {0};
    struct reading reading;

    (void)pthread_mutex_lock(&course.lock);
    reading = read_both();
    if (course.has_begun) {
        state.ahead = whole_seconds(timeline_ahead(&course.timeline, reading));
        state.behind = whole_seconds(timeline_tell(&course.timeline, reading) - reading.wall);
    }
    (void)pthread_mutex_unlock(&course.lock);
    return state;
}

void clock_allow(int64_t ahead)
{
    (void)pthread_mutex_lock(&course.lock);
    timeline_allow(&course.timeline, ahead * US_PER_SECOND, read_both());
    (void)pthread_mutex_unlock(&course.lock);
}

/* -------------------------------------------------------------------------- waiting */

int64_t clock_boot_us(void)
{
    return read_us(CLOCK_BOOTTIME);
}

int64_t clock_boot_ms(void)
{
    return clock_boot_us() / US_PER_MS;
}

struct timespec clock_wait_until(int64_t ms)
{
    int64_t until = read_us(CLOCK_MONOTONIC) / US_PER_MS + ms;

    return (struct timespec){.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
}
