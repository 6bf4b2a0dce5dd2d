#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "bridge/directory/plan.h"
#include "hostile.h"

/* A plan is compared as text; the members that it changes are compared beside it. */

#define BASE        "dc=example,dc=com"
#define PEOPLE      "ou=people," BASE
#define ROLES       "ou=roles," BASE
#define GROUPS      "ou=groups," BASE
#define ADMINS      "cn=admins," ROLES
#define ROOT        "CN=Root, " BASE
#define WIKI        "cn=wiki," GROUPS
#define PLACEHOLDER "cn=rolebridge-placeholder," ROLES
#define ADA         "uid=ada," PEOPLE
#define BOB         "uid=bob," PEOPLE
#define EVE         "uid=eve," PEOPLE

enum { CROWD = 100000 };

static struct {
    struct arena *arena;
    struct projection_settings settings;
    struct group_desired desired;
    struct group_actual actual;
} given;

static int begin(void **state)
{
    (void)state;
    memset(&given, 0, sizeof(given));
    given.arena = arena_new();
    given.settings = (struct projection_settings){.people_base = PEOPLE,
                                                  .roles_base = ROLES,
                                                  .groups_base = GROUPS,
                                                  .profile = account_profile("openldap")};
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_release(&given.arena);
    return 0;
}

static struct entry *group(const char *name)
{
    json_auto_t *resource = json_pack("{s:s}", "displayName", name);
    struct entry *entry = NULL;

    assert_int_equal(projection_group(&given.settings, resource, given.arena, &entry, NULL),
                     STATUS_OK);
    return entry;
}

static void given_desired(const char *name, const char *const *members, size_t count)
{
    given.desired = (struct group_desired){group(name), members, count};
}

/* With the placeholder and these. */
static struct entry *given_actual(const char *name, const char *const *members, size_t count)
{
    struct entry *entry = group(name);

    for (size_t i = 0; i < count; i++)
        entry_add(given.arena, entry, "member", members[i]);
    given.actual.entry = entry;
    return entry;
}

static struct plan *plan(void)
{
    return plan_group(&given.settings, &given.desired, &given.actual, given.arena);
}

static void assert_plan(const struct plan *made, const char *expected)
{
    char *text = NULL;

    plan_format(made, given.arena, &text);
    assert_string_equal(text, expected);
}

