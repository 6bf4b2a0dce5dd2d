#include "world.h"

#include <pthread.h>
#include <string.h>

#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/scim/resource.h"
#include "journal_walk.h"

static enum status create(struct world *world, const struct actor *actor, const char *json,
                          struct group_request *request)
{
    json_auto_t *body = world_json(world, json);
    json_auto_t *resource = NULL;

    assert_int_equal(resource_read(body, scim_resource_type(SCIM_GROUP), &resource, NULL),
                     STATUS_OK);
    *request = (struct group_request){.actor = actor, .arena = world->arena, .resource = resource};
    world->problem = (struct problem){0};
    return store_update(world->store, 1, group_create, request, &world->problem);
}

static enum status change(struct world *world, const struct actor *actor, const char *id,
                          const char *operations)
{
    json_auto_t *body = json_pack("{s:o}", "Operations", world_json(world, operations));
    struct group_request request = {.actor = actor, .arena = world->arena, .id = id};
    struct patch *patch = NULL;
    enum status status;

    world->problem = (struct problem){0};
    status =
        patch_parse(body, scim_resource_type(SCIM_GROUP), world->arena, &patch, &world->problem);
    if (status)
        return status;
    request.patch = patch;
    return store_update(world->store, 1, group_patch, &request, &world->problem);
}

static const char *given_a_group(struct world *world)
{
    struct group_request request;

    assert_int_equal(
        create(world, &world->provider, "{'displayName':'Tooling','externalId':'g-1'}", &request),
        STATUS_OK);
    return arena_strdup(world->arena, request.group.id);
}

static const char *given_a_person(struct world *world, const struct actor *actor, const char *name)
{
    assert_int_equal(
        world_create(world, actor, arena_printf(world->arena, "{'userName':'%s'}", name)),
        STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

static bool count_member(void *context, uint64_t row)
{
    (void)row;
    ++*(int *)context;
    return true;
}

static int members_of(struct world *world, const char *id)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct group group;
    int count = 0;

    assert_true(group_find(txn, &world->admin, id, world->arena, &group));
    group_members(txn, group.row, count_member, &count);
    return count;
}

static void add(struct world *world, const char *group, const char *person)
{
    assert_int_equal(
        change(world, &world->provider, group,
               arena_printf(world->arena,
                            "[{'op':'Add','path':'members','value':[{'$ref':null,'value':'%s'}]}]",
                            person)),
        STATUS_OK);
}

/* -------------------------------------------------------------------- memberships */

static bool note_event(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct text *all = context;
    json_auto_t *line = json_loadb(record.data, record.size, 0, NULL);
    const char *event = json_string_value(json_object_get(line, "event"));

    (void)mark;
    if (strncmp(event, "group.", strlen("group.")) == 0)
        text_add_format(all, "%s +%zu -%zu\n", event,
                        json_array_size(json_object_get(line, "added")),
                        json_array_size(json_object_get(line, "removed")));
    return true;
}

static void many_members_are_journalled_in_lines_of_a_thousand(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    struct text operations = {.arena = world->arena};
    struct text events = {.arena = world->arena};

    text_add(&operations, "[{'op':'add','path':'members','value':[");
    for (int i = 0; i < 2001; i++)
        text_add_format(
            &operations, "%s{'value':'%s'}", i ? "," : "",
            given_a_person(world, &world->provider, arena_printf(world->arena, "p%d", i)));
    text_add(&operations, "]}]");

    assert_int_equal(change(world, &world->provider, group, operations.data), STATUS_OK);
    assert_int_equal(change(world, &world->provider, group, "[{'op':'remove','path':'members'}]"),
                     STATUS_OK);

    assert_int_equal(journal_walk(world->store, 1, note_event, &events, NULL), STATUS_OK);
    assert_string_equal(events.data, "group.create +0 -0\n"
                                     "group.update +1000 -0\n"
                                     "group.members +1000 -0\n"
                                     "group.members +1 -0\n"
                                     "group.update +0 -1000\n"
                                     "group.members +0 -1000\n"
                                     "group.members +0 -1\n");
}

static void members_are_added_once_and_shown_from_both_sides(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    const char *ana = given_a_person(world, &world->provider, "ana");
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct group found;
    struct bytes tail;

    add(world, group, ana);
    add(world, group, ana);

    assert_int_equal(members_of(world, group), 1);
    json_auto_t *user = world_resource(world, ana);
    json_t *groups = json_object_get(user, "groups");
    assert_int_equal(json_array_size(groups), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(groups, 0), "display")),
                        "Tooling");
    txn = world_begin(world);
    assert_true(group_find(txn, &world->provider, group, world->arena, &found));
    tail = group_tail(txn, &found, "http://host/scim/v2", SIZE_MAX, world->arena);
    assert_non_null(strstr(tail.data, ana));
    assert_null(strstr(found.document.data, ana));
}

