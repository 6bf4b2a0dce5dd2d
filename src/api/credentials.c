#include "credentials.h"

#include <string.h>

#include "bridge/base/text.h"

json_t *timestamp_json(int64_t at)
{
    char text[TIMESTAMP_SIZE];

    timestamp_format(at, text);
    return json_string(text);
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

json_t *token_json(const struct token *token)
{
    json_t *json = json_object();

    (void)json_object_set_new(json, "id", json_string(token->id_text));
    (void)json_object_set_new(json, "created", timestamp_json(token->created_at));
    (void)json_object_set_new(json, "expires", timestamp_json(token->expires_at));
    return json;
}
