#ifndef CLI_NEW_TOKEN_H
#define CLI_NEW_TOKEN_H

#include <jansson.h>

#include "new_file.h"

/* Where a token goes that is shown once: the file of --save-token, or the output. */
enum status new_token_open(struct new_file *file, struct invocation *invocation,
                           struct problem *problem);

/*
 * Keep the `token` that the daemon answered with. Without a file it is what is
 * printed, alone, or in the answer where --output asks for that; with one, the
 * answer is printed without it.
 */
enum status new_token_keep(struct new_file *file, struct invocation *invocation, json_t *answer,
                           struct problem *problem);

#endif
