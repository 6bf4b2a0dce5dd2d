#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "bridge/base/clock.h"
#include "bridge/base/log.h"
#include "bridge/base/random.h"
#include "route.h"
#include "server.h"

enum { ANSWER_STEP = 1 << 20, US_PER_MS = 1000 };

static struct peer *peer_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* Of the first request they have been waited for since the connection began. */
static void expect_headers(struct peer *peer, const struct http_limits *limits)
{
    if (peer->is_idle)
        peer_expire_in(peer, limits->header_ms);
    peer->is_idle = false;
}

void *request_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    struct arena *arena = arena_new();
    struct exchange *exchange = arena_alloc(arena, sizeof(*exchange));
    struct http_server *server = context;
    unsigned char id[UUID_SIZE];

    exchange->arena = arena;
    exchange->server = server;
    exchange->settings = &server->settings;
    exchange->connection = connection;
    exchange->peer = peer_of(connection);
    exchange->body = (struct body){&server->bodies, .max = server->settings.limits.body_size};
    exchange->began_us = clock_boot_us();
    /* One byte over the limit is enough to see that it is too long. */
    exchange->raw_target =
        arena_text(arena, bytes_of(target, strnlen(target, TARGET_SIZE_MAX + 1)));
    exchange->target_end = target + strlen(target);
    uuid_new(clock_now_ms(), id);
    uuid_format(id, exchange->id);
    expect_headers(exchange->peer, &server->settings.limits);
    return exchange;
}

/* ------------------------------------------------------------------ letting in */

/* Where the headers are put as they are walked; those over the limit are only counted. */
struct collecting {
    struct header items[HEADER_COUNT_MAX];
    struct headers headers;
};

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name,
                               size_t name_size, const char *value, size_t value_size)
{
    struct collecting *collecting = context;
    struct headers *headers = &collecting->headers;

    (void)kind;
    if (headers->count < HEADER_COUNT_MAX)
        collecting->items[headers->count] = (struct header){name, value ? value : ""};
    headers->count++;
    headers->size += name_size + value_size + strlen(": \r\n");
    return MHD_YES;
}

static struct headers headers_of(struct exchange *exchange)
{
    struct collecting *collecting = arena_alloc(exchange->arena, sizeof(*collecting));

    collecting->headers.items = collecting->items;
    MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, collect, collecting);
    return collecting->headers;
}

/*
 * Of a target with a NUL only what stands before it is seen. libmicrohttpd ends
 * it by a NUL of its own, and the version stands right behind that one.
 */
static enum status check_request_line(const struct exchange *exchange, const char *version,
                                      struct problem *problem)
{
    if (!header_is_token(exchange->method))
        return problem_set(problem, STATUS_INVALID_SYNTAX, "the method of the request is no token");
    if (version != exchange->target_end + 1)
        return problem_set(problem, STATUS_INVALID_SYNTAX, "the request target has a NUL");
    return STATUS_OK;
}

/* Where the request ends is not known for sure until this is through. */
static enum status read_head(struct exchange *exchange, const char *version,
                             struct problem *problem)
{
    struct headers headers = headers_of(exchange);
    enum status status = check_request_line(exchange, version, problem);

    if (status || (status = headers_check(&headers, version, &exchange->framing, problem)))
        return status;
    exchange->headers = headers;
    exchange->body.expected = exchange->framing.content_length;
    if ((status = target_parse(exchange->arena, exchange->raw_target, &exchange->target, problem)))
        return status;
    exchange->answer.closes = framing_has_body(&exchange->framing);
    return STATUS_OK;
}

static enum status find_route(struct exchange *exchange, struct problem *problem)
{
    const struct routes routes = {exchange->settings->routes, exchange->settings->route_count};
    const char *allowed = NULL;
    enum status status = routes_find(&routes, exchange->method, exchange->target.path,
                                     exchange->arena, &exchange->route, &allowed, problem);

    if (allowed)
        exchange_answer_header(exchange, "Allow", allowed);
    return status;
}

static enum status say_too_large(const struct exchange *exchange, struct problem *problem)
{
    return problem_set(problem, STATUS_TOO_LARGE, "the body is larger than %zu bytes",
                       exchange->body.max);
}

static enum status check_body_head(const struct exchange *exchange, struct problem *problem)
{
    if (exchange->framing.content_length > exchange->body.max)
        return say_too_large(exchange, problem);
    if (framing_has_body(&exchange->framing) && !headers_body_is_json(&exchange->headers))
        return problem_set(problem, STATUS_UNSUPPORTED_MEDIA,
                           "send the body as application/scim+json or application/json");
    return STATUS_OK;
}

static enum status let_in(struct exchange *exchange, struct problem *problem)
{
    const struct peer *peer = exchange->peer;
    enum status status;

    if (!peer->is_welcome)
        return problem_set(problem, STATUS_FORBIDDEN,
                           "uid %u may not use the control socket; root, the daemon's user and the "
                           "members of its group may",
                           (unsigned)peer->uid);
    exchange->is_under_way = server_let_in(exchange->server);
    if (!exchange->is_under_way)
        return problem_set(problem, STATUS_BUSY, "the server is stopping");
    if ((status = find_route(exchange, problem)))
        return status;
    if ((status = exchange->settings->gate(exchange, exchange->route->scope, problem)))
        return status;
    return check_body_head(exchange, problem);
}

/* ------------------------------------------------------------------- answering */

