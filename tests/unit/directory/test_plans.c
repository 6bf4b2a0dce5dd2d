#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "attributes.h"
#include "bridge/base/text.h"
#include "bridge/directory/plan.h"
#include "bridge/scim/schema.h"
#include "ldap_proxy.h"
#include "slapd.h"

/* Many plans at once, on a real directory, seen from in between. */

enum { SKIPPED = 77, LIMIT_SECONDS = 10, PEOPLE = 20, WINDOW = 8 };

static struct {
    struct slapd slapd;
    struct proxy proxy;
    struct directory_settings at;
    struct projection_settings projection;
    struct attribute_map *attributes;
    struct arena *arena;
    struct directory *directory;
    int generation; /* part of every name, so that no test meets another's entries */
    struct plan_run runs[PEOPLE];
    size_t count;
} given;

static int start(void **state)
{
    (void)state;
    return !scim_load(NULL) && slapd_start(&given.slapd, SLAPD_POLICY) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    slapd_stop(&given.slapd);
    return 0;
}

static void reconnect(void)
{
    directory_release(&given.directory);
    proxy_reset(&given.proxy, 0, false);
    assert_int_equal(directory_open(&given.at, &given.directory, NULL), STATUS_OK);
    proxy_reset(&given.proxy, 0, false);
}

static int begin(void **state)
{
    (void)state;
    given.arena = arena_new();
    given.count = 0;
    given.generation++;
    memset(given.runs, 0, sizeof(given.runs));
    proxy_start(&given.proxy, given.slapd.uri);
    given.proxy.hides_transactions = true;
    given.at = (struct directory_settings){.uri = given.proxy.uri,
                                           .bind_dn = SLAPD_SERVICE,
                                           .password_file = given.slapd.password_file,
                                           .connect_seconds = LIMIT_SECONDS,
                                           .operation_seconds = LIMIT_SECONDS};
    given.attributes = attribute_map_usual();
    given.projection = (struct projection_settings){.people_base = SLAPD_PEOPLE,
                                                    .roles_base = SLAPD_ROLES,
                                                    .groups_base = SLAPD_GROUPS,
                                                    .profile = account_profile("openldap"),
                                                    .attributes = given.attributes};
    reconnect();
    return 0;
}

static int end(void **state)
{
    (void)state;
    directory_release(&given.directory);
    proxy_stop(&given.proxy);
    attribute_map_free(given.attributes);
    arena_release(&given.arena);
    return 0;
}

/* ----------------------------------------------------------------------- given */

static const char *person(size_t number)
{
    return arena_printf(given.arena, "uid=p%d-%zu," SLAPD_PEOPLE, given.generation, number);
}

static const char *group(const char *name)
{
    return arena_printf(given.arena, "cn=site-%s-%d," SLAPD_ROLES, name, given.generation);
}

static struct plan *a_plan(void)
{
    struct plan *plan = arena_alloc(given.arena, sizeof(*plan));

    plan->steps = arena_alloc(given.arena, 8 * sizeof(*plan->steps));
    given.runs[given.count++] = (struct plan_run){.plan = plan};
    return plan;
}

static struct plan_step *add_step(struct plan *plan, enum plan_verb verb, const char *dn)
{
    struct plan_step *step = &plan->steps[plan->count++];

    *step = (struct plan_step){.verb = verb, .dn = dn, .reason = "so"};
    return step;
}

static void to_be_made(struct plan *plan, const char *dn)
{
    struct entry *entry = entry_new(given.arena, dn);

    entry_add(given.arena, entry, "objectClass", "inetOrgPerson");
    entry_add(given.arena, entry, "cn", "Somebody");
    entry_add(given.arena, entry, "sn", "Body");
    add_step(plan, PLAN_ADD_ENTRY, dn)->entry = entry;
}

static void modify(struct plan_step *step, enum modification_verb verb, const char *attribute,
                   const char *value)
{
    struct modification *modification = arena_alloc(given.arena, sizeof(*modification));
    struct bytes *values = arena_alloc(given.arena, sizeof(*values));

    *values = bytes_of_text(value);
    *modification = (struct modification){verb, attribute, values, 1};
    step->modifications = modification;
    step->count = 1;
}

static void to_be_titled(struct plan *plan, const char *dn, const char *title)
{
    modify(add_step(plan, PLAN_MODIFY, dn), MODIFICATION_REPLACE, "title", title);
}

static void to_join(struct plan *plan, const char *dn, const char *member)
{
    modify(add_step(plan, PLAN_ADD_MEMBER, dn), MODIFICATION_ADD, "member", member);
}

static void to_leave(struct plan *plan, const char *dn, const char *member)
{
    modify(add_step(plan, PLAN_REMOVE_MEMBER, dn), MODIFICATION_DELETE, "member", member);
}

static void given_a_group(const char *dn)
{
    assert_int_equal(directory_add(given.directory,
                                   projection_role_group(&given.projection, dn, NULL, given.arena),
                                   NULL),
                     STATUS_OK);
}

