#include "peer.h"

#include <stdatomic.h>
#include <sys/socket.h>

#include "bridge/base/clock.h"

enum { TICK_MS = 500 };

static void shut_the_late(const struct peers *peers)
{
    int64_t now = clock_boot_ms();

    for (struct peer *peer = peers->first; peer; peer = peer->next) {
        int64_t deadline = atomic_load(&peer->deadline_ms);

        if (deadline && now >= deadline)
            (void)shutdown(peer->fd, SHUT_RDWR); /* its HTTP thread sees the end and closes */
    }
}

static void *reap(void *argument)
{
    struct peers *peers = argument;

    pthread_mutex_lock(&peers->mutex);
    while (!peers->is_stopping) {
        struct timespec tick = clock_wait_until(TICK_MS);

        if (peers->first)
            pthread_cond_timedwait(&peers->changed, &peers->mutex, &tick);
        else
            pthread_cond_wait(&peers->changed, &peers->mutex);
        shut_the_late(peers);
    }
    pthread_mutex_unlock(&peers->mutex);
    return NULL;
}

bool peers_init(struct peers *peers)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&peers->mutex, NULL);
    pthread_cond_init(&peers->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    peers->is_running = pthread_create(&peers->reaper, NULL, reap, peers) == 0;
    return peers->is_running;
}

void peers_clear(struct peers *peers)
{
    if (!peers->is_running)
        return;
    pthread_mutex_lock(&peers->mutex);
    peers->is_stopping = true;
    pthread_cond_signal(&peers->changed);
    pthread_mutex_unlock(&peers->mutex);
    pthread_join(peers->reaper, NULL);
    pthread_cond_destroy(&peers->changed);
    pthread_mutex_destroy(&peers->mutex);
    peers->is_running = false;
}

void peers_add(struct peers *peers, struct peer *peer)
{
    pthread_mutex_lock(&peers->mutex);
    peer->next = peers->first;
    if (peer->next)
        peer->next->previous = peer;
    else
        pthread_cond_signal(&peers->changed);
    peers->first = peer;
    pthread_mutex_unlock(&peers->mutex);
}

void peers_remove(struct peers *peers, struct peer *peer)
{
    pthread_mutex_lock(&peers->mutex);
    if (peer->next)
        peer->next->previous = peer->previous;
    if (peer->previous)
        peer->previous->next = peer->next;
    else
        peers->first = peer->next;
    pthread_mutex_unlock(&peers->mutex);
}

void peer_expire_in(struct peer *peer, int64_t ms)
{
    atomic_store(&peer->deadline_ms, ms ? clock_boot_ms() + ms : 0);
}
