#include "bridge/core/group.h"

#include "bridge/base/log.h"
#include "bridge/scim/resource.h"
#include "handlers.h"
#include "query.h"

static const struct scim_resource_type *type(void)
{
    return scim_resource_type(SCIM_GROUP);
}

/* ------------------------------------------------------------------------------ reading */

static enum status answer_group(struct exchange *exchange, int http, struct store_txn *txn,
                                const struct group *group, struct problem *problem)
{
    struct projection *projection = NULL;
    enum status status = query_projection(exchange, type(), &projection, problem);
    struct bytes tail;

    if (status)
        return status;
    tail = group_tail(txn, group, request_scim_base(exchange),
                      projection_wants(projection, "members"), exchange_arena(exchange));
    if ((status = store_status(txn, problem)))
        return status;
    query_answer(exchange, http, type(), projection, group->id, group->version, group->document,
                 tail);
    return STATUS_OK;
}

enum status groups_show(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const char *id = exchange_segment(exchange, "id");
    struct group group;
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    if (!group_find(txn, request_actor(exchange), id, exchange_arena(exchange), &group))
        return store_missing(txn, problem, "group", id);
    return answer_group(exchange, 200, txn, &group, problem);
}

struct listing {
    struct exchange *exchange;
    struct store_txn *txn;
    const struct query *query;
    const char *base;
    struct list list;
};

static void add_group(void *context, const struct group *group)
{
    struct listing *listing = context;
    struct bytes tail = group_tail(listing->txn, group, listing->base,
                                   projection_wants(listing->query->projection, "members"),
                                   exchange_arena(listing->exchange));

    list_add(&listing->list, query_render(listing->exchange, type(), listing->query->projection,
                                          group->document, tail));
}

enum status groups_list(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct arena *arena = exchange_arena(exchange);
    struct query query;
    enum status status = query_parse(exchange, type(), &query, problem);
    struct listing listing = {exchange, NULL, &query, request_scim_base(exchange),
                              list_begin(arena)};
    struct group_query group_query = {.actor = request_actor(exchange),
                                      .filter = query.filter,
                                      .page = query.page,
                                      .base = listing.base};
    uint64_t total = 0;

    if (status || (status = request_snapshot(exchange, &txn, problem)))
        return status;
    listing.txn = txn;
    if ((status = group_list(txn, &group_query, arena, add_group, &listing, &total, problem)))
        return status;
    exchange_answer(exchange, 200, NULL, list_end(&listing.list, total, &query.page),
                    (struct bytes){0});
    return STATUS_OK;
}

/* ----------------------------------------------------------------------------- changing */

static struct group_request *new_request(struct exchange *exchange)
{
    struct group_request *request = arena_alloc(exchange_arena(exchange), sizeof(*request));

    request->actor = request_actor(exchange);
    request->arena = exchange_arena(exchange);
    request->if_match = exchange_header(exchange, "If-Match");
    return request;
}

/* A provider that names people who are nobody here should be told by somebody. */
static void log_skipped(struct exchange *exchange, const struct group_request *request)
{
    if (request->skipped)
        log_write(LOG_WARNING, "members that are nobody here were skipped", "group",
                  request->group.id, "count", arena_printf(request->arena, "%zu", request->skipped),
                  "request", exchange_id(exchange), NULL);
}

static enum status answer_with(struct exchange *exchange, int http, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct group_request *request = request_argument(exchange);
    enum status status = request_snapshot(exchange, &txn, problem);

    log_skipped(exchange, request);
    return status ? status : answer_group(exchange, http, txn, &request->group, problem);
}

static enum status answer_created(struct exchange *exchange, struct problem *problem)
{
    return answer_with(exchange, 201, problem);
}

static enum status answer_replaced(struct exchange *exchange, struct problem *problem)
{
    return answer_with(exchange, 200, problem);
}

/* Not the whole group: nobody wants a list of all members for each one that is added. */
static enum status answer_patched(struct exchange *exchange, struct problem *problem)
{
    log_skipped(exchange, request_argument(exchange));
    return request_answer_nothing(exchange, problem);
}

enum status groups_create(struct exchange *exchange, struct problem *problem)
{
    struct group_request *request = new_request(exchange);
    json_t *body = NULL;
    enum status status = query_check(exchange, type(), problem);

    if (status || (status = request_json(exchange, &body, problem)) ||
        (status = resource_read(body, type(), &request->resource, problem)))
        return status;
    (void)request_own(exchange, request->resource);
    request_commit(exchange, group_create, request, answer_created);
    return STATUS_OK;
}

static enum status commit_patch(struct exchange *exchange, const json_t *operations,
                                route_handler *answer, struct problem *problem)
{
    struct group_request *request = new_request(exchange);
    struct patch *patch = NULL;
    enum status status = query_check(exchange, type(), problem);

    if (status ||
        (status = patch_parse(operations, type(), exchange_arena(exchange), &patch, problem)))
        return status;
    request->id = exchange_segment(exchange, "id");
    request->patch = patch;
    request_commit(exchange, group_patch, request, answer);
    return STATUS_OK;
}

enum status groups_patch(struct exchange *exchange, struct problem *problem)
{
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    return status ? status : commit_patch(exchange, body, answer_patched, problem);
}

enum status groups_replace(struct exchange *exchange, struct problem *problem)
{
    json_t *operations = NULL;
    enum status status = request_replace(exchange, type(), &operations, problem);

    return status ? status : commit_patch(exchange, operations, answer_replaced, problem);
}

enum status groups_delete(struct exchange *exchange, struct problem *problem)
{
    struct group_request *request = new_request(exchange);

    (void)problem;
    request->id = exchange_segment(exchange, "id");
    request_commit(exchange, group_delete, request, request_answer_nothing);
    return STATUS_OK;
}
