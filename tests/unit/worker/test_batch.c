#include <ldap.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "attributes.h"
#include "batch.h"
#include "bridge/base/crypt.h"
#include "bridge/core/group.h"
#include "bridge/core/organization.h"
#include "bridge/scim/resource.h"
#include "ldap_proxy.h"
#include "slapd.h"
#include "world.h"

/*
 * Batches against a real directory. What others do while a batch is under way
 * happens between its phases, each of which ends with a change to the store: a
 * test may put something in front of the next one.
 */

enum { SKIPPED = 77, LIMIT_SECONDS = 5, LATER = 1700000100 };

#define EXT   "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
#define NORTH "cn=site-north-plant," SLAPD_ROLES

static const char *const everything[] = {"*", "+", NULL};

static struct {
    struct slapd slapd;
    struct worker_settings settings;
    struct attribute_map *attributes;
    struct directory *directory;
    struct world *world;
    void (*before_update)(void); /* once, ... */
    int updates_before;          /* ... after so many others */
    bool refuses_update;         /* once */
    const char *id;              /* of the person that it is about */
} given;

/* The linker puts these in front of the store's and the directory's own. */
enum status __real_store_update(struct store *store, uint32_t organization, store_change *change,
                                void *argument, struct problem *problem);
enum status __wrap_store_update(struct store *store, uint32_t organization, store_change *change,
                                void *argument, struct problem *problem);

enum status __wrap_store_update(struct store *store, uint32_t organization, store_change *change,
                                void *argument, struct problem *problem)
{
    void (*before_update)(void) = given.updates_before ? NULL : given.before_update;
    bool is_refused = given.refuses_update;

    if (given.updates_before)
        given.updates_before--;
    else
        given.before_update = NULL;
    given.updates_before = 0;
    given.refuses_update = false;
    if (before_update)
        before_update();
    if (is_refused)
        return problem_set(problem, STATUS_BUSY, "too many changes wait already");
    return __real_store_update(store, organization, change, argument, problem);
}

static int start(void **state)
{
    (void)state;
    return slapd_start(&given.slapd, SLAPD_POLICY) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    slapd_stop(&given.slapd);
    return 0;
}

static int begin(void **state)
{
    (void)world_set_up(state);
    given.world = *state;
    given.attributes = attribute_map_usual();
    given.settings = (struct worker_settings){
        .organization = "default",
        .store = given.world->store,
        .holder = {.process = 7, .worker = 1},
        .has_directory = true,
        .directory = {.uri = given.slapd.uri,
                      .bind_dn = SLAPD_SERVICE,
                      .password_file = given.slapd.password_file,
                      .connect_seconds = LIMIT_SECONDS,
                      .operation_seconds = LIMIT_SECONDS},
        .projection = {.people_base = SLAPD_PEOPLE,
                       .roles_base = SLAPD_ROLES,
                       .groups_base = SLAPD_GROUPS,
                       .profile = account_profile("openldap"),
                       .attributes = given.attributes},
    };
    return directory_open(&given.settings.directory, &given.directory, NULL) ? -1 : 0;
}

static int end(void **state)
{
    directory_release(&given.directory);
    attribute_map_free(given.attributes);
    given.before_update = NULL;
    given.refuses_update = false;
    return world_tear_down(state);
}

/* ------------------------------------------------------------------- given, when */

static void given_a_person(const char *user_name)
{
    struct world *world = given.world;
    const char *json =
        arena_printf(world->arena,
                     "{'userName':'%s','" EXT "':{'role':'user','site':'North Plant'}}", user_name);

    assert_int_equal(world_create(world, &world->provider, json), STATUS_OK);
    given.id = arena_strdup(world->arena, world->user.account.id);
}

static void patch(const char *operations)
{
    struct world *world = given.world;

    assert_int_equal(world_patch(world, &world->provider, given.id, operations), STATUS_OK);
}

static void delete_person(void)
{
    struct world *world = given.world;

    assert_int_equal(world_delete(world, &world->provider, given.id), STATUS_OK);
}

static void run_batch_at(int64_t now)
{
    struct problem problem = {0};
    size_t done = 0;

    if (batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory, now, &done, &problem))
        fail_msg("%s", problem.detail);
}

static void run_batch(void)
{
    run_batch_at(LATER);
}

/* ------------------------------------------------------------------------- then */

static const char *person_dn(const char *user_name)
{
    return dn_below(given.world->arena, "uid", user_name, SLAPD_PEOPLE);
}

static struct entry *read_entry(const char *dn)
{
    struct entry *entry = NULL;

    (void)directory_read(given.directory, dn, everything, given.world->arena, &entry, NULL);
    return entry;
}

static bool is_member(const char *group, const char *dn)
{
    struct entry_list found = {NULL, 0};
    const char *filter = arena_printf(given.world->arena, "(member=%s)", dn);

    (void)directory_search(given.directory, group, filter, everything, given.world->arena, &found,
                           NULL);
    return found.count > 0;
}

