#ifndef CLI_SECRET_H
#define CLI_SECRET_H

#include <jansson.h>

#include "command.h"

/*
 * Where a token goes that is shown once: the file of --save-token, or the
 * output. The file is opened before the token is asked for, so that no token is
 * made that cannot be kept.
 */
struct secret {
    const char *path; /* NULL: the output */
    char *temporary;  /* beside it, mode 0600, until it is whole */
    int file;
};

enum status secret_open(struct secret *secret, struct invocation *invocation,
                        struct problem *problem);

/*
 * Keep the `token` that the daemon answered with. Without a file it is what is
 * printed, alone, or in the answer where --output asks for that; with one, the
 * answer is printed without it.
 */
enum status secret_keep(struct secret *secret, struct invocation *invocation, json_t *answer,
                        struct problem *problem);

/* For SCOPED. Leaves nothing half written behind. */
void secret_release(struct secret *secret);

#endif
