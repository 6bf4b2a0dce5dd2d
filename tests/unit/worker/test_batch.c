#include "fixture.h"

/* ------------------------------------------------------------------------ tests */

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

int main(void)
{
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
    };

    return can_run() ? cmocka_run_group_tests(tests, start, stop) : SKIPPED;
}
