#ifndef DAEMON_DESCRIPTORS_H
#define DAEMON_DESCRIPTORS_H

#include <stddef.h>

#include "bridge/http/server.h"

/*
 * See at the start that descriptors do not run out later: raise the soft limit
 * of open files as far as all connections and the directories of so many
 * organizations need it and the hard limit lets. Where it does not,
 * `limits->connections` is lowered to what fits, and a warning says so.
 *
 * STATUS_CONFIGURATION  there is hardly room for any connection
 */
enum status descriptors_provide(size_t organization_count, struct http_limits *limits,
                                struct problem *problem);

#endif
