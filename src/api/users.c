#include "bridge/core/user.h"
#include "bridge/scim/resource.h"
#include "handlers.h"
#include "query.h"

static const struct scim_resource_type *type(void)
{
    return scim_resource_type(SCIM_USER);
}

/* ------------------------------------------------------------------------------ reading */

static enum status answer_user(struct exchange *exchange, int http, struct store_txn *txn,
                               const struct user *user, struct problem *problem)
{
    struct projection *projection = NULL;
    struct bytes tail = user_tail(txn, user, request_scim_base(exchange), exchange_arena(exchange));
    enum status status = query_projection(exchange, type(), &projection, problem);

    if (status || (status = store_status(txn, problem)))
        return status;
    query_answer(exchange, http, type(), projection, user->account.id, user->account.version,
                 user->document, tail);
    return STATUS_OK;
}

enum status users_show(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const char *id = exchange_segment(exchange, "id");
    struct user user;
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    if (!user_find(txn, request_actor(exchange), id, exchange_arena(exchange), &user))
        return store_missing(txn, problem, "user", id);
    return answer_user(exchange, 200, txn, &user, problem);
}

struct listing {
    struct exchange *exchange;
    struct store_txn *txn;
    const struct query *query;
    const char *base;
    struct list list;
};

static void add_user(void *context, const struct user *user)
{
    struct listing *listing = context;
    struct bytes tail =
        user_tail(listing->txn, user, listing->base, exchange_arena(listing->exchange));

    list_add(&listing->list, query_render(listing->exchange, type(), listing->query->projection,
                                          user->document, tail));
}

enum status users_list(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct arena *arena = exchange_arena(exchange);
    struct query query;
    enum status status = query_parse(exchange, type(), &query, problem);
    struct listing listing = {exchange, NULL, &query, request_scim_base(exchange),
                              list_begin(arena)};
    struct user_query user_query = {
        .actor = request_actor(exchange), .filter = query.filter, .page = query.page};
    uint64_t total = 0;

    if (status || (status = request_snapshot(exchange, &txn, problem)))
        return status;
    listing.txn = txn;
    user_query.base = listing.base;
    if ((status = user_list(txn, &user_query, arena, add_user, &listing, &total, problem)))
        return status;
    exchange_answer(exchange, 200, NULL, list_end(&listing.list, total, &query.page),
                    (struct bytes){0});
    return STATUS_OK;
}

/* ----------------------------------------------------------------------------- changing */

static struct user_request *new_request(struct exchange *exchange)
{
    struct user_request *request = arena_alloc(exchange_arena(exchange), sizeof(*request));

    request->actor = request_actor(exchange);
    request->arena = exchange_arena(exchange);
    request->if_match = exchange_header(exchange, "If-Match");
    return request;
}

static enum status answer_with(struct exchange *exchange, int http, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct user_request *request = request_argument(exchange);
    enum status status = request_snapshot(exchange, &txn, problem);

    return status ? status : answer_user(exchange, http, txn, &request->user, problem);
}

static enum status answer_created(struct exchange *exchange, struct problem *problem)
{
    return answer_with(exchange, 201, problem);
}

static enum status answer_changed(struct exchange *exchange, struct problem *problem)
{
    return answer_with(exchange, 200, problem);
}

enum status users_create(struct exchange *exchange, struct problem *problem)
{
    struct user_request *request = new_request(exchange);
    json_t *body = NULL;
    enum status status = query_check(exchange, type(), problem);

    if (status || (status = request_json(exchange, &body, problem)) ||
        (status = resource_read(body, type(), &request->resource, problem)))
        return status;
    (void)request_own(exchange, request->resource);
    request_commit(exchange, user_create, request, answer_created);
    return STATUS_OK;
}

static enum status commit_patch(struct exchange *exchange, const json_t *operations,
                                struct problem *problem)
{
    struct user_request *request = new_request(exchange);
    struct patch *patch = NULL;
    enum status status = query_check(exchange, type(), problem);

    if (status ||
        (status = patch_parse(operations, type(), exchange_arena(exchange), &patch, problem)))
        return status;
    request->id = exchange_segment(exchange, "id");
    request->patch = patch;
    request_commit(exchange, user_patch, request, answer_changed);
    return STATUS_OK;
}

enum status users_patch(struct exchange *exchange, struct problem *problem)
{
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    return status ? status : commit_patch(exchange, body, problem);
}

enum status users_replace(struct exchange *exchange, struct problem *problem)
{
    json_t *operations = NULL;
    enum status status = request_replace(exchange, type(), &operations, problem);

    return status ? status : commit_patch(exchange, operations, problem);
}

/* For administrators: {"reason"} may be left out, and so may the body. */
static enum status read_reason(struct exchange *exchange, const char **reason,
                               struct problem *problem)
{
    json_t *body = NULL;
    enum status status;

    if (exchange_body(exchange).size == 0)
        return STATUS_OK;
    if ((status = request_json(exchange, &body, problem)))
        return status;
    return request_text(body, "reason", reason, problem);
}

static enum status commit_block(struct exchange *exchange, store_change *change,
                                struct problem *problem)
{
    struct user_request *request = new_request(exchange);
    enum status status = read_reason(exchange, &request->reason, problem);

    if (status)
        return status;
    request->id = exchange_segment(exchange, "id");
    request_commit(exchange, change, request, answer_changed);
    return STATUS_OK;
}

enum status users_block(struct exchange *exchange, struct problem *problem)
{
    return commit_block(exchange, user_block, problem);
}

enum status users_unblock(struct exchange *exchange, struct problem *problem)
{
    return commit_block(exchange, user_unblock, problem);
}

enum status users_delete(struct exchange *exchange, struct problem *problem)
{
    struct user_request *request = new_request(exchange);

    (void)problem;
    request->id = exchange_segment(exchange, "id");
    request_commit(exchange, user_delete, request, request_answer_nothing);
    return STATUS_OK;
}