static bool is_locked(const char *dn)
{
    return account_state(given.settings.projection.profile, read_entry(dn)) == ACCOUNT_LOCKED;
}

static bool is_waiting(struct outbox_line *line)
{
    return world_waits(given.world, given.id, line);
}

/* ------------------------------------------------------------------------ tests */

/* Somebody else's, by hand. */
static void given_a_foreign_entry(const char *dn)
{
    struct entry *entry = entry_new(given.world->arena, dn);

    entry_add(given.world->arena, entry, "objectClass", "inetOrgPerson");
    entry_add(given.world->arena, entry, "cn", "Somebody Else");
    entry_add(given.world->arena, entry, "sn", "Else");
    assert_int_equal(directory_add(given.directory, entry, NULL), STATUS_OK);
}

static size_t count_parked(void)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);

    return (size_t)outbox_depth(txn, given.world->arena).parked;
}

static void a_person_gets_an_entry_and_a_group(void **state)
{
    struct outbox_line line;

    (void)state;
    given_a_person("ana");

    run_batch();

    assert_non_null(read_entry(person_dn("ana")));
    assert_true(is_member(NORTH, person_dn("ana")));
    assert_false(is_waiting(&line));
}

static void assert_all_are_there(const char *prefix, int count)
{
    for (int i = 0; i < count; i++) {
        const char *dn = person_dn(arena_printf(given.world->arena, "%s%d", prefix, i));

        assert_non_null(read_entry(dn));
        assert_true(is_member(NORTH, dn));
    }
}

static void many_people_get_entries_and_groups_in_one_batch(void **state)
{
    enum { COUNT = 20 };
    struct outbox_line line;

    (void)state;
    for (int i = 0; i < COUNT; i++)
        given_a_person(arena_printf(given.world->arena, "joint%d", i));

    run_batch();

    assert_all_are_there("joint", COUNT);
    assert_false(is_waiting(&line));
}

static void who_is_refused_holds_up_nobody_else_of_the_batch(void **state)
{
    enum { COUNT = 5 };
    struct outbox_line line;

    (void)state;
    for (int i = 0; i < COUNT; i++)
        given_a_person(arena_printf(given.world->arena, "before%d", i));
    given_a_foreign_entry(person_dn("taken"));
    given_a_person("taken");
    given_a_person(arena_printf(given.world->arena, "%0400d", 1)); /* longer than slapd's keys */
    for (int i = 0; i < COUNT; i++)
        given_a_person(arena_printf(given.world->arena, "behind%d", i));

    run_batch();

    assert_all_are_there("before", COUNT);
    assert_all_are_there("behind", COUNT);
    assert_int_equal(count_parked(), 2);
    assert_false(is_waiting(&line));
}

static void names_that_count_as_one_lead_to_one_entry(void **state)
{
    (void)state;
    given_a_person("Mia Sol");

    run_batch();

    assert_non_null(read_entry(person_dn(" mia  SOL ")));
    assert_non_null(read_entry(person_dn("\xEF\xBD\x8Dia sol")));
}

static void who_is_deleted_while_the_entry_is_planned_gets_none(void **state)
{
    (void)state;
    given_a_person("bea");
    given.before_update = delete_person;

    run_batch();

    assert_null(read_entry(person_dn("bea")));
    assert_false(is_member(NORTH, person_dn("bea")));
}

static void rename_to_clea(void)
{
    patch("[{'op':'replace','path':'userName','value':'clea'}]");
}

static void who_is_renamed_while_the_entry_is_planned_gets_one_of_the_new_name(void **state)
{
    struct outbox_line line;

    (void)state;
    given_a_person("cleo");
    given.before_update = rename_to_clea;

    run_batch();
    run_batch();

    assert_null(read_entry(person_dn("cleo")));
    assert_non_null(read_entry(person_dn("clea")));
    assert_false(is_waiting(&line));
}

static void who_is_disabled_leaves_the_groups_though_the_entry_is_gone(void **state)
{
    (void)state;
    given_a_person("gil");
    run_batch();
    assert_int_equal(directory_delete(given.directory, person_dn("gil"), NULL), STATUS_OK);
    given_a_foreign_entry(person_dn("gil"));

    patch("[{'op':'replace','path':'active','value':false}]");
    run_batch();

    assert_false(is_member(NORTH, person_dn("gil")));
}

static void who_is_deleted_leaves_the_groups_though_the_entry_is_gone(void **state)
{
    (void)state;
    given_a_person("hal");
    run_batch();
    assert_int_equal(directory_delete(given.directory, person_dn("hal"), NULL), STATUS_OK);

    delete_person();
    run_batch();

    assert_false(is_member(NORTH, person_dn("hal")));
}

