#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attributes.h"
#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "bridge/base/text.h"
#include "bridge/directory/canary.h"
#include "bridge/directory/plan.h"
#include "bridge/scim/schema.h"
#include "hostile.h"
#include "slapd.h"

/* The whole module against a real server, which each group of tests starts for itself. */

enum { LIMIT_SECONDS = 2, SKIPPED = 77, GRACE_MS = 1500 };

#define PASSWORD    "open sesame 1815"
#define PLACEHOLDER "cn=rolebridge-placeholder," SLAPD_ROLES
#define NORTH       "cn=site-north," SLAPD_ROLES

static const char *const everything[] = {"*", "+", NULL};

static struct {
    struct slapd slapd;
    struct directory_settings settings;
    struct projection_settings projection;
    struct attribute_map *attributes;
    struct arena *arena;
    struct directory *directory;
} given;

static int start(enum slapd_policy policy)
{
    if (scim_load(NULL) || !slapd_start(&given.slapd, policy))
        return -1;
    given.settings = (struct directory_settings){.uri = given.slapd.uri,
                                                 .bind_dn = SLAPD_SERVICE,
                                                 .password_file = given.slapd.password_file,
                                                 .connect_seconds = LIMIT_SECONDS,
                                                 .operation_seconds = LIMIT_SECONDS};
    given.attributes = attribute_map_usual();
    given.projection = (struct projection_settings){.people_base = SLAPD_PEOPLE,
                                                    .roles_base = SLAPD_ROLES,
                                                    .profile = account_profile("openldap"),
                                                    .attributes = given.attributes};
    return 0;
}

static int start_with_policy(void **state)
{
    (void)state;
    return start(SLAPD_POLICY);
}

static int start_without_policy(void **state)
{
    (void)state;
    return start(SLAPD_POLICY_MISSING);
}

static int start_without_overlay(void **state)
{
    (void)state;
    return start(SLAPD_POLICY_NOT_LOADED);
}

