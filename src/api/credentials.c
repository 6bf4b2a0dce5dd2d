#include "credentials.h"

#include <string.h>

#include "bridge/base/text.h"

json_t *timestamp_json(int64_t at)
{
    char text[TIMESTAMP_SIZE];

    timestamp_format(at, text);
    return json_string(text);
}

enum status body_text(const json_t *body, const char *name, const char **text,
                      struct problem *problem)
{
    const json_t *value = json_object_get(body, name);

    *text = json_string_value(value);
    if (value && !*text)
        return problem_set(problem, STATUS_INVALID_VALUE, "%s must be a text", name);
    return STATUS_OK;
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