/* As after an outage in the middle of an addition. */
static enum status claim_name(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct link link = {.dn = argument, .identity = ""};

    (void)problem;
    link_save(txn, OUTBOX_USER, given.world->user.account.row, &link, given.world->arena);
    return STATUS_OK;
}

static void a_claim_that_came_to_nothing_ends_with_the_deactivation(void **state)
{
    struct outbox_line line;

    (void)state;
    given_a_person("ida");
    assert_int_equal(store_update(given.world->store, ORGANIZATION_DEFAULT, claim_name,
                                  arena_strdup(given.world->arena, person_dn("ida")), NULL),
                     STATUS_OK);
    patch("[{'op':'replace','path':'active','value':false}]");
    run_batch();
    given_a_foreign_entry(person_dn("ida"));

    patch("[{'op':'replace','path':'active','value':true}]");
    run_batch();

    assert_true(is_waiting(&line));
    assert_non_null(line.refusal);
    assert_string_equal(entry_text(read_entry(person_dn("ida")), "sn"), "Else");
}

/* The base was another one then, and may be another organization's by now. */
static void a_claim_beyond_the_base_touches_nothing_there(void **state)
{
    const char *there = dn_below(given.world->arena, "uid", "vera", SLAPD_GROUPS);

    (void)state;
    given_a_person("vera");
    given_a_foreign_entry(there);
    assert_int_equal(store_update(given.world->store, ORGANIZATION_DEFAULT, claim_name,
                                  arena_strdup(given.world->arena, there), NULL),
                     STATUS_OK);

    run_batch();

    assert_string_equal(entry_text(read_entry(there), "sn"), "Else");
    assert_string_equal(entry_text(read_entry(person_dn("vera")), "sn"), "vera");
}

/* To another parent, which the bridge itself never does. */
static void move_entry(const char *dn, const char *rdn, const char *parent)
{
    struct berval password = {.bv_len = strlen(SLAPD_PASSWORD), .bv_val = (char[]){SLAPD_PASSWORD}};
    const int version = LDAP_VERSION3;
    LDAP *ld = NULL;

    assert_int_equal(ldap_initialize(&ld, given.slapd.uri), LDAP_SUCCESS);
    (void)ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    assert_int_equal(
        ldap_sasl_bind_s(ld, SLAPD_SERVICE, LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL),
        LDAP_SUCCESS);
    assert_int_equal(ldap_rename_s(ld, dn, rdn, parent, 1, NULL, NULL), LDAP_SUCCESS);
    (void)ldap_unbind_ext_s(ld, NULL, NULL);
}

static void an_entry_that_was_moved_is_still_ours_after_a_rename(void **state)
{
    struct outbox_line line;

    (void)state;
    given_a_person("jan");
    run_batch();
    given_a_foreign_entry(person_dn("parent"));
    move_entry(person_dn("jan"), "uid=jan", person_dn("parent"));
    given_a_foreign_entry(person_dn("jana"));

    patch("[{'op':'replace','path':'userName','value':'jana'}]");
    run_batch();
    patch("[{'op':'replace','path':'displayName','value':'Jana'}]");
    run_batch();

    assert_false(is_waiting(&line));
    assert_string_equal(entry_text(read_entry(person_dn("jana")), "cn"), "Somebody Else");
}

static void a_name_that_no_entry_can_have_does_not_keep_a_disable_away(void **state)
{
    (void)state;
    given_a_person("kim");
    run_batch();

    patch(arena_printf(given.world->arena,
                       "[{'op':'replace','value':{'userName':'%0300d','active':false}}]", 1));
    run_batch();

    assert_true(is_locked(person_dn("kim")));
    assert_false(is_member(NORTH, person_dn("kim")));
}

/* Entries are named by what not everybody has. */
static void given_names_from(const char *rdn)
{
    const struct attribute_rows rows = {.rdn = rdn};

    attribute_map_free(given.attributes);
    assert_int_equal(
        attribute_map_new(&rows, account_profile("openldap"), &given.attributes, NULL, NULL),
        STATUS_OK);
    given.settings.projection.attributes = given.attributes;
}

static void who_cannot_be_named_any_more_still_loses_a_role(void **state)
{
    struct outbox_line line = {0};

    (void)state;
    given_names_from("uid={nickName}");
    given_a_person("gil");
    patch("[{'op':'add','value':{'nickName':'gilly'}}]");
    run_batch();
    assert_true(is_member(NORTH, person_dn("gilly")));

    patch("[{'op':'remove','path':'nickName'},"
          "{'op':'replace','value':{'" EXT "':{'role':'user','site':'Harbour'}}}]");
    run_batch();

    assert_false(is_member(NORTH, person_dn("gilly")));
    assert_false(is_locked(person_dn("gilly")));
    assert_true(is_waiting(&line));
    assert_non_null(strstr(line.refusal, "directory.person_rdn"));
}

