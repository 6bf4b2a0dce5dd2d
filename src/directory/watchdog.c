#include "watchdog.h"

#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge/base/clock.h"

static int ms_left(const struct watchdog *watchdog)
{
    int64_t left = watchdog->deadline - clock_boot_ms();

    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

static void *watch(void *context)
{
    struct watchdog *watchdog = context;
    struct pollfd leash = {.fd = watchdog->leash, .events = POLLIN};

    while (ms_left(watchdog) > 0) {
        if (poll(&leash, 1, ms_left(watchdog)) > 0)
            return NULL;
    }
    watchdog->has_bitten = true;
    (void)shutdown(watchdog->descriptor, SHUT_RDWR);
    return NULL;
}

bool watchdog_begin(struct watchdog *watchdog, int descriptor, int64_t deadline)
{
    *watchdog = (struct watchdog){
        .descriptor = descriptor, .deadline = deadline, .leash = eventfd(0, EFD_CLOEXEC)};
    if (watchdog->leash < 0)
        return false;
    if (pthread_create(&watchdog->thread, NULL, watch, watchdog) == 0)
        return true;
    (void)close(watchdog->leash);
    return false;
}

bool watchdog_end(struct watchdog *watchdog)
{
    (void)eventfd_write(watchdog->leash, 1);
    (void)pthread_join(watchdog->thread, NULL);
    (void)close(watchdog->leash);
    return watchdog->has_bitten;
}
