#include "unit.h"

#include <string.h>

#include "attributes.h"
#include "bridge/base/text.h"
#include "bridge/directory/plan.h"
#include "schemas.h"

/*
 * A plan is compared as text, in the words of plan_format without the reasons,
 * so that a test shows the whole of it and its order.
 */

#define BASE   "dc=example,dc=com"
#define PEOPLE "ou=people," BASE
#define ROLES  "ou=roles," BASE
#define ADA    "uid=ada," PEOPLE
#define ADMINS "cn=admins," ROLES
#define NORTH  "cn=site-north," ROLES
#define SOUTH  "cn=site-south," ROLES
#define OTHERS "cn=wiki,ou=groups," BASE

enum { GROUPS_MAX = 4 };

static struct {
    struct arena *arena;
    struct projection_settings settings;
    struct attribute_map *attributes;
    struct person_desired desired;
    struct person_actual actual;
    const char *desired_groups[GROUPS_MAX];
    const char *actual_groups[GROUPS_MAX];
} given;

static int begin(void **state)
{
    (void)state;
    memset(&given, 0, sizeof(given));
    given.arena = arena_new();
    given.attributes = attribute_map_usual();
    given.settings = (struct projection_settings){.people_base = PEOPLE,
                                                  .roles_base = ROLES,
                                                  .profile = account_profile("openldap"),
                                                  .attributes = given.attributes};
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_release(&given.arena);
    attribute_map_free(given.attributes);
    return 0;
}

static struct entry *person(const char *uid, const char *mail)
{
    struct entry *entry = entry_new(given.arena, dn_below(given.arena, "uid", uid, PEOPLE));

    entry_add(given.arena, entry, "objectClass", "inetOrgPerson");
    entry_add(given.arena, entry, "uid", uid);
    entry_add(given.arena, entry, "cn", "Ada");
    entry_add(given.arena, entry, "sn", "Lovelace");
    entry_add(given.arena, entry, "mail", mail);
    return entry;
}

static size_t count_of(const char *first, const char *second)
{
    if (!first)
        return 0;
    return second ? 2 : 1;
}

static void given_desired(bool is_active, const char *first_group, const char *second_group)
{
    given.desired = (struct person_desired){.entry = person("ada", "ada@x.example"),
                                            .is_active = is_active,
                                            .groups = given.desired_groups};
    given.desired_groups[0] = first_group;
    given.desired_groups[1] = second_group;
    given.desired.group_count = count_of(first_group, second_group);
}

static struct entry *given_actual(const char *uid, const char *first_group,
                                  const char *second_group)
{
    struct entry *entry = person(uid, "ada@x.example");

    given.actual = (struct person_actual){.entry = entry, .groups = given.actual_groups};
    given.actual_groups[0] = first_group;
    given.actual_groups[1] = second_group;
    given.actual.group_count = count_of(first_group, second_group);
    return entry;
}

static void given_both_marks(struct entry *entry)
{
    entry_add(given.arena, entry, "pwdAccountLockedTime", "000001010000Z");
    entry_add(given.arena, entry, "pwdEndTime", "19700101000000Z");
}

static struct plan *plan(void)
{
    return plan_person(&given.settings, &given.desired, &given.actual, given.arena);
}

/* Without ": reason" at the end of each line. */
static char *without_reasons(struct arena *arena, const char *formatted)
{
    struct text text = {.arena = arena};

    text_add(&text, "");
    while (*formatted) {
        size_t line = strcspn(formatted, "\n");
        size_t step = line;

        while (step > 0 && strncmp(formatted + step, ": ", 2) != 0)
            step--;
        text_add_bytes(&text, bytes_of(formatted, step));
        text_add(&text, "\n");
        formatted += line + 1;
    }
    return text.data;
}

static void assert_plan(const struct plan *made, const char *expected)
{
    char *text = NULL;

    plan_format(made, given.arena, &text);
    assert_string_equal(without_reasons(given.arena, text), expected);
}

