#ifndef CLI_SITE_H
#define CLI_SITE_H

#include <jansson.h>

#include "command.h"

/*
 * The site that is meant by its name, in any letter case, or its key. The
 * caller's to json_decref. STATUS_NOT_FOUND names the command that lists them.
 */
enum status site_look_up(struct invocation *invocation, const char *written, json_t **site,
                         struct problem *problem);

#endif
