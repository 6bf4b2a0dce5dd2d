#include "world.h"

#include <string.h>

static enum status create(struct world *world, const char *name, const char *key)
{
    json_auto_t *resource = json_pack("{s:s, s:s?}", "displayName", name, "key", key);
    struct site_request request = {
        .actor = &world->admin, .arena = world->arena, .resource = resource};

    if (!key)
        (void)json_object_del(resource, "key");
    world->problem = (struct problem){0};
    return store_update(world->store, 1, site_create, &request, &world->problem);
}

static void a_site_is_found_by_name_or_key_without_letter_case_or_surrounding_space(void **state)
{
    struct world *world = *state;
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    assert_int_equal(site_resolve(txn, "North Plant", world->arena), world->north);
    assert_int_equal(site_resolve(txn, "  NORTH plant ", world->arena), world->north);
    assert_int_equal(site_resolve(txn, "north-plant", world->arena), world->north);
    assert_int_equal(site_resolve(txn, "harbour", world->arena), world->harbour);
    assert_int_equal(site_resolve(txn, "North", world->arena), 0);
}

static void names_and_keys_are_unique_across_both(void **state)
{
    struct world *world = *state;

    assert_int_equal(create(world, "HARBOUR", NULL), STATUS_UNIQUENESS);
    assert_int_equal(create(world, "North-Plant", NULL), STATUS_UNIQUENESS);
    assert_int_equal(create(world, "Elsewhere", "harbour"), STATUS_UNIQUENESS);
    assert_int_equal(create(world, "Elsewhere", "quay"), STATUS_OK);
}

static void a_key_is_a_slug_and_the_refusal_offers_one(void **state)
{
    struct world *world = *state;

    assert_int_equal(create(world, "South", "South Gate"), STATUS_INVALID_VALUE);
    assert_non_null(strstr(world->problem.detail, "\"south-gate\""));
    assert_int_equal(create(world, "***", NULL), STATUS_INVALID_VALUE);
    assert_int_equal(create(world, "   ", NULL), STATUS_INVALID_VALUE);
}

static void a_site_has_work_waiting_for_its_group(void **state)
{
    struct world *world = *state;
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct outbox_line line;

    assert_true(outbox_find(txn, OUTBOX_SITE, world->harbour, world->arena, &line));
    assert_true(outbox_find(txn, OUTBOX_ORGANIZATION, 0, world->arena, &line));
    assert_int_equal(site_count(txn), 2);
}

/* --------------------------------------------------------- rename and delete */

static enum status rename_to(struct world *world, const char *id, const char *name)
{
    json_auto_t *body = json_pack("{s:[{s:s, s:s, s:s}]}", "Operations", "op", "replace", "path",
                                  "displayName", "value", name);
    struct site_request request = {.actor = &world->admin, .arena = world->arena, .id = id};
    struct patch *patch = NULL;

    assert_int_equal(patch_parse(body, scim_resource_type(SCIM_SITE), world->arena, &patch, NULL),
                     STATUS_OK);
    request.patch = patch;
    world->problem = (struct problem){0};
    return store_update(world->store, 1, site_patch, &request, &world->problem);
}

static enum status end(struct world *world, const char *id)
{
    struct site_request request = {.actor = &world->admin, .arena = world->arena, .id = id};

    world->problem = (struct problem){0};
    return store_update(world->store, 1, site_delete, &request, &world->problem);
}

static const char *id_of(struct world *world, uint64_t row)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct site site;

    assert_true(site_load(txn, row, world->arena, &site));
    return arena_strdup(world->arena, site.id);
}

static uint64_t resolve(struct world *world, const char *name)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return site_resolve(txn, name, world->arena);
}

static void a_renamed_site_is_found_by_its_old_names_and_people_show_the_new_one(void **state)
{
    struct world *world = *state;
    const char *harbour = id_of(world, world->harbour);
    const char *ana;

    (void)world_create(world, &world->provider,
                       "{'userName':'ana','" SCIM_URN_BRIDGE "':{'role':'user','site':'Harbour'}}");
    ana = arena_strdup(world->arena, world->user.account.id);
    assert_int_equal(rename_to(world, harbour, "Docks"), STATUS_OK);
    assert_int_equal(rename_to(world, harbour, "Quay"), STATUS_OK);

    assert_int_equal(resolve(world, "HARBOUR"), world->harbour);
    assert_int_equal(resolve(world, "docks"), world->harbour);
    assert_int_equal(resolve(world, "quay"), world->harbour);
    json_auto_t *resource = world_resource(world, ana);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(resource, SCIM_URN_BRIDGE), "site")),
        "Quay");
    assert_int_equal(create(world, "Docks", NULL), STATUS_UNIQUENESS);
    assert_int_equal(rename_to(world, harbour, "Docks"), STATUS_OK);
    assert_int_equal(rename_to(world, harbour, "North Plant"), STATUS_UNIQUENESS);
    assert_int_equal(rename_to(world, harbour, "  "), STATUS_INVALID_VALUE);
}

static void the_key_of_a_site_never_changes(void **state)
{
    struct world *world = *state;
    json_auto_t *body = json_pack("{s:[{s:s, s:s, s:s}]}", "Operations", "op", "replace", "path",
                                  "key", "value", "other");
    struct site_request request = {
        .actor = &world->admin, .arena = world->arena, .id = id_of(world, world->harbour)};
    struct patch *patch = NULL;

    (void)patch_parse(body, scim_resource_type(SCIM_SITE), world->arena, &patch, NULL);
    request.patch = patch;

    assert_int_equal(store_update(world->store, 1, site_patch, &request, NULL), STATUS_MUTABILITY);
}

static void a_site_that_anybody_refers_to_is_not_deleted(void **state)
{
    struct world *world = *state;
    const char *harbour = id_of(world, world->harbour);
    const char *ana;

    (void)world_create(world, &world->provider,
                       "{'userName':'ana','" SCIM_URN_BRIDGE "':{'role':'user','site':'Harbour'}}");
    ana = arena_strdup(world->arena, world->user.account.id);
    assert_int_equal(end(world, harbour), STATUS_CONFLICT);
    assert_non_null(strstr(world->problem.detail, "the site of 1 people"));

    (void)world_patch(world, &world->provider, ana,
                      "[{'op':'replace','path':'active','value':false}]");
    assert_int_equal(end(world, harbour), STATUS_CONFLICT);
    assert_non_null(strstr(world->problem.detail, "last named for 1 accounts"));

    (void)world_delete(world, &world->provider, ana);
    assert_int_equal(rename_to(world, harbour, "Docks"), STATUS_OK);
    assert_int_equal(end(world, harbour), STATUS_OK);
    assert_int_equal(resolve(world, "Harbour"), 0);
    assert_int_equal(resolve(world, "Docks"), 0);
    assert_int_equal(create(world, "Harbour", NULL), STATUS_OK);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_site_is_found_by_name_or_key_without_letter_case_or_surrounding_space),
        WORLD_TEST(names_and_keys_are_unique_across_both),
        WORLD_TEST(a_key_is_a_slug_and_the_refusal_offers_one),
        WORLD_TEST(a_site_has_work_waiting_for_its_group),
        WORLD_TEST(a_renamed_site_is_found_by_its_old_names_and_people_show_the_new_one),
        WORLD_TEST(the_key_of_a_site_never_changes),
        WORLD_TEST(a_site_that_anybody_refers_to_is_not_deleted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
