#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "origin.h"

struct peers;

/* Whether it is our turn or theirs. */
enum peer_turn {
    PEER_WAITED_FOR, /* for a request, as far as the end of its headers */
    PEER_SERVED,     /* its request was let in, or refused */
    PEER_TURN_COUNT,
    PEER_SHUT = PEER_TURN_COUNT /* its HTTP thread is about to see the end and to close */
};

/*
 * The other side of a socket, from accept to close. Its deadline is absolute:
 * libmicrohttpd's own timeout is of inactivity, so that a byte every few
 * seconds would hold a connection for ever.
 */
struct peer {
    struct peers *peers;
    struct peer *next;
    struct peer *previous;
    enum peer_turn turn;
    struct in6_addr origin;
    int fd;
    bool is_control;
    bool is_welcome;
    bool is_idle; /* between two requests: not a line of the next one is there */
    uid_t uid;    /* on the control socket */
    char address[INET6_ADDRSTRLEN];
    _Atomic int64_t deadline_ms; /* by clock_boot_ms; 0 is never */
};

/* In the order in which they came to be there. */
struct peer_list {
    struct peer *first;
    struct peer *last;
};

struct peers_limits {
    size_t total;
    size_t per_origin; /* 0: no limit */
};

/* Every peer of one listening socket. */
struct peers {
    pthread_mutex_t mutex; /* over all of it */
    struct peers_limits limits;
    struct peer_list lists[PEER_TURN_COUNT];
    struct origins origins;
    size_t count;      /* admitted and not removed */
    size_t shut_count; /* those of them that are only still to be closed */
};

/* So many beyond the limit may be on their way out at once. */
enum { PEERS_LEAVING_MAX = 64 };

void peers_init(struct peers *peers, const struct peers_limits *limits);
void peers_clear(struct peers *peers);

/*
 * Whether one more may come in, from `origin`. When there are as many as may be,
 * who has been waited for longest is shut for it, so that nobody keeps others
 * out by saying nothing. False when all are being served, or when as many have
 * come from there as may. Then peers_add must follow, or peers_dismiss.
 */
bool peers_admit(struct peers *peers, const struct in6_addr *origin);
void peers_dismiss(struct peers *peers, const struct in6_addr *origin);

/* A peer that was admitted: it is waited for. Until peers_remove, before its socket is closed. */
void peers_add(struct peers *peers, struct peer *peer);
void peers_remove(struct peer *peer);

/* Shut who has been waited for longest, to have its descriptor. False when there is nobody. */
bool peers_shut_longest_waited_for(struct peers *peers);

/* Shut all whose deadline has passed. */
void peers_shut_late(struct peers *peers, int64_t now_ms);

size_t peers_count(struct peers *peers);

/* Whose turn it is now. */
void peer_serve(struct peer *peer);
void peer_await(struct peer *peer);

/* From now on; 0 is never. */
void peer_expire_in(struct peer *peer, int64_t ms);

#endif
