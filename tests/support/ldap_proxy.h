#ifndef TESTS_SUPPORT_LDAP_PROXY_H
#define TESTS_SUPPORT_LDAP_PROXY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Stands between a client and its LDAP server, on loopback: sees what is asked and
 * how much of it at once, and hangs up where a test wants it to. It serves one
 * connection after the other.
 */

/* Tags of requests (RFC 4511 section 4.2 and on). */
enum proxy_operation {
    PROXY_BIND = 0x60,
    PROXY_SEARCH = 0x63,
    PROXY_MODIFY = 0x66,
    PROXY_ADD = 0x68,
    PROXY_DELETE = 0x4A,
    PROXY_RENAME = 0x6C,
    PROXY_EXTENDED = 0x77,
};

enum { PROXY_REQUESTS_MAX = 4096, PROXY_OUTSTANDING_MAX = 128 };

struct proxy_request {
    int id;
    int operation;
    char about[128]; /* the DN; of an extended one: what it is. Cut when it is longer */
};

struct proxy {
    char uri[64];
    int listener;
    int port; /* of the server */
    pthread_t thread;
    atomic_bool is_over;

    pthread_mutex_t lock; /* of all below */
    struct proxy_request requests[PROXY_REQUESTS_MAX];
    size_t count;
    size_t most_outstanding;
    size_t overlaps; /* changes that were sent while one of the same entry was under way */
    size_t cut_at;   /* hang up at this request of all, from 1, and not pass it on; 0: at none */
    bool cuts_after; /* pass it on, and hang up when it has been answered */
    bool hides_transactions; /* nobody is told that the server has them */

    struct proxy_request outstanding[PROXY_OUTSTANDING_MAX];
    size_t outstanding_count;
};

/* In front of ldap://127.0.0.1:port. */
void proxy_start(struct proxy *proxy, const char *uri);
void proxy_stop(struct proxy *proxy);

/* Forget what was asked so far; hang up at the request that is `cut_at`th from now. */
void proxy_reset(struct proxy *proxy, size_t cut_at, bool cuts_after);

/* How many requests there were of that kind, about that; NULL: about anything. */
size_t proxy_count(struct proxy *proxy, int operation, const char *about);

/* How many there were in all. */
size_t proxy_total(struct proxy *proxy);

#endif