static void who_cannot_be_named_gets_no_entry(void **state)
{
    struct outbox_line line = {0};

    (void)state;
    given_names_from("uid={nickName}");
    given_a_person("guy");

    run_batch();

    assert_true(is_waiting(&line));
    assert_non_null(strstr(line.refusal, "directory.person_rdn"));
}

static void given_a_group(const char *name, struct group_request *request)
{
    struct world *world = given.world;
    json_auto_t *body = world_json(world, arena_printf(world->arena,
                                                       "{'displayName':'%s','members':[{'value':"
                                                       "'%s'}]}",
                                                       name, given.id));
    json_auto_t *resource = NULL;

    assert_int_equal(resource_read(body, scim_resource_type(SCIM_GROUP), &resource, NULL),
                     STATUS_OK);
    *request = (struct group_request){
        .actor = &world->provider, .arena = world->arena, .resource = resource};
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, group_create, request, NULL),
                     STATUS_OK);
}

static void rename_group(const char *id, const char *name)
{
    struct world *world = given.world;
    json_auto_t *body = json_pack(
        "{s:o}", "Operations",
        world_json(world,
                   arena_printf(world->arena,
                                "[{'op':'replace','path':'displayName','value':'%s'}]", name)));
    struct group_request request = {.actor = &world->provider, .arena = world->arena, .id = id};
    struct patch *patch = NULL;

    assert_int_equal(patch_parse(body, scim_resource_type(SCIM_GROUP), world->arena, &patch, NULL),
                     STATUS_OK);
    request.patch = patch;
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, group_patch, &request, NULL),
                     STATUS_OK);
}

static void run_batches(void)
{
    for (int i = 0; i < 3; i++)
        run_batch();
}

static void a_group_whose_name_is_refused_still_loses_members(void **state)
{
    struct group_request request;

    (void)state;
    given_a_person("hal");
    given_a_group("choir", &request);
    run_batches();
    assert_true(is_member("cn=choir," SLAPD_GROUPS, person_dn("hal")));

    rename_group(request.group.id, "admins"); /* the bridge keeps that name for itself */
    patch("[{'op':'replace','path':'active','value':false}]");
    run_batches();

    assert_false(is_member("cn=choir," SLAPD_GROUPS, person_dn("hal")));
    assert_int_equal(count_parked(), 1);
}

static void delete_group(const char *id)
{
    struct world *world = given.world;
    struct group_request request = {.actor = &world->provider, .arena = world->arena, .id = id};

    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, group_delete, &request, NULL),
                     STATUS_OK);
}

static void a_name_that_passes_from_one_group_to_another_is_waited_for(void **state)
{
    struct group_request first, second;

    (void)state;
    given_a_person("otto");
    given_a_group("octet", &first);
    run_batches();
    delete_group(first.group.id);
    given_a_group("octet", &second);
    patch("[{'op':'replace','path':'active','value':false}]"); /* the new one is as urgent */
    patch("[{'op':'replace','path':'active','value':true}]");

    run_batches();

    assert_int_equal(count_parked(), 0);
    assert_true(is_member("cn=octet," SLAPD_GROUPS, person_dn("otto")));
}

static void a_group_of_somebody_elses_making_is_not_waited_for(void **state)
{
    struct group_request request;

    (void)state;
    given_a_person("bert");
    given_a_foreign_entry("cn=band," SLAPD_GROUPS);
    given_a_group("band", &request);

    run_batches();

    assert_int_equal(count_parked(), 1);
}

/* In front of the claim: that passes, and the record does not. */
static void refuse_the_record(void)
{
    given.refuses_update = true;
}

static void what_could_not_be_claimed_is_not_taken_for_done(void **state)
{
    struct problem problem = {0};
    struct outbox_line line;
    size_t done = 0;

    (void)state;
    given_a_person("dora");
    given.refuses_update = true;

    assert_int_equal(
        batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory, LATER, &done, &problem),
        STATUS_BUSY);

    assert_true(is_waiting(&line));
    run_batch();
    assert_non_null(read_entry(person_dn("dora")));
}

static enum status try_batch(size_t *done, struct problem *problem)
{
    return batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory, LATER, done, problem);
}

/* --------------------------------------------------------------------- hanging up */

static void reconnect_to(const char *uri)
{
    directory_release(&given.directory);
    given.settings.directory.uri = uri;
    assert_int_equal(directory_open(&given.settings.directory, &given.directory, NULL), STATUS_OK);
}

static size_t count_suspects(void)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
    struct outbox_line lines[64];
    size_t count = outbox_due(txn, LATER, lines, 64, given.world->arena);
    size_t suspects = 0;

    for (size_t i = 0; i < count; i++)
        suspects += lines[i].is_suspect;
    return suspects;
}

