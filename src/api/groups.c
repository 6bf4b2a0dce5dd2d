#include "bridge/core/group.h"

#include "bridge/base/log.h"
#include "resource.h"

static struct view view_of(const struct look *look, const struct group *group)
{
    size_t members_max = projection_wants(look->projection, "members") ? look->members_max : 0;
    struct bytes tail = group_tail(look->txn, group, look->base, members_max, look->arena);

    return (struct view){
        .id = arena_strdup(look->arena, group->id),
        .version = group->version,
        .document = group->document,
        .tail = tail,
        .is_too_large = tail.size == 0,
    };
}

static bool find(const struct look *look, const char *id, struct view *view)
{
    struct group group;

    if (!group_find(look->txn, look->actor, id, look->arena, &group))
        return false;
    *view = view_of(look, &group);
    return true;
}

static bool at(const struct look *look, uint64_t row, struct view *view)
{
    struct group group;

    if (!group_load(look->txn, row, look->arena, &group))
        return false;
    *view = view_of(look, &group);
    return true;
}

static enum status new_request(const struct aim *aim, void **made, struct problem *problem)
{
    struct group_request *request = arena_alloc(aim->arena, sizeof(*request));

    *request = (struct group_request){
        .actor = aim->actor,
        .arena = aim->arena,
        .id = aim->id,
        .resource = aim->resource,
        .patch = aim->patch,
        .if_match = aim->if_match,
        .members_max = request_api(aim->exchange)->limits.group_members,
    };
    (void)problem;
    *made = request;
    return STATUS_OK;
}

static void result(const struct look *look, const void *argument, struct view *view)
{
    const struct group_request *request = argument;

    *view = view_of(look, &request->group);
}

/* A provider that names people who are nobody here should be told by somebody. */
static void log_skipped(struct exchange *exchange, const void *argument)
{
    const struct group_request *request = argument;

    if (request->skipped)
        log_write(LOG_WARNING, "members that are nobody here were skipped", "group",
                  request->group.id, "count", arena_printf(request->arena, "%zu", request->skipped),
                  "request", exchange_id(exchange), NULL);
}

const struct kind group_kind = {
    .type = SCIM_GROUP,
    .word = "group",
    .find = find,
    .at = at,
    .request = new_request,
    .result = result,
    .create = group_create,
    .patch = group_patch,
    .remove = group_delete,
    .committed = log_skipped,
    .apart = "members", /* nobody wants a list of all for each one that is added */
};
