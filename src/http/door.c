#define _GNU_SOURCE /* accept4 */

#include "door.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge/base/clock.h"
#include "bridge/base/log.h"
#include "server.h"

enum {
    TICK_MS = 250,
    ACCEPTS_AT_ONCE = 64, /* before the late are looked for again */
    SAY_EVERY_MS = 10000
};

enum accepted { ACCEPTED, NOBODY_WAITS, OUT_OF_DESCRIPTORS };

/* --------------------------------------------------------------------- letting in */

static enum accepted accept_failed(int reason)
{
    switch (reason) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return OUT_OF_DESCRIPTORS;
    case EAGAIN:
        return NOBODY_WAITS;
    default:
        return ACCEPTED; /* the one who waited has gone; there may be others */
    }
}

static enum accepted let_one_in(struct door *door, struct listener *listener)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr *address = (struct sockaddr *)&storage;
    socklen_t size = sizeof(storage);
    int fd = accept4(listener->fd, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct in6_addr origin;

    if (fd < 0)
        return accept_failed(errno);
    origin = origin_of(address);
    if (!peers_admit(&listener->peers, &origin)) {
        close(fd);
        door->refused++;
    } else if (MHD_add_connection(listener->daemon, fd, address, size) != MHD_YES) {
        peers_dismiss(&listener->peers, &origin); /* it has closed the socket */
        door->refused++;
    }
    return ACCEPTED;
}

/* Whoever has waited for longest gives a descriptor back, for the next attempt. */
static void rest(struct door *door)
{
    for (size_t i = 0; i < door->listener_count; i++)
        if (peers_shut_longest_waited_for(&door->listeners[i]->peers))
            break;
    door->rests_until = clock_boot_ms() + TICK_MS;
    door->has_run_out = true;
    door->refused++;
}

static void let_in(struct door *door, struct listener *listener)
{
    enum accepted accepted = ACCEPTED;

    for (int i = 0; i < ACCEPTS_AT_ONCE && accepted == ACCEPTED; i++)
        accepted = let_one_in(door, listener);
    if (accepted == OUT_OF_DESCRIPTORS)
        rest(door);
}

/* ----------------------------------------------------------------- the late, and words */

/* Not for each one, so that nobody fills the log by coming again and again. */
static void say_refused(struct door *door, int64_t now_ms)
{
    char count[24];

    if (door->refused == 0 || (door->said_ms && now_ms - door->said_ms < SAY_EVERY_MS))
        return;
    (void)snprintf(count, sizeof(count), "%zu", door->refused);
    log_write(LOG_WARNING, "connections refused", "count", count, "because",
              door->has_run_out ? "no descriptors were left; raise the limit of open files"
                                : "there are as many as http.connections and "
                                  "http.connections_per_address let in",
              NULL);
    door->said_ms = now_ms;
    door->refused = 0;
    door->has_run_out = false;
}

static void look_around(struct door *door)
{
    int64_t now_ms = clock_boot_ms();

    if (now_ms - door->checked_ms < TICK_MS)
        return;
    door->checked_ms = now_ms;
    for (size_t i = 0; i < door->listener_count; i++)
        peers_shut_late(&door->listeners[i]->peers, now_ms);
    say_refused(door, now_ms);
}

/* ----------------------------------------------------------------------- the thread */

static bool is_resting(const struct door *door)
{
    return clock_boot_ms() < door->rests_until;
}

static bool has_to_look(const struct door *door)
{
    size_t count = door->refused;

    for (size_t i = 0; i < door->listener_count; i++)
        count += peers_count(&door->listeners[i]->peers);
    return count > 0;
}

/* Until somebody wants to come in, or for a tick if there is somebody to look after. */
static void wait_for_somebody(struct door *door, struct pollfd *ready)
{
    bool rests = is_resting(door);
    bool lets_in = !rests && !atomic_load(&door->is_closed);

    for (size_t i = 0; i < door->listener_count; i++)
        ready[i] = (struct pollfd){.fd = lets_in ? door->listeners[i]->fd : -1, .events = POLLIN};
    ready[door->listener_count] = (struct pollfd){.fd = door->wake_fd, .events = POLLIN};
    (void)poll(ready, door->listener_count + 1, rests || has_to_look(door) ? TICK_MS : -1);
}

static void *keep(void *argument)
{
    struct door *door = argument;
    struct pollfd ready[DOOR_LISTENERS_MAX + 1];
    uint64_t wakes;

    while (!atomic_load(&door->is_ending)) {
        wait_for_somebody(door, ready);
        for (size_t i = 0; i < door->listener_count; i++)
            if (ready[i].revents & POLLIN)
                let_in(door, door->listeners[i]);
        if (ready[door->listener_count].revents & POLLIN)
            (void)!read(door->wake_fd, &wakes, sizeof(wakes));
        look_around(door);
    }
    return NULL;
}

static void wake(struct door *door)
{
    const uint64_t once = 1;

    (void)!write(door->wake_fd, &once, sizeof(once));
}

enum status door_begin(struct door *door, struct problem *problem)
{
    door->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (door->wake_fd < 0)
        return problem_set(problem, STATUS_INTERNAL, "no descriptor for the HTTP door: %s",
                           strerror(errno));
    door->is_running = pthread_create(&door->thread, NULL, keep, door) == 0;
    if (door->is_running)
        return STATUS_OK;
    close(door->wake_fd);
    return problem_set(problem, STATUS_INTERNAL, "no thread for the HTTP door");
}

void door_close(struct door *door)
{
    if (!door->is_running)
        return;
    atomic_store(&door->is_closed, true);
    wake(door);
}

void door_end(struct door *door)
{
    if (!door->is_running)
        return;
    atomic_store(&door->is_ending, true);
    wake(door);
    pthread_join(door->thread, NULL);
    close(door->wake_fd);
    door->is_running = false;
}
