#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { ORIGIN_BUCKETS = 1024 };

struct origin;

/* How many connections there are from each address. Empty when zeroed. */
struct origins {
    struct origin *buckets[ORIGIN_BUCKETS];
};

/*
 * Who counts as one: an IPv4 address (mapped), or an IPv6 network of 64 bits, any
 * address of which its owner may take. All zero for anything else, such as a unix socket.
 */
struct in6_addr origin_of(const struct sockaddr *address);

/* Count one more, unless there are `most` already; 0: there may be any number. */
bool origins_add(struct origins *origins, const struct in6_addr *from, size_t most);

/* One less of those that were added. */
void origins_drop(struct origins *origins, const struct in6_addr *from);

/* Of what is not empty, too. */
void origins_clear(struct origins *origins);

#endif
