/* Passwords that providers have sent, on their way to the directory. */
#include "fixture.h"

/* ------------------------------------------------------------------- passwords */

#define FIRST  "Xq7-first-of-the-passwords"
#define SECOND "Xq7-second-of-the-passwords"

static void given_a_person_with_a_password(const char *user_name)
{
    struct world *world = given.world;

    world->takes_passwords = true;
    assert_int_equal(world_create(world, &world->provider,
                                  arena_printf(world->arena,
                                               "{'userName':'%s','password':'" FIRST "','" EXT
                                               "':{'role':'user','site':'North Plant'}}",
                                               user_name)),
                     STATUS_OK);
    given.id = arena_strdup(world->arena, world->user.account.id);
}

static bool waits_with_a_password(void)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
    struct password password;

    return password_find(txn, world_account(given.world, given.id).row, given.world->arena,
                         &password);
}

static bool binds(const char *user_name, const char *password)
{
    return directory_try_bind(&given.settings.directory, person_dn(user_name), password, NULL) ==
           STATUS_OK;
}

static void a_password_is_set_and_forgotten(void **state)
{
    (void)state;
    given_a_person_with_a_password("kay");
    assert_true(waits_with_a_password());

    run_batch();

    assert_true(binds("kay", FIRST));
    assert_false(waits_with_a_password());
}

static void those_who_join_together_get_their_passwords_too(void **state)
{
    (void)state;
    run_batch();
    given_a_person_with_a_password("liv");
    given_a_person_with_a_password("lou");

    run_batch();

    assert_true(binds("liv", FIRST));
    assert_true(binds("lou", FIRST));
    assert_false(waits_with_a_password());
}

static void what_could_not_be_recorded_is_set_again(void **state)
{
    struct problem problem = {0};
    size_t done = 0;

    (void)state;
    run_batch();
    given_a_person_with_a_password("mae");
    run_batch();
    patch("[{'op':'replace','path':'password','value':'" SECOND "'}]");
    given.before_update = refuse_the_record;
    assert_int_equal(
        batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory, LATER, &done, &problem),
        STATUS_BUSY);
    assert_true(binds("mae", SECOND));
    assert_true(waits_with_a_password());

    run_batch();

    assert_true(binds("mae", SECOND));
    assert_false(waits_with_a_password());
}

static void send_another_password(void)
{
    patch("[{'op':'replace','path':'password','value':'" SECOND "'}]");
}

static void a_newer_password_is_not_forgotten_with_the_older_one(void **state)
{
    (void)state;
    given_a_person_with_a_password("noa");
    run_batch();
    patch("[{'op':'replace','path':'password','value':'" FIRST "!'}]");
    given.before_update = send_another_password; /* planned with the older one */

    run_batch();
    assert_true(waits_with_a_password());
    run_batch();

    assert_true(binds("noa", SECOND));
    assert_false(waits_with_a_password());
}

static void a_password_is_set_on_no_entry_that_somebody_else_has_made(void **state)
{
    (void)state;
    given_a_foreign_entry(person_dn("ora"));
    given.settings.projection.match = "uid";
    given_a_person_with_a_password("ora");

    run_batch();

    assert_true(is_member(NORTH, person_dn("ora")));
    assert_false(binds("ora", FIRST));
    assert_false(waits_with_a_password());
}

/* 0: as it was. */
static void given_a_policy_with_passwords_of_at_least(int length)
{
    const char *digits = arena_printf(given.world->arena, "%d", length);
    const struct bytes values[] = {bytes_of_text("2"), bytes_of_text(digits), bytes_of_text("9")};
    const struct modification modifications[] = {
        {MODIFICATION_REPLACE, "pwdCheckQuality", &values[0], length ? 1 : 0},
        {MODIFICATION_REPLACE, "pwdMinLength", &values[1], length ? 1 : 0},
        {MODIFICATION_REPLACE, "pwdMaxFailure", &values[2], length ? 1 : 0},
    };

    assert_int_equal(directory_modify(given.directory, "cn=default,ou=policies," SLAPD_SUFFIX,
                                      modifications, 3, NULL),
                     STATUS_OK);
}

/* Failed binds lock people out where the policy says so. */
static size_t count_failed_binds(const char *dn)
{
    const struct entry_attribute *times = entry_find(read_entry(dn), "pwdFailureTime");

    return times ? times->count : 0;
}

static void a_password_that_is_refused_is_tried_for_a_day_and_holds_nothing_else_up(void **state)
{
    struct outbox_line line;

    (void)state;
    given_a_policy_with_passwords_of_at_least(100);
    given_a_person_with_a_password("quin");

    run_batch();
    assert_true(is_member(NORTH, person_dn("quin")));
    assert_true(is_waiting(&line));
    assert_non_null(strstr(line.refusal, "policy does not allow"));
    assert_null(strstr(line.refusal, FIRST));
    assert_true(waits_with_a_password());

    run_batch_at(LATER + PASSWORD_LIFE_SECONDS);
    given_a_policy_with_passwords_of_at_least(0);
    assert_false(waits_with_a_password());
    assert_true(is_waiting(&line));
    assert_false(binds("quin", FIRST));
}

static void a_password_that_is_refused_is_not_guessed_at_again_and_again(void **state)
{
    (void)state;
    given_a_person_with_a_password("ray");
    run_batch();
    assert_true(binds("ray", FIRST));
    given_a_policy_with_passwords_of_at_least(100);
    patch("[{'op':'replace','path':'password','value':'" SECOND "'}]");

    for (int hour = 1; hour <= 4; hour++)
        run_batch_at(LATER + hour * 3600);

    given_a_policy_with_passwords_of_at_least(0);
    assert_true(waits_with_a_password());
    assert_int_equal(count_failed_binds(person_dn("ray")), 1);
}

static void who_is_restored_with_a_password_is_unlocked_all_the_same(void **state)
{
    (void)state;
    given_a_person_with_a_password("pia");
    run_batch();
    patch("[{'op':'replace','path':'active','value':false}]");
    run_batch();
    assert_false(binds("pia", FIRST));

    patch("[{'op':'replace','value':{'active':true,'password':'" SECOND "'}}]");
    run_batch();

    assert_true(binds("pia", SECOND));
    assert_int_equal(account_state(given.settings.projection.profile, read_entry(person_dn("pia"))),
                     ACCOUNT_UNLOCKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BATCH_TEST(a_password_is_set_and_forgotten),
        BATCH_TEST(those_who_join_together_get_their_passwords_too),
        BATCH_TEST(what_could_not_be_recorded_is_set_again),
        BATCH_TEST(a_newer_password_is_not_forgotten_with_the_older_one),
        BATCH_TEST(a_password_is_set_on_no_entry_that_somebody_else_has_made),
        BATCH_TEST(a_password_that_is_refused_is_tried_for_a_day_and_holds_nothing_else_up),
        BATCH_TEST(a_password_that_is_refused_is_not_guessed_at_again_and_again),
        BATCH_TEST(who_is_restored_with_a_password_is_unlocked_all_the_same),
    };

    return can_run() ? cmocka_run_group_tests(tests, start, stop) : SKIPPED;
}
