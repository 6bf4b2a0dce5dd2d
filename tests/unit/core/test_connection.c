#include "world.h"

#include "bridge/core/connection.h"

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

static enum status end(struct world *world, enum connection_disposal disposal)
{
    struct connection_request request = {
        .actor = &world->admin, .arena = world->arena, .name = "entra", .disposal = disposal};

    world->problem = (struct problem){0};
    return store_update(world->store, 1, connection_delete, &request, &world->problem);
}

static const char *given_a_person(struct world *world)
{
    assert_int_equal(world_create(world, &world->provider,
                                  "{'userName':'ana','externalId':'x','" EXT
                                  "':{'role':'user','site':'Harbour'}}"),
                     STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

static void a_connection_that_owns_accounts_is_not_deleted_without_a_word_on_them(void **state)
{
    struct world *world = *state;
    const char *ana = given_a_person(world);

    assert_int_equal(end(world, CONNECTION_KEEP_NONE), STATUS_CONFLICT);

    assert_non_null(strstr(world->problem.detail, "owns 1 accounts"));
    assert_int_equal(world_account(world, ana).owner, world->provider.connection);
}

static void released_accounts_stay_as_they_are_and_administrators_own_them(void **state)
{
    struct world *world = *state;
    const char *ana = given_a_person(world);

    assert_int_equal(end(world, CONNECTION_RELEASE), STATUS_OK);

    assert_int_equal(world_account(world, ana).owner, 0);
    assert_int_equal(world_account(world, ana).association.site_row, world->harbour);
    assert_int_equal(world_patch(world, &world->admin, ana,
                                 "[{'op':'replace','path':'" EXT ":site','value':'North Plant'}]"),
                     STATUS_OK);
    assert_int_equal(world_account(world, ana).association.site_row, world->north);
}

static void deactivated_accounts_lose_access_and_can_be_restored_by_administrators(void **state)
{
    struct world *world = *state;
    const char *ana = given_a_person(world);
    struct outbox_line line;

    assert_int_equal(end(world, CONNECTION_DEACTIVATE), STATUS_OK);

    assert_false(world_account(world, ana).is_active);
    assert_int_equal(world_account(world, ana).association.role, ROLE_NONE);
    assert_true(world_waits(world, ana, &line));
    assert_int_equal(line.urgency, OUTBOX_LOSING);
    json_auto_t *resource = world_resource(world, ana);
    assert_true(json_is_false(json_object_get(resource, "active")));
    assert_int_equal(
        world_patch(world, &world->admin, ana, "[{'op':'replace','path':'active','value':true}]"),
        STATUS_OK);
    assert_int_equal(world_account(world, ana).association.site_row, world->harbour);
}

static void deleting_a_connection_does_not_take_away_the_last_administrator(void **state)
{
    struct world *world = *state;

    (void)world_create(world, &world->provider, "{'userName':'a','" EXT "':{'role':'admin'}}");
    (void)world_create(world, &world->provider, "{'userName':'b','" EXT "':{'role':'admin'}}");

    assert_int_equal(end(world, CONNECTION_DEACTIVATE), STATUS_FORBIDDEN);

    assert_true(world_account(world, world->user.account.id).is_active);
    assert_int_equal(world_account(world, world->user.account.id).owner,
                     world->provider.connection);
}

static void names_of_connections_are_plain_and_unique(void **state)
{
    struct world *world = *state;
    static const char *const wrong[] = {"", "Entra", "a b", "a/b",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct connection_request request = {.actor = &world->admin, .arena = world->arena};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        request.name = wrong[i];
        assert_int_equal(store_update(world->store, 1, connection_create, &request, NULL),
                         STATUS_INVALID_VALUE);
    }
    request.name = "entra";
    assert_int_equal(store_update(world->store, 1, connection_create, &request, NULL),
                     STATUS_UNIQUENESS);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_connection_that_owns_accounts_is_not_deleted_without_a_word_on_them),
        WORLD_TEST(released_accounts_stay_as_they_are_and_administrators_own_them),
        WORLD_TEST(deactivated_accounts_lose_access_and_can_be_restored_by_administrators),
        WORLD_TEST(deleting_a_connection_does_not_take_away_the_last_administrator),
        WORLD_TEST(names_of_connections_are_plain_and_unique),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