static enum status change_up_to(struct world *world, const char *group, size_t members_max,
                                const char *operations)
{
    json_auto_t *body = json_pack("{s:o}", "Operations", world_json(world, operations));
    struct group_request request = {
        .actor = &world->provider, .arena = world->arena, .id = group, .members_max = members_max};
    struct patch *patch = NULL;

    world->problem = (struct problem){0};
    assert_int_equal(patch_parse(body, scim_resource_type(SCIM_GROUP), world->arena, &patch, NULL),
                     STATUS_OK);
    request.patch = patch;
    return store_update(world->store, 1, group_patch, &request, &world->problem);
}

static void a_group_has_as_many_members_as_the_limit_says(void **state)
{
    enum { MOST = 5 };
    struct world *world = *state;
    const char *group = given_a_group(world);
    const char *people[MOST + 1];
    struct text all = {.arena = world->arena};

    for (int i = 0; i <= MOST; i++) {
        people[i] = given_a_person(world, &world->provider, arena_printf(world->arena, "p%d", i));
        text_add_format(&all, "%s{'value':'%s'}", i ? "," : "", people[i]);
    }
    for (int i = 0; i <= MOST; i++) {
        enum status status = change_up_to(
            world, group, MOST,
            arena_printf(world->arena, "[{'op':'add','path':'members','value':[{'value':'%s'}]}]",
                         people[i]));

        assert_int_equal(status, i < MOST ? STATUS_OK : STATUS_TOO_MANY);
    }
    assert_non_null(strstr(world->problem.detail, "no more than 5 members"));
    assert_int_equal(members_of(world, group), MOST); /* the one above changed nothing */

    /* One comes for another; all at once, or in one request, is no way around it. */
    assert_int_equal(
        change_up_to(world, group, MOST,
                     arena_printf(world->arena,
                                  "[{'op':'remove','path':'members[value eq \\'%s\\']'},"
                                  "{'op':'add','path':'members','value':[{'value':'%s'}]}]",
                                  people[0], people[MOST])),
        STATUS_OK);
    assert_int_equal(members_of(world, group), MOST);
    assert_int_equal(
        change_up_to(world, group, MOST,
                     arena_printf(world->arena, "[{'op':'replace','path':'members','value':[%s]}]",
                                  all.data)),
        STATUS_TOO_MANY);
    assert_int_equal(change_up_to(world, group, MOST - 1, "[{'op':'remove','path':'members'}]"),
                     STATUS_OK); /* a lower limit holds nobody back from leaving */
    assert_int_equal(members_of(world, group), 0);
}

/* Each of a thousand operations goes over all members. */
static void operations_go_over_no_more_members_than_the_limit_says(void **state)
{
    enum { MEMBERS = PATCH_OPERATIONS_MAX + 1 };
    struct world *world = *state;
    const char *group = given_a_group(world);
    struct text add = {.arena = world->arena};
    struct text look = {.arena = world->arena};

    text_add(&add, "[{'op':'add','path':'members','value':[");
    for (int i = 0; i < MEMBERS; i++)
        text_add_format(
            &add, "%s{'value':'%s'}", i ? "," : "",
            given_a_person(world, &world->provider, arena_printf(world->arena, "p%d", i)));
    text_add(&add, "]}]");
    assert_int_equal(change(world, &world->provider, group, add.data), STATUS_OK);
    for (int i = 0; i < PATCH_OPERATIONS_MAX; i++)
        text_add_format(&look, "%s{'op':'remove','path':'members[type eq \\'x%d\\']'}",
                        i ? "," : "[", i);
    text_add(&look, "]");

    assert_int_equal(change(world, &world->provider, group, look.data), STATUS_TOO_MANY);
    assert_non_null(strstr(world->problem.detail, "send them in several requests"));
    assert_int_equal(members_of(world, group), MEMBERS);
    assert_int_equal(change(world, &world->provider, group,
                            "[{'op':'remove','path':'members[type eq \\'x\\']'}]"),
                     STATUS_OK);
}

