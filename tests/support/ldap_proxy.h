#ifndef TESTS_SUPPORT_LDAP_PROXY_H
#define TESTS_SUPPORT_LDAP_PROXY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Stands between clients and their LDAP server, on loopback: sees what is asked and
 * how much of it at once, and spoils it where a test wants it to.
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

enum { PROXY_REQUESTS_MAX = 4096, PROXY_OUTSTANDING_MAX = 128, PROXY_CONNECTIONS_MAX = 8 };

struct proxy_request {
    const void *connection;
    int id;
    int operation;
    char about[128]; /* the DN; of an extended one: what it is. Cut when it is longer */
};

/* What is to go wrong, once; counts begin with proxy_spoil. */
struct proxy_fault {
    enum {
        PROXY_NOTHING,
        PROXY_CUT,     /* hang up behind so many bytes */
        PROXY_SILENCE, /* pass nothing on any more, on that connection, behind so many bytes */
        PROXY_ANSWER,  /* instead of the server, to the request of that number, with this code */
        PROXY_DELAY,   /* hold that request back for a moment */
        PROXY_REFUSE,  /* hang up on so many connections as soon as they are made */
    } kind;
    bool is_in_answers; /* bytes: of what the server says; else of what it is told */
    size_t at;          /* bytes, or the number of a request, from 1, or of connections */
    int code;
};

struct proxy_connection;

struct proxy {
    char uri[64];
    int listener;
    int port; /* of the server */
    pthread_t thread;
    atomic_bool is_over;
    struct proxy_connection *connections[PROXY_CONNECTIONS_MAX];

    pthread_mutex_t lock; /* of all below */
    struct proxy_request requests[PROXY_REQUESTS_MAX];
    size_t count;
    size_t most_outstanding;
    size_t overlaps; /* changes that were sent while one of the same entry was under way */
    size_t cut_at;   /* hang up at this request of all, from 1, and not pass it on; 0: at none */
    bool cuts_after; /* pass it on, and hang up when it has been answered */
    bool hides_transactions; /* nobody is told that the server has them */
    struct proxy_fault fault;
    size_t asked;     /* requests since the fault was set */
    size_t passed[2]; /* bytes since then: to the server, and back */

    struct proxy_request outstanding[PROXY_OUTSTANDING_MAX];
    size_t outstanding_count;
};

/* In front of ldap://127.0.0.1:port. */
void proxy_start(struct proxy *proxy, const char *uri);
void proxy_stop(struct proxy *proxy);

/* Forget what was asked so far; hang up at the request that is `cut_at`th from now. */
void proxy_reset(struct proxy *proxy, size_t cut_at, bool cuts_after);

/* From now on, in place of the fault that was set before. */
void proxy_spoil(struct proxy *proxy, struct proxy_fault fault);

/* How many bytes went that way since the fault was set. */
size_t proxy_passed(struct proxy *proxy, bool is_in_answers);

/* How many requests there were of that kind, about that; NULL: about anything. */
size_t proxy_count(struct proxy *proxy, int operation, const char *about);

/* How many there were in all. */
size_t proxy_total(struct proxy *proxy);

#endif