/* ------------------------------------------------------------------- people */

static void what_is_as_it_should_be_needs_no_step(void **state)
{
    (void)state;
    given_desired(true, NORTH, NULL);
    given_actual("ada", "CN=Site-North, " ROLES, NULL);
    assert_plan(plan(), "");

    given_desired(false, NULL, NULL);
    given_both_marks(given_actual("ada", NULL, NULL));
    assert_plan(plan(), "");
}

static void a_new_active_person_is_added_and_then_joins(void **state)
{
    struct plan *made;

    (void)state;
    given_desired(true, NORTH, NULL);

    made = plan();

    assert_plan(made, "add entry " ADA "\n"
                      "add member " ADA " to " NORTH "\n");
    assert_ptr_equal(made->steps[0].entry, given.desired.entry);
}

static void a_new_person_who_is_not_active_needs_no_entry(void **state)
{
    (void)state;
    given_desired(false, NORTH, NULL);
    assert_plan(plan(), "");
}

/* A name that comes back must not bring the rights of who had it before. */
static void a_newcomer_does_not_inherit_groups(void **state)
{
    (void)state;
    given_desired(true, NORTH, NULL);
    given_actual("ada", ADMINS, NORTH);
    given.actual.entry = NULL;

    assert_plan(plan(), "add entry " ADA "\n"
                        "remove member " ADA " from " ADMINS "\n");
}

static void who_gains_is_added_before_anything_is_removed(void **state)
{
    (void)state;
    given_desired(true, ADMINS, NULL);
    given.desired.is_growing = true;
    given_actual("ada", NORTH, NULL);

    assert_plan(plan(), "add member " ADA " to " ADMINS "\n"
                        "remove member " ADA " from " NORTH "\n");
}

static void who_loses_is_removed_before_anything_is_added(void **state)
{
    (void)state;
    given_desired(true, NORTH, NULL);
    given_actual("ada", ADMINS, NULL);

    assert_plan(plan(), "remove member " ADA " from " ADMINS "\n"
                        "add member " ADA " to " NORTH "\n");
}

static void a_site_move_leaves_the_old_site_first(void **state)
{
    (void)state;
    given_desired(true, SOUTH, NULL);
    given_actual("ada", NORTH, NULL);

    assert_plan(plan(), "remove member " ADA " from " NORTH "\n"
                        "add member " ADA " to " SOUTH "\n");
}

static void deactivation_locks_before_it_removes(void **state)
{
    (void)state;
    given_desired(false, NORTH, NULL);
    given_actual("ada", NORTH, ADMINS);

    assert_plan(plan(), "lock " ADA "\n"
                        "remove member " ADA " from " NORTH "\n"
                        "remove member " ADA " from " ADMINS "\n");
}

static void half_a_lock_is_locked_again(void **state)
{
    struct plan *made;

    (void)state;
    given_desired(false, NULL, NULL);
    entry_add(given.arena, given_actual("ada", NULL, NULL), "pwdEndTime", "19700101000000Z");

    made = plan();

    assert_plan(made, "lock " ADA "\n");
    assert_int_equal(made->steps[0].count, 2);
}

static void a_lock_out_by_failed_attempts_is_neither_a_lock_nor_undone(void **state)
{
    (void)state;
    given_desired(true, NULL, NULL);
    entry_add(given.arena, given_actual("ada", NULL, NULL), "pwdAccountLockedTime",
              "20260131080000Z");
    assert_plan(plan(), "");

    given.desired.is_active = false;
    assert_plan(plan(), "lock " ADA "\n");
}

static void who_comes_back_is_unlocked_last(void **state)
{
    (void)state;
    given_desired(true, NORTH, NULL);
    given_both_marks(given_actual("ada", NULL, NULL));
    given.desired.entry = person("ada", "new@x.example");

    assert_plan(plan(), "modify " ADA "\n"
                        "add member " ADA " to " NORTH "\n"
                        "unlock " ADA "\n");
}

