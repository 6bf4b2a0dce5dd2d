#ifndef DIRECTORY_RESOLVE_H
#define DIRECTORY_RESOLVE_H

#include <netdb.h>
#include <stdint.h>

/*
 * The TCP addresses of a host, for freeaddrinfo. getaddrinfo has no deadline, so a
 * thread asks: when name servers do not answer, it is left to itself until the
 * resolver gives up (options timeout and attempts in resolv.conf).
 *
 * host     - a name or an address
 * port     - in decimal
 * deadline - by clock_boot_ms
 *
 * Returns 0 or an EAI_ code; EAI_AGAIN also at the deadline.
 */
int resolve(const char *host, const char *port, int64_t deadline, struct addrinfo **addresses);

#endif
