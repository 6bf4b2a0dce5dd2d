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

static bool at(const struct look *look, uint64_t row, struct view *view)
{
    struct site site;

    if (!site_load(look->txn, row, look->arena, &site))
        return false;
    *view = view_of(look, &site);
    return true;
}

static enum status new_request(const struct aim *aim, void **made, struct problem *problem)
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
    (void)problem;
    *made = request;
    return STATUS_OK;
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
    .at = at,
    .request = new_request,
    .result = result,
    .create = site_create,
    .patch = site_patch,
    .remove = site_delete,
};