static void who_is_gone_stays_locked_and_in_no_group_and_otherwise_as_they_were(void **state)
{
    (void)state;
    given.desired = (struct person_desired){.entry = NULL, .is_active = true};
    given_actual("ada", NORTH, NULL);
    assert_plan(plan(), "lock " ADA "\n"
                        "remove member " ADA " from " NORTH "\n");

    given_both_marks(given_actual("ada", NULL, NULL));
    assert_plan(plan(), "");

    given.actual = (struct person_actual){.entry = NULL};
    assert_plan(plan(), "");
}

static void whom_no_entry_fits_leaves_groups_and_no_more(void **state)
{
    (void)state;
    given_desired(true, NORTH, SOUTH);
    given.desired.entry = NULL;
    given.desired.is_misfit = true;
    given_both_marks(given_actual("ada", NORTH, ADMINS));
    assert_plan(plan(), "remove member " ADA " from " ADMINS "\n");

    given.desired.is_growing = true;
    assert_plan(plan(), "");
}

static void an_entry_that_is_to_go_is_locked_and_out_of_the_groups_first(void **state)
{
    (void)state;
    given.desired = (struct person_desired){.entry = NULL, .is_removed = true};
    given_actual("ada", NORTH, OTHERS);
    assert_plan(plan(), "lock " ADA "\n"
                        "remove member " ADA " from " NORTH "\n"
                        "delete entry " ADA "\n");

    given.actual = (struct person_actual){.entry = NULL, .dn = ADA};
    assert_plan(plan(), "");
}

static void an_adopted_entry_keeps_its_name_and_what_nothing_is_known_of(void **state)
{
    struct entry *entry;

    (void)state;
    given_desired(true, NORTH, NULL);
    given.desired.is_adopted = true;
    entry = given_actual("augusta", NULL, NULL);
    entry->dn = "cn=Augusta," PEOPLE;
    entry_add(given.arena, entry, "cn", "Augusta");
    entry_add(given.arena, entry, "title", "Countess");
    assert_plan(plan(), "add member cn=Augusta," PEOPLE " to " NORTH "\n");

    given_desired(false, NULL, NULL);
    given.desired.is_adopted = true;
    entry_add(given.arena, entry, "mail", "second@x.example");
    assert_plan(plan(), "lock cn=Augusta," PEOPLE "\n"
                        "modify cn=Augusta," PEOPLE "\n");
}

static void groups_that_an_entry_left_when_it_went_are_taken_from_who_has_no_access(void **state)
{
    (void)state;
    given_desired(false, NULL, NULL);
    given_actual("ada", ADMINS, OTHERS);
    given.actual.entry = NULL;
    given.actual.dn = ADA;
    assert_plan(plan(), "remove member " ADA " from " ADMINS "\n");

    given.desired.entry = NULL;
    assert_plan(plan(), "remove member " ADA " from " ADMINS "\n");
}

static void groups_of_others_are_never_touched(void **state)
{
    (void)state;
    given_desired(false, NULL, NULL);
    given_both_marks(given_actual("ada", OTHERS, "cn=admins,ou=x," ROLES));
    assert_plan(plan(), "");

    given_desired(true, NULL, NULL);
    given_actual("augusta", OTHERS, NULL);
    assert_plan(plan(), "rename uid=augusta," PEOPLE " to uid=ada\n");
}

/* --------------------------------------------------------------- attributes */

static void attributes_that_differ_are_replaced_in_one_step(void **state)
{
    struct entry *entry;
    struct plan *made;

    (void)state;
    given_desired(true, NULL, NULL);
    entry = given_actual("ada", NULL, NULL);
    entry_add(given.arena, entry, "mail", "second@x.example");
    entry_add(given.arena, entry, "title", "Analyst");

    made = plan();

    assert_plan(made, "modify " ADA "\n");
    assert_string_equal(made->steps[0].reason, "mail, title differ");
    assert_int_equal(made->steps[0].count, 2);
    assert_int_equal(made->steps[0].modifications[0].count, 1);
    assert_string_equal(made->steps[0].modifications[0].values[0].data, "ada@x.example");
    assert_int_equal(made->steps[0].modifications[1].verb, MODIFICATION_REPLACE);
    assert_int_equal(made->steps[0].modifications[1].count, 0);
}

