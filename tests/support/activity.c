#include "activity.h"

#include <stdio.h>
#include <string.h>

#include "chance.h"

#include "bridge/auth/token.h"
#include "bridge/core/check.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/lease.h"
#include "bridge/core/organization.h"
#include "bridge/scim/resource.h"

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

static enum status submit(struct activity *activity, store_change *change, void *argument)
{
    activity->world->problem = (struct problem){0};
    return store_update(activity->world->store, ORGANIZATION_DEFAULT, change, argument,
                        &activity->world->problem);
}

/* ----------------------------------------------------------------------- people */

static char *any_person(struct activity *activity)
{
    return activity->people[below(ACTIVITY_PEOPLE)];
}

/* Unless there is somebody in the place that was drawn. */
static enum status create_person(struct activity *activity)
{
    struct world *world = activity->world;
    char *person = any_person(activity);
    unsigned number = ++activity->drawn;
    enum status status;

    if (*person)
        return STATUS_OK;
    status = world_create(
        world, &world->provider,
        arena_printf(world->arena,
                     "{'userName':'person%u','externalId':'x%u','displayName':'Person %u',"
                     "'password':'Xq7-long-enough-%u','emails':[{'value':'p%u@example.org'}],"
                     "'title':'%*s','" EXT "':{'role':'user','site':'%s'}}",
                     number, number, number, number, number, (int)below(6000), "of some length",
                     ANY_OF("North Plant", "Harbour")));
    if (!status)
        (void)strcpy(person, world->user.account.id);
    return status;
}

static enum status patch_attribute(struct activity *activity)
{
    static const struct {
        const char *path, *before, *after;
    } attributes[] = {
        {"title", "'title ", "'"},
        {"userName", "'renamed", "'"},
        {"externalId", "'y", "'"},
        {"emails", "[{'value':'q", "@example.org'}]"},
    };
    struct world *world = activity->world;
    unsigned which = below(sizeof(attributes) / sizeof(attributes[0]));

    return world_patch(world, &world->provider, any_person(activity),
                       arena_printf(world->arena, "[{'op':'replace','path':'%s','value':%s%u%s}]",
                                    attributes[which].path, attributes[which].before,
                                    ++activity->drawn, attributes[which].after));
}

static enum status patch_standing(struct activity *activity)
{
    struct world *world = activity->world;

    return world_patch(world, &world->provider, any_person(activity),
                       ANY_OF("[{'op':'replace','path':'" EXT ":site','value':'Harbour'}]",
                              "[{'op':'replace','path':'" EXT ":role','value':'admin'}]",
                              "[{'op':'replace','path':'active','value':false}]",
                              "[{'op':'replace','path':'active','value':true}]"));
}

static enum status block_person(struct activity *activity)
{
    struct world *world = activity->world;
    struct user_request request = {
        .actor = &world->admin, .arena = world->arena, .id = any_person(activity), .reason = "x"};

    return submit(activity, percent(50) ? user_block : user_unblock, &request);
}

static enum status delete_person(struct activity *activity)
{
    struct world *world = activity->world;
    char *person = any_person(activity);
    enum status status = world_delete(world, &world->provider, person);

    if (!status)
        *person = '\0';
    return status;
}

/* ----------------------------------------------------------------------- groups */

static json_t *any_members(struct activity *activity)
{
    json_t *members = json_array();

    for (unsigned i = below(ACTIVITY_PEOPLE); i < ACTIVITY_PEOPLE; i++)
        if (*activity->people[i])
            json_array_append_new(members, json_pack("{s:s}", "value", activity->people[i]));
    return members;
}

static enum status create_group(struct activity *activity)
{
    struct world *world = activity->world;
    char *group = activity->groups[below(ACTIVITY_GROUPS)];
    const char *name = arena_printf(world->arena, "Group %u", ++activity->drawn);
    json_auto_t *resource =
        json_pack("{s:s, s:o}", "displayName", name, "members", any_members(activity));
    struct group_request request = {
        .actor = &world->provider, .arena = world->arena, .resource = resource};
    enum status status = *group ? STATUS_OK : submit(activity, group_create, &request);

    if (!status && !*group)
        (void)strcpy(group, request.group.id);
    return status;
}

static enum status patch_group(struct activity *activity)
{
    struct world *world = activity->world;
    json_auto_t *body =
        json_pack("{s:[{s:s, s:s, s:o}]}", "Operations", "op", ANY_OF("add", "replace", "remove"),
                  "path", "members", "value", any_members(activity));
    struct group_request request = {.actor = &world->provider,
                                    .arena = world->arena,
                                    .id = activity->groups[below(ACTIVITY_GROUPS)]};
    struct patch *patch = NULL;
    enum status status =
        patch_parse(body, scim_resource_type(SCIM_GROUP), world->arena, &patch, &world->problem);

    request.patch = patch;
    return status ? status : submit(activity, group_patch, &request);
}

static enum status delete_group(struct activity *activity)
{
    struct world *world = activity->world;
    char *group = activity->groups[below(ACTIVITY_GROUPS)];
    struct group_request request = {.actor = &world->provider, .arena = world->arena, .id = group};
    enum status status = submit(activity, group_delete, &request);

    if (!status)
        *group = '\0';
    return status;
}

/* ---------------------------------------------------------- the administrator's own */

static enum status issue_token(struct activity *activity)
{
    struct world *world = activity->world;
    const struct connection connection = {.number = world->provider.connection, .name = "entra"};
    struct token_request request = {
        .actor = &world->admin, .arena = world->arena, .connection = &connection};

    return submit(activity, percent(80) ? token_issue : token_revoke_all, &request);
}

static enum status create_site(struct activity *activity)
{
    struct world *world = activity->world;
    json_auto_t *resource = json_object();
    struct site_request request = {
        .actor = &world->admin, .arena = world->arena, .resource = resource};