static void a_remove_takes_only_what_it_names_in_either_spelling(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    const char *ana = given_a_person(world, &world->provider, "ana");
    const char *bo = given_a_person(world, &world->provider, "bo");
    const char *cy = given_a_person(world, &world->provider, "cy");

    add(world, group, ana);
    add(world, group, bo);
    add(world, group, cy);

    assert_int_equal(
        change(world, &world->provider, group,
               arena_printf(world->arena,
                            "[{'op':'Remove','path':'members','value':[{'value':'%s'}]}]", ana)),
        STATUS_OK);
    assert_int_equal(members_of(world, group), 2);
    assert_int_equal(
        change(world, &world->provider, group,
               arena_printf(world->arena, "[{'op':'remove','path':'members[value eq \\\"%s\\\"]'}]",
                            bo)),
        STATUS_OK);
    assert_int_equal(members_of(world, group), 1);
    assert_int_equal(change(world, &world->provider, group,
                            "[{'op':'remove','path':'members','value':'rubbish'}]"),
                     STATUS_OK);
    assert_int_equal(members_of(world, group), 1);
}

static void a_replace_writes_the_difference_and_a_rename_leaves_members_alone(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    const char *ana = given_a_person(world, &world->provider, "ana");
    const char *bo = given_a_person(world, &world->provider, "bo");

    add(world, group, ana);
    assert_int_equal(
        change(world, &world->provider, group,
               arena_printf(world->arena,
                            "[{'op':'replace','value':{'id':'%s','displayName':'Crew'}}]", group)),
        STATUS_OK);
    assert_int_equal(members_of(world, group), 1);

    assert_int_equal(
        change(world, &world->provider, group,
               arena_printf(world->arena,
                            "[{'op':'replace','path':'members','value':[{'value':'%s'},"
                            "{'value':'%s'},{'value':'%s'}]}]",
                            bo, ana, bo)),
        STATUS_OK);
    assert_int_equal(members_of(world, group), 2);
    assert_int_equal(
        change(world, &world->provider, group, "[{'op':'replace','path':'members','value':[]}]"),
        STATUS_OK);
    assert_int_equal(members_of(world, group), 0);
}

static void operations_of_one_request_see_each_other(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    const char *ana = given_a_person(world, &world->provider, "ana");
    const char *bo = given_a_person(world, &world->provider, "bo");

    assert_int_equal(change(world, &world->provider, group,
                            arena_printf(world->arena,
                                         "[{'op':'add','path':'members','value':[{'value':'%s'}]},"
                                         "{'op':'remove','path':'members'},"
                                         "{'op':'add','path':'members','value':[{'value':'%s'}]}]",
                                         ana, bo)),
                     STATUS_OK);

    assert_int_equal(members_of(world, group), 1);
}

static void members_who_are_nobody_here_are_skipped_and_the_others_stay(void **state)
{
    struct world *world = *state;
    const char *ana = given_a_person(world, &world->provider, "ana");
    const char *foreign = given_a_person(world, &world->other, "foreign");
    struct group_request request;

    assert_int_equal(
        create(world, &world->provider,
               arena_printf(world->arena,
                            "{'displayName':'Mixed','members':[{'value':'%s'},{'value':'%s'},"
                            "{'value':'00000000-0000-7000-8000-000000000000'}]}",
                            ana, foreign),
               &request),
        STATUS_OK);

    assert_int_equal(request.skipped, 2);
    assert_int_equal(members_of(world, request.group.id), 1);
}

static void a_deleted_person_is_in_no_group_and_an_inactive_one_still_is(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    const char *ana = given_a_person(world, &world->provider, "ana");
    const char *bo = given_a_person(world, &world->provider, "bo");

    add(world, group, ana);
    add(world, group, bo);
    assert_int_equal(world_patch(world, &world->provider, ana,
                                 "[{'op':'replace','path':'active','value':false}]"),
                     STATUS_OK);
    assert_int_equal(members_of(world, group), 2);
    assert_int_equal(world_delete(world, &world->provider, bo), STATUS_OK);

    assert_int_equal(members_of(world, group), 1);
}

struct adder {
    struct world *world;
    const char *group;
    const char *person;
};

