#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/status.h"

/* What the bodies of all requests may take together, since each alone may be large. */
struct body_budget {
    atomic_size_t held; /* bytes */
    size_t most;
};

/* So much of a body that is refused is dropped, to tell at its end: see body_take. */
enum { BODY_DROPPED_MAX = 8 << 20 };

/* The body of one request, as it comes in. */
struct body {
    struct body_budget *budget;
    size_t max;        /* bytes */
    uint64_t expected; /* what Content-Length says; 0: it comes in chunks */
    char *data;        /* on the heap */
    size_t size;
    size_t capacity;
    size_t dropped;
    enum status refused; /* STATUS_TOO_LARGE, or STATUS_BUSY: the budget is spent */
};

/*
 * Keep what has come, or, as soon as it is refused, drop it all: libmicrohttpd
 * takes no answer before the end of a body. False when too much has been
 * dropped, and the connection is to be ended without an answer.
 *
 * What is only announced takes no memory: the room grows with what comes.
 */
bool body_take(struct body *body, const char *data, size_t size);

/* Gives back what it held. */
void body_clear(struct body *body);

#endif