    json_object_set_new(resource, "displayName",
                        json_string(arena_printf(world->arena, "Site %u", ++activity->drawn)));
    return submit(activity, site_create, &request);
}

static enum status edit_connection(struct activity *activity)
{
    struct world *world = activity->world;
    const char *domain = arena_printf(world->arena, "d%u.example", ++activity->drawn);
    struct connection_request request = {.actor = &world->admin,
                                         .arena = world->arena,
                                         .name = "okta",
                                         .sets_domains = true,
                                         .domains = &domain,
                                         .domain_count = 1};

    return submit(activity, connection_edit, &request);
}

static bool keep_third(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct journal_mark *kept = context;

    (void)record;
    if (kept[0].number == 0)
        kept[0].number = mark->number + 2;
    kept[1] = *mark;
    return mark->number < kept[0].number;
}

static enum status prune(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct journal_mark start, end, pruned;
    struct journal_mark kept[2] = {0};
    enum status status = store_journal_ends(txn, &start, &end, problem);

    (void)argument;
    if (status)
        return status;
    store_journal_read(txn, start.number + 1, keep_third, kept);
    return store_journal_prune(txn, &kept[1], 10, &pruned, problem);
}

static enum status prune_journal(struct activity *activity)
{
    return submit(activity, prune, activity);
}

/* ------------------------------------------------------------------- the worker's */

enum { LINES = 4 };

struct work {
    struct world *world;
    unsigned fates[LINES];
};

static void land(struct store_txn *txn, const struct outbox_line *line, struct arena *arena)
{
    const struct link link = {
        arena_printf(arena, "uid=p%llu,ou=people", (unsigned long long)line->row),
        arena_printf(arena, "uuid-%llu", (unsigned long long)line->row), false};
    struct user user;

    outbox_landed(txn, line, arena);
    if (line->kind != OUTBOX_USER)
        return;
    if (user_load(txn, line->row, arena, &user))
        link_save(txn, line->kind, line->row, &link, arena);
    else
        link_drop(txn, line->kind, line->row);
}

static enum status record(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct work *work = argument;
    struct arena *arena = work->world->arena;
    const struct lease_holder holder = {1815, 1};
    const int64_t now = work->world->admin.now + 3600;
    struct outbox_line lines[LINES];
    struct lease lease;
    size_t count = outbox_due(txn, now, lines, LINES, arena);

    (void)lease_hold(txn, &holder, now, arena, &lease);
    for (size_t i = 0; i < count; i++) {
        if (work->fates[i] < 10)
            outbox_refused(txn, &lines[i], "no such object", now, arena);
        else if (work->fates[i] < 20)
            outbox_unanswered(txn, &lines[i], now, arena);
        else
            land(txn, &lines[i], arena);
    }
    return store_status(txn, problem);
}

static enum status record_work(struct activity *activity)
{
    struct work work = {.world = activity->world};

    for (size_t i = 0; i < LINES; i++)
        work.fates[i] = below(100);
    return submit(activity, record, &work);
}

/* ------------------------------------------------------------------------- a step */

static const struct {
    unsigned weight;
    enum status (*act)(struct activity *activity);
} actions[] = {
    {20, create_person}, {15, patch_attribute}, {10, patch_standing}, {5, block_person},
    {5, delete_person},  {4, create_group},     {10, patch_group},    {2, delete_group},
    {4, issue_token},    {2, create_site},      {2, edit_connection}, {4, prune_journal},
    {17, record_work},
};

void activity_begin(struct activity *activity, struct world *world)
{
    *activity = (struct activity){.world = world};
    world->takes_passwords = true;
    assert_int_equal(
        world_create(world, &world->admin, "{'userName':'boss','" EXT "':{'role':'admin'}}"),
        STATUS_OK);
    for (int i = 0; i < ACTIVITY_PEOPLE; i++)
        assert_int_equal(create_person(activity), STATUS_OK);
}

enum status activity_step(struct activity *activity)
{
    unsigned drawn = below(100);
    size_t action = 0;

    while (drawn >= actions[action].weight)
        drawn -= actions[action++].weight;
    return actions[action].act(activity);
}

/* --------------------------------------------------------------------- what is there */

static bool add_to_digest(void *context, struct bytes key, struct bytes value)
{
    unsigned char *digest = context;

    digest_of_two(bytes_of(digest, DIGEST_SIZE), key, digest);
    digest_of_two(bytes_of(digest, DIGEST_SIZE), value, digest);
    return true;
}

void activity_digest(struct store *store, unsigned char digest[DIGEST_SIZE])
{
    SCOPED(store_release) struct store_txn *txn = NULL;

    memset(digest, 0, DIGEST_SIZE);
    if (store_begin(store, ORGANIZATION_DEFAULT, &txn, NULL))
        return;
    for (int table = 0; table < STORE_TABLE_COUNT; table++)
        store_scan(txn, (enum store_table)table, (struct bytes){0}, (struct bytes){0},
                   add_to_digest, digest);
    if (store_status(txn, NULL))
        memset(digest, 0, DIGEST_SIZE);
}

struct words {
    char *text;
    size_t size;
};

static void keep_finding(void *context, const struct check_finding *finding)
{
    const struct words *words = context;

    (void)snprintf(words->text, words->size, "%s %s", finding->subject, finding->detail);
}

void activity_check(struct store *store, char *words, size_t size)
{
    struct words kept = {words, size};
    struct check_counts counts;
    struct problem problem = {0};

    *words = '\0';
    if (check_organization(store, ORGANIZATION_DEFAULT, keep_finding, &kept, &counts, &problem))
        (void)snprintf(words, size, "%s", problem.detail);
}
