#include "query.h"

#include <inttypes.h>
#include <stdlib.h>

#include "bridge/base/json.h"

enum status query_projection(struct exchange *exchange, const struct scim_resource_type *type,
                             struct projection **projection, struct problem *problem)
{
    return projection_parse(exchange_parameter(exchange, "attributes"),
                            exchange_parameter(exchange, "excludedAttributes"), type,
                            exchange_arena(exchange), projection, problem);
}

enum status query_check(struct exchange *exchange, const struct scim_resource_type *type,
                        struct problem *problem)
{
    struct projection *projection;

    return query_projection(exchange, type, &projection, problem);
}

enum status query_parse(struct exchange *exchange, const struct scim_resource_type *type,
                        struct query *query, struct problem *problem)
{
    const char *filter = exchange_parameter(exchange, "filter");
    enum status status;

    *query = (struct query){0};
    if (filter &&
        (status = filter_parse(filter, type, exchange_arena(exchange), &query->filter, problem)))
        return status;
    if ((status = page_parse(exchange_parameter(exchange, "startIndex"),
                             exchange_parameter(exchange, "count"), &query->page, problem)))
        return status;
    return query_projection(exchange, type, &query->projection, problem);
}

static struct bytes join(struct arena *arena, struct bytes document, struct bytes tail)
{
    struct text whole = {.arena = arena};

    text_add_bytes(&whole, bytes_of(document.data, document.size - 1));
    text_add_bytes(&whole, tail);
    return bytes_of(whole.data, whole.size);
}

struct bytes query_render(struct arena *arena, const struct scim_resource_type *type,
                          const struct projection *projection, struct bytes document,
                          struct bytes tail)
{
    struct bytes whole = join(arena, document, tail);
    json_auto_t *resource = NULL;
    json_auto_t *projected = NULL;
    char *text;

    if (!projection)
        return whole;
    resource = json_stored(whole);
    projected = resource ? projection_apply(projection, resource, type) : NULL;
    text = projected ? json_dumps(projected, JSON_COMPACT) : NULL;
    if (!text)
        return whole;
    arena_take(arena, text, free);
    return bytes_of_text(text);
}

static void answer_headers(struct exchange *exchange, int status,
                           const struct scim_resource_type *type, const char *id, uint64_t version)
{
    struct arena *arena = exchange_arena(exchange);

    exchange_answer_header(exchange, "ETag", arena_printf(arena, "W/\"%" PRIu64 "\"", version));
    if (status == 201)
        exchange_answer_header(
            exchange, "Location",
            arena_printf(arena, "%s%s/%s", request_scim_base(exchange), type->endpoint, id));
}

void query_answer(struct exchange *exchange, int status, const struct scim_resource_type *type,
                  const struct projection *projection, const char *id, uint64_t version,
                  struct bytes document, struct bytes tail)
{
    answer_headers(exchange, status, type, id, version);
    if (projection)
        exchange_answer(exchange, status, NULL,
                        query_render(exchange_arena(exchange), type, projection, document, tail),
                        (struct bytes){0});
    else
        exchange_answer(exchange, status, NULL, bytes_of(document.data, document.size - 1), tail);
}