static void letter_case_counts_in_a_value(void **state)
{
    (void)state;
    given_desired(true, NULL, NULL);
    given_actual("ada", NULL, NULL);
    given.desired.entry = person("ada", "Ada@x.example");

    assert_plan(plan(), "modify " ADA "\n");
}

static void what_the_bridge_does_not_own_is_left_alone(void **state)
{
    struct entry *entry;

    (void)state;
    given_desired(true, NULL, NULL);
    entry = given_actual("ada", NULL, NULL);
    entry_add(given.arena, entry, "description", "by hand");
    entry_add(given.arena, entry, "objectClass", "posixAccount");
    entry_add(given.arena, entry, "uidNumber", "1000");

    assert_plan(plan(), "");
}

static void attributes_of_an_inactive_person_are_kept_up_after_access_is_gone(void **state)
{
    (void)state;
    given_desired(false, NULL, NULL);
    given_actual("ada", NORTH, NULL);
    given.desired.entry = person("ada", "new@x.example");

    assert_plan(plan(), "lock " ADA "\n"
                        "remove member " ADA " from " NORTH "\n"
                        "modify " ADA "\n");
}

/* ----------------------------------------------------------------- renaming */

static void a_new_name_goes_into_every_group_that_stays(void **state)
{
    struct plan *made;

    (void)state;
    given_desired(true, ADMINS, SOUTH);
    given.desired.is_growing = true;
    given_actual("augusta", NORTH, ADMINS);

    made = plan();

    assert_plan(made, "rename uid=augusta," PEOPLE " to uid=ada\n"
                      "add member " ADA " to " NORTH "\n"
                      "add member " ADA " to " ADMINS "\n"
                      "add member " ADA " to " SOUTH "\n"
                      "remove member " ADA " from " NORTH "\n");
    assert_int_equal(made->steps[1].count, 2);
    assert_int_equal(made->steps[1].modifications[0].verb, MODIFICATION_DELETE);
    assert_string_equal(made->steps[1].modifications[0].values[0].data, "uid=augusta," PEOPLE);
    assert_int_equal(made->steps[1].modifications[1].verb, MODIFICATION_ADD);
}

static void who_loses_a_role_loses_it_before_the_name_changes(void **state)
{
    (void)state;
    given_desired(true, NORTH, NULL);
    given_actual("augusta", NORTH, ADMINS);

    assert_plan(plan(), "remove member uid=augusta," PEOPLE " from " ADMINS "\n"
                        "rename uid=augusta," PEOPLE " to uid=ada\n"
                        "add member " ADA " to " NORTH "\n");
}

static void a_name_that_differs_in_letter_case_only_is_the_same_name(void **state)
{
    (void)state;
    given_desired(true, NULL, NULL);
    given_actual("ADA", NULL, NULL);
    assert_plan(plan(), "");
}

static void who_is_inactive_loses_access_before_the_name_changes(void **state)
{
    (void)state;
    given_desired(false, NULL, NULL);
    given_actual("augusta", NORTH, NULL);

    assert_plan(plan(), "lock uid=augusta," PEOPLE "\n"
                        "remove member uid=augusta," PEOPLE " from " NORTH "\n"
                        "rename uid=augusta," PEOPLE " to uid=ada\n");
}

static void an_entry_that_was_moved_below_the_base_stays_where_it_is(void **state)
{
    struct entry *entry;

    (void)state;
    given_desired(true, NORTH, NULL);
    entry = given_actual("augusta", NULL, NULL);
    entry->dn = "uid=augusta,ou=engines," PEOPLE;
    assert_plan(plan(), "rename uid=augusta,ou=engines," PEOPLE " to uid=ada\n"
                        "add member uid=ada,ou=engines," PEOPLE " to " NORTH "\n");

    entry = given_actual("ada", NULL, NULL);
    entry->dn = "uid=ada,ou=engines," PEOPLE;
    assert_plan(plan(), "add member uid=ada,ou=engines," PEOPLE " to " NORTH "\n");
}

