#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <jansson.h>

#include "bridge/api/api.h"
#include "bridge/auth/principal.h"
#include "bridge/core/actor.h"
#include "bridge/scim/schema.h"

/* What the handlers share: reading a request, committing a change, answering. */

/* The scopes of the route table. */
enum scope {
    SCOPE_NONE,      /* anybody: the health checks */
    SCOPE_METRICS,   /* who has a token for them, and the control socket */
    SCOPE_PROVISION, /* identity providers and administrators */
    SCOPE_ADMIN,     /* administrators */
    SCOPE_CONTROL,   /* the control socket: what is no one organization's */
};

struct api *request_api(const struct exchange *exchange);
const struct principal *request_principal(const struct exchange *exchange);

/* In the exchange's arena. */
const struct actor *request_actor(struct exchange *exchange);

/* "http://host/scim/v2" */
const char *request_scim_base(struct exchange *exchange);

/* A snapshot of the caller's organization. */
enum status request_snapshot(struct exchange *exchange, struct store_txn **txn,
                             struct problem *problem);

/*
 * The body as JSON; the exchange's arena owns it.
 *
 * STATUS_INVALID_SYNTAX  none, or what json_read refuses: no JSON, nested more than 32
 *                        levels, more than 100,000 values, a text of more than 64 KiB
 */
enum status request_json(struct exchange *exchange, json_t **json, struct problem *problem);

/* The same with another limit of values. */
enum status request_json_up_to(struct exchange *exchange, size_t values, json_t **json,
                               struct problem *problem);

/* A member of the body as text; NULL when absent. STATUS_INVALID_VALUE when it is no text. */
enum status request_text(const json_t *body, const char *name, const char **text,
                         struct problem *problem);

/* The same for a number of seconds; as it was when absent. */
enum status request_seconds(const json_t *body, const char *name, int64_t *seconds,
                            struct problem *problem);

/* Let the exchange's arena own a document. Takes it. */
json_t *request_own(struct exchange *exchange, json_t *json);

/*
 * Commit a change and, once it is durable, answer with `answer`, which finds
 * `argument` in request_argument. A failure becomes the answer. Both must live
 * in the exchange's arena. To be the last thing that a handler does, or a
 * work_function, which waits for the commit.
 */
void request_commit(struct exchange *exchange, store_change *change, void *argument,
                    route_handler *answer);
/* The same in another organization than the caller's. */
void request_commit_in(struct exchange *exchange, uint32_t organization, store_change *change,
                       void *argument, route_handler *answer);
void *request_argument(const struct exchange *exchange);

/* Answer with a document; takes it. `type` as in exchange_answer. */
void request_answer_json(struct exchange *exchange, int status, const char *type, json_t *json);

/* The same with what was read in this snapshot, unless the store could not look. */
enum status request_answer_read(struct exchange *exchange, struct store_txn *txn, json_t *json,
                                struct problem *problem);

/* The answer of a change that leaves nothing to show: 204. */
route_handler request_answer_nothing;

#endif