static void *add_in_thread(void *context)
{
    const struct adder *adder = context;
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *body = json_pack("{s:[{s:s, s:s, s:[{s:s}]}]}", "Operations", "op", "add", "path",
                                  "members", "value", "value", adder->person);
    struct group_request request = {
        .actor = &adder->world->provider, .arena = arena, .id = adder->group};
    struct patch *patch = NULL;
    enum status status = patch_parse(body, scim_resource_type(SCIM_GROUP), arena, &patch, NULL);

    request.patch = patch;
    if (!status)
        status = store_update(adder->world->store, 1, group_patch, &request, NULL);
    return status ? context : NULL;
}

static void fifty_at_once_are_all_there(void **state)
{
    enum { COUNT = 50 };
    struct world *world = *state;
    struct adder adders[COUNT];
    pthread_t threads[COUNT];
    const char *group = given_a_group(world);

    for (int i = 0; i < COUNT; i++)
        adders[i] = (struct adder){
            world, group,
            given_a_person(world, &world->provider, arena_printf(world->arena, "p%d", i))};
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_in_thread, &adders[i]), 0);
    for (int i = 0; i < COUNT; i++) {
        void *failed = NULL;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }

    assert_int_equal(members_of(world, group), COUNT);
}

/* ------------------------------------------------------------------------- groups */

static void names_are_unique_in_the_organization_and_ids_per_connection(void **state)
{
    struct world *world = *state;
    struct group_request request;
    const char *group = given_a_group(world);

    assert_int_equal(create(world, &world->other, "{'displayName':'TOOLING'}", &request),
                     STATUS_UNIQUENESS);
    assert_int_equal(
        create(world, &world->other, "{'displayName':'\xEF\xBC\xB4ooling '}", &request),
        STATUS_UNIQUENESS);
    assert_int_equal(
        create(world, &world->provider, "{'displayName':'Other','externalId':'g-1'}", &request),
        STATUS_UNIQUENESS);
    assert_int_equal(
        create(world, &world->other, "{'displayName':'Other','externalId':'g-1'}", &request),
        STATUS_OK);
    assert_int_equal(change(world, &world->other, group,
                            "[{'op':'replace','path':'displayName','value':'Mine'}]"),
                     STATUS_NOT_FOUND);
    assert_int_equal(
        change(world, &world->provider, group, "[{'op':'remove','path':'displayName'}]"),
        STATUS_INVALID_VALUE);
    assert_int_equal(change(world, &world->admin, group,
                            "[{'op':'replace','path':'displayName','value':'Mine'}]"),
                     STATUS_FORBIDDEN);
}

static int listed(struct world *world, const struct actor *actor, const char *filter)
{
    struct world_list list = world_list(world, SCIM_GROUP, actor, filter, (struct page){1, 100});

    assert_int_equal(list.total, list.shown);
    return (int)list.shown;
}

static void groups_are_found_by_name_by_id_and_by_a_member(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    const char *ana = given_a_person(world, &world->provider, "ana");
    const char *bo = given_a_person(world, &world->provider, "bo");

    add(world, group, ana);

    assert_int_equal(listed(world, &world->provider, NULL), 1);
    assert_int_equal(listed(world, &world->other, NULL), 0);
    assert_int_equal(listed(world, &world->provider, "displayName eq \"tooling\""), 1);
    assert_int_equal(listed(world, &world->provider, "externalId eq \"g-1\""), 1);
    assert_int_equal(
        listed(world, &world->provider,
               arena_printf(world->arena, "id eq \"%s\" and members eq \"%s\"", group, ana)),
        1);
    assert_int_equal(
        listed(world, &world->provider,
               arena_printf(world->arena, "id eq \"%s\" and members eq \"%s\"", group, bo)),
        0);
    assert_int_equal(
        listed(world, &world->provider, arena_printf(world->arena, "members eq \"%s\"", ana)), 1);
}

static size_t groups_shown(struct world *world, const char *id, const struct actor *actor)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    json_auto_t *resource = NULL;
    struct user user;

    assert_true(user_find(txn, actor, id, world->arena, &user));
    resource = user_json(txn, &user, actor, "http://host/scim/v2", world->arena);
    return json_array_size(json_object_get(resource, "groups"));
}

