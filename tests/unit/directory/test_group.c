#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "bridge/directory/canary.h"
#include "bridge/directory/plan.h"
#include "hostile.h"
#include "slapd.h"

/* Pushed groups against a real server. */

enum { LIMIT_SECONDS = 10, SKIPPED = 77, CROWD = 6000, MANY = 50000, CHANGED = 5000 };

#define PLACEHOLDER "cn=rolebridge-placeholder," SLAPD_ROLES
#define ADA         "uid=ada," SLAPD_PEOPLE
#define BOB         "uid=bob," SLAPD_PEOPLE
#define EVE         "uid=eve," SLAPD_PEOPLE
#define NOBODY      "00000000-0000-4000-8000-000000000000"

static const char *const everything[] = {"*", "+", NULL};
static const char *const ada_and_bob[] = {ADA, BOB};
static const char *const bob_and_eve[] = {BOB, EVE};

static struct {
    struct slapd slapd;
    struct directory_settings settings;
    struct projection_settings projection;
    struct arena *arena;
    struct directory *directory;
} given;

static int start(void **state)
{
    (void)state;
    if (!slapd_start(&given.slapd, SLAPD_POLICY))
        return -1;
    given.settings = (struct directory_settings){.uri = given.slapd.uri,
                                                 .bind_dn = SLAPD_SERVICE,
                                                 .password_file = given.slapd.password_file,
                                                 .connect_seconds = LIMIT_SECONDS,
                                                 .operation_seconds = LIMIT_SECONDS};
    given.projection = (struct projection_settings){.people_base = SLAPD_PEOPLE,
                                                    .roles_base = SLAPD_ROLES,
                                                    .groups_base = SLAPD_GROUPS,
                                                    .profile = account_profile("openldap")};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    slapd_stop(&given.slapd);
    return 0;
}