static void a_second_value_beside_the_name_goes(void **state)
{
    (void)state;
    given_desired(true, NULL, NULL);
    entry_add(given.arena, given_actual("ada", NULL, NULL), "uid", "root");

    assert_plan(plan(), "modify " ADA "\n");
    assert_string_equal(plan()->steps[0].reason, "uid differs");
}

/* ------------------------------------------------------------------- groups */

static struct entry *group(const char *description)
{
    return projection_role_group(&given.settings, NORTH, description, given.arena);
}

static void a_role_group_that_is_missing_is_created(void **state)
{
    (void)state;
    assert_plan(plan_role_group(group("North"), NULL, given.arena), "create group " NORTH "\n");
}

static void a_site_with_another_name_changes_the_description_only(void **state)
{
    (void)state;
    assert_plan(plan_role_group(group("North"), group("North"), given.arena), "");
    assert_plan(plan_role_group(group("North"), group("Nord"), given.arena), "modify " NORTH "\n");
    assert_plan(plan_role_group(group(NULL), group("by hand"), given.arena), "");
}

/* -------------------------------------------------------------------- words */

static void a_step_is_one_line_whatever_people_are_called(void **state)
{
    char *text = NULL;

    (void)state;
    given_desired(true, NULL, NULL);
    given.desired.entry = person("a\nlock uid=x\x7F", "m");

    plan_format(plan(), given.arena, &text);

    assert_string_equal(text, "add entry uid=a\\0Alock uid\\3Dx\\7F," PEOPLE
                              ": the account is active and has no entry\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_as_it_should_be_needs_no_step),
        TEST(a_new_active_person_is_added_and_then_joins),
        TEST(a_new_person_who_is_not_active_needs_no_entry),
        TEST(a_newcomer_does_not_inherit_groups),
        TEST(who_gains_is_added_before_anything_is_removed),
        TEST(who_loses_is_removed_before_anything_is_added),
        TEST(a_site_move_leaves_the_old_site_first),
        TEST(deactivation_locks_before_it_removes),
        TEST(half_a_lock_is_locked_again),
        TEST(a_lock_out_by_failed_attempts_is_neither_a_lock_nor_undone),
        TEST(who_comes_back_is_unlocked_last),
        TEST(who_is_gone_stays_locked_and_in_no_group_and_otherwise_as_they_were),
        TEST(whom_no_entry_fits_leaves_groups_and_no_more),
        TEST(an_entry_that_is_to_go_is_locked_and_out_of_the_groups_first),
        TEST(an_adopted_entry_keeps_its_name_and_what_nothing_is_known_of),
        TEST(groups_that_an_entry_left_when_it_went_are_taken_from_who_has_no_access),
        TEST(groups_of_others_are_never_touched),
        TEST(attributes_that_differ_are_replaced_in_one_step),
        TEST(letter_case_counts_in_a_value),
        TEST(what_the_bridge_does_not_own_is_left_alone),
        TEST(attributes_of_an_inactive_person_are_kept_up_after_access_is_gone),
        TEST(a_new_name_goes_into_every_group_that_stays),
        TEST(who_loses_a_role_loses_it_before_the_name_changes),
        TEST(a_name_that_differs_in_letter_case_only_is_the_same_name),
        TEST(who_is_inactive_loses_access_before_the_name_changes),
        TEST(an_entry_that_was_moved_below_the_base_stays_where_it_is),
        TEST(a_second_value_beside_the_name_goes),
        TEST(a_role_group_that_is_missing_is_created),
        TEST(a_site_with_another_name_changes_the_description_only),
        TEST(a_step_is_one_line_whatever_people_are_called),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
