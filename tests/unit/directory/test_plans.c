#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attributes.h"
#include "bridge/base/text.h"
#include "bridge/directory/plan.h"
#include "bridge/scim/schema.h"
#include "ldap_proxy.h"
#include "slapd.h"

/* Many plans at once, on a real directory, seen from in between. */

enum { SKIPPED = 77, LIMIT_SECONDS = 10, PEOPLE = 20, FEW = 4, WINDOW = 8 };

static struct {
    struct slapd slapd;
    struct proxy proxy;
    struct directory_settings at;     /* by the proxy */
    struct directory_settings direct; /* past it: it serves one connection at a time */
    struct projection_settings projection;
    struct attribute_map *attributes;
    struct arena *arena;
    struct directory *directory;
    int generation;             /* part of every name, so that no test meets another's entries */
    size_t newcomers;           /* people who are to be made */
    struct plan *plans[PEOPLE]; /* of the runs */
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

static int begin_at(bool has_transactions)
{
    given.arena = arena_new();
    given.count = 0;
    given.generation++;
    memset(given.runs, 0, sizeof(given.runs));
    proxy_start(&given.proxy, given.slapd.uri);
    given.at = (struct directory_settings){.uri = given.proxy.uri,
                                           .bind_dn = SLAPD_SERVICE,
                                           .password_file = given.slapd.password_file,
                                           .uses_transactions = has_transactions,
                                           .connect_seconds = LIMIT_SECONDS,
                                           .operation_seconds = LIMIT_SECONDS};
    given.direct = given.at;
    given.direct.uri = given.slapd.uri;
    given.attributes = attribute_map_usual();
    given.projection = (struct projection_settings){.people_base = SLAPD_PEOPLE,
                                                    .roles_base = SLAPD_ROLES,
                                                    .groups_base = SLAPD_GROUPS,
                                                    .profile = account_profile("openldap"),
                                                    .attributes = given.attributes};
    reconnect();
    return 0;
}

static int begin(void **state)
{
    (void)state;
    return begin_at(false);
}

static int begin_with_transactions(void **state)
{
    (void)state;
    return begin_at(true);
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
    given.plans[given.count] = plan;
    given.runs[given.count++] = (struct plan_run){.plan = plan};
    return plan;
}

static struct plan *plan_of(size_t run)
{
    return given.plans[run];
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
static void given_few_newcomers(size_t count)
{
    given.newcomers = count;
    given_a_group(group("north"));
    for (size_t i = 0; i < count; i++) {
        struct plan *plan = a_plan();

        to_be_made(plan, person(i));
        to_join(plan, group("north"), person(i));
        to_be_titled(plan, person(i), "Clerk");
    }
    proxy_reset(&given.proxy, 0, false);
}

static void given_newcomers(void)
{
    given_few_newcomers(PEOPLE);
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

static const char *last_change(void)
{
    for (size_t i = given.proxy.count; i > 0; i--) {
        if (given.proxy.requests[i - 1].operation == PROXY_MODIFY)
            return given.proxy.requests[i - 1].about;
    }
    return "";
}

static void assert_newcomers_are_there(void)
{
    for (size_t i = 0; i < given.newcomers; i++) {
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

    assert_int_equal(proxy_count(&given.proxy, PROXY_EXTENDED, NULL), 0);
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

static void given_two_who_lose_access_and_cannot_be_locked(void)
{
    given_newcomers();
    assert_int_equal(apply(NULL), STATUS_OK);
    given.count = 0;
    for (size_t i = 0; i < 2; i++) {
        struct plan *plan = a_plan();

        modify(add_step(plan, PLAN_LOCK, person(i)), MODIFICATION_REPLACE, "noSuchType", "x");
        to_leave(plan, group("north"), person(i));
        to_be_titled(plan, person(i), "Nobody");
    }
}

static void assert_is_out_and_refused(size_t number)
{
    assert_int_equal(given.runs[number].status, STATUS_DIRECTORY_REFUSED);
    assert_non_null(strstr(given.runs[number].problem.detail, "noSuchType"));
    assert_int_equal(given.runs[number].done, 0);
    assert_false(is_member(group("north"), person(number)));
    assert_true(has_title(number, "Clerk"));
}

static void who_cannot_be_locked_leaves_the_groups_all_the_same(void **state)
{
    (void)state;
    given_two_who_lose_access_and_cannot_be_locked();

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_is_out_and_refused(0);
    assert_is_out_and_refused(1);
}

static void who_alone_cannot_be_locked_leaves_the_groups_all_the_same(void **state)
{
    (void)state;
    given_two_who_lose_access_and_cannot_be_locked();
    given.count = 1;

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_is_out_and_refused(0);
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

/* ---------------------------------------------------------------- transactions */

#define START "1.3.6.1.1.21.1"
#define END   "1.3.6.1.1.21.3"

static void plans_go_as_one_transaction(void **state)
{
    (void)state;
    given_newcomers();

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_int_equal(proxy_count(&given.proxy, PROXY_EXTENDED, START), 1);
    assert_int_equal(proxy_count(&given.proxy, PROXY_EXTENDED, END), 1);
    assert_int_equal(proxy_count(&given.proxy, PROXY_ADD, NULL), PEOPLE);
    assert_int_equal(proxy_count(&given.proxy, PROXY_MODIFY, group("north")), 1);
    for (size_t i = 0; i < PEOPLE; i++)
        assert_true(is_done(i));
    assert_newcomers_are_there();
}

static void a_server_without_transactions_gets_single_changes(void **state)
{
    (void)state;
    given.proxy.hides_transactions = true;
    given_newcomers();

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_int_equal(proxy_count(&given.proxy, PROXY_EXTENDED, NULL), 0);
    assert_newcomers_are_there();
}

/* A step that the server refuses: there is no such attribute. */
static void poison(size_t run)
{
    modify(&plan_of(run)->steps[2], MODIFICATION_REPLACE, "noSuchAttribute", "x");
}

/* A step that the server only finds wrong when it is to be done. */
static void poison_slowly(size_t run)
{
    static const struct modification no_name = {MODIFICATION_REPLACE, "sn", NULL, 0};

    plan_of(run)->steps[2].modifications = &no_name;
}

static void assert_only_the_poisoned_fail(const size_t *poisoned, size_t count)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        bool is_poisoned = false;

        for (size_t j = 0; j < count; j++)
            is_poisoned = is_poisoned || poisoned[j] == i;
        assert_true(is_member(group("north"), person(i)));
        assert_int_equal(has_title(i, "Clerk"), !is_poisoned);
        assert_int_equal(given.runs[i].status, is_poisoned ? STATUS_DIRECTORY_REFUSED : STATUS_OK);
        assert_int_equal(given.runs[i].done, is_poisoned ? 2 : 3);
    }
}

static void who_spoils_a_transaction_is_left_out_and_refused_alone(void **state)
{
    static const size_t poisoned[] = {3, 11};

    (void)state;
    given_newcomers();
    poison_slowly(3);
    poison_slowly(11);

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_int_equal(proxy_count(&given.proxy, PROXY_EXTENDED, START), 3);
    assert_only_the_poisoned_fail(poisoned, 2);
    assert_non_null(strstr(given.runs[3].problem.detail, "sn"));
}

static void what_is_refused_at_once_spoils_a_transaction_but_once(void **state)
{
    static const size_t poisoned[] = {0, 1, 2, 5, 8, 13, PEOPLE - 1};

    (void)state;
    given_newcomers();
    for (size_t i = 0; i < sizeof(poisoned) / sizeof(poisoned[0]); i++)
        poison(poisoned[i]);

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_int_equal(proxy_count(&given.proxy, PROXY_EXTENDED, START), 2);
    assert_only_the_poisoned_fail(poisoned, sizeof(poisoned) / sizeof(poisoned[0]));
}

static void
a_transaction_that_is_spoilt_again_and_again_is_given_up_for_single_changes(void **state)
{
    static const size_t poisoned[] = {1, 2, 3, 5, 8, 13, PEOPLE - 1};

    (void)state;
    given_newcomers();
    for (size_t i = 0; i < sizeof(poisoned) / sizeof(poisoned[0]); i++)
        poison_slowly(poisoned[i]);

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_int_equal(proxy_count(&given.proxy, PROXY_EXTENDED, START), 5);
    assert_only_the_poisoned_fail(poisoned, sizeof(poisoned) / sizeof(poisoned[0]));
    assert_int_equal(given.proxy.overlaps, 0);
}

static void who_spoils_a_common_change_of_a_transaction_is_refused_alone(void **state)
{
    (void)state;
    given_a_group(group("spoilt"));
    to_be_made(a_plan(), person(0));
    to_join(a_plan(), group("spoilt"), person(1));
    to_join(a_plan(), group("spoilt"), "no name at all");
    to_join(a_plan(), group("spoilt"), person(2));

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_true(is_done(0) && is_done(1) && is_done(3));
    assert_int_equal(given.runs[2].status, STATUS_DIRECTORY_REFUSED);
    assert_true(is_member(group("spoilt"), person(1)));
    assert_true(is_member(group("spoilt"), person(2)));
}

static void to_be_locked(struct plan *plan, const char *dn)
{
    struct plan_step *step = add_step(plan, PLAN_LOCK, dn);

    account_lock(given.projection.profile, given.arena, &step->modifications, &step->count);
}

static bool is_locked(const char *dn)
{
    struct person_actual actual;

    assert_int_equal(
        person_read(given.directory, &given.projection, NULL, dn, given.arena, &actual, NULL),
        STATUS_OK);
    return account_state(given.projection.profile, actual.entry) == ACCOUNT_LOCKED;
}

static void passwords_locks_and_names_go_in_a_transaction_and_count(void **state)
{
    const char *renamed = arena_printf(given.arena, "uid=q%d," SLAPD_PEOPLE, given.generation);

    (void)state;
    given_newcomers();
    assert_int_equal(apply(NULL), STATUS_OK);
    given.count = 0;
    for (size_t i = 0; i < 3; i++)
        modify(add_step(a_plan(), PLAN_MODIFY, person(i)), MODIFICATION_REPLACE, "userPassword",
               "open sesame");
    add_step(plan_of(0), PLAN_RENAME, person(0))->rdn =
        arena_printf(given.arena, "uid=q%d", given.generation);
    to_be_locked(plan_of(1), person(1));
    proxy_reset(&given.proxy, 0, false);

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_int_equal(proxy_count(&given.proxy, PROXY_EXTENDED, START), 1);
    assert_true(is_done(0) && is_done(1) && is_done(2));
    assert_true(is_locked(person(1)));
    assert_int_equal(directory_try_bind(&given.direct, renamed, "open sesame", NULL), STATUS_OK);
    assert_int_equal(directory_try_bind(&given.direct, person(1), "open sesame", NULL),
                     STATUS_UNAUTHORIZED);
    assert_int_equal(directory_try_bind(&given.direct, person(2), "open sesame", NULL), STATUS_OK);
}

static void a_large_change_does_not_hold_up_a_transaction(void **state)
{
    enum { MANY = 600 };
    struct bytes *values = arena_alloc(given.arena, MANY * sizeof(*values));
    struct modification many = {MODIFICATION_ADD, "member", values, MANY};
    struct plan_step *step;

    (void)state;
    given_newcomers();
    given_a_group(group("large"));
    for (size_t i = 0; i < MANY; i++)
        values[i] = bytes_of_text(arena_printf(given.arena, "uid=%zu," SLAPD_PEOPLE, i));
    step = add_step(plan_of(7), PLAN_CHANGE_MEMBERS, group("large"));
    step->modifications = &many;
    step->count = 1;

    assert_int_equal(apply(NULL), STATUS_OK);

    assert_newcomers_are_there();
    assert_int_equal(entry_find(read_entry(group("large")), "member")->count, MANY + 1);
    assert_string_equal(last_change(), group("large")); /* after the transaction */
}

/* One is all there, or none of it is. */
static void assert_all_or_nothing(void)
{
    size_t count = 0;

    for (size_t i = 0; i < given.newcomers; i++)
        count += has_title(i, "Clerk") && is_member(group("north"), person(i));
    assert_true(count == 0 || count == given.newcomers);
    for (size_t i = 0; i < given.newcomers && count == 0; i++)
        assert_null(read_entry(person(i)));
}

static bool is_applied_when_cut(size_t at, bool cuts_after)
{
    bool is_cut;

    given.generation++;
    given.count = 0;
    given_few_newcomers(FEW);
    proxy_reset(&given.proxy, at, cuts_after);
    is_cut = apply(NULL) == STATUS_DIRECTORY_UNAVAILABLE;
    reconnect();
    assert_nothing_is_taken_for_done_that_is_not();
    assert_all_or_nothing();
    go_on();
    assert_newcomers_are_there();
    return !is_cut;
}

/* Before the start, at each change, before the end, and when it has happened, but is not answered.
 */
static void a_transaction_that_is_cut_anywhere_is_all_there_or_not_at_all(void **state)
{
    size_t at = 1;

    (void)state;
    while (!is_applied_when_cut(at, false))
        at++;
    for (size_t i = 1; i < at; i++)
        assert_false(is_applied_when_cut(i, true));
    assert_in_range(at, 2 * FEW + 1 + 3, 2 * FEW + 1 + 5);
}

/* --------------------------------------------------------------------- reading */

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
    assert_int_equal(proxy_count(&given.proxy, PROXY_SEARCH, SLAPD_PEOPLE),
                     1 + 2); /* for them, and to make sure that one is missing */
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

static void who_cannot_be_seen_is_not_taken_for_absent(void **state)
{
    struct person_reading reading = {.identity = "00000000-0000-0000-0000-000000000000",
                                     .dn = "uid=nobody," SLAPD_BLIND};
    struct problem problem = {0};

    (void)state;
    given.projection.people_base = SLAPD_BLIND;

    assert_int_equal(
        people_read(given.directory, &given.projection, &reading, 1, given.arena, &problem),
        STATUS_OK);

    assert_int_equal(reading.status, STATUS_DIRECTORY_REFUSED);
    assert_non_null(strstr(reading.problem.detail, "proves nothing"));
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

#define TEST(name)             cmocka_unit_test_setup_teardown(name, begin, end)
#define TRANSACTION_TEST(name) cmocka_unit_test_setup_teardown(name, begin_with_transactions, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(many_plans_are_done_at_once_and_never_two_changes_of_one_entry),
        TEST(who_spoils_a_common_change_is_refused_alone),
        TEST(what_is_there_already_does_not_spoil_a_common_change),
        TEST(a_group_that_is_gone_is_made_by_those_who_join_it),
        TEST(a_plan_that_fails_stops_there_and_holds_up_no_other),
        TEST(who_cannot_be_locked_leaves_the_groups_all_the_same),
        TEST(who_alone_cannot_be_locked_leaves_the_groups_all_the_same),
        TEST(a_connection_that_is_cut_anywhere_leaves_nothing_half_done),
        TRANSACTION_TEST(plans_go_as_one_transaction),
        TRANSACTION_TEST(a_server_without_transactions_gets_single_changes),
        TRANSACTION_TEST(who_spoils_a_transaction_is_left_out_and_refused_alone),
        TRANSACTION_TEST(what_is_refused_at_once_spoils_a_transaction_but_once),
        TRANSACTION_TEST(
            a_transaction_that_is_spoilt_again_and_again_is_given_up_for_single_changes),
        TRANSACTION_TEST(who_spoils_a_common_change_of_a_transaction_is_refused_alone),
        TRANSACTION_TEST(passwords_locks_and_names_go_in_a_transaction_and_count),
        TRANSACTION_TEST(a_large_change_does_not_hold_up_a_transaction),
        TRANSACTION_TEST(a_transaction_that_is_cut_anywhere_is_all_there_or_not_at_all),
        TEST(many_people_are_read_in_few_searches),
        TEST(who_could_not_be_looked_for_is_not_taken_for_absent),
        TEST(who_cannot_be_seen_is_not_taken_for_absent),
        TEST(a_search_that_is_refused_for_many_is_made_for_each),
    };

    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    if (!slapd_is_installed()) {
        (void)fprintf(stderr, "skipped: the package slapd is not installed\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, start, stop);
}
