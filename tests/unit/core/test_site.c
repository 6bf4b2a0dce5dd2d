#include "world.h"

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

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_site_is_found_by_name_or_key_without_letter_case_or_surrounding_space),
        WORLD_TEST(names_and_keys_are_unique_across_both),
        WORLD_TEST(a_key_is_a_slug_and_the_refusal_offers_one),
        WORLD_TEST(a_site_has_work_waiting_for_its_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
