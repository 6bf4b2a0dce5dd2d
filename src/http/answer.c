#include "answer.h"

#include <string.h>

#include "bridge/base/log.h"

/* Up to here it is cheaper to join the two parts than to send them apart. */
enum { JOIN_SIZE_MAX = 32768 };

/* What an answer of this status says, unless it says it itself. */
static const struct {
    int status;
    const char *name;
    const char *value;
} status_headers[] = {
    {401, "WWW-Authenticate", "Bearer"},
    {429, "Retry-After", "1"},
    {503, "Retry-After", "5"},
};

void exchange_answer(struct exchange *exchange, int status, const char *type, struct bytes body,
                     struct bytes rest)
{
    struct answer *answer = &exchange->answer;

    answer->is_given = true;
    answer->status = status;
    answer->type = type;
    answer->body = body;
    answer->rest = rest;
}

void exchange_answer_header(struct exchange *exchange, const char *name, const char *value)
{
    struct answer_header *header = arena_alloc(exchange->arena, sizeof(*header));

    header->name = arena_strdup(exchange->arena, name);
    header->value = arena_strdup(exchange->arena, value);
    header->next = exchange->answer.headers;
    exchange->answer.headers = header;
}

/* A detail may quote what came from outside; in JSON it must be UTF-8 all the same. */
static const char *readable(struct arena *arena, const char *detail)
{
    char *copy;

    if (text_is_utf8(detail))
        return detail;
    copy = arena_strdup(arena, detail);
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    return copy;
}

void answer_failure(struct exchange *exchange, enum status status, const struct problem *problem)
{
    struct text json = {.arena = exchange->arena};
    int code = status_http(status);
    const char *scim_type = status_scim_type(status);
    const char *detail = *problem->detail ? readable(exchange->arena, problem->detail)
                                          : MHD_get_reason_phrase_for((unsigned)code);

    text_add_format(&json,
                    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
                    "\"status\":\"%d\"",
                    code);
    if (scim_type)
        text_add_format(&json, ",\"scimType\":\"%s\"", scim_type);
    text_add(&json, ",\"detail\":");
    text_add_json(&json, detail);
    text_add(&json, "}");
    exchange_answer(exchange, code, NULL, bytes_of(json.data, json.size), (struct bytes){0});
    if (code == MHD_HTTP_INTERNAL_SERVER_ERROR) /* what only we can mend */
        log_write(LOG_ERROR, "request failed", "detail", detail, "request", exchange->id, NULL);
}

static struct MHD_Response *response_joined(struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    size_t size = answer->body.size + answer->rest.size;
    char *joined = arena_alloc(exchange->arena, size + 1);

    if (answer->body.size)
        memcpy(joined, answer->body.data, answer->body.size);
    if (answer->rest.size)
        memcpy(joined + answer->body.size, answer->rest.data, answer->rest.size);
    return MHD_create_response_from_buffer(size, joined, MHD_RESPMEM_PERSISTENT);
}

/* Nothing is copied: the arena lives until libmicrohttpd is done with the request. */
static struct MHD_Response *response_new(struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    const struct MHD_IoVec parts[] = {{answer->body.data, answer->body.size},
                                      {answer->rest.data, answer->rest.size}};

    if (answer->body.size + answer->rest.size <= JOIN_SIZE_MAX)
        return response_joined(exchange);
    return MHD_create_response_from_iovec(parts, answer->rest.size ? 2 : 1, NULL, NULL);
}

static void add_header(struct MHD_Response *response, const struct exchange *exchange,
                       const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) != MHD_YES)
        log_write(LOG_ERROR, "answer header left out", "name", name, "request", exchange->id, NULL);
}

static void add_type(struct MHD_Response *response, const struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    const char *type =
        headers_want_plain_json(&exchange->headers) ? "application/json" : "application/scim+json";

    if (answer->body.size + answer->rest.size > 0)
        add_header(response, exchange, "Content-Type", answer->type ? answer->type : type);
}

static bool has_header(const struct answer *answer, const char *name)
{
    for (const struct answer_header *header = answer->headers; header; header = header->next)
        if (text_equal_ascii(header->name, name))
            return true;
    return false;
}

static void add_status_headers(struct MHD_Response *response, const struct exchange *exchange)
{
    for (size_t i = 0; i < sizeof(status_headers) / sizeof(*status_headers); i++)
        if (status_headers[i].status == exchange->answer.status &&
            !has_header(&exchange->answer, status_headers[i].name))
            add_header(response, exchange, status_headers[i].name, status_headers[i].value);
}

static void add_headers(struct MHD_Response *response, const struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;

    add_type(response, exchange);
    for (const struct answer_header *header = answer->headers; header; header = header->next)
        add_header(response, exchange, header->name, header->value);
    add_status_headers(response, exchange);
    if (!has_header(answer, "Cache-Control"))
        add_header(response, exchange, "Cache-Control", "no-store");
    add_header(response, exchange, "X-Request-Id", exchange->id);
    if (answer->closes)
        add_header(response, exchange, "Connection", "close");
}

enum MHD_Result answer_send(struct exchange *exchange)
{
    struct MHD_Response *response = response_new(exchange);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    add_headers(response, exchange);
    result = MHD_queue_response(exchange->connection, (unsigned)exchange->answer.status, response);
    MHD_destroy_response(response); /* the connection holds on to it */
    return result;
}