static void after_a_lost_connection_those_under_way_go_alone(void **state)
{
    enum { COUNT = 5 };
    struct proxy proxy;
    size_t done = 0;

    (void)state;
    run_batch(); /* the groups */
    for (int i = 0; i < COUNT; i++)
        given_a_person(arena_printf(given.world->arena, "lost%d", i));
    proxy_start(&proxy, given.slapd.uri);
    reconnect_to(proxy.uri);
    proxy_reset(&proxy, 3, false);
    assert_int_equal(try_batch(&done, NULL), STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(count_suspects(), COUNT);

    reconnect_to(given.slapd.uri);
    proxy_stop(&proxy);
    for (size_t left = COUNT; left > 0; left--) {
        assert_int_equal(try_batch(&done, NULL), STATUS_OK);
        assert_int_equal(done, 1);
        assert_int_equal(count_suspects(), left - 1);
    }
    assert_all_are_there("lost", COUNT);
}

static void a_connection_that_is_lost_while_reading_leaves_suspects_too(void **state)
{
    struct proxy proxy;
    size_t done = 0;

    (void)state;
    run_batch(); /* the groups */
    given_a_person("read");
    proxy_start(&proxy, given.slapd.uri);
    reconnect_to(proxy.uri);
    proxy_reset(&proxy, 1, false);
    assert_int_equal(try_batch(&done, NULL), STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(count_suspects(), 1);

    reconnect_to(given.slapd.uri);
    proxy_stop(&proxy);
    assert_int_equal(try_batch(&done, NULL), STATUS_OK);
    assert_non_null(read_entry(person_dn("read")));
}

/* ------------------------------------------------------------------------ the lease */

static const struct lease_holder other_worker = {.process = 7, .worker = 2};

static enum status take_over(struct store_txn *txn, void *argument, struct problem *problem)
{
    const int64_t *now = argument;
    struct lease lease;

    (void)problem;
    (void)lease_hold(txn, &other_worker, *now, given.world->arena, &lease);
    return STATUS_OK;
}

static void another_worker_takes_over_at(int64_t now)
{
    assert_int_equal(store_update(given.world->store, ORGANIZATION_DEFAULT, take_over, &now, NULL),
                     STATUS_OK);
}

/* The lease of this worker has ended by then: it has paused. */
static void another_worker_takes_over(void)
{
    another_worker_takes_over_at(LATER + LEASE_SECONDS);
}

static void a_worker_leaves_the_work_to_the_one_that_holds_the_lease(void **state)
{
    size_t done = 1;

    (void)state;
    another_worker_takes_over_at(LATER);
    given_a_person("lea");

    assert_int_equal(try_batch(&done, NULL), STATUS_OK);

    assert_int_equal(done, 0);
    assert_null(read_entry(person_dn("lea")));
}

static void a_worker_that_paused_while_another_took_over_writes_nothing(void **state)
{
    struct problem problem = {0};
    struct outbox_line line;
    size_t done = 0;

    (void)state;
    run_batch(); /* the lease is ours */
    given_a_person("leo");
    given.before_update = another_worker_takes_over;

    assert_int_equal(try_batch(&done, &problem), STATUS_CONFLICT);

    assert_non_null(strstr(problem.detail, "another worker"));
    assert_null(read_entry(person_dn("leo")));
    assert_true(is_waiting(&line));
}

/* Its lease has ended as well by the time that this worker goes on. */
static void another_worker_has_come_and_gone(void)
{
    another_worker_takes_over_at(LATER + LEASE_SECONDS);
}

static void a_plan_that_is_older_than_a_take_over_is_not_applied(void **state)
{
    struct outbox_line line;
    size_t done = 0;

    (void)state;
    run_batch();
    given_a_person("liv");
    given.before_update = another_worker_has_come_and_gone;

    assert_int_equal(batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory,
                               LATER + 3 * LEASE_SECONDS, &done, NULL),
                     STATUS_CONFLICT);

    assert_null(read_entry(person_dn("liv")));
    assert_true(is_waiting(&line));
}

static void what_a_late_worker_wrote_is_looked_at_again(void **state)
{
    struct outbox_line line;

    (void)state;
    run_batch();
    given_a_person("lia");
    given.before_update = another_worker_takes_over;
    given.updates_before = 1; /* between the writing and the record */

    run_batch();

    assert_true(is_waiting(&line));
}

static void a_deleted_person_is_locked_and_out_of_every_group(void **state)
{
    (void)state;
    given_a_person("eva");
    run_batch();

    delete_person();
    run_batch();

    assert_true(is_locked(person_dn("eva")));
    assert_false(is_member(NORTH, person_dn("eva")));
}

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

/* ------------------------------------------------------- names that pass on */

#define HARBOUR "cn=site-harbour," SLAPD_ROLES
#define CREW    "cn=crew," SLAPD_GROUPS

/* Of Harbour, and of the pushed group; those of given_a_person are in neither. */
static const char *given_a_sailor(const char *user_name)
{
    given_a_person(user_name);
    patch("[{'op':'replace','path':'" EXT ":site','value':'Harbour'}]");
    return given.id;
}

static const char *given_a_planter(const char *user_name)
{
    given_a_person(user_name);
    return given.id;
}

static void given_a_crew_of(const char *id)
{
    struct group_request request;

    (void)directory_delete(given.directory, CREW, NULL); /* another test's */
    given.id = id;
    given_a_group("crew", &request);
}

static void rename_person(const char *id, const char *user_name)
{
    given.id = id;
    patch(arena_printf(given.world->arena, "[{'op':'replace','path':'userName','value':'%s'}]",
                       user_name));
}

static const char *identity_of(const char *user_name)
{
    struct entry *entry = read_entry(person_dn(user_name));

    return entry ? entry_text(entry, "entryUUID") : "no entry";
}

static void assert_all_landed(void)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
    struct outbox_depth depth = outbox_depth(txn, given.world->arena);

    assert_int_equal(depth.parked, 0);
    assert_int_equal(depth.waiting, 0);
}