/* Everybody is to be made, to join a group and to get a title. */
static void given_newcomers(void)
{
    given_a_group(group("north"));
    for (size_t i = 0; i < PEOPLE; i++) {
        struct plan *plan = a_plan();

        to_be_made(plan, person(i));
        to_join(plan, group("north"), person(i));
        to_be_titled(plan, person(i), "Clerk");
    }
    proxy_reset(&given.proxy, 0, false);
}

/* ------------------------------------------------------------------- when, then */

static enum status apply(struct problem *problem)
{
    return plans_apply(given.directory, &given.projection, given.runs, given.count, problem);
}

static struct entry *read_entry(const char *dn)
{
    static const char *const everything[] = {"*", NULL};
    struct entry *entry = NULL;

    (void)directory_read(given.directory, dn, everything, given.arena, &entry, NULL);
    return entry;
}

static bool is_member(const char *dn, const char *member)
{
    const struct entry *entry = read_entry(dn);
    const struct entry_attribute *members = entry ? entry_find(entry, "member") : NULL;

    for (size_t i = 0; members && i < members->count; i++) {
        if (dn_equal(members->values[i].data, member))
            return true;
    }
    return false;
}

static bool has_title(size_t number, const char *title)
{
    const struct entry *entry = read_entry(person(number));
    const char *text = entry ? entry_text(entry, "title") : NULL;

    return text && strcmp(text, title) == 0;
}

static bool is_done(size_t run)
{
    return !given.runs[run].status && given.runs[run].done == given.runs[run].plan->count;
}

static void assert_newcomers_are_there(void)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        assert_true(has_title(i, "Clerk"));
        assert_true(is_member(group("north"), person(i)));
    }
}

/* ----------------------------------------------------------------------- tests */

static void many_plans_are_done_at_once_and_never_two_changes_of_one_entry(void **state)
{
    (void)state;
    given_newcomers();

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_int_equal(given.proxy.most_outstanding, WINDOW);
    assert_int_equal(given.proxy.overlaps, 0);
    assert_int_equal(proxy_count(&given.proxy, PROXY_MODIFY, group("north")), 1);
    for (size_t i = 0; i < PEOPLE; i++)
        assert_true(is_done(i));
    assert_newcomers_are_there();
}

static void who_spoils_a_common_change_is_refused_alone(void **state)
{
    (void)state;
    given_a_group(group("spoilt"));
    to_join(a_plan(), group("spoilt"), person(0));
    to_join(a_plan(), group("spoilt"), "no name at all");
    to_join(a_plan(), group("spoilt"), person(2));

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_true(is_done(0));
    assert_int_equal(given.runs[1].status, STATUS_DIRECTORY_REFUSED);
    assert_non_null(strstr(given.runs[1].problem.detail, "yntax"));
    assert_true(is_done(2));
    assert_true(is_member(group("spoilt"), person(0)));
    assert_true(is_member(group("spoilt"), person(2)));
}

static void what_is_there_already_does_not_spoil_a_common_change(void **state)
{
    (void)state;
    given_a_group(group("half"));
    to_join(a_plan(), group("half"), person(0));
    assert_int_equal(apply(NULL), STATUS_OK);
    given.runs[0].done = 0;
    to_join(a_plan(), group("half"), person(1));
    to_leave(a_plan(), group("half"), person(2));

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_true(is_done(0) && is_done(1) && is_done(2));
    assert_true(is_member(group("half"), person(0)));
    assert_true(is_member(group("half"), person(1)));
}

static void a_group_that_is_gone_is_made_by_those_who_join_it(void **state)
{
    (void)state;
    to_join(a_plan(), group("gone"), person(0));
    to_join(a_plan(), group("gone"), person(1));

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_true(is_member(group("gone"), person(0)));
    assert_true(is_member(group("gone"), person(1)));
}

static void a_plan_that_fails_stops_there_and_holds_up_no_other(void **state)
{
    struct plan *failing;

    (void)state;
    given_a_group(group("north"));
    failing = a_plan();
    to_be_titled(failing, person(0), "Nobody"); /* there is no such entry */
    to_join(failing, group("north"), person(0));
    to_be_made(a_plan(), person(1));

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_int_equal(given.runs[0].status, STATUS_CONFLICT);
    assert_int_equal(given.runs[0].done, 0);
    assert_false(is_member(group("north"), person(0)));
    assert_true(is_done(1));
}

/* What is known to be done is; all else is not known to be. */
static void assert_nothing_is_taken_for_done_that_is_not(void)
{
    for (size_t i = 0; i < given.count; i++) {
        const struct plan_run *run = &given.runs[i];

        assert_true(is_done(i) || run->status == STATUS_DIRECTORY_UNAVAILABLE);
        if (run->done > 0)
            assert_non_null(read_entry(person(i)));
        if (run->done > 1)
            assert_true(is_member(group("north"), person(i)));
        if (run->done > 2)
            assert_true(has_title(i, "Clerk"));
    }
}

