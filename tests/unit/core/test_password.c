#include "world.h"

#include <string.h>

#include "bridge/base/keyring.h"
#include "bridge/core/organization.h"
#include "bridge/core/password.h"

#define FIRST  "Xq7-first-of-the-passwords"
#define SECOND "Xq7-second-of-the-passwords"

static const char *given_ana(struct world *world)
{
    world->takes_passwords = true;
    assert_int_equal(
        world_create(world, &world->provider, "{'userName':'ana','password':'" FIRST "'}"),
        STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

static enum status send(struct world *world, const char *id, const char *operations)
{
    return world_patch(world, &world->provider, id, operations);
}

static bool waits(struct world *world, uint64_t row, struct password *password)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return password_find(txn, row, world->arena, password);
}

static const char *opened(struct world *world, uint64_t row)
{
    struct password password;
    struct bytes plain = {0};

    assert_true(waits(world, row, &password));
    assert_int_equal(
        password_open(ORGANIZATION_DEFAULT, row, &password, world->arena, &plain, NULL), STATUS_OK);
    return plain.data;
}

static void a_password_waits_sealed_and_apart_from_the_document(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    uint64_t row = world_account(world, ana).row;
    json_auto_t *resource = world_resource(world, ana);
    struct password password;

    assert_true(waits(world, row, &password));
    assert_int_equal(password.sealed.size, strlen(FIRST) + KEYRING_OVERHEAD);

    assert_null(json_object_get(resource, "password"));
    assert_string_equal(opened(world, row), FIRST);
}

static void it_opens_for_this_person_of_this_organization_alone(void **state)
{
    struct world *world = *state;
    uint64_t row = world_account(world, given_ana(world)).row;
    struct password password;
    struct bytes plain = {0};

    assert_true(waits(world, row, &password));
    assert_int_not_equal(
        password_open(ORGANIZATION_DEFAULT, row + 1, &password, world->arena, &plain, NULL),
        STATUS_OK);
    assert_int_not_equal(
        password_open(ORGANIZATION_DEFAULT + 1, row, &password, world->arena, &plain, NULL),
        STATUS_OK);
}

static void a_newer_one_takes_the_place_and_is_work_and_a_version(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    struct account before = world_account(world, ana);
    struct outbox_line old;
    struct outbox_line new;

    assert_true(world_waits(world, ana, &old));
    assert_int_equal(send(world, ana, "[{'op':'replace','path':'password','value':'" SECOND "'}]"),
                     STATUS_OK);

    assert_string_equal(opened(world, before.row), SECOND);
    assert_true(world_waits(world, ana, &new));
    assert_true(new.generation > old.generation);
    assert_int_equal(world_account(world, ana).version, before.version + 1);
}

static void another_change_leaves_it(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    assert_int_equal(send(world, ana, "[{'op':'replace','path':'title','value':'x'}]"), STATUS_OK);
    assert_int_equal(send(world, ana, "[{'op':'remove','path':'password'}]"), STATUS_OK);

    assert_string_equal(opened(world, world_account(world, ana).row), FIRST);
}

static void whoever_is_deactivated_or_deleted_has_none(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    uint64_t row = world_account(world, ana).row;
    struct password password;

    assert_int_equal(
        send(world, ana, "[{'op':'replace','value':{'active':false,'password':'" SECOND "'}}]"),
        STATUS_OK);
    assert_false(waits(world, row, &password));

    assert_int_equal(
        send(world, ana, "[{'op':'replace','value':{'active':true,'password':'" SECOND "'}}]"),
        STATUS_OK);
    assert_true(waits(world, row, &password));
    assert_int_equal(world_delete(world, &world->provider, ana), STATUS_OK);
    assert_false(waits(world, row, &password));
}

static void where_there_is_no_directory_it_is_ignored(void **state)
{
    struct world *world = *state;
    struct password password;

    assert_int_equal(world_create(world, &world->provider, "{'userName':'ana','password':'x'}"),
                     STATUS_OK);
    assert_false(waits(world, world->user.account.row, &password));
}

static enum status forget(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct world *world = argument;
    const struct password older = {.stamp = 1};
    struct password password;

    (void)problem;
    password_forget(txn, world->user.account.row, &older);
    assert_true(password_find(txn, world->user.account.row, world->arena, &password));
    password_forget(txn, world->user.account.row, &password);
    return STATUS_OK;
}

static void what_is_forgotten_is_the_one_that_was_set(void **state)
{
    struct world *world = *state;
    struct password password;

    (void)given_ana(world);
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, forget, world, NULL),
                     STATUS_OK);

    assert_false(waits(world, world->user.account.row, &password));
}

static enum status check(const char *password)
{
    struct problem problem = {0};
    enum status status = password_check(bytes_of_text(password), 12, &problem);

    assert_null(strstr(problem.detail, password));
    return status;
}

static void passwords_have_12_to_256_bytes_and_are_not_the_first_guess(void **state)
{
    char longest[PASSWORD_SIZE_MAX + 2] = "";

    (void)state;
    memset(longest, 'x', PASSWORD_SIZE_MAX);
    longest[0] = 'y';
    assert_int_equal(check("elevenbytes"), STATUS_INVALID_VALUE);
    assert_int_equal(check("twelve bytes"), STATUS_OK);
    assert_int_equal(check("\xC3\xA9\xC3\xA9\xC3\xA9 \t\x01 1\xC3\xA9"), STATUS_OK);
    assert_int_equal(check(longest), STATUS_OK);
    longest[PASSWORD_SIZE_MAX] = 'z';
    assert_int_equal(check(longest), STATUS_INVALID_VALUE);

    assert_int_equal(check("aaaaaaaaaaaa"), STATUS_INVALID_VALUE);
    assert_int_equal(check("123456789012"), STATUS_INVALID_VALUE);
    assert_int_equal(password_check(bytes_of_text("1mz050nq"), 8, NULL), STATUS_OK);
    assert_int_equal(password_check(bytes_of_text("mz050nq"), 8, NULL), STATUS_INVALID_VALUE);
    assert_int_equal(check("PasswordPassword"), STATUS_INVALID_VALUE);
    assert_int_equal(check("Password2026!"), STATUS_INVALID_VALUE);
    assert_int_equal(check("Password2026!x"), STATUS_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_password_waits_sealed_and_apart_from_the_document),
        TEST(it_opens_for_this_person_of_this_organization_alone),
        TEST(a_newer_one_takes_the_place_and_is_work_and_a_version),
        TEST(another_change_leaves_it),
        TEST(whoever_is_deactivated_or_deleted_has_none),
        TEST(where_there_is_no_directory_it_is_ignored),
        TEST(what_is_forgotten_is_the_one_that_was_set),
        TEST(passwords_have_12_to_256_bytes_and_are_not_the_first_guess),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