/* For each further MiB as long again: who reads slowly is served, who does not read is not. */
static int64_t answer_ms(const struct exchange *exchange)
{
    size_t size = exchange->answer.body.size + exchange->answer.rest.size;

    return exchange->settings->limits.answer_ms * (int64_t)(1 + size / ANSWER_STEP);
}

static enum MHD_Result reply(struct exchange *exchange)
{
    exchange->stage = EXCHANGE_ANSWERED;
    peer_expire_in(exchange->peer, answer_ms(exchange));
    if (server_is_stopping(exchange->server))
        exchange->answer.closes = true;
    return answer_send(exchange);
}

static enum MHD_Result fail(struct exchange *exchange, enum status status,
                            const struct problem *problem)
{
    answer_failure(exchange, status, problem);
    return reply(exchange);
}

/*
 * With nothing but the headers read: whoever may not come in is told so before
 * a byte of body. If there is none, the next call tells, since libmicrohttpd
 * closes the connection behind whatever is answered in this one.
 */
static enum MHD_Result begin(struct exchange *exchange, const char *method, const char *version)
{
    struct problem problem = {0};
    enum status status;

    exchange->method = strcmp(method, "HEAD") == 0 ? "GET" : method;
    exchange->answer.closes = true;
    status = read_head(exchange, version, &problem);
    if (!status)
        status = let_in(exchange, &problem);
    peer_serve(exchange->peer);
    peer_expire_in(exchange->peer,
                   framing_has_body(&exchange->framing) ? exchange->settings->limits.body_ms : 0);
    if (!status) {
        exchange->answer.closes = false;
        exchange->stage = EXCHANGE_READING;
        return MHD_YES;
    }
    answer_failure(exchange, status, &problem);
    if (exchange->answer.closes)
        return reply(exchange);
    exchange->stage = EXCHANGE_REFUSED;
    return MHD_YES;
}

static enum MHD_Result call(struct exchange *exchange, route_handler *handler)
{
    struct problem problem = {0};
    enum status status;
    enum MHD_Result result;

    exchange->is_suspended = false;
    status = handler(exchange, &problem);
    if (exchange->is_suspended)
        return MHD_YES;
    if (!status && !exchange->answer.is_given)
        status = problem_set(&problem, STATUS_INTERNAL, "the request was left without an answer");
    result = status ? fail(exchange, status, &problem) : reply(exchange);
    server_end_handling(exchange->server);
    return result;
}

static enum MHD_Result refuse_body(struct exchange *exchange)
{
    struct problem problem = {0};

    if (exchange->body.refused == STATUS_TOO_LARGE)
        say_too_large(exchange, &problem);
    else
        problem_set(&problem, exchange->body.refused, "too many large requests at once");
    exchange->answer.closes = true;
    return fail(exchange, problem.status, &problem);
}

static enum MHD_Result handle(struct exchange *exchange)
{
    struct problem problem = {0};

    peer_expire_in(exchange->peer, 0);
    if (exchange->body.refused)
        return refuse_body(exchange);
    if (!server_begin_handling(exchange->server)) {
        problem_set(&problem, STATUS_BUSY, "the server is stopping");
        return fail(exchange, problem.status, &problem);
    }
    exchange->stage = EXCHANGE_HANDLING;
    return call(exchange, exchange->route->handler);
}

enum MHD_Result request_continue(void *context, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *data,
                                 size_t *size, void **state)
{
    struct exchange *exchange = *state;
    size_t given = *size;

    (void)context;
    (void)connection;
    (void)url;
    switch (exchange->stage) {
    case EXCHANGE_NEW:
        return begin(exchange, method, version);
    case EXCHANGE_READING:
        *size = 0;
        if (given == 0)
            return handle(exchange);
        return body_take(&exchange->body, data, given) ? MHD_YES : MHD_NO;
    case EXCHANGE_REFUSED:
        return reply(exchange);
    case EXCHANGE_HANDLING:
        return call(exchange, exchange->handler);
    case EXCHANGE_ANSWERED:
        *size = 0;
        return MHD_YES;
    }
    return MHD_NO;
}

/* ---------------------------------------------------------------------- ending */

static void log_access(const struct exchange *exchange, int64_t took_us,
                       enum MHD_RequestTerminationCode reason)
{
    char status[16], duration[24];

    (void)snprintf(status, sizeof(status), "%d", exchange->answer.status);
    (void)snprintf(duration, sizeof(duration), "%lld", (long long)(took_us / US_PER_MS));
    log_write(LOG_INFO, "request", "method", exchange->method, "path", exchange->target.path,
              "status", exchange->answer.is_given ? status : NULL, "ms", duration, "ended",
              reason == MHD_REQUEST_TERMINATED_COMPLETED_OK ? NULL : "early", "request",
              exchange->id, NULL);
}

void request_end(void *context, struct MHD_Connection *connection, void **state,
                 enum MHD_RequestTerminationCode reason)
{
    struct exchange *exchange = *state;
    struct http_server *server = context;
    int64_t took_us;

    (void)connection;
    if (!exchange)
        return;
    *state = NULL;
    exchange->peer->is_idle = true;
    peer_await(exchange->peer);
    peer_expire_in(exchange->peer, exchange->settings->limits.idle_ms);
    took_us = clock_boot_us() - exchange->began_us;
    log_access(exchange, took_us, reason);
    tally_answer(&server->tally, exchange->route, exchange->answer.status, took_us);
    if (exchange->is_under_way)
        server_let_out(server);
    body_clear(&exchange->body);
    arena_free(exchange->arena);
}