/* As the worker does, who reads first: steps that have happened anyway are none of the plan. */
static void go_on(void)
{
    for (size_t i = 0; i < given.count; i++) {
        struct plan_run *run = &given.runs[i];

        run->status = STATUS_OK;
        if (run->done == 0 && read_entry(person(i)))
            run->done = 1;
    }
    assert_int_equal(apply(NULL), STATUS_OK);
}

static void a_connection_that_is_cut_anywhere_leaves_nothing_half_done(void **state)
{
    bool is_cut = true;

    (void)state;
    for (size_t at = 1; is_cut; at += 3) {
        struct problem problem = {0};

        given.generation++;
        given.count = 0;
        given_newcomers();
        proxy_reset(&given.proxy, at, at % 2);
        is_cut = apply(&problem) == STATUS_DIRECTORY_UNAVAILABLE;
        reconnect();

        assert_nothing_is_taken_for_done_that_is_not();
        go_on();
        assert_newcomers_are_there();
    }
}

static void many_people_are_read_in_few_searches(void **state)
{
    struct person_reading readings[PEOPLE + 1] = {0};

    (void)state;
    given_newcomers();
    assert_int_equal(apply(NULL), STATUS_OK);
    for (size_t i = 0; i < PEOPLE; i++) {
        struct person_actual actual;

        assert_int_equal(person_read(given.directory, &given.projection, NULL, person(i),
                                     given.arena, &actual, NULL),
                         STATUS_OK);
        readings[i].identity = entry_text(actual.entry, "entryUUID");
        readings[i].dn = "uid=old,dc=example,dc=com";
    }
    readings[3].identity = "00000000-0000-0000-0000-000000000000";
    readings[PEOPLE].dn = person(0);
    proxy_reset(&given.proxy, 0, false);

    assert_int_equal(
        people_read(given.directory, &given.projection, readings, PEOPLE + 1, given.arena, NULL),
        STATUS_OK);

    for (size_t i = 0; i <= PEOPLE; i++) {
        assert_int_equal(readings[i].status, STATUS_OK);
        if (i == 3) {
            assert_null(readings[i].actual.entry);
            continue;
        }
        assert_string_equal(readings[i].actual.entry->dn, person(i % PEOPLE));
        assert_int_equal(readings[i].actual.group_count, 1);
    }
    assert_int_equal(proxy_count(&given.proxy, PROXY_SEARCH, SLAPD_PEOPLE), 1);
    assert_true(given.proxy.most_outstanding <= WINDOW);
}

static void who_could_not_be_looked_for_is_not_taken_for_absent(void **state)
{
    struct person_reading readings[PEOPLE] = {0};
    struct problem problem = {0};

    (void)state;
    for (size_t i = 0; i < PEOPLE; i++)
        readings[i].dn = person(i);
    proxy_reset(&given.proxy, PEOPLE / 2, false);

    assert_int_equal(
        people_read(given.directory, &given.projection, readings, PEOPLE, given.arena, &problem),
        STATUS_DIRECTORY_UNAVAILABLE);

    for (size_t i = PEOPLE / 2; i < PEOPLE; i++)
        assert_int_equal(readings[i].status, STATUS_DIRECTORY_UNAVAILABLE);
    assert_true(*problem.detail);
}

static void a_search_that_is_refused_for_many_is_made_for_each(void **state)
{
    struct projection_settings elsewhere = given.projection;
    struct person_reading readings[] = {
        {.identity = "00000000-0000-0000-0000-000000000001"},
        {.identity = "00000000-0000-0000-0000-000000000002"},
    };

    (void)state;
    elsewhere.people_base = "ou=nowhere," SLAPD_SUFFIX;

    assert_int_equal(people_read(given.directory, &elsewhere, readings, 2, given.arena, NULL),
                     STATUS_OK);

    assert_int_equal(proxy_count(&given.proxy, PROXY_SEARCH, elsewhere.people_base), 3);
    assert_int_equal(readings[0].status, STATUS_DIRECTORY_REFUSED);
    assert_int_equal(readings[1].status, STATUS_DIRECTORY_REFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(many_plans_are_done_at_once_and_never_two_changes_of_one_entry),
        TEST(who_spoils_a_common_change_is_refused_alone),
        TEST(what_is_there_already_does_not_spoil_a_common_change),
        TEST(a_group_that_is_gone_is_made_by_those_who_join_it),
        TEST(a_plan_that_fails_stops_there_and_holds_up_no_other),
        TEST(a_connection_that_is_cut_anywhere_leaves_nothing_half_done),
        TEST(many_people_are_read_in_few_searches),
        TEST(who_could_not_be_looked_for_is_not_taken_for_absent),
        TEST(a_search_that_is_refused_for_many_is_made_for_each),
    };

    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    if (!slapd_is_installed()) {
        (void)fprintf(stderr, "skipped: the package slapd is not installed\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, start, stop);
}