static void assert_change(const struct modification *modification, enum modification_verb verb,
                          const char *const *members, size_t count)
{
    assert_int_equal(modification->verb, verb);
    assert_string_equal(modification->attribute, "member");
    assert_int_equal(modification->count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(modification->values[i].data, members[i]);
}

/* "uid=person-000000" and so on, from `first` on. */
static const char **crowd(size_t first, size_t count)
{
    const char **members = arena_alloc(given.arena, count * sizeof(*members));

    for (size_t i = 0; i < count; i++)
        members[i] = arena_printf(given.arena, "uid=person-%06zu," PEOPLE, first + i);
    return members;
}

/* ------------------------------------------------------------------- groups */

static void a_group_that_is_as_it_should_be_needs_no_step(void **state)
{
    static const char *const desired[] = {BOB, ADA};
    static const char *const actual[] = {"UID=Ada, ou=people , " BASE, BOB};

    (void)state;
    given_desired("wiki", desired, 2);
    given_actual("Wiki", actual, 2);
    assert_plan(plan(), "");

    given_desired("wiki", NULL, 0);
    given_actual("wiki", NULL, 0);
    assert_plan(plan(), "");
}

static void a_group_that_is_neither_wanted_nor_there_needs_no_step(void **state)
{
    (void)state;
    assert_plan(plan(), "");
}

static void a_new_group_is_made_with_its_members(void **state)
{
    static const char *const members[] = {BOB, ADA, "UID=ADA," PEOPLE, PLACEHOLDER};
    const struct entry_attribute *made;

    (void)state;
    given_desired("wiki", members, 4);

    assert_plan(plan(), "create group " WIKI ": there is no such group\n");
    made = entry_find(plan()->steps[0].entry, "member");
    assert_int_equal(made->count, 3);
    assert_string_equal(made->values[0].data, PLACEHOLDER);
    assert_true(dn_equal(made->values[1].data, ADA));
    assert_string_equal(made->values[2].data, BOB);
    assert_int_equal(entry_find(given.desired.entry, "member")->count, 1);
}

static void a_large_new_group_is_made_in_parts(void **state)
{
    struct plan *made;

    (void)state;
    given_desired("wiki", crowd(0, 4500), 4500);

    made = plan();

    assert_plan(made, "create group " WIKI ": there is no such group\n"
                      "change members of " WIKI ": 0 to remove, 2000 to add\n"
                      "change members of " WIKI ": 0 to remove, 500 to add\n");
    assert_int_equal(entry_find(made->steps[0].entry, "member")->count, 2001);
    assert_string_equal(made->steps[1].modifications[0].values[0].data,
                        "uid=person-002000," PEOPLE);
    assert_string_equal(made->steps[2].modifications[0].values[499].data,
                        "uid=person-004499," PEOPLE);
}

static void exactly_one_part_is_one_step(void **state)
{
    (void)state;
    given_desired("wiki", crowd(0, PLAN_MEMBERS_MAX), PLAN_MEMBERS_MAX);
    assert_int_equal(plan()->count, 1);

    given_actual("wiki", NULL, 0);
    assert_int_equal(plan()->count, 1);
}

static void one_more_than_a_part_is_two_steps(void **state)
{
    (void)state;
    given_desired("wiki", crowd(0, PLAN_MEMBERS_MAX + 1), PLAN_MEMBERS_MAX + 1);
    assert_int_equal(plan()->count, 2);

    given_actual("wiki", NULL, 0);
    assert_plan(plan(), "change members of " WIKI ": 0 to remove, 2000 to add\n"
                        "change members of " WIKI ": 0 to remove, 1 to add\n");
}

/* Below what servers take in one request, however long the names are. */
static void long_names_make_smaller_parts(void **state)
{
    enum { COUNT = 1200, SIZE = 2000 };
    const char **members = arena_alloc(given.arena, COUNT * sizeof(*members));
    const struct plan *made;
    size_t sum = 0;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        members[i] = arena_printf(given.arena, "uid=%0*zu," PEOPLE, SIZE, i);
    given_desired("wiki", members, COUNT);
    given_actual("wiki", NULL, 0);

    made = plan();

    assert_int_equal(made->count, 3);
    for (size_t i = 0; i < made->count; i++) {
        const struct modification *part = made->steps[i].modifications;

        assert_true(part->count * part->values[0].size <= PLAN_MEMBERS_BYTES_MAX);
        sum += part->count;
    }
    assert_int_equal(sum, COUNT);
}

static void a_group_that_is_gone_is_deleted(void **state)
{
    static const char *const members[] = {ADA};

    (void)state;
    given_actual("wiki", members, 1);
    assert_plan(plan(), "delete entry " WIKI ": the group is gone\n");
}

static void who_leaves_does_so_before_the_name_changes(void **state)
{
    static const char *const members[] = {ADA};

    (void)state;
    given_desired("handbook", NULL, 0);
    given_actual("wiki", members, 1);

    assert_plan(plan(), "change members of " WIKI ": 1 to remove, 0 to add\n"
                        "rename " WIKI " to cn=handbook: displayName has changed\n");
}

static void a_group_that_was_moved_below_the_base_stays_where_it_is(void **state)
{
    (void)state;
    given_desired("handbook", NULL, 0);
    given_actual("wiki", NULL, 0)->dn = "cn=wiki,ou=x," GROUPS;

    assert_plan(plan(), "rename cn=wiki,ou=x," GROUPS " to cn=handbook: displayName has changed\n");
}

static void a_second_name_beside_the_first_goes(void **state)
{
    (void)state;
    given_desired("wiki", NULL, 0);
    entry_add(given.arena, given_actual("wiki", NULL, 0), "cn", "admins");

    assert_plan(plan(), "modify " WIKI ": cn differs\n");
}

/* ------------------------------------------------------------------ members */

static void who_leaves_and_who_comes_change_in_one_go(void **state)
{
    static const char *const desired[] = {EVE, ADA};
    static const char *const actual[] = {BOB, ADA};
    static const char *const out[] = {BOB};
    static const char *const in[] = {EVE};
    struct plan *made;

    (void)state;
    given_desired("wiki", desired, 2);
    given_actual("wiki", actual, 2);

    made = plan();

    assert_plan(made, "change members of " WIKI ": 1 to remove, 1 to add\n");
    assert_int_equal(made->steps[0].count, 2);
    assert_change(&made->steps[0].modifications[0], MODIFICATION_DELETE, out, 1);
    assert_change(&made->steps[0].modifications[1], MODIFICATION_ADD, in, 1);
}

/* A member goes by the name that the directory gave, which may not even be a DN. */
static void members_that_nobody_asked_for_are_removed(void **state)
{
    static const char *const actual[] = {ROOT, "nonsense", ADMINS};
    static const char *const out[] = {ADMINS, ROOT, "nonsense"};
    struct plan *made;

    (void)state;
    given_desired("wiki", NULL, 0);
    given_actual("wiki", actual, 3);

    made = plan();

    assert_plan(made, "change members of " WIKI ": 3 to remove, 0 to add\n");
    assert_int_equal(made->steps[0].count, 1);
    assert_change(&made->steps[0].modifications[0], MODIFICATION_DELETE, out, 3);
}

static void a_missing_placeholder_comes_back_before_anybody_leaves(void **state)
{
    static const char *const actual[] = {ADA};
    static const char *const placeholder[] = {PLACEHOLDER};
    struct entry *entry = entry_new(given.arena, WIKI);
    struct plan *made;

    (void)state;
    given_desired("wiki", NULL, 0);
    entry_add(given.arena, entry, "cn", "wiki");
    entry_add(given.arena, entry, "member", actual[0]);
    given.actual.entry = entry;

    made = plan();

    assert_plan(made, "change members of " WIKI ": the placeholder is missing\n"
                      "change members of " WIKI ": 1 to remove, 0 to add\n");
    assert_change(&made->steps[0].modifications[0], MODIFICATION_ADD, placeholder, 1);
    assert_change(&made->steps[1].modifications[0], MODIFICATION_DELETE, actual, 1);
}

static void the_placeholder_is_known_in_any_spelling_and_left_alone(void **state)
{
    struct entry *entry = entry_new(given.arena, WIKI);

    (void)state;
    given_desired("wiki", NULL, 0);
    entry_add(given.arena, entry, "cn", "wiki");
    entry_add(given.arena, entry, "member", "CN=RoleBridge-Placeholder, " ROLES);
    given.actual.entry = entry;

    assert_plan(plan(), "");
}

static void everybody_who_leaves_does_so_before_anybody_comes(void **state)
{
    struct plan *made;

    (void)state;
    given_desired("wiki", crowd(5000, 2400), 2400);
    given_actual("wiki", crowd(0, 3000), 3000);

    made = plan();

    assert_plan(made, "change members of " WIKI ": 2000 to remove, 0 to add\n"
                      "change members of " WIKI ": 1000 to remove, 1000 to add\n"
                      "change members of " WIKI ": 0 to remove, 1400 to add\n");
    assert_string_equal(made->steps[2].modifications[0].values[1399].data,
                        "uid=person-007399," PEOPLE);
}

/* Pairwise it would be ten thousand million comparisons, and not end before the runner loses
 * patience. */
static void ten_differences_among_a_hundred_thousand_are_one_small_change(void **state)
{
    const char **desired = crowd(5, CROWD);
    struct plan *made;

    (void)state;
    given_desired("wiki", desired, CROWD);
    given_actual("wiki", crowd(0, CROWD), CROWD);

    made = plan();

    assert_plan(made, "change members of " WIKI ": 5 to remove, 5 to add\n");
    assert_string_equal(made->steps[0].modifications[0].values[4].data,
                        "uid=person-000004," PEOPLE);
    assert_string_equal(made->steps[0].modifications[1].values[0].data,
                        "uid=person-100000," PEOPLE);
}

static void hostile_names_are_members_like_any_other(void **state)
{
    const char *members[sizeof(hostile_names) / sizeof(hostile_names[0])];
    size_t count = 0;

    (void)state;
    for (; hostile_names[count]; count++)
        members[count] = dn_below(given.arena, "uid", hostile_names[count], PEOPLE);
    given_desired("wiki", members, count);
    given_actual("wiki", members, count);
    assert_plan(plan(), "");

    for (size_t i = 0; i < count; i++) {
        given_desired("wiki", &members[i], 1);
        given_actual("wiki", NULL, 0);
        assert_plan(plan(), "change members of " WIKI ": 0 to remove, 1 to add\n");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_group_that_is_as_it_should_be_needs_no_step),
        TEST(a_group_that_is_neither_wanted_nor_there_needs_no_step),
        TEST(a_new_group_is_made_with_its_members),
        TEST(a_large_new_group_is_made_in_parts),
        TEST(exactly_one_part_is_one_step),
        TEST(one_more_than_a_part_is_two_steps),
        TEST(long_names_make_smaller_parts),
        TEST(a_group_that_is_gone_is_deleted),
        TEST(who_leaves_does_so_before_the_name_changes),
        TEST(a_group_that_was_moved_below_the_base_stays_where_it_is),
        TEST(a_second_name_beside_the_first_goes),
        TEST(who_leaves_and_who_comes_change_in_one_go),
        TEST(members_that_nobody_asked_for_are_removed),
        TEST(a_missing_placeholder_comes_back_before_anybody_leaves),
        TEST(the_placeholder_is_known_in_any_spelling_and_left_alone),
        TEST(everybody_who_leaves_does_so_before_anybody_comes),
        TEST(ten_differences_among_a_hundred_thousand_are_one_small_change),
        TEST(hostile_names_are_members_like_any_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
