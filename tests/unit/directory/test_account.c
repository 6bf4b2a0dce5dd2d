#include "unit.h"

#include "bridge/base/status.h"
#include "bridge/directory/account.h"

#define LOCKED_TIME "000001010000Z"
#define PAST        "19700101000000Z"

static const struct account_profile *openldap(void)
{
    const struct account_profile *profile = account_profile("openldap");

    assert_non_null(profile);
    return profile;
}

static enum account_state state_with(const char *locked_time, const char *end_time)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *entry = entry_new(arena, "uid=ada,dc=x");

    if (locked_time)
        entry_add(arena, entry, "pwdAccountLockedTime", locked_time);
    if (end_time)
        entry_add(arena, entry, "pwdEndTime", end_time);
    return account_state(openldap(), entry);
}

static void a_profile_is_found_by_its_name_only(void **state)
{
    (void)state;
    assert_non_null(account_profile("OpenLDAP"));
    assert_null(account_profile("389ds"));
    assert_null(account_profile(""));
    assert_non_null(strstr(account_profile_names(), "openldap"));
    assert_string_equal(account_identity(openldap()), "entryUUID");
}

static void every_mark_is_among_the_attributes_to_read(void **state)
{
    const char *const *attributes = account_attributes(openldap());

    (void)state;
    assert_string_equal(attributes[0], "pwdAccountLockedTime");
    assert_string_equal(attributes[1], "pwdEndTime");
    assert_null(attributes[2]);
}

static void only_both_marks_make_a_lock(void **state)
{
    (void)state;
    assert_int_equal(state_with(NULL, NULL), ACCOUNT_UNLOCKED);
    assert_int_equal(state_with(LOCKED_TIME, PAST), ACCOUNT_LOCKED);
    assert_int_equal(state_with(NULL, PAST), ACCOUNT_HALF_LOCKED);
    assert_int_equal(state_with(LOCKED_TIME, NULL), ACCOUNT_HALF_LOCKED);
}

static void a_lock_out_after_failed_attempts_is_not_our_mark(void **state)
{
    (void)state;
    assert_int_equal(state_with("20260131080000Z", NULL), ACCOUNT_UNLOCKED);
    assert_int_equal(state_with(NULL, "20260131080000Z"), ACCOUNT_UNLOCKED);
    assert_int_equal(state_with("20260131080000Z", PAST), ACCOUNT_HALF_LOCKED);
}

static void locking_and_unlocking_replace_both_marks_at_once(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct modification *lock = NULL;
    const struct modification *unlock = NULL;
    size_t lock_count = 0;
    size_t unlock_count = 0;

    (void)state;
    account_lock(openldap(), arena, &lock, &lock_count);
    account_unlock(openldap(), arena, &unlock, &unlock_count);

    assert_int_equal(lock_count, 2);
    assert_int_equal(unlock_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(lock[i].verb, MODIFICATION_REPLACE);
        assert_int_equal(lock[i].count, 1);
        assert_int_equal(unlock[i].verb, MODIFICATION_REPLACE);
        assert_int_equal(unlock[i].count, 0);
        assert_string_equal(lock[i].attribute, unlock[i].attribute);
    }
    assert_string_equal(lock[0].values[0].data, LOCKED_TIME);
    assert_string_equal(lock[1].values[0].data, PAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_is_found_by_its_name_only),
        cmocka_unit_test(every_mark_is_among_the_attributes_to_read),
        cmocka_unit_test(only_both_marks_make_a_lock),
        cmocka_unit_test(a_lock_out_after_failed_attempts_is_not_our_mark),
        cmocka_unit_test(locking_and_unlocking_replace_both_marks_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
