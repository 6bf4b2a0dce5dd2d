#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "bridge/base/arena.h"
#include "bridge/base/bytes.h"
#include "bridge/http/route.h"

/* The table that a server was given. */
struct routes {
    const struct route *rows;
    size_t count;
};

/*
 * The route for a canonical path. The path decides first, segment by segment
 * from the left, a literal before a {name}; then the method.
 *
 * allowed - on STATUS_METHOD_NOT_ALLOWED, the value of the header Allow.
 *
 * STATUS_NOT_FOUND, STATUS_METHOD_NOT_ALLOWED
 */
enum status routes_find(const struct routes *routes, const char *method, const char *path,
                        struct arena *arena, const struct route **found, const char **allowed,
                        struct problem *problem);

/* What stands in `path` where the route's path has {name}; {NULL, 0} when it has no such name. */
struct bytes route_segment(const struct route *route, const char *path, const char *name);

#endif
