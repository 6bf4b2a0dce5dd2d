#include "peer.h"

#include <stdatomic.h>
#include <sys/socket.h>

#include "bridge/base/clock.h"

void peers_init(struct peers *peers, const struct peers_limits *limits)
{
    pthread_mutex_init(&peers->mutex, NULL);
    peers->limits = *limits;
}

void peers_clear(struct peers *peers)
{
    origins_clear(&peers->origins);
    pthread_mutex_destroy(&peers->mutex);
}

/* ------------------------------------------------------------- with the mutex held */

static void list_append(struct peer_list *list, struct peer *peer)
{
    peer->next = NULL;
    peer->previous = list->last;
    if (list->last)
        list->last->next = peer;
    else
        list->first = peer;
    list->last = peer;
}

static void list_take_out(struct peer_list *list, struct peer *peer)
{
    if (peer->previous)
        peer->previous->next = peer->next;
    else
        list->first = peer->next;
    if (peer->next)
        peer->next->previous = peer->previous;
    else
        list->last = peer->previous;
}

/* Its HTTP thread sees the end and closes. */
static void shut(struct peer *peer)
{
    struct peers *peers = peer->peers;

    list_take_out(&peers->lists[peer->turn], peer);
    peer->turn = PEER_SHUT;
    peers->shut_count++;
    (void)shutdown(peer->fd, SHUT_RDWR);
}

static bool shut_longest_waited_for(struct peers *peers)
{
    struct peer *longest = peers->lists[PEER_WAITED_FOR].first;

    if (!longest)
        return false;
    shut(longest);
    return true;
}

static bool has_room(struct peers *peers)
{
    if (peers->count >= peers->limits.total + PEERS_LEAVING_MAX)
        return false;
    return peers->count - peers->shut_count < peers->limits.total || shut_longest_waited_for(peers);
}

static void turn_to(struct peer *peer, enum peer_turn turn)
{
    struct peers *peers = peer->peers;

    pthread_mutex_lock(&peers->mutex);
    if (peer->turn != PEER_SHUT) {
        list_take_out(&peers->lists[peer->turn], peer);
        peer->turn = turn;
        list_append(&peers->lists[turn], peer);
    }
    pthread_mutex_unlock(&peers->mutex);
}

/* ------------------------------------------------------------------ coming and going */

bool peers_admit(struct peers *peers, const struct in6_addr *origin)
{
    bool is_admitted;

    pthread_mutex_lock(&peers->mutex);
    is_admitted = origins_add(&peers->origins, origin, peers->limits.per_origin);
    if (is_admitted && !has_room(peers)) {
        origins_drop(&peers->origins, origin);
        is_admitted = false;
    }
    peers->count += is_admitted;
    pthread_mutex_unlock(&peers->mutex);
    return is_admitted;
}

static void leave(struct peers *peers, const struct in6_addr *origin)
{
    peers->count--;
    origins_drop(&peers->origins, origin);
}

void peers_dismiss(struct peers *peers, const struct in6_addr *origin)
{
    pthread_mutex_lock(&peers->mutex);
    leave(peers, origin);
    pthread_mutex_unlock(&peers->mutex);
}

void peers_add(struct peers *peers, struct peer *peer)
{
    pthread_mutex_lock(&peers->mutex);
    peer->peers = peers;
    peer->turn = PEER_WAITED_FOR;
    list_append(&peers->lists[PEER_WAITED_FOR], peer);
    pthread_mutex_unlock(&peers->mutex);
}

void peers_remove(struct peer *peer)
{
    struct peers *peers = peer->peers;

    pthread_mutex_lock(&peers->mutex);
    if (peer->turn == PEER_SHUT)
        peers->shut_count--;
    else
        list_take_out(&peers->lists[peer->turn], peer);
    leave(peers, &peer->origin);
    pthread_mutex_unlock(&peers->mutex);
}

size_t peers_count(struct peers *peers)
{
    size_t count;

    pthread_mutex_lock(&peers->mutex);
    count = peers->count;
    pthread_mutex_unlock(&peers->mutex);
    return count;
}

/* ------------------------------------------------------------------------- shutting */

bool peers_shut_longest_waited_for(struct peers *peers)
{
    bool is_done;

    pthread_mutex_lock(&peers->mutex);
    is_done = shut_longest_waited_for(peers);
    pthread_mutex_unlock(&peers->mutex);
    return is_done;
}

static void shut_late(struct peer_list *list, int64_t now_ms)
{
    struct peer *next;

    for (struct peer *peer = list->first; peer; peer = next) {
        int64_t deadline_ms = atomic_load(&peer->deadline_ms);

        next = peer->next;
        if (deadline_ms && now_ms >= deadline_ms)
            shut(peer);
    }
}

void peers_shut_late(struct peers *peers, int64_t now_ms)
{
    pthread_mutex_lock(&peers->mutex);
    for (size_t turn = 0; turn < PEER_TURN_COUNT; turn++)
        shut_late(&peers->lists[turn], now_ms);
    pthread_mutex_unlock(&peers->mutex);
}

/* ---------------------------------------------------------------------------- turns */

void peer_serve(struct peer *peer)
{
    turn_to(peer, PEER_SERVED);
}

void peer_await(struct peer *peer)
{
    turn_to(peer, PEER_WAITED_FOR);
}

void peer_expire_in(struct peer *peer, int64_t ms)
{
    atomic_store(&peer->deadline_ms, ms ? clock_boot_ms() + ms : 0);
}
