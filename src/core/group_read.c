/* Groups as they are shown: the tail that is composed at read time. */
#include <inttypes.h>

#include "bridge/core/group.h"

#include "account.h"

/* -------------------------------------------------------------------------- the tail */

struct composing {
    struct store_txn *txn;
    const char *base;
    struct text *tail;
    size_t count;
    size_t count_max;
    bool is_too_many;
};

/* Only the id is read of each member: a group may have many. */
static bool add_member(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct composing *composing = context;
    struct account account;

    if (!account_load(composing->txn, row, arena, &account))
        return true;
    if (composing->count == composing->count_max)
        return !(composing->is_too_many = true);
    text_add_format(composing->tail, "%s{\"value\":\"%s\",\"type\":\"User\",\"$ref\":",
                    composing->count++ ? "," : ",\"members\":[", account.id);
    text_add_json(composing->tail, arena_printf(arena, "%s/Users/%s", composing->base, account.id));
    text_add(composing->tail, "}");
    return true;
}

struct bytes group_tail(struct store_txn *txn, const struct group *group, const char *base,
                        size_t members_max, struct arena *arena)
{
    struct text tail = {.arena = arena};
    struct composing composing = {
        .txn = txn, .base = base, .tail = &tail, .count_max = members_max};
    char created[TIMESTAMP_SIZE];
    char modified[TIMESTAMP_SIZE];

    timestamp_format(group->created_at, created);
    timestamp_format(group->modified_at, modified);
    if (members_max)
        group_members(txn, group->row, add_member, &composing);
    if (composing.is_too_many)
        return (struct bytes){0};
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
