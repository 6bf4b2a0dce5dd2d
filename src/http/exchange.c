#include "exchange.h"

#include <string.h>

#include "route.h"
#include "server.h"

const char *exchange_method(const struct exchange *exchange)
{
    return exchange->method;
}

const char *exchange_path(const struct exchange *exchange)
{
    return exchange->target.path;
}

const char *exchange_segment(const struct exchange *exchange, const char *name)
{
    struct bytes segment = route_segment(exchange->route, exchange->target.path, name);

    return segment.data ? arena_text(exchange->arena, segment) : NULL;
}

const char *exchange_header(const struct exchange *exchange, const char *name)
{
    return headers_find(&exchange->headers, name);
}

const char *exchange_parameter(const struct exchange *exchange, const char *name)
{
    return target_parameter(&exchange->target, name);
}

void exchange_write_metrics(const struct exchange *exchange, struct metrics *metrics)
{
    server_write_metrics(exchange->server, metrics);
}

struct bytes exchange_body(const struct exchange *exchange)
{
    return bytes_of(exchange->body.data, exchange->body.size);
}

static const char *without_trailing_slash(struct arena *arena, const char *url)
{
    size_t size = strlen(url);

    while (size > 0 && url[size - 1] == '/')
        size--;
    return arena_text(arena, bytes_of(url, size));
}

/* Of a request on the control socket, Host says nothing about where the server is. */
const char *exchange_base(const struct exchange *exchange)
{
    const struct http_settings *settings = exchange->settings;
    const char *host = exchange->peer->is_control ? NULL : exchange_header(exchange, "Host");
    const char *scheme = settings->certificate_path ? "https" : "http";

    if (settings->public_url)
        return without_trailing_slash(exchange->arena, settings->public_url);
    if (host)
        return arena_printf(exchange->arena, "%s://%s", scheme, host);
    return arena_printf(exchange->arena, "%s://%s:%u", scheme, settings->address,
                        http_port(exchange->server)); /* HTTP/1.0 may do without Host */
}

const char *exchange_id(const struct exchange *exchange)
{
    return exchange->id;
}

const char *exchange_peer(const struct exchange *exchange)
{
    return exchange->peer->address;
}

bool exchange_is_control(const struct exchange *exchange)
{
    return exchange->peer->is_control;
}

uid_t exchange_uid(const struct exchange *exchange)
{
    return exchange->peer->uid;
}

struct arena *exchange_arena(struct exchange *exchange)
{
    return exchange->arena;
}

void exchange_allow_body(struct exchange *exchange, size_t size)
{
    if (exchange->body.max < size)
        exchange->body.max = size;
}

void exchange_set_principal(struct exchange *exchange, const void *principal)
{
    exchange->principal = principal;
}

const void *exchange_principal(const struct exchange *exchange)
{
    return exchange->principal;
}

void *exchange_context(const struct exchange *exchange)
{
    return exchange->settings->context;
}

void *exchange_work(const struct exchange *exchange)
{
    return exchange->work;
}

void exchange_suspend(struct exchange *exchange, route_handler *handler, void *work)
{
    exchange->handler = handler;
    exchange->work = work;
    if (exchange->is_suspended)
        return;
    exchange->is_suspended = true;
    MHD_suspend_connection(exchange->connection);
}

bool exchange_is_suspended(const struct exchange *exchange)
{
    return exchange->is_suspended;
}

void exchange_resume(struct exchange *exchange)
{
    MHD_resume_connection(exchange->connection);
}
