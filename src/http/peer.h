#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The other side of a socket, from accept to close. Its deadline is absolute:
 * libmicrohttpd's own timeout is of inactivity, so that a byte every few
 * seconds would hold a connection for ever.
 */
struct peer {
    struct peer *next;
    struct peer *previous;
    int fd;
    bool is_control;
    bool is_welcome;
    uid_t uid; /* on the control socket */
    char address[INET6_ADDRSTRLEN];
    _Atomic int64_t deadline_ms; /* by clock_boot_ms; 0 is never */
};

/* Every peer there is, and the thread that shuts the sockets of those that are late. */
struct peers {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t reaper;
    struct peer *first;
    bool is_running;
    bool is_stopping;
};

/* False when there can be no further thread. */
bool peers_init(struct peers *peers);

/* The peers must have been removed. Takes what was never inited, if it is zeroed. */
void peers_clear(struct peers *peers);

/* Until peers_remove, which must come before the socket is closed. */
void peers_add(struct peers *peers, struct peer *peer);
void peers_remove(struct peers *peers, struct peer *peer);

/* From now on; 0 is never. */
void peer_expire_in(struct peer *peer, int64_t ms);

#endif
