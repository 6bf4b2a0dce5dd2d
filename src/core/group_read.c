/* Groups as they are shown: the tail that is composed at read time, and lists. */
#include <inttypes.h>

#include "bridge/core/group.h"

#include "account.h"
#include "group_index.h"
#include "layout.h"
#include "membership.h"

/* -------------------------------------------------------------------------- the tail */

struct composing {
    struct store_txn *txn;
    const char *base;
    struct text *tail;
    size_t count;
};

/* Only the id is read of each member: a group may have many. */
static bool add_member(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct composing *composing = context;
    struct account account;

    if (!account_load(composing->txn, row, arena, &account))
        return true;
    text_add_format(composing->tail, "%s{\"value\":\"%s\",\"type\":\"User\",\"$ref\":",
                    composing->count++ ? "," : ",\"members\":[", account.id);
    text_add_json(composing->tail, arena_printf(arena, "%s/Users/%s", composing->base, account.id));
    text_add(composing->tail, "}");
    return true;
}

struct bytes group_tail(struct store_txn *txn, const struct group *group, const char *base,
                        bool with_members, struct arena *arena)
{
    struct text tail = {.arena = arena};
    struct composing composing = {txn, base, &tail, 0};
    char created[TIMESTAMP_SIZE];
    char modified[TIMESTAMP_SIZE];

    timestamp_format(group->created_at, created);
    timestamp_format(group->modified_at, modified);
    if (with_members)
        group_members(txn, group->row, add_member, &composing);
    if (composing.count)
        text_add(&tail, "]");
    text_add_format(&tail,
                    ",\"meta\":{\"resourceType\":\"Group\",\"created\":\"%s\","
                    "\"lastModified\":\"%s\",\"version\":\"W/\\\"%" PRIu64 "\\\"\",\"location\":",
                    created, modified, group->version);
    text_add_json(&tail, arena_printf(arena, "%s/Groups/%s", base, group->id));
    text_add(&tail, "}}");
    return bytes_of(tail.data, tail.size);
}

/* ----------------------------------------------------------------------------- lists */

struct selection {
    struct store_txn *txn;
    const struct group_query *query;
    struct arena *arena;
    const char *member; /* the id that the filter demands; NULL: none */
    group_visit *visit;
    void *context;
    uint64_t matched;
    uint64_t visited;
};

/*
 * The resource as a filter sees it. A member that is demanded is the only one
 * that is looked at; a filter on members that demands none sees them all.
 */
static json_t *as_filtered(const struct selection *selection, const struct group *group,
                           struct arena *scratch)
{
    struct text whole = {.arena = scratch};
    uint64_t row;
    json_t *resource;

    text_add_bytes(&whole, bytes_of(group->document.data, group->document.size - 1));
    text_add_bytes(&whole, group_tail(selection->txn, group, selection->query->base,
                                      selection->member == NULL, scratch));
    resource = json_loadb(whole.data, whole.size, 0, NULL);
    if (resource && selection->member &&
        id_find(selection->txn, SCIM_USER, selection->member, &row) &&
        membership_is_there(selection->txn, group->row, row))
        (void)json_object_set_new(resource, "members",
                                  json_pack("[{s:s}]", "value", selection->member));
    return resource;
}

static bool matches(const struct selection *selection, const struct group *group,
                    struct arena *scratch)
{
    const struct group_query *query = selection->query;
    json_auto_t *resource = NULL;

    if (query->actor->kind == ACTOR_CONNECTION && group->owner != query->actor->connection)
        return false;
    if (!query->filter)
        return true;
    resource = as_filtered(selection, group, scratch);
    return resource && filter_matches(query->filter, resource);
}

static bool offer(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *scratch = arena_new();
    struct selection *selection = context;
    struct group group;

    if (!group_load(selection->txn, row, scratch, &group) || !matches(selection, &group, scratch))
        return true;
    selection->matched++;
    if (selection->matched < selection->query->page.start_index ||
        selection->visited >= selection->query->page.count)
        return true;
    selection->visited++;
    group.document = arena_copy(selection->arena, group.document);
    group.name = arena_strdup(selection->arena, group.name);
    selection->visit(selection->context, &group);
    return true;
}

static void offer_id(struct selection *selection, const char *value)
{
    uint64_t row;

    if (id_find(selection->txn, SCIM_GROUP, value, &row))
        (void)offer(selection, row);
}

static void offer_name(struct selection *selection, const char *value)
{
    uint64_t row = group_by_name(selection->txn, value, selection->arena);

    if (row)
        (void)offer(selection, row);
}

static void offer_external_id(struct selection *selection, const char *value)
{
    uint64_t row = group_by_external_id(selection->txn, selection->query->actor->connection, value);

    if (row)
        (void)offer(selection, row);
}

/* What a filter may demand that an index answers. */
static const struct {
    const char *attribute;
    bool is_per_connection; /* an externalId is known within its connection only */
    void (*offer)(struct selection *selection, const char *value);
} lookups[] = {
    {"id", false, offer_id},
    {"displayName", false, offer_name},
    {"externalId", true, offer_external_id},
};

static bool use_index(struct selection *selection)
{
    const struct group_query *query = selection->query;

    for (size_t i = 0; query->filter && i < sizeof(lookups) / sizeof(lookups[0]); i++) {
        const char *value = filter_demands(query->filter, lookups[i].attribute, NULL);

        if (!value || (lookups[i].is_per_connection && query->actor->kind != ACTOR_CONNECTION))
            continue;
        lookups[i].offer(selection, value);
        return true;
    }
    return false;
}

enum status group_list(struct store_txn *txn, const struct group_query *query, struct arena *arena,
                       group_visit *visit, void *context, uint64_t *total, struct problem *problem)
{
    struct selection selection = {
        .txn = txn, .query = query, .arena = arena, .visit = visit, .context = context};

    if (query->filter)
        selection.member = filter_demands(query->filter, "members", "value");
    if (!use_index(&selection))
        group_rows(txn, offer, &selection);
    *total = selection.matched;
    return store_status(txn, problem);
}
