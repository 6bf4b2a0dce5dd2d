#include "bridge/core/site.h"

#include "resource.h"

static struct view view_of(const struct look *look, const struct site *site)
{
    return (struct view){
        .id = arena_strdup(look->arena, site->id),
        .version = site->version,
        .document = site->document,
        .tail = site_tail(look->txn, site, look->base, look->arena),
    };
}

static bool find(const struct look *look, const char *id, struct view *view)
{
    struct site site;

    if (!site_find(look->txn, id, look->arena, &site))
        return false;
    *view = view_of(look, &site);
    return true;
}

/* Sites are few: a filter is evaluated on each. */
struct walk {
    const struct look *look;
    const struct query *query;
    view_visit *visit;
    void *context;
    uint64_t matched;
    uint64_t visited;
};

static bool is_match(const struct walk *walk, const struct view *view)
{
    struct text whole = {.arena = walk->look->arena};
    json_auto_t *resource = NULL;

    if (!walk->query->filter)
        return true;
    text_add_bytes(&whole, bytes_of(view->document.data, view->document.size - 1));
    text_add_bytes(&whole, view->tail);
    resource = json_loadb(whole.data, whole.size, 0, NULL);
    return resource && filter_matches(walk->query->filter, resource);
}

static bool visit_site(void *context, const struct site *site)
{
    struct walk *walk = context;
    struct view view = view_of(walk->look, site);

    if (!is_match(walk, &view))
        return true;
    walk->matched++;
    if (walk->matched < walk->query->page.start_index || walk->visited >= walk->query->page.count)
        return true;
    walk->visited++;
    walk->visit(walk->context, &view);
    return true;
}

static enum status list(const struct look *look, const struct query *query, view_visit *visit,
                        void *context, uint64_t *total, struct problem *problem)
{
    struct walk walk = {.look = look, .query = query, .visit = visit, .context = context};

    site_each(look->txn, look->arena, visit_site, &walk);
    *total = walk.matched;
    return store_status(look->txn, problem);
}

static void *new_request(const struct aim *aim)
{
    struct site_request *request = arena_alloc(aim->arena, sizeof(*request));

    *request = (struct site_request){
        .actor = aim->actor,
        .arena = aim->arena,
        .id = aim->id,
        .resource = aim->resource,
        .patch = aim->patch,
        .if_match = aim->if_match,
    };
    return request;
}

static void result(const struct look *look, const void *argument, struct view *view)
{
    const struct site_request *request = argument;

    *view = view_of(look, &request->site);
}

const struct kind site_kind = {
    .type = SCIM_SITE,
    .word = "site",
    .find = find,
    .list = list,
    .request = new_request,
    .result = result,
    .create = site_create,
    .patch = site_patch,
    .remove = site_delete,
};