static void two_people_who_swap_their_names_keep_their_entries_and_groups(void **state)
{
    const char *sailor = given_a_sailor("sam");
    const char *planter = given_a_planter("pat");
    const char *sailors_entry;
    const char *planters_entry;

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    sailors_entry = identity_of("sam");
    planters_entry = identity_of("pat");

    rename_person(sailor, "between");
    rename_person(planter, "sam");
    rename_person(sailor, "pat");
    run_batches();

    assert_all_landed();
    assert_string_equal(identity_of("pat"), sailors_entry);
    assert_string_equal(identity_of("sam"), planters_entry);
    assert_true(is_member(HARBOUR, person_dn("pat")));
    assert_false(is_member(HARBOUR, person_dn("sam")));
    assert_true(is_member(NORTH, person_dn("sam")));
    assert_false(is_member(NORTH, person_dn("pat")));
    assert_true(is_member(CREW, person_dn("pat")));
    assert_false(is_member(CREW, person_dn("sam")));
}

static void three_people_who_pass_their_names_round_keep_their_entries(void **state)
{
    const char *ids[3];
    const char *entries[3];
    static const char *const names[] = {"rob", "ros", "ruy"};

    (void)state;
    for (int i = 0; i < 3; i++)
        ids[i] = given_a_planter(names[i]);
    run_batches();
    for (int i = 0; i < 3; i++)
        entries[i] = identity_of(names[i]);

    rename_person(ids[0], "between");
    rename_person(ids[2], names[0]);
    rename_person(ids[1], names[2]);
    rename_person(ids[0], names[1]);
    run_batches();

    assert_all_landed();
    for (int i = 0; i < 3; i++) {
        assert_string_equal(identity_of(names[(i + 1) % 3]), entries[i]);
        assert_true(is_member(NORTH, person_dn(names[i])));
    }
}

static void a_name_goes_to_the_next_one_whichever_comes_first(void **state)
{
    const char *ahead = given_a_planter("ula");
    const char *behind = given_a_planter("ute");
    const char *entry;

    (void)state;
    run_batches();
    entry = identity_of("ute");

    rename_person(ahead, "uma");
    rename_person(behind, "ula");
    rename_person(ahead, "uta"); /* its line is the later one now, and the name still taken */
    run_batches();

    assert_all_landed();
    assert_string_equal(identity_of("ula"), entry);
    assert_true(is_member(NORTH, person_dn("uta")));
    assert_true(is_member(NORTH, person_dn("ula")));
}

static void a_newcomer_gets_the_former_name_of_another_one(void **state)
{
    const char *former = given_a_sailor("valter");
    const char *entry;

    (void)state;
    given_a_crew_of(former);
    run_batches();
    entry = identity_of("valter");

    rename_person(former, "valeria");
    given_a_person("valter");
    run_batches();

    assert_all_landed();
    assert_string_equal(identity_of("valeria"), entry);
    assert_true(is_member(CREW, person_dn("valeria")));
    assert_true(is_member(NORTH, person_dn("valter")));
    assert_false(is_member(HARBOUR, person_dn("valter")));
    assert_false(is_member(CREW, person_dn("valter")));
}

/* The first batch is that of the one who loses access, alone. */
static void whoever_takes_a_name_is_never_found_in_the_groups_of_the_other(void **state)
{
    const char *sailor = given_a_sailor("wim");
    const char *planter = given_a_planter("wes");
    const char *entry;

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    entry = identity_of("wes");

    rename_person(sailor, "between");
    rename_person(planter, "wim");
    rename_person(sailor, "wes");
    given.id = planter;
    patch("[{'op':'replace','path':'active','value':false}]");
    run_batch();

    assert_string_equal(identity_of("wim"), entry);
    assert_true(is_locked(person_dn("wim")));
    assert_false(is_member(HARBOUR, person_dn("wim")));
    assert_false(is_member(CREW, person_dn("wim")));

    run_batches();
    assert_all_landed();
    assert_true(is_member(HARBOUR, person_dn("wes")));
    assert_true(is_member(CREW, person_dn("wes")));
}

