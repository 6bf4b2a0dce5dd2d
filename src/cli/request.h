#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include <jansson.h>

#include "command.h"

/*
 * Ask the daemon that the configuration names, over its control socket.
 *
 * answer - NULL when there was no body; the caller's to json_decref. May be
 *          NULL itself when nobody wants it.
 */
enum status request_send(struct invocation *invocation, const char *method, const char *path,
                         const json_t *body, json_t **answer, struct problem *problem);

/*
 * All resources of a kind that match a SCIM filter (NULL: all there are), page by
 * page, as one array; the caller's to json_decref.
 */
enum status request_all(struct invocation *invocation, const char *path, const char *filter,
                        json_t **resources, struct problem *problem);

#endif