static int stop(void **state)
{
    (void)state;
    slapd_stop(&given.slapd);
    attribute_map_free(given.attributes);
    scim_unload();
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

static struct entry *user_entry(const char *name)
{
    json_auto_t *user = json_pack("{s:s, s:s}", "userName", name, "displayName", name);
    struct entry *entry = NULL;

    assert_int_equal(projection_person(&given.projection, user, given.arena, &entry, NULL),
                     STATUS_OK);
    return entry;
}

static void assert_done(enum status status, const struct problem *problem)
{
    if (status)
        fail_msg("%s", problem->detail);
}

/* An entry with a password, and its DN. */
static const char *given_a_person(const char *name)
{
    struct entry *entry = user_entry(name);
    struct problem problem = {0};

    entry_add(given.arena, entry, "userPassword", PASSWORD);
    assert_done(directory_add(given.directory, entry, &problem), &problem);
    return entry->dn;
}

static enum status try_bind(const char *dn, const char *password)
{
    return directory_try_bind(&given.settings, dn, password, NULL);
}

static enum status replace(const char *dn, const char *attribute, const char *value)
{
    struct bytes bytes = bytes_of_text(value ? value : "");
    struct modification modification = {MODIFICATION_REPLACE, attribute, &bytes, value ? 1 : 0};

    return directory_modify(given.directory, dn, &modification, 1, NULL);
}

static void lock(const char *dn)
{
    const struct modification *modifications = NULL;
    size_t count = 0;

    account_lock(given.projection.profile, given.arena, &modifications, &count);
    assert_int_equal(directory_modify(given.directory, dn, modifications, count, NULL), STATUS_OK);
}

static void unlock(const char *dn)
{
    const struct modification *modifications = NULL;
    size_t count = 0;

    account_unlock(given.projection.profile, given.arena, &modifications, &count);
    assert_int_equal(directory_modify(given.directory, dn, modifications, count, NULL), STATUS_OK);
}

static struct entry *read_all(const char *dn)
{
    struct entry *entry = NULL;
    struct problem problem = {0};

    assert_done(directory_read(given.directory, dn, everything, given.arena, &entry, &problem),
                &problem);
    return entry;
}

static enum account_state state_of(const char *dn)
{
    return account_state(given.projection.profile, read_all(dn));
}

static bool has_member(const char *group, const char *dn)
{
    const struct entry_attribute *members = entry_find(read_all(group), "member");

    for (size_t i = 0; members && i < members->count; i++) {
        if (dn_equal(members->values[i].data, dn))
            return true;
    }
    return false;
}

static enum status change_member(enum modification_verb verb, const char *group, const char *dn)
{
    struct bytes value = bytes_of_text(dn);
    struct modification modification = {verb, "member", &value, 1};

    return directory_modify(given.directory, group, &modification, 1, NULL);
}

static const char *given_a_group(const char *key)
{
    char *dn = projection_site_dn(&given.projection, key, given.arena);
    struct entry *group = projection_role_group(&given.projection, dn, NULL, given.arena);
    struct problem problem = {0};

    assert_done(directory_add(given.directory, group, &problem), &problem);
    return dn;
}

/* ------------------------------------------------------------------ account */

static void a_locked_person_cannot_bind_and_an_unlocked_one_can(void **state)
{
    const char *dn = given_a_person("locked");

    (void)state;
    assert_int_equal(try_bind(dn, PASSWORD), STATUS_OK);
    assert_int_equal(try_bind(dn, "wrong"), STATUS_UNAUTHORIZED);

    lock(dn);
    assert_int_equal(state_of(dn), ACCOUNT_LOCKED);
    assert_int_equal(try_bind(dn, PASSWORD), STATUS_UNAUTHORIZED);

    unlock(dn);
    assert_int_equal(state_of(dn), ACCOUNT_UNLOCKED);
    assert_int_equal(try_bind(dn, PASSWORD), STATUS_OK);
}

static void a_new_password_takes_half_the_lock_away_and_opens_nothing(void **state)
{
    const char *dn = given_a_person("reset");

    (void)state;
    lock(dn);
    assert_int_equal(replace(dn, "userPassword", "another 1815"), STATUS_OK);

    assert_int_equal(state_of(dn), ACCOUNT_HALF_LOCKED);
    assert_int_equal(try_bind(dn, "another 1815"), STATUS_UNAUTHORIZED);
}

static void locking_and_unlocking_twice_is_the_same_as_once(void **state)
{
    const char *dn = given_a_person("twice");

    (void)state;
    unlock(dn);
    lock(dn);
    lock(dn);
    assert_int_equal(state_of(dn), ACCOUNT_LOCKED);
    unlock(dn);
    unlock(dn);
    assert_int_equal(state_of(dn), ACCOUNT_UNLOCKED);
}

static void an_empty_password_binds_nobody(void **state)
{
    (void)state;
    assert_int_equal(try_bind(SLAPD_SERVICE, ""), STATUS_UNAUTHORIZED);
    assert_int_equal(try_bind("", PASSWORD), STATUS_UNAUTHORIZED);
    assert_int_equal(try_bind("uid=nobody," SLAPD_PEOPLE, PASSWORD), STATUS_UNAUTHORIZED);
}

/* ------------------------------------------------------------------- canary */

static void the_canary_passes_where_a_policy_applies(void **state)
{
    struct problem problem = {0};

    (void)state;
    for (int i = 0; i < 2; i++) /* with the placeholder to be made, and as it was left */
        assert_done(canary_check(given.directory, &given.settings, &given.projection, &problem),
                    &problem);

    assert_int_equal(state_of(PLACEHOLDER), ACCOUNT_LOCKED);
}

static void assert_canary_says(const struct projection_settings *projection, const char *word)
{
    struct problem problem = {0};

    assert_int_equal(canary_check(given.directory, &given.settings, projection, &problem),
                     STATUS_CONFIGURATION);
    if (!strstr(problem.detail, word))
        fail_msg("\"%s\" does not say %s", problem.detail, word);
}

static void the_canary_names_the_base_that_is_missing(void **state)
{
    struct projection_settings projection = given.projection;

    (void)state;
    projection.people_base = "ou=nowhere," SLAPD_SUFFIX;
    assert_canary_says(&projection, "create it or change directory.people_base");

    projection = given.projection;
    projection.roles_base = "ou=nowhere," SLAPD_SUFFIX;
    assert_canary_says(&projection, "create it or change directory.roles_base");
}

/* Which proves nothing about the lock, and is no fault: a line in the log says so. */
static void the_canary_passes_where_the_placeholder_may_never_bind(void **state)
{
    struct projection_settings projection = given.projection;
    struct problem problem = {0};

    (void)state;
    projection.roles_base = SLAPD_CLOSED;

    assert_done(canary_check(given.directory, &given.settings, &projection, &problem), &problem);
}

static void the_canary_finds_that_no_policy_applies(void **state)
{
    (void)state;
    assert_canary_says(&given.projection, "a locked account can bind here");
    assert_canary_says(&given.projection, "ppolicy_default");
}

static void the_canary_finds_that_the_overlay_is_missing(void **state)
{
    (void)state;
    assert_canary_says(&given.projection, "load the ppolicy overlay");
}

/* --------------------------------------------------------------- operations */

static void what_is_in_the_way_is_a_conflict(void **state)
{
    const char *dn = given_a_person("conflict");
    const char *other = given_a_person("conflict2");
    const char *group = given_a_group("conflict");

    (void)state;
    assert_int_equal(directory_add(given.directory, user_entry("CONFLICT"), NULL), STATUS_CONFLICT);
    assert_int_equal(directory_rename(given.directory, other, "uid=conflict", NULL),
                     STATUS_CONFLICT);
    assert_int_equal(replace("uid=absent," SLAPD_PEOPLE, "title", "x"), STATUS_CONFLICT);
    assert_int_equal(directory_delete(given.directory, "uid=absent," SLAPD_PEOPLE, NULL),
                     STATUS_CONFLICT);
    assert_int_equal(directory_delete(given.directory, SLAPD_PEOPLE, NULL), STATUS_CONFLICT);

    assert_int_equal(change_member(MODIFICATION_ADD, group, dn), STATUS_OK);
    assert_int_equal(change_member(MODIFICATION_ADD, group, dn), STATUS_CONFLICT);
    assert_int_equal(change_member(MODIFICATION_ADD, group, "UID=Conflict, " SLAPD_PEOPLE),
                     STATUS_CONFLICT);
    assert_int_equal(change_member(MODIFICATION_DELETE, group, dn), STATUS_OK);
    assert_int_equal(change_member(MODIFICATION_DELETE, group, dn), STATUS_CONFLICT);
}

static void what_the_schema_forbids_is_refused_with_the_servers_words(void **state)
{
    struct entry *orphan = entry_new(given.arena, "uid=x,ou=nowhere," SLAPD_SUFFIX);
    struct problem problem = {0};
    struct bytes value = bytes_of_text("x");
    struct modification modification = {MODIFICATION_REPLACE, "noSuchAttribute", &value, 1};
    const char *dn = given_a_person("schema");

    (void)state;
    assert_int_equal(directory_modify(given.directory, dn, &modification, 1, &problem),
                     STATUS_DIRECTORY_REFUSED);
    assert_non_null(strstr(problem.detail, "noSuchAttribute"));
    assert_non_null(strstr(problem.detail, dn));
    assert_int_equal(replace(dn, "sn", NULL), STATUS_DIRECTORY_REFUSED);

    entry_add(given.arena, orphan, "objectClass", "account");
    assert_int_equal(directory_add(given.directory, orphan, NULL), STATUS_DIRECTORY_REFUSED);
}

static void only_reading_an_entry_finds_that_it_is_not_there(void **state)
{
    struct entry *entry = NULL;
    struct entry_list found = {NULL, 0};

    (void)state;
    assert_int_equal(directory_read(given.directory, "uid=absent," SLAPD_PEOPLE, everything,
                                    given.arena, &entry, NULL),
                     STATUS_NOT_FOUND);
    assert_int_equal(directory_search(given.directory, "ou=nowhere," SLAPD_SUFFIX, "(uid=*)",
                                      everything, given.arena, &found, NULL),
                     STATUS_DIRECTORY_REFUSED);
    assert_int_equal(directory_search(given.directory, SLAPD_PEOPLE, "(uid=", everything,
                                      given.arena, &found, NULL),
                     STATUS_DIRECTORY_REFUSED);
    assert_int_equal(directory_search(given.directory, SLAPD_PEOPLE, "(uid=absent)", everything,
                                      given.arena, &found, NULL),
                     STATUS_OK);
    assert_int_equal(found.count, 0);
}

static void a_search_of_many_pages_is_whole_and_a_limited_one_is_no_list(void **state)
{
    enum { PEOPLE = 1203 };
    static const char *const nothing[] = {"1.1", NULL};
    SCOPED(directory_release) struct directory *reader = NULL;
    struct directory_settings settings = given.settings;
    struct entry_list found = {NULL, 0};
    struct problem problem = {0};

    (void)state;
    for (int i = 0; i < PEOPLE; i++)
        assert_int_equal(directory_add(given.directory,
                                       user_entry(arena_printf(given.arena, "page%d", i)), NULL),
                         STATUS_OK);

    assert_int_equal(directory_search(given.directory, SLAPD_PEOPLE, "(uid=page*)", nothing,
                                      given.arena, &found, NULL),
                     STATUS_OK);
    assert_int_equal(found.count, PEOPLE);

    settings.bind_dn = SLAPD_READER;
    assert_int_equal(directory_open(&settings, &reader, NULL), STATUS_OK);
    assert_int_equal(directory_search(reader, SLAPD_PEOPLE, "(uid=page*)", nothing, given.arena,
                                      &found, &problem),
                     STATUS_DIRECTORY_REFUSED);
    assert_int_equal(found.count, 0);
    assert_non_null(strstr(problem.detail, "size=unlimited"));

    assert_int_equal(directory_add(reader, user_entry("refused"), &problem),
                     STATUS_DIRECTORY_REFUSED);
}

static void the_socket_of_the_server_serves_as_well(void **state)
{
    SCOPED(directory_release) struct directory *directory = NULL;
    struct directory_settings settings = given.settings;
    struct problem problem = {0};

    (void)state;
    settings.uri = given.slapd.socket_uri;
    assert_done(directory_open(&settings, &directory, &problem), &problem);
}

/* ------------------------------------------------------------ hostile names */

static void anybody_can_be_created_found_and_locked_whatever_they_are_called(void **state)
{
    (void)state;
    for (size_t i = 0; hostile_names[i]; i++) {
        const char *name = arena_printf(given.arena, "h%zu%s", i, hostile_names[i]);
        const char *dn = given_a_person(name);
        struct entry_list found = {NULL, 0};
        char *filter = arena_printf(given.arena, "(uid=%s)", filter_escape(given.arena, name));

        lock(dn);
        assert_int_equal(directory_search(given.directory, SLAPD_PEOPLE, filter, everything,
                                          given.arena, &found, NULL),
                         STATUS_OK);
        assert_int_equal(found.count, 1);
        assert_true(dn_equal(found.entries[0]->dn, dn));
        assert_string_equal(entry_text(found.entries[0], "uid"), name);
        assert_int_equal(account_state(given.projection.profile, found.entries[0]), ACCOUNT_LOCKED);
        assert_int_equal(try_bind(dn, PASSWORD), STATUS_UNAUTHORIZED);
        assert_int_equal(directory_delete(given.directory, dn, NULL), STATUS_OK);
    }
}

/* -------------------------------------------------------------------- plans */

/* Read, plan and apply, as the worker does; how many steps it took. */
static size_t reconcile(const struct person_desired *desired, const char *identity, const char *dn)
{
    struct person_actual actual = {.entry = NULL};
    struct problem problem = {0};
    struct plan *plan;

    assert_done(person_read(given.directory, &given.projection, identity, dn, given.arena, &actual,
                            &problem),
                &problem);
    plan = plan_person(&given.projection, desired, &actual, given.arena);
    assert_done(plan_apply(given.directory, &given.projection, plan, &problem), &problem);
    return plan->count;
}

static struct person_desired wanted(const char *name, const char *const *group, bool is_active)
{
    return (struct person_desired){.entry = user_entry(name),
                                   .is_active = is_active,
                                   .groups = group,
                                   .group_count = group ? 1 : 0};
}

static void a_plan_that_was_applied_leaves_nothing_to_do(void **state)
{
    const char *const groups[] = {given_a_group("once")};
    struct person_desired desired = wanted("once", groups, true);
    const char *dn = desired.entry->dn;
    const char *stamp;
    const char *group_stamp;

    (void)state;
    assert_int_equal(reconcile(&desired, NULL, dn), 2);
    assert_true(has_member(groups[0], dn));
    stamp = entry_text(read_all(dn), "entryCSN");
    group_stamp = entry_text(read_all(groups[0]), "entryCSN");

    assert_int_equal(reconcile(&desired, NULL, dn), 0);
    assert_int_equal(reconcile(&desired, entry_text(read_all(dn), "entryUUID"), dn), 0);

    assert_string_equal(entry_text(read_all(dn), "entryCSN"), stamp);
    assert_string_equal(entry_text(read_all(groups[0]), "entryCSN"), group_stamp);
}

static void the_life_of_an_account_leaves_the_directory_as_it_should_be(void **state)
{
    const char *const north[] = {given_a_group("life-north")};
    const char *const south[] = {given_a_group("life-south")};
    struct person_desired desired = wanted("life", north, true);
    const char *dn = desired.entry->dn;

    (void)state;
    assert_int_equal(reconcile(&desired, NULL, dn), 2);
    assert_int_equal(replace(dn, "userPassword", PASSWORD), STATUS_OK);

    desired = wanted("life", south, true);
    assert_int_equal(reconcile(&desired, NULL, dn), 2);
    assert_true(has_member(south[0], dn) && !has_member(north[0], dn));

    desired = wanted("life", NULL, false);
    assert_int_equal(reconcile(&desired, NULL, dn), 2);
    assert_false(has_member(south[0], dn));
    assert_int_equal(try_bind(dn, PASSWORD), STATUS_UNAUTHORIZED);

    desired = wanted("life", north, true);
    assert_int_equal(reconcile(&desired, NULL, dn), 2);
    assert_true(has_member(north[0], dn));
    assert_int_equal(try_bind(dn, PASSWORD), STATUS_OK);

    desired = (struct person_desired){.entry = NULL};
    assert_int_equal(reconcile(&desired, NULL, dn), 2);
    assert_int_equal(state_of(dn), ACCOUNT_LOCKED);
    assert_false(has_member(north[0], dn));
    assert_int_equal(reconcile(&desired, NULL, dn), 0);
}

static void a_new_name_keeps_the_entry_and_goes_into_its_groups(void **state)
{
    const char *const groups[] = {given_a_group("rename")};
    struct person_desired desired = wanted("maiden", groups, true);
    const char *old_dn = desired.entry->dn;
    const char *identity;

    (void)state;
    assert_int_equal(reconcile(&desired, NULL, old_dn), 2);
    identity = entry_text(read_all(old_dn), "entryUUID");

    desired = wanted("married", groups, true);
    assert_int_equal(reconcile(&desired, identity, desired.entry->dn), 3);

    assert_string_equal(entry_text(read_all(desired.entry->dn), "entryUUID"), identity);
    assert_string_equal(entry_text(read_all(desired.entry->dn), "cn"), "married");
    assert_true(has_member(groups[0], desired.entry->dn));
    assert_false(has_member(groups[0], old_dn));
    assert_int_equal(reconcile(&desired, identity, desired.entry->dn), 0);
}

static void a_group_that_the_server_has_renamed_the_member_of_counts_as_done(void **state)
{
    const char *const groups[] = {given_a_group("refint")};
    struct person_desired desired = wanted("before", groups, true);
    const char *old_dn = desired.entry->dn;
    const char *new_dn;
    struct person_actual actual = {.entry = NULL};
    struct plan *plan;

    (void)state;
    assert_int_equal(reconcile(&desired, NULL, old_dn), 2);
    desired = wanted("after", groups, true);
    new_dn = desired.entry->dn;
    assert_int_equal(
        person_read(given.directory, &given.projection, NULL, old_dn, given.arena, &actual, NULL),
        STATUS_OK);
    plan = plan_person(&given.projection, &desired, &actual, given.arena);
    assert_int_equal(change_member(MODIFICATION_ADD, groups[0], new_dn), STATUS_OK);
    assert_int_equal(change_member(MODIFICATION_DELETE, groups[0], old_dn), STATUS_OK);

    assert_int_equal(plan_apply(given.directory, &given.projection, plan, NULL), STATUS_OK);

    assert_true(has_member(groups[0], new_dn));
    assert_false(has_member(groups[0], old_dn));
}

static void a_member_of_a_group_that_is_missing_makes_the_group(void **state)
{
    const char *const groups[] = {projection_site_dn(&given.projection, "new", given.arena)};
    struct person_desired desired = wanted("founder", groups, true);

    (void)state;
    assert_int_equal(reconcile(&desired, NULL, desired.entry->dn), 2);

    assert_true(has_member(groups[0], desired.entry->dn));
    assert_true(has_member(groups[0], PLACEHOLDER));
}

static void a_step_that_somebody_else_has_done_is_done(void **state)
{
    const char *const groups[] = {given_a_group("race")};
    struct person_desired desired = wanted("race", groups, true);
    struct person_actual before = {.entry = NULL};
    struct plan *join;
    struct plan *leave;
    struct person_actual after = {.entry = NULL};

    (void)state;
    given_a_person("race");
    assert_int_equal(person_read(given.directory, &given.projection, NULL, desired.entry->dn,
                                 given.arena, &before, NULL),
                     STATUS_OK);
    join = plan_person(&given.projection, &desired, &before, given.arena);
    assert_int_equal(plan_apply(given.directory, &given.projection, join, NULL), STATUS_OK);
    assert_int_equal(plan_apply(given.directory, &given.projection, join, NULL), STATUS_OK);
    assert_true(has_member(groups[0], desired.entry->dn));

    assert_int_equal(person_read(given.directory, &given.projection, NULL, desired.entry->dn,
                                 given.arena, &after, NULL),
                     STATUS_OK);
    desired.is_active = false;
    leave = plan_person(&given.projection, &desired, &after, given.arena);
    assert_int_equal(plan_apply(given.directory, &given.projection, leave, NULL), STATUS_OK);
    assert_int_equal(plan_apply(given.directory, &given.projection, leave, NULL), STATUS_OK);
    assert_false(has_member(groups[0], desired.entry->dn));

    assert_int_equal(directory_delete(given.directory, groups[0], NULL), STATUS_OK);
    assert_int_equal(plan_apply(given.directory, &given.projection, leave, NULL), STATUS_OK);
}

static void the_last_member_leaves_a_group_without_a_placeholder(void **state)
{
    const char *group = given_a_group("bare");
    const char *const groups[] = {group};
    struct person_desired desired = wanted("last", groups, true);

    (void)state;
    assert_int_equal(reconcile(&desired, NULL, desired.entry->dn), 2);
    assert_int_equal(change_member(MODIFICATION_DELETE, group, PLACEHOLDER), STATUS_OK);

    desired.is_active = false;
    assert_int_equal(reconcile(&desired, NULL, desired.entry->dn), 2);

    assert_false(has_member(group, desired.entry->dn));
    assert_true(has_member(group, PLACEHOLDER));
}

static void a_plan_stops_at_the_first_step_that_fails(void **state)
{
    const char *const groups[] = {given_a_group("stop")};
    struct person_desired desired = wanted("stop", groups, true);
    struct person_actual actual = {.entry = NULL};
    struct problem problem = {0};
    struct plan *plan = plan_person(&given.projection, &desired, &actual, given.arena);

    (void)state;
    given_a_person("stop");

    assert_int_equal(plan_apply(given.directory, &given.projection, plan, &problem),
                     STATUS_CONFLICT);

    assert_non_null(strstr(problem.detail, "add "));
    assert_false(has_member(groups[0], desired.entry->dn));
}

static void an_identity_that_is_not_there_is_no_entry_even_if_the_name_is(void **state)
{
    struct person_actual actual = {.entry = NULL};

    (void)state;
    given_a_person("namesake");
    assert_int_equal(person_read(given.directory, &given.projection,
                                 "00000000-0000-4000-8000-000000000000",
                                 "uid=namesake," SLAPD_PEOPLE, given.arena, &actual, NULL),
                     STATUS_OK);
    assert_null(actual.entry);

    assert_int_equal(person_read(given.directory, &given.projection, "*",
                                 "uid=namesake," SLAPD_PEOPLE, given.arena, &actual, NULL),
                     STATUS_OK);
    assert_null(actual.entry);
}

static void a_role_base_that_is_missing_is_not_an_absence_of_groups(void **state)
{
    struct projection_settings projection = given.projection;
    struct person_actual actual = {.entry = NULL};

    (void)state;
    projection.roles_base = "ou=nowhere," SLAPD_SUFFIX;
    assert_int_equal(person_read(given.directory, &projection, NULL, "uid=x," SLAPD_PEOPLE,
                                 given.arena, &actual, NULL),
                     STATUS_DIRECTORY_REFUSED);
}

static void a_role_group_is_made_and_its_description_kept(void **state)
{
    char *dn = projection_site_dn(&given.projection, "described", given.arena);
    struct entry *desired = projection_role_group(&given.projection, dn, "North", given.arena);
    struct entry *renamed = projection_role_group(&given.projection, dn, "Nord", given.arena);
    struct plan *plan = plan_role_group(desired, NULL, given.arena);

    (void)state;
    assert_int_equal(plan_apply(given.directory, &given.projection, plan, NULL), STATUS_OK);
    plan = plan_role_group(renamed, read_all(dn), given.arena);
    assert_int_equal(plan_apply(given.directory, &given.projection, plan, NULL), STATUS_OK);

    assert_string_equal(entry_text(read_all(dn), "description"), "Nord");
    assert_int_equal(plan_role_group(renamed, read_all(dn), given.arena)->count, 0);
}

/* ------------------------------------------------------------------ outages */

static void a_frozen_server_holds_nobody_longer_than_the_limit(void **state)
{
    SCOPED(directory_release) struct directory *second = NULL;
    int64_t begun_at = clock_boot_ms();

    (void)state;
    slapd_freeze(&given.slapd);
    assert_int_equal(replace("uid=frozen," SLAPD_PEOPLE, "title", "x"),
                     STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(directory_open(&given.settings, &second, NULL), STATUS_DIRECTORY_UNAVAILABLE);
    directory_release(&given.directory);
    slapd_thaw(&given.slapd);

    assert_true(clock_boot_ms() - begun_at < 2 * LIMIT_SECONDS * 1000 + GRACE_MS);
    assert_int_equal(directory_open(&given.settings, &given.directory, NULL), STATUS_OK);
}

static void a_server_that_has_gone_is_unavailable_and_so_it_stays(void **state)
{
    struct entry *entry = NULL;

    (void)state;
    slapd_stop(&given.slapd);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            directory_read(given.directory, SLAPD_PEOPLE, everything, given.arena, &entry, NULL),
            STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(try_bind(SLAPD_SERVICE, PASSWORD), STATUS_DIRECTORY_UNAVAILABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest with_policy[] = {
    TEST(a_locked_person_cannot_bind_and_an_unlocked_one_can),
    TEST(a_new_password_takes_half_the_lock_away_and_opens_nothing),
    TEST(locking_and_unlocking_twice_is_the_same_as_once),
    TEST(an_empty_password_binds_nobody),
    TEST(the_canary_passes_where_a_policy_applies),
    TEST(the_canary_names_the_base_that_is_missing),
    TEST(the_canary_passes_where_the_placeholder_may_never_bind),
    TEST(what_is_in_the_way_is_a_conflict),
    TEST(what_the_schema_forbids_is_refused_with_the_servers_words),
    TEST(only_reading_an_entry_finds_that_it_is_not_there),
    TEST(a_search_of_many_pages_is_whole_and_a_limited_one_is_no_list),
    TEST(the_socket_of_the_server_serves_as_well),
    TEST(anybody_can_be_created_found_and_locked_whatever_they_are_called),
    TEST(a_plan_that_was_applied_leaves_nothing_to_do),
    TEST(the_life_of_an_account_leaves_the_directory_as_it_should_be),
    TEST(a_new_name_keeps_the_entry_and_goes_into_its_groups),
    TEST(a_group_that_the_server_has_renamed_the_member_of_counts_as_done),
    TEST(a_member_of_a_group_that_is_missing_makes_the_group),
    TEST(a_step_that_somebody_else_has_done_is_done),
    TEST(the_last_member_leaves_a_group_without_a_placeholder),
    TEST(a_plan_stops_at_the_first_step_that_fails),
    TEST(an_identity_that_is_not_there_is_no_entry_even_if_the_name_is),
    TEST(a_role_base_that_is_missing_is_not_an_absence_of_groups),
    TEST(a_role_group_is_made_and_its_description_kept),
    TEST(a_frozen_server_holds_nobody_longer_than_the_limit),
    TEST(a_server_that_has_gone_is_unavailable_and_so_it_stays),
};

static const struct CMUnitTest without_policy[] = {TEST(the_canary_finds_that_no_policy_applies)};

static const struct CMUnitTest without_overlay[] = {
    TEST(the_canary_finds_that_the_overlay_is_missing)};

/* Every test runs under settings of the host that would spoil it if libldap were let to use them.
 */
static const char *const host_settings[][2] = {
    {"LDAPSIZELIMIT", "1"},
    {"LDAPTIMELIMIT", "1"},
    {"LDAPREFERRALS", "on"},
    {"LDAPDEREF", "always"},
    {"LDAPNETWORK_TIMEOUT", "0"},
    {"LDAPURI", "ldap://192.0.2.1"},
    {"LDAPSOCKET_BIND_ADDRESSES", "192.0.2.1"},
};

static void given_a_host_with_settings(void)
{
    for (size_t i = 0; i < sizeof(host_settings) / sizeof(host_settings[0]); i++)
        (void)setenv(host_settings[i][0], host_settings[i][1], 1);
}

int main(void)
{
    int failed;

    if (!slapd_is_installed()) {
        (void)fprintf(stderr, "skipped: the package slapd is not installed\n");
        return SKIPPED;
    }
    given_a_host_with_settings();
    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return 1;
    failed = cmocka_run_group_tests(with_policy, start_with_policy, stop);
    failed += cmocka_run_group_tests(without_policy, start_without_policy, stop);
    failed += cmocka_run_group_tests(without_overlay, start_without_overlay, stop);
    return failed;
}
