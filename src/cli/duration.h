#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include <jansson.h>
#include <stdint.h>

#include "command.h"

/*
 * Put the length of time that an option says, as 90d, 24h, 30m or 45s, into a
 * request, in seconds. Nothing is put when it is not given; a usage error names
 * the option when it says something else.
 */
enum status duration_put(struct invocation *invocation, enum option option, const char *name,
                         json_t *body, const char *member, struct problem *problem);

/* When a token ends, from its expiresIn: "in 89 days", "ended"; NULL: not said. */
const char *duration_until_end(const json_t *token, struct arena *arena);

#endif