static void a_free_name_that_groups_still_list_is_taken_without_them(void **state)
{
    const struct bytes value = bytes_of_text(person_dn("xan"));
    const struct modification listed = {MODIFICATION_ADD, "member", &value, 1};
    const char *sailor = given_a_sailor("xim");
    const char *planter = given_a_planter("xeb");

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    assert_int_equal(directory_modify(given.directory, HARBOUR, &listed, 1, NULL), STATUS_OK);
    assert_int_equal(directory_modify(given.directory, CREW, &listed, 1, NULL), STATUS_OK);

    rename_person(planter, "xan");
    run_batch();

    assert_non_null(read_entry(person_dn("xan")));
    assert_true(is_member(NORTH, person_dn("xan")));
    assert_false(is_member(HARBOUR, person_dn("xan")));
    assert_false(is_member(CREW, person_dn("xan")));
}

static void whose_new_name_is_taken_for_good_does_not_step_aside(void **state)
{
    const char *stays = given_a_sailor("yan");
    const char *waits = given_a_planter("yves");

    (void)state;
    given_a_foreign_entry(person_dn("yoko"));
    run_batches();

    rename_person(stays, "yoko");
    rename_person(waits, "yan");
    run_batches();

    assert_int_equal(count_parked(), 2);
    assert_true(is_member(HARBOUR, person_dn("yan")));
    assert_true(is_member(NORTH, person_dn("yves")));
    assert_string_equal(entry_text(read_entry(person_dn("yoko")), "cn"), "Somebody Else");
}

static void who_steps_aside_while_parked_is_not_left_there_until_the_next_try(void **state)
{
    const char *aside = given_a_sailor("abel");
    const char *taker = given_a_planter("alma");

    (void)state;
    given_a_foreign_entry(person_dn("amos"));
    run_batches();
    rename_person(aside, "amos");
    run_batches();
    assert_int_equal(count_parked(), 1);

    assert_int_equal(directory_delete(given.directory, person_dn("amos"), NULL), STATUS_OK);
    rename_person(taker, "abel");
    run_batches();

    assert_all_landed();
    assert_true(is_member(HARBOUR, person_dn("amos")));
    assert_true(is_member(NORTH, person_dn("abel")));
}

static void who_swaps_forth_and_back_is_in_the_pushed_groups_again(void **state)
{
    const char *sailor = given_a_sailor("axel");
    const char *planter = given_a_planter("alix");

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    rename_person(sailor, "between");
    rename_person(planter, "axel");
    rename_person(sailor, "alix");
    given.before_update = refuse_the_record;
    (void)batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory, LATER, &(size_t){0},
                    NULL);

    rename_person(sailor, "between");
    rename_person(planter, "alix");
    rename_person(sailor, "axel");
    run_batches();

    assert_all_landed();
    assert_true(is_member(CREW, person_dn("axel")));
    assert_false(is_member(CREW, person_dn("alix")));
}

static void a_group_that_is_pushed_meanwhile_never_lists_who_has_taken_the_name(void **state)
{
    const char *sailor = given_a_sailor("bill");
    const char *planter = given_a_planter("bess");

    (void)state;
    run_batches();
    rename_person(sailor, "between");
    rename_person(planter, "bill");
    rename_person(sailor, "bess");
    given_a_crew_of(sailor);

    run_batch();
    assert_false(is_member(CREW, person_dn("bill")));

    run_batches();
    assert_all_landed();
    assert_true(is_member(CREW, person_dn("bess")));
}

static void
whose_new_name_cannot_be_looked_up_in_groups_is_locked_and_keeps_the_old_one(void **state)
{
    const char *leaver = given_a_planter("cleon");
    struct outbox_line line = {0};

    (void)state;
    run_batches();
    given.settings.projection.groups_base = "ou=nowhere," SLAPD_SUFFIX;

    rename_person(leaver, "cora");
    patch("[{'op':'replace','path':'active','value':false}]");
    run_batches();

    assert_true(is_locked(person_dn("cleon")));
    assert_false(is_member(NORTH, person_dn("cleon")));
    assert_true(is_waiting(&line));
    assert_non_null(strstr(line.refusal, "ou=nowhere"));
}

