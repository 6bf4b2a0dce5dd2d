#ifndef BRIDGE_HTTP_ROUTE_H
#define BRIDGE_HTTP_ROUTE_H

#include <stddef.h>

#include "bridge/base/status.h"

struct exchange;

/*
 * Answers an exchange (exchange_answer), suspends it (exchange_suspend), or
 * returns a failure, which becomes the answer: a SCIM error (RFC 7644 3.12).
 */
typedef enum status route_handler(struct exchange *exchange, struct problem *problem);

/* The whole surface is a table of these; what is not in it is 404. */
struct route {
    const char *method;
    const char *path; /* canonical; {name} takes exactly one segment */
    unsigned scope;   /* who may call it: for the gate to judge, in its own terms */
    route_handler *handler;
};

#endif
