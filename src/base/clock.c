#include "bridge/base/clock.h"

static int64_t read_ms(clockid_t clock)
{
    struct timespec time = {0};

    (void)clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
    return read_ms(CLOCK_REALTIME) / 1000;
}

int64_t clock_now_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_boot_ms(void)
{
    return read_ms(CLOCK_BOOTTIME);
}

int64_t clock_boot_us(void)
{
    struct timespec time = {0};

    (void)clock_gettime(CLOCK_BOOTTIME, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

struct timespec clock_wait_until(int64_t ms)
{
    int64_t until = read_ms(CLOCK_MONOTONIC) + ms;

    return (struct timespec){.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
}