static void a_connection_does_not_learn_of_groups_that_are_not_its_own(void **state)
{
    struct world *world = *state;
    const char *ana = given_a_person(world, &world->provider, "ana");
    struct group_request request;
    const char *by_group;

    add(world, given_a_group(world), ana);
    assert_int_equal(
        create(world, &world->admin,
               arena_printf(world->arena, "{'displayName':'Suspects','members':[{'value':'%s'}]}",
                            ana),
               &request),
        STATUS_OK);
    by_group = arena_printf(world->arena, "groups.value eq \"%s\"", request.group.id);

    assert_int_equal(groups_shown(world, ana, &world->provider), 1);
    assert_int_equal(groups_shown(world, ana, &world->admin), 2);
    assert_int_equal(
        world_list(world, SCIM_USER, &world->provider, by_group, (struct page){1, 10}).total, 0);
    assert_int_equal(world_list(world, SCIM_USER, &world->provider,
                                "groups.display eq \"Suspects\"", (struct page){1, 10})
                         .total,
                     0);
    assert_int_equal(
        world_list(world, SCIM_USER, &world->admin, by_group, (struct page){1, 10}).total, 1);
}

/* ----------------------------------------------------------------------- the outbox */

static bool group_waits(struct world *world, const char *id, struct outbox_line *line)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct group group;

    assert_true(group_find(txn, &world->admin, id, world->arena, &group));
    return outbox_find(txn, OUTBOX_GROUP, group.row, world->arena, line);
}

static enum status land(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct outbox_line *line = argument;
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)problem;
    outbox_landed(txn, line, arena);
    return STATUS_OK;
}

static void forget_waiting(struct world *world, const char *id)
{
    struct outbox_line line;

    assert_true(group_waits(world, id, &line));
    assert_int_equal(store_update(world->store, 1, land, &line, NULL), STATUS_OK);
    assert_false(group_waits(world, id, &line));
}

static void a_deactivation_sends_the_worker_to_the_groups_and_a_no_op_does_not(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    const char *ana = given_a_person(world, &world->provider, "ana");
    struct outbox_line line;

    add(world, group, ana);
    forget_waiting(world, group);
    add(world, group, ana);
    assert_false(group_waits(world, group, &line));
    (void)world_patch(world, &world->provider, ana,
                      "[{'op':'replace','path':'title','value':'Lead'}]");
    assert_false(group_waits(world, group, &line));

    (void)world_patch(world, &world->provider, ana,
                      "[{'op':'replace','path':'active','value':false}]");

    assert_true(group_waits(world, group, &line));
    assert_int_equal(line.urgency, OUTBOX_LOSING);
}

static void the_groups_of_a_connection_that_goes_become_local(void **state)
{
    struct world *world = *state;
    const char *group = given_a_group(world);
    struct connection_request gone = {.actor = &world->admin,
                                      .arena = world->arena,
                                      .name = "entra",
                                      .disposal = CONNECTION_RELEASE};

    assert_int_equal(store_update(world->store, 1, connection_delete, &gone, NULL), STATUS_OK);

    assert_int_equal(change(world, &world->admin, group,
                            "[{'op':'replace','path':'displayName','value':'Mine'}]"),
                     STATUS_OK);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(members_are_added_once_and_shown_from_both_sides),
        WORLD_TEST(many_members_are_journalled_in_lines_of_a_thousand),
        WORLD_TEST(a_group_has_as_many_members_as_the_limit_says),
        WORLD_TEST(operations_go_over_no_more_members_than_the_limit_says),
        WORLD_TEST(a_remove_takes_only_what_it_names_in_either_spelling),
        WORLD_TEST(a_replace_writes_the_difference_and_a_rename_leaves_members_alone),
        WORLD_TEST(operations_of_one_request_see_each_other),
        WORLD_TEST(members_who_are_nobody_here_are_skipped_and_the_others_stay),
        WORLD_TEST(a_deleted_person_is_in_no_group_and_an_inactive_one_still_is),
        WORLD_TEST(fifty_at_once_are_all_there),
        WORLD_TEST(names_are_unique_in_the_organization_and_ids_per_connection),
        WORLD_TEST(groups_are_found_by_name_by_id_and_by_a_member),
        WORLD_TEST(a_connection_does_not_learn_of_groups_that_are_not_its_own),
        WORLD_TEST(a_deactivation_sends_the_worker_to_the_groups_and_a_no_op_does_not),
        WORLD_TEST(the_groups_of_a_connection_that_goes_become_local),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
