#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include <jansson.h>

#include "command.h"

/*
 * Ask the daemon: reach_daemon says which one.
 *
 * answer - NULL when there was no body; the caller's to json_decref. May be
 *          NULL itself when nobody wants it.
 */
enum status request_send(struct invocation *invocation, const char *method, const char *path,
                         const json_t *body, json_t **answer, struct problem *problem);

/*
 * All resources of a kind, page by page, as one array; the caller's to json_decref.
 * `query` has further parameters, escaped ("filter=..."); NULL: none.
 */
enum status request_all(struct invocation *invocation, const char *path, const char *query,
                        json_t **resources, struct problem *problem);

/* The query that narrows a list to what matches a SCIM filter. */
const char *request_filter(struct invocation *invocation, const char *filter);

#endif
