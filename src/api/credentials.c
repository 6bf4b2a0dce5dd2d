#include "credentials.h"

#include <string.h>

#include "bridge/base/text.h"

json_t *timestamp_json(int64_t at)
{
    char text[TIMESTAMP_SIZE];

    timestamp_format(at, text);
    return json_string(text);
}

void credentials_add_end(json_t *json, int64_t expires_at, int64_t now)
{
    int64_t left = expires_at > now ? expires_at - now : 0;

    (void)json_object_set_new(json, "expires", timestamp_json(expires_at));
    (void)json_object_set_new(json, "expiresIn", json_integer(left));
}

static void wipe_secret(void *pointer)
{
    struct token_request *request = pointer;

    explicit_bzero(request->secret, sizeof(request->secret));
}

struct token_request *token_request_new(struct exchange *exchange)
{
    struct arena *arena = exchange_arena(exchange);
    struct token_request *request = arena_alloc(arena, sizeof(*request));

    request->actor = request_actor(exchange);
    request->arena = arena;
    arena_take(arena, request, wipe_secret);
    return request;
}

enum status token_read_life(const json_t *body, struct token_request *request,
                            struct problem *problem)
{
    enum status status = request_seconds(body, "lifetime", &request->life, problem);

    if (status || request->life > 0 || !json_object_get(body, "lifetime"))
        return status;
    return problem_set(problem, STATUS_INVALID_VALUE, "lifetime must be at least 1 second");
}

static json_t *last_used(const struct api *api, const struct token *token)
{
    int64_t noted = token_usage_last(api->usage, token->id);
    int64_t last = noted > token->used_at ? noted : token->used_at;

    return last ? timestamp_json(last) : json_null();
}

json_t *token_json(struct exchange *exchange, const struct token *token)
{
    json_t *json = json_object();

    (void)json_object_set_new(json, "id", json_string(token->id_text));
    (void)json_object_set_new(json, "created", timestamp_json(token->created_at));
    credentials_add_end(json, token->expires_at, request_actor(exchange)->now);
    (void)json_object_set_new(json, "lastUsed", last_used(request_api(exchange), token));
    return json;
}
