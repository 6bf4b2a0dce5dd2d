#ifndef BRIDGE_HTTP_EXCHANGE_H
#define BRIDGE_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "bridge/base/arena.h"
#include "bridge/base/bytes.h"
#include "bridge/http/route.h"

struct metrics;

/*
 * One request and its answer. It belongs to the handler until the handler
 * returns or, if suspended, until it is resumed. All text that these functions
 * hand out lives in the exchange's arena, as does what answers point to.
 */
struct exchange;

/* ------------------------------------------------------------------ request */

/* GET when it is HEAD, which is answered by the same handler, without the body. */
const char *exchange_method(const struct exchange *exchange);

/* Canonical: one leading slash, none doubled or trailing, percent-decoded. */
const char *exchange_path(const struct exchange *exchange);

/* What stood for {name} in the route's path; decoded. Never NULL for a name that the route has. */
const char *exchange_segment(const struct exchange *exchange, const char *name);

/* NULL when absent. Names of headers are matched without letter case. */
const char *exchange_header(const struct exchange *exchange, const char *name);

/* The first query parameter of this name, decoded (+ is a space); NULL when absent. */
const char *exchange_parameter(const struct exchange *exchange, const char *name);

/* The whole body; empty when there was none. Read only after the gate let the request in. */
struct bytes exchange_body(const struct exchange *exchange);

/*
 * What the addresses in answers begin with: the configured public URL, or
 * "https://HOST" as the client wrote it (http where there is no TLS), or, on the
 * control socket, the address and port of the network; without a trailing slash.
 */
const char *exchange_base(const struct exchange *exchange);

/* A fresh id for logs and the journal; also sent back as X-Request-Id. */
const char *exchange_id(const struct exchange *exchange);

/* The other side's address; "control" on the control socket. */
const char *exchange_peer(const struct exchange *exchange);

/* On the control socket, whose peers the server has checked by their credentials. */
bool exchange_is_control(const struct exchange *exchange);
uid_t exchange_uid(const struct exchange *exchange);

struct arena *exchange_arena(struct exchange *exchange);

/* Write what the server that it came to has counted: requests, how long they took, connections. */
void exchange_write_metrics(const struct exchange *exchange, struct metrics *metrics);

/* Whatever the gate and the handlers want to remember about this exchange. */
void exchange_set_principal(struct exchange *exchange, const void *principal);
const void *exchange_principal(const struct exchange *exchange);

/* For the gate: this request's body may be so many bytes where http_limits has fewer. */
void exchange_allow_body(struct exchange *exchange, size_t size);

/* The server's `context` setting. */
void *exchange_context(const struct exchange *exchange);

/* ------------------------------------------------------------------- answer */

/*
 * The answer, in two parts so that stored bytes and what is composed at read
 * time need not be joined; `rest` may be empty. `type` NULL: application/scim+json,
 * or application/json if that is all the client accepts. Both parts live in the
 * arena or for ever.
 */
void exchange_answer(struct exchange *exchange, int status, const char *type, struct bytes body,
                     struct bytes rest);

/* A further header; copied. Before or after exchange_answer. */
void exchange_answer_header(struct exchange *exchange, const char *name, const char *value);

/* ------------------------------------------------------------------ waiting */

/*
 * Let go of the thread until exchange_resume: then `handler` is called, on an
 * HTTP thread, to answer. Call it last but for what starts the work, since the
 * exchange may be resumed, from any thread, before that call has returned.
 */
void exchange_suspend(struct exchange *exchange, route_handler *handler, void *work);
void exchange_resume(struct exchange *exchange);

/*
 * True on a work thread. To suspend again there says how it goes on once the work
 * thread lets go: `handler` is called instead of what was named before.
 */
bool exchange_is_suspended(const struct exchange *exchange);

/* What exchange_suspend was given. */
void *exchange_work(const struct exchange *exchange);

#endif