/* As after a crash: the claim and the moves are there, and nothing of what follows. */
static void who_was_left_aside_goes_on_to_the_own_name(void **state)
{
    const char *sailor = given_a_sailor("zac");
    const char *planter = given_a_planter("zoe");
    const char *entry;

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    entry = identity_of("zac");
    rename_person(sailor, "between");
    rename_person(planter, "zac");
    rename_person(sailor, "zoe");
    move_entry(person_dn("zac"), arena_printf(given.world->arena, "uid=moving-%s", sailor), NULL);

    run_batches();

    assert_all_landed();
    assert_string_equal(identity_of("zoe"), entry);
    assert_true(is_member(HARBOUR, person_dn("zoe")));
    assert_true(is_member(CREW, person_dn("zoe")));
    assert_false(is_member(HARBOUR, person_dn("zac")));
    assert_false(is_member(CREW, person_dn("zac")));
}

int main(void)
{
#define BATCH_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        BATCH_TEST(a_person_gets_an_entry_and_a_group),
        BATCH_TEST(many_people_get_entries_and_groups_in_one_batch),
        BATCH_TEST(who_is_refused_holds_up_nobody_else_of_the_batch),
        BATCH_TEST(names_that_count_as_one_lead_to_one_entry),
        BATCH_TEST(who_is_deleted_while_the_entry_is_planned_gets_none),
        BATCH_TEST(who_is_renamed_while_the_entry_is_planned_gets_one_of_the_new_name),
        BATCH_TEST(after_a_lost_connection_those_under_way_go_alone),
        BATCH_TEST(a_connection_that_is_lost_while_reading_leaves_suspects_too),
        BATCH_TEST(a_worker_leaves_the_work_to_the_one_that_holds_the_lease),
        BATCH_TEST(a_worker_that_paused_while_another_took_over_writes_nothing),
        BATCH_TEST(a_plan_that_is_older_than_a_take_over_is_not_applied),
        BATCH_TEST(what_a_late_worker_wrote_is_looked_at_again),
        BATCH_TEST(a_deleted_person_is_locked_and_out_of_every_group),
        BATCH_TEST(who_is_disabled_leaves_the_groups_though_the_entry_is_gone),
        BATCH_TEST(who_is_deleted_leaves_the_groups_though_the_entry_is_gone),
        BATCH_TEST(a_claim_that_came_to_nothing_ends_with_the_deactivation),
        BATCH_TEST(a_claim_beyond_the_base_touches_nothing_there),
        BATCH_TEST(an_entry_that_was_moved_is_still_ours_after_a_rename),
        BATCH_TEST(a_name_that_no_entry_can_have_does_not_keep_a_disable_away),
        BATCH_TEST(who_cannot_be_named_any_more_still_loses_a_role),
        BATCH_TEST(who_cannot_be_named_gets_no_entry),
        BATCH_TEST(a_name_that_passes_from_one_group_to_another_is_waited_for),
        BATCH_TEST(a_group_of_somebody_elses_making_is_not_waited_for),
        BATCH_TEST(a_group_whose_name_is_refused_still_loses_members),
        BATCH_TEST(what_could_not_be_claimed_is_not_taken_for_done),
        BATCH_TEST(a_password_is_set_and_forgotten),
        BATCH_TEST(those_who_join_together_get_their_passwords_too),
        BATCH_TEST(what_could_not_be_recorded_is_set_again),
        BATCH_TEST(a_newer_password_is_not_forgotten_with_the_older_one),
        BATCH_TEST(a_password_is_set_on_no_entry_that_somebody_else_has_made),
        BATCH_TEST(a_password_that_is_refused_is_tried_for_a_day_and_holds_nothing_else_up),
        BATCH_TEST(a_password_that_is_refused_is_not_guessed_at_again_and_again),
        BATCH_TEST(who_is_restored_with_a_password_is_unlocked_all_the_same),
        BATCH_TEST(two_people_who_swap_their_names_keep_their_entries_and_groups),
        BATCH_TEST(three_people_who_pass_their_names_round_keep_their_entries),
        BATCH_TEST(a_name_goes_to_the_next_one_whichever_comes_first),
        BATCH_TEST(a_newcomer_gets_the_former_name_of_another_one),
        BATCH_TEST(whoever_takes_a_name_is_never_found_in_the_groups_of_the_other),
        BATCH_TEST(a_free_name_that_groups_still_list_is_taken_without_them),
        BATCH_TEST(whose_new_name_is_taken_for_good_does_not_step_aside),
        BATCH_TEST(who_steps_aside_while_parked_is_not_left_there_until_the_next_try),
        BATCH_TEST(who_swaps_forth_and_back_is_in_the_pushed_groups_again),
        BATCH_TEST(a_group_that_is_pushed_meanwhile_never_lists_who_has_taken_the_name),
        BATCH_TEST(whose_new_name_cannot_be_looked_up_in_groups_is_locked_and_keeps_the_old_one),
        BATCH_TEST(who_was_left_aside_goes_on_to_the_own_name),
    };

    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    if (!slapd_is_installed()) {
        (void)fprintf(stderr, "skipped: the package slapd is not installed\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, start, stop);
}
