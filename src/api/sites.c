#include "bridge/core/site.h"

#include "bridge/scim/resource.h"
#include "handlers.h"
#include "query.h"

static const struct scim_resource_type *type(void)
{
    return scim_resource_type(SCIM_SITE);
}

static enum status answer_site(struct exchange *exchange, int http, struct store_txn *txn,
                               const struct site *site, struct problem *problem)
{
    struct projection *projection = NULL;
    struct bytes tail = site_tail(txn, site, request_scim_base(exchange), exchange_arena(exchange));
    enum status status = query_projection(exchange, type(), &projection, problem);

    if (status || (status = store_status(txn, problem)))
        return status;
    query_answer(exchange, http, type(), projection, site->id, site->version, site->document, tail);
    return STATUS_OK;
}

enum status sites_show(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const char *id = exchange_segment(exchange, "id");
    struct site site;
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    if (!site_find(txn, id, exchange_arena(exchange), &site))
        return store_missing(txn, problem, "site", id);
    return answer_site(exchange, 200, txn, &site, problem);
}

/* Sites are few: a filter is evaluated on each. */
struct listing {
    struct exchange *exchange;
    struct store_txn *txn;
    struct query query;
    const char *base;
    struct list list;
    uint64_t matched;
};

static bool is_match(const struct filter *filter, struct bytes whole)
{
    json_auto_t *resource = filter ? json_loadb(whole.data, whole.size, 0, NULL) : NULL;

    return !filter || (resource && filter_matches(filter, resource));
}

static bool add_site(void *context, const struct site *site)
{
    struct listing *listing = context;
    const struct query *query = &listing->query;
    struct bytes tail =
        site_tail(listing->txn, site, listing->base, exchange_arena(listing->exchange));

    if (!is_match(query->filter,
                  query_render(listing->exchange, type(), NULL, site->document, tail)))
        return true;
    listing->matched++;
    if (listing->matched >= query->page.start_index && listing->list.added < query->page.count)
        list_add(&listing->list,
                 query_render(listing->exchange, type(), query->projection, site->document, tail));
    return true;
}

enum status sites_list(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct arena *arena = exchange_arena(exchange);
    struct listing listing = {
        .exchange = exchange, .base = request_scim_base(exchange), .list = list_begin(arena)};
    enum status status = query_parse(exchange, type(), &listing.query, problem);

    if (status || (status = request_snapshot(exchange, &txn, problem)))
        return status;
    listing.txn = txn;
    site_each(txn, arena, add_site, &listing);
    if ((status = store_status(txn, problem)))
        return status;
    exchange_answer(exchange, 200, NULL,
                    list_end(&listing.list, listing.matched, &listing.query.page),
                    (struct bytes){0});
    return STATUS_OK;
}

static enum status answer_with(struct exchange *exchange, int http, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct site_request *request = request_argument(exchange);
    enum status status = request_snapshot(exchange, &txn, problem);

    return status ? status : answer_site(exchange, http, txn, &request->site, problem);
}

static enum status answer_created(struct exchange *exchange, struct problem *problem)
{
    return answer_with(exchange, 201, problem);
}

static enum status answer_changed(struct exchange *exchange, struct problem *problem)
{
    return answer_with(exchange, 200, problem);
}

static struct site_request *new_request(struct exchange *exchange)
{
    struct site_request *request = arena_alloc(exchange_arena(exchange), sizeof(*request));

    request->actor = request_actor(exchange);
    request->arena = exchange_arena(exchange);
    request->if_match = exchange_header(exchange, "If-Match");
    return request;
}

enum status sites_create(struct exchange *exchange, struct problem *problem)
{
    struct site_request *request = new_request(exchange);
    json_t *body = NULL;
    enum status status = query_check(exchange, type(), problem);

    if (status || (status = request_json(exchange, &body, problem)) ||
        (status = resource_read(body, type(), &request->resource, problem)))
        return status;
    (void)request_own(exchange, request->resource);
    request_commit(exchange, site_create, request, answer_created);
    return STATUS_OK;
}

static enum status commit_patch(struct exchange *exchange, const json_t *operations,
                                struct problem *problem)
{
    struct site_request *request = new_request(exchange);
    struct patch *patch = NULL;
    enum status status = query_check(exchange, type(), problem);

    if (status ||
        (status = patch_parse(operations, type(), exchange_arena(exchange), &patch, problem)))
        return status;
    request->id = exchange_segment(exchange, "id");
    request->patch = patch;
    request_commit(exchange, site_patch, request, answer_changed);
    return STATUS_OK;
}

enum status sites_patch(struct exchange *exchange, struct problem *problem)
{
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    return status ? status : commit_patch(exchange, body, problem);
}

enum status sites_replace(struct exchange *exchange, struct problem *problem)
{
    json_t *operations = NULL;
    enum status status = request_replace(exchange, type(), &operations, problem);

    return status ? status : commit_patch(exchange, operations, problem);
}

enum status sites_delete(struct exchange *exchange, struct problem *problem)
{
    struct site_request *request = new_request(exchange);

    (void)problem;
    request->id = exchange_segment(exchange, "id");
    request_commit(exchange, site_delete, request, request_answer_nothing);
    return STATUS_OK;
}