static int begin(void **state)
{
    struct problem problem = {0};

    (void)state;
    given.arena = arena_new();
    if (directory_open(&given.settings, &given.directory, &problem)) {
        (void)fprintf(stderr, "%s\n", problem.detail);
        return -1;
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    directory_release(&given.directory);
    arena_release(&given.arena);
    return 0;
}

/* ------------------------------------------------------------------ helpers */

static void assert_done(enum status status, const struct problem *problem)
{
    if (status)
        fail_msg("%s", problem->detail);
}

static struct group_desired wanted(const char *name, const char *const *members, size_t count)
{
    json_auto_t *group = json_pack("{s:s}", "displayName", name);
    struct entry *entry = NULL;

    assert_int_equal(projection_group(&given.projection, group, given.arena, &entry, NULL),
                     STATUS_OK);
    return (struct group_desired){entry, members, count};
}

static struct group_actual read_group(const char *identity, const char *dn)
{
    struct group_actual actual = {NULL};
    struct problem problem = {0};

    assert_done(group_read(given.directory, &given.projection, identity, dn, given.arena, &actual,
                           &problem),
                &problem);
    return actual;
}

static struct plan *plan(const struct group_desired *desired, const char *identity, const char *dn)
{
    struct group_actual actual = read_group(identity, dn);

    return plan_group(&given.projection, desired, &actual, given.arena);
}

static enum status apply(const struct plan *made, struct problem *problem)
{
    return plan_apply(given.directory, &given.projection, made, problem);
}

/* Read, plan and apply, as the worker does; how many steps it took. */
static size_t reconcile(const struct group_desired *desired, const char *identity, const char *dn)
{
    struct plan *made = plan(desired, identity, dn);
    struct problem problem = {0};

    assert_done(apply(made, &problem), &problem);
    return made->count;
}

/* A group with these members, made in one step; its desired state. */
static struct group_desired given_a_group(const char *name, const char *const *members,
                                          size_t count)
{
    struct group_desired desired = wanted(name, members, count);

    assert_int_equal(reconcile(&desired, NULL, desired.entry->dn), 1);
    return desired;
}

static struct entry *read_all(const char *dn)
{
    struct entry *entry = NULL;
    struct problem problem = {0};

    assert_done(directory_read(given.directory, dn, everything, given.arena, &entry, &problem),
                &problem);
    return entry;
}

static const char *identity_of(const char *dn)
{
    return entry_text(read_all(dn), "entryUUID");
}

/* Just these and the placeholder. */
static void assert_members(const char *dn, const char *const *members, size_t count)
{
    const struct entry_attribute *actual = entry_find(read_all(dn), "member");

    assert_int_equal(actual->count, count + 1);
    for (size_t i = 0; i <= count; i++) {
        const char *member = i < count ? members[i] : PLACEHOLDER;
        bool is_there = false;

        for (size_t j = 0; j < actual->count; j++)
            is_there = is_there || dn_equal(actual->values[j].data, member);
        if (!is_there)
            fail_msg("%s is not in %s", member, dn);
    }
}

static void change_by_hand(enum modification_verb verb, const char *dn, const char *member)
{
    struct bytes value = bytes_of_text(member);
    struct modification modification = {verb, "member", &value, 1};

    assert_int_equal(directory_modify(given.directory, dn, &modification, 1, NULL), STATUS_OK);
}

/* ------------------------------------------------------------------- groups */

static void a_pushed_group_is_made_and_then_nothing_is_left_to_do(void **state)
{
    struct group_desired desired = given_a_group("once", ada_and_bob, 2);
    const char *dn = desired.entry->dn;
    const char *stamp = entry_text(read_all(dn), "entryCSN");

    (void)state;
    assert_members(dn, ada_and_bob, 2);

    assert_int_equal(reconcile(&desired, NULL, dn), 0);
    assert_int_equal(reconcile(&desired, identity_of(dn), dn), 0);

    assert_string_equal(entry_text(read_all(dn), "entryCSN"), stamp);
}

static void members_come_and_go(void **state)
{
    struct group_desired desired = given_a_group("moves", ada_and_bob, 2);
    const char *dn = desired.entry->dn;

    (void)state;
    desired.members = bob_and_eve;
    assert_int_equal(reconcile(&desired, identity_of(dn), dn), 1);
    assert_members(dn, bob_and_eve, 2);

    desired.member_count = 0;
    assert_int_equal(reconcile(&desired, identity_of(dn), dn), 1);
    assert_members(dn, NULL, 0);
}

static void another_name_keeps_the_entry_and_its_members(void **state)
{
    struct group_desired desired = given_a_group("maiden", ada_and_bob, 2);
    const char *identity = identity_of(desired.entry->dn);

    (void)state;
    desired = wanted("married", bob_and_eve, 2);
    assert_int_equal(reconcile(&desired, identity, desired.entry->dn), 2);

    assert_string_equal(identity_of(desired.entry->dn), identity);
    assert_members(desired.entry->dn, bob_and_eve, 2);
    assert_null(read_group(NULL, "cn=maiden," SLAPD_GROUPS).entry);
    assert_int_equal(reconcile(&desired, identity, desired.entry->dn), 0);
}

static void a_group_that_is_gone_is_deleted_once_and_for_all(void **state)
{
    struct group_desired desired = given_a_group("leaving", ada_and_bob, 2);
    const char *dn = desired.entry->dn;
    struct plan *made;

    (void)state;
    desired = (struct group_desired){.entry = NULL};
    made = plan(&desired, identity_of(dn), dn);

    assert_int_equal(made->count, 1);
    assert_int_equal(apply(made, NULL), STATUS_OK);
    assert_null(read_group(NULL, dn).entry);
    assert_int_equal(apply(made, NULL), STATUS_OK); /* gone is gone */
}

static void an_entry_with_others_below_it_is_not_deleted(void **state)
{
    struct group_desired desired = given_a_group("parent", NULL, 0);
    const char *dn = desired.entry->dn;
    struct entry *child = entry_new(given.arena, dn_below(given.arena, "cn", "child", dn));
    struct problem problem = {0};

    (void)state;
    entry_add(given.arena, child, "objectClass", "applicationProcess");
    entry_add(given.arena, child, "cn", "child");
    assert_int_equal(directory_add(given.directory, child, NULL), STATUS_OK);
    desired = (struct group_desired){.entry = NULL};

    assert_int_equal(apply(plan(&desired, NULL, dn), &problem), STATUS_CONFLICT);

    assert_non_null(strstr(problem.detail, "delete "));
    assert_non_null(read_group(NULL, dn).entry);
}

static void a_group_that_somebody_deleted_is_made_again(void **state)
{
    struct group_desired desired = given_a_group("again", ada_and_bob, 2);
    const char *dn = desired.entry->dn;
    const char *identity = identity_of(dn);

    (void)state;
    assert_int_equal(directory_delete(given.directory, dn, NULL), STATUS_OK);

    assert_int_equal(reconcile(&desired, identity, dn), 1);

    assert_members(dn, ada_and_bob, 2);
    assert_string_not_equal(identity_of(dn), identity);
}

static void a_name_that_is_taken_is_a_conflict(void **state)
{
    struct group_desired desired = given_a_group("taken", ada_and_bob, 2);
    struct group_actual nothing = {NULL};
    struct plan *made = plan_group(&given.projection, &desired, &nothing, given.arena);

    (void)state;
    assert_int_equal(apply(made, NULL), STATUS_CONFLICT);
    assert_members(desired.entry->dn, ada_and_bob, 2);
}

static void an_identity_that_is_not_there_is_no_group_even_if_the_name_is(void **state)
{
    struct group_desired desired = given_a_group("namesake", NULL, 0);

    (void)state;
    assert_null(read_group(NOBODY, desired.entry->dn).entry);
    assert_null(read_group("*", desired.entry->dn).entry);
    assert_null(read_group(identity_of(SLAPD_PEOPLE), desired.entry->dn).entry);
}

static void a_group_base_that_is_missing_is_not_an_absence_of_groups(void **state)
{
    struct projection_settings projection = given.projection;
    struct group_actual actual = {NULL};

    (void)state;
    projection.groups_base = "ou=nowhere," SLAPD_SUFFIX;
    assert_int_equal(group_read(given.directory, &projection, NOBODY, "cn=x," SLAPD_GROUPS,
                                given.arena, &actual, NULL),
                     STATUS_DIRECTORY_REFUSED);
}

static void the_canary_names_a_group_base_that_is_missing(void **state)
{
    struct projection_settings projection = given.projection;
    struct problem problem = {0};

    (void)state;
    assert_done(canary_check(given.directory, &given.settings, &projection, &problem), &problem);

    projection.groups_base = "ou=nowhere," SLAPD_SUFFIX;
    assert_int_equal(canary_check(given.directory, &given.settings, &projection, &problem),
                     STATUS_CONFIGURATION);
    assert_non_null(strstr(problem.detail, "create it or change directory.groups_base"));
}

/* ------------------------------------------------------------------ members */

static void a_member_from_elsewhere_is_removed(void **state)
{
    struct group_desired desired = given_a_group("exclusive", ada_and_bob, 2);
    const char *dn = desired.entry->dn;

    (void)state;
    change_by_hand(MODIFICATION_ADD, dn, "cn=intruder," SLAPD_SUFFIX);

    assert_int_equal(reconcile(&desired, NULL, dn), 1);

    assert_members(dn, ada_and_bob, 2);
}

static void the_placeholder_comes_back(void **state)
{
    struct group_desired desired = given_a_group("bare", ada_and_bob, 2);
    const char *dn = desired.entry->dn;

    (void)state;
    change_by_hand(MODIFICATION_DELETE, dn, PLACEHOLDER);
    desired.member_count = 0;

    assert_int_equal(reconcile(&desired, NULL, dn), 2);

    assert_members(dn, NULL, 0);
}

static void the_placeholder_comes_back_even_if_it_went_after_the_plan(void **state)
{
    struct group_desired desired = given_a_group("bare-late", ada_and_bob, 2);
    const char *dn = desired.entry->dn;
    struct plan *made;

    (void)state;
    desired.member_count = 0;
    made = plan(&desired, NULL, dn);
    change_by_hand(MODIFICATION_DELETE, dn, PLACEHOLDER);

    assert_int_equal(apply(made, NULL), STATUS_OK);

    assert_members(dn, NULL, 0);
}

static void what_others_have_done_meanwhile_is_done_and_the_rest_is_sent(void **state)
{
    struct group_desired desired = given_a_group("race", ada_and_bob, 2);
    const char *dn = desired.entry->dn;
    struct plan *made;

    (void)state;
    desired.members = bob_and_eve;
    made = plan(&desired, NULL, dn);
    change_by_hand(MODIFICATION_DELETE, dn, ADA);
    assert_int_equal(apply(made, NULL), STATUS_OK);
    assert_members(dn, bob_and_eve, 2);

    assert_int_equal(apply(made, NULL), STATUS_OK); /* all of it is done by now */
    assert_members(dn, bob_and_eve, 2);
}

static void a_group_that_went_after_the_plan_is_a_conflict(void **state)
{
    struct group_desired desired = given_a_group("vanished", ada_and_bob, 2);
    const char *dn = desired.entry->dn;
    struct plan *made;

    (void)state;
    desired.members = bob_and_eve;
    made = plan(&desired, NULL, dn);
    assert_int_equal(directory_delete(given.directory, dn, NULL), STATUS_OK);

    assert_int_equal(apply(made, NULL), STATUS_CONFLICT);
}

static void a_crowd_comes_and_goes_in_parts(void **state)
{
    const char **members = arena_alloc(given.arena, CROWD * sizeof(*members));
    struct group_desired desired;
    const char *dn;

    (void)state;
    for (size_t i = 0; i < CROWD; i++)
        members[i] = arena_printf(given.arena, "uid=person-%zu," SLAPD_PEOPLE, i);
    desired = wanted("crowd", members, CROWD);
    dn = desired.entry->dn;

    assert_int_equal(reconcile(&desired, NULL, dn), CROWD / PLAN_MEMBERS_MAX);
    assert_int_equal(entry_find(read_all(dn), "member")->count, CROWD + 1);
    assert_int_equal(reconcile(&desired, NULL, dn), 0);

    desired = wanted("crowd", ada_and_bob, 2);
    assert_int_equal(reconcile(&desired, NULL, dn), CROWD / PLAN_MEMBERS_MAX + 1);
    assert_members(dn, ada_and_bob, 2);
}

static void a_group_of_fifty_thousand_is_made_and_changed_in_few_requests(void **state)
{
    const char **members = arena_alloc(given.arena, MANY * sizeof(*members));
    struct group_desired desired;
    const char *dn;

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        members[i] = arena_printf(given.arena, "uid=person-%zu," SLAPD_PEOPLE, i);
    desired = wanted("many", members, MANY);
    dn = desired.entry->dn;
    assert_int_equal(reconcile(&desired, NULL, dn), MANY / PLAN_MEMBERS_MAX);

    for (size_t i = 0; i < CHANGED; i++) /* as many leave as come */
        members[i] = arena_printf(given.arena, "uid=newcomer-%zu," SLAPD_PEOPLE, i);
    desired = wanted("many", members, MANY);
    assert_int_equal(reconcile(&desired, NULL, dn), 2 * CHANGED / PLAN_MEMBERS_MAX);

    assert_int_equal(reconcile(&desired, NULL, dn), 0);
    assert_int_equal(directory_delete(given.directory, dn, NULL), STATUS_OK);
}

static void a_group_and_its_members_may_be_called_anything(void **state)
{
    (void)state;
    for (size_t i = 0; hostile_names[i]; i++) {
        const char *member = dn_below(given.arena, "uid", hostile_names[i], SLAPD_PEOPLE);
        struct group_desired desired = wanted(hostile_names[i], &member, 1);
        const char *dn = desired.entry->dn;
        const char *identity;

        assert_int_equal(reconcile(&desired, NULL, dn), 1);
        assert_int_equal(reconcile(&desired, NULL, dn), 0);
        identity = identity_of(dn);

        desired = wanted("plain", NULL, 0);
        assert_int_equal(reconcile(&desired, identity, dn), 2);
        desired = wanted(hostile_names[i], NULL, 0);
        assert_int_equal(reconcile(&desired, identity, dn), 1);
        assert_int_equal(reconcile(&desired, identity, dn), 0);

        desired = (struct group_desired){.entry = NULL};
        assert_int_equal(reconcile(&desired, identity, dn), 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pushed_group_is_made_and_then_nothing_is_left_to_do),
        TEST(members_come_and_go),
        TEST(another_name_keeps_the_entry_and_its_members),
        TEST(a_group_that_is_gone_is_deleted_once_and_for_all),
        TEST(an_entry_with_others_below_it_is_not_deleted),
        TEST(a_group_that_somebody_deleted_is_made_again),
        TEST(a_name_that_is_taken_is_a_conflict),
        TEST(an_identity_that_is_not_there_is_no_group_even_if_the_name_is),
        TEST(a_group_base_that_is_missing_is_not_an_absence_of_groups),
        TEST(the_canary_names_a_group_base_that_is_missing),
        TEST(a_member_from_elsewhere_is_removed),
        TEST(the_placeholder_comes_back),
        TEST(the_placeholder_comes_back_even_if_it_went_after_the_plan),
        TEST(what_others_have_done_meanwhile_is_done_and_the_rest_is_sent),
        TEST(a_group_that_went_after_the_plan_is_a_conflict),
        TEST(a_crowd_comes_and_goes_in_parts),
        TEST(a_group_of_fifty_thousand_is_made_and_changed_in_few_requests),
        TEST(a_group_and_its_members_may_be_called_anything),
    };

    if (!slapd_is_installed()) {
        (void)fprintf(stderr, "skipped: the package slapd is not installed\n");
        return SKIPPED;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return 1;
    return cmocka_run_group_tests(tests, start, stop);
}
