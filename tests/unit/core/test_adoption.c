#include <string.h>

#include "journal_walk.h"
#include "world.h"

#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/scim/filter.h"
#include "bridge/scim/schema.h"

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

#define REPLACE(path, value) "[{'op':'replace','path':'" path "','value':" value "}]"

/* "entra" may adopt from these, and "okta" from none that anybody has here. */
static int given_domains(void **state)
{
    static const char *const domains[] = {"example.org", "b\xc3\xbc"
                                                         "cher.example"};
    static const char *const others[] = {"sub.example.org"};
    struct world *world;
    struct connection_request request;

    assert_int_equal(world_set_up(state), 0);
    world = *state;
    request = (struct connection_request){.actor = &world->admin,
                                          .arena = world->arena,
                                          .name = "entra",
                                          .sets_domains = true,
                                          .domains = domains,
                                          .domain_count = 2};
    assert_int_equal(store_update(world->store, 1, connection_edit, &request, NULL), STATUS_OK);
    request.name = "okta";
    request.domains = others;
    request.domain_count = 1;
    assert_int_equal(store_update(world->store, 1, connection_edit, &request, NULL), STATUS_OK);
    return 0;
}

static const char *local(struct world *world, const char *json)
{
    assert_int_equal(world_create(world, &world->admin, json), STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

static const char *local_ada(struct world *world)
{
    return local(world, "{'userName':'ada','externalId':'x1','emails':[{'value':'Ada@Example.ORG',"
                        "'primary':true}],'" EXT "':{'role':'user','site':'Harbour'}}");
}

static bool is_seen(struct world *world, const struct actor *actor, const char *id)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct user user;

    return user_find(txn, actor, id, world->arena, &user);
}

/* How many a list with this filter shows. NULL: no filter. */
static int listed(struct world *world, const struct actor *actor, const char *text)
{
    struct world_list list = world_list(world, SCIM_USER, actor, text, (struct page){1, 100});

    assert_int_equal(list.total, list.shown);
    return (int)list.shown;
}

/* ------------------------------------------------------------------------ who is to be had */

static void a_local_person_in_its_domain_is_found_by_a_connection_that_asks_for_them(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);
    static const char *const asking[] = {
        "userName eq \"ADA\"",
        "emails.value eq \"ada@example.org\"",
        "userName eq \"ada\" and active eq true",
        "userName eq \"ada\" and externalId eq \"x1\"",
        "externalId eq \"x1\" and emails.value eq \"ada@example.org\"",
    };

    assert_true(is_seen(world, &world->provider, ada));
    for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
        if (listed(world, &world->provider, asking[i]) != 1)
            fail_msg("%s", asking[i]);
    assert_int_equal(
        listed(world, &world->provider, arena_printf(world->arena, "id eq \"%s\"", ada)), 1);
    assert_int_equal(world_account(world, ada).owner, 0); /* a look is no write */
}

static void who_does_not_ask_for_them_is_shown_no_local_people(void **state)
{
    struct world *world = *state;
    static const char *const others[] = {
        "active eq true",
        EXT ":role eq \"user\"",
        EXT ":site eq \"Harbour\"",
        "userName sw \"a\"",
        "userName eq \"ada\" or active eq true",
        "not (userName eq \"bob\")",
        "externalId eq \"x1\"",
    };

    (void)local_ada(world);

    assert_int_equal(listed(world, &world->provider, NULL), 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (listed(world, &world->provider, others[i]) != 0)
            fail_msg("%s", others[i]);
}

static void everybody_else_is_out_of_reach(void **state)
{
    struct world *world = *state;
    static const char *const people[] = {
        "{'userName':'a','emails':[{'value':'a@elsewhere.example','primary':true}]}",
        "{'userName':'b','emails':[{'value':'b@sub.sub.example.org','primary':true}]}",
        "{'userName':'c','emails':[{'value':'c@notexample.org','primary':true}]}",
        "{'userName':'d','emails':[{'value':'c@example.org.evil.example','primary':true}]}",
        /* one of its domains, but not the primary address */
        "{'userName':'e','emails':[{'value':'e@example.org'},"
        "{'value':'e@elsewhere.example','primary':true}]}",
        "{'userName':'f','emails':[{'value':'f@example.org'},{'value':'f2@example.org'}]}",
        /* no address at all: a userName is none */
        "{'userName':'g@example.org'}",
        /* administrators: in effect, and as asserted of somebody inactive */
        "{'userName':'h','emails':[{'value':'h@example.org'}],'" EXT "':{'role':'admin'}}",
        "{'userName':'i','active':false,'emails':[{'value':'i@example.org'}],'" EXT
        "':{'role':'Admin'}}",
        "{'userName':'j','emails':[{'value':'j@example.org'}],'" EXT
        "':{'role':'admin','breakGlass':true}}",
        /* a break-glass account that is inactive and asserts nothing */
        "{'userName':'k','active':false,'emails':[{'value':'k@example.org'}],'" EXT
        "':{'breakGlass':true}}",
    };

    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
        const char *id = local(world, people[i]);

        if (is_seen(world, &world->provider, id))
            fail_msg("%s is seen", people[i]);
        assert_int_equal(
            world_patch(world, &world->provider, id, REPLACE("displayName", "'Taken'")),
            STATUS_NOT_FOUND);
        assert_int_equal(world_delete(world, &world->provider, id), STATUS_NOT_FOUND);
        assert_int_equal(world_account(world, id).owner, 0);
    }
}

static void a_domain_is_that_in_whatever_script_it_is_written(void **state)
{
    struct world *world = *state;
    const char *id = local(world, "{'userName':'u','emails':[{'value':'u@B\xc3\x9c"
                                  "CHER.example'}]}");
    const char *other = local(world, "{'userName':'v','emails':[{'value':"
                                     "'v@xn--bcher-kva.example'}]}");

    assert_true(is_seen(world, &world->provider, id));
    assert_true(is_seen(world, &world->provider, other));
}

static void a_connection_without_the_domain_sees_nothing(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);

    assert_false(is_seen(world, &world->other, ada));
    assert_int_equal(listed(world, &world->other, "userName eq \"ada\""), 0);
    assert_int_equal(world_patch(world, &world->other, ada, REPLACE("displayName", "'Taken'")),
                     STATUS_NOT_FOUND);
}

/* ------------------------------------------------------------------------ the first write */

static void the_first_patch_makes_the_account_the_connections(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);
    struct account before = world_account(world, ada);
    struct account after;

    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("displayName", "'Ada L.'")),
                     STATUS_OK);

    after = world_account(world, ada);
    assert_int_equal(after.owner, world->provider.connection);
    assert_int_equal(after.row, before.row);
    assert_int_equal(after.association.role, ROLE_USER); /* until the provider says some */
    assert_int_equal(after.association.site_row, world->harbour);
    assert_int_equal(listed(world, &world->provider, NULL), 1);
    assert_int_equal(listed(world, &world->provider, "active eq true"), 1);
    assert_int_equal(world_patch(world, &world->admin, ada, REPLACE("displayName", "'Mine'")),
                     STATUS_FORBIDDEN);
}

static void even_a_patch_that_changes_nothing_is_a_first_write(void **state)
{
    struct world *world = *state;
    const char *ada = local(world, "{'userName':'ada','displayName':'Ada','emails':[{'value':"
                                   "'ada@example.org'}]}");

    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("displayName", "'Ada'")),
                     STATUS_OK);

    assert_int_equal(world_account(world, ada).owner, world->provider.connection);
}

static void a_refused_write_adopts_nothing(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);
    struct account before = world_account(world, ada);

    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE(EXT ":site", "'Atlantis'")),
                     STATUS_INVALID_VALUE);

    assert_int_equal(world_account(world, ada).owner, 0);
    assert_int_equal(world_account(world, ada).version, before.version);
}

static void an_adopted_account_is_not_there_for_others(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);

    (void)world_patch(world, &world->provider, ada, REPLACE("displayName", "'Ada L.'"));
    /* also when its address moves into a domain of the other */
    (void)world_patch(world, &world->provider, ada,
                      REPLACE("emails", "[{'value':'ada@sub.example.org','primary':true}]"));

    assert_false(is_seen(world, &world->other, ada));
    assert_int_equal(listed(world, &world->other, "userName eq \"ada\""), 0);
    assert_int_equal(world_patch(world, &world->other, ada, REPLACE("active", "false")),
                     STATUS_NOT_FOUND);
    assert_int_equal(world_create(world, &world->other, "{'userName':'ADA'}"), STATUS_UNIQUENESS);
    assert_null(strstr(world->problem.detail, "entra"));
}

static void what_a_provider_deactivates_first_it_adopts_and_may_restore(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);
    struct outbox_line line;

    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("active", "'False'")),
                     STATUS_OK);

    assert_false(world_account(world, ada).is_active);
    assert_int_equal(world_account(world, ada).owner, world->provider.connection);
    assert_true(world_waits(world, ada, &line));
    assert_int_equal(line.urgency, OUTBOX_LOSING);
    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("active", "true")),
                     STATUS_OK);
    assert_int_equal(world_account(world, ada).association.site_row, world->harbour);
}

static void a_deletion_is_a_write_like_any_other(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);

    assert_int_equal(world_delete(world, &world->provider, ada), STATUS_OK);

    assert_false(is_seen(world, &world->admin, ada));
    assert_int_equal(world_create(world, &world->provider, "{'userName':'ada'}"), STATUS_OK);
}

static void a_create_does_not_adopt(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);

    assert_int_equal(world_create(world, &world->provider,
                                  "{'userName':'ada','emails':[{'value':'ada@example.org'}]}"),
                     STATUS_UNIQUENESS);

    assert_int_equal(world_account(world, ada).owner, 0);
}

static void an_external_id_is_the_new_owners_own(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world); /* x1, which means nothing to the connection */
    json_auto_t *resource = NULL;

    assert_int_equal(world_create(world, &world->provider, "{'userName':'z','externalId':'x1'}"),
                     STATUS_OK);

    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("title", "'Countess'")),
                     STATUS_OK);

    resource = world_resource(world, ada);
    assert_null(json_object_get(resource, "externalId"));
    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("externalId", "'x1'")),
                     STATUS_UNIQUENESS);
    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("externalId", "'x2'")),
                     STATUS_OK);
    assert_int_equal(listed(world, &world->provider, "externalId eq \"x2\""), 1);
}

static void a_password_that_comes_with_it_goes_to_the_directory(void **state)
{
    struct world *world = *state;
    const char *ada = local(world, "{'userName':'ada','emails':[{'value':'ada@example.org'}]}");
    struct outbox_line before, after;

    world->takes_passwords = true;
    assert_true(world_waits(world, ada, &before));
    assert_int_equal(world_patch(world, &world->provider, ada,
                                 REPLACE("password", "'Xq7-first-of-the-passwords'")),
                     STATUS_OK);

    assert_true(world_waits(world, ada, &after));
    assert_true(after.generation > before.generation);
}

static void adoption_gives_no_role_that_the_connection_may_not_give(void **state)
{
    struct world *world = *state;
    const char *bob = local(world, "{'userName':'bob','emails':[{'value':'b@sub.example.org'}]}");

    assert_int_equal(world_patch(world, &world->other, bob, REPLACE(EXT ":role", "'admin'")),
                     STATUS_FORBIDDEN);
    assert_int_equal(world_account(world, bob).owner, 0);
}

static void a_block_outlives_adoption(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);
    struct user_request block = {.actor = &world->admin, .arena = world->arena, .id = ada};

    assert_int_equal(store_update(world->store, 1, user_block, &block, NULL), STATUS_OK);

    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("active", "true")),
                     STATUS_OK);

    assert_int_equal(world_account(world, ada).owner, world->provider.connection);
    assert_false(world_account(world, ada).is_active);
}

/* ------------------------------------------------------------------------------ journal */

static bool keep_last(void *context, const struct journal_mark *mark, struct bytes record)
{
    (void)mark;
    (void)snprintf(context, 4096, "%.*s", (int)record.size, (const char *)record.data);
    return true;
}

static const char *last_record(struct world *world)
{
    char *record = arena_alloc(world->arena, 4096);

    assert_int_equal(journal_walk(world->store, 1, keep_last, record, NULL), STATUS_OK);
    return record;
}

static void the_journal_tells_who_took_whom(void **state)
{
    struct world *world = *state;
    const char *ada = local_ada(world);

    (void)world_patch(world, &world->provider, ada, REPLACE("displayName", "'Ada L.'"));
    assert_non_null(strstr(last_record(world), "\"event\":\"user.adopt\""));
    assert_non_null(strstr(last_record(world), "\"owner\":[null,\"entra\"]"));
    assert_non_null(strstr(last_record(world), ada));

    (void)world_patch(world, &world->provider, ada, REPLACE("displayName", "'Ada'"));
    assert_non_null(strstr(last_record(world), "\"event\":\"user.update\""));
    assert_null(strstr(last_record(world), "\"owner\""));
}

/* --------------------------------------------------------------------------------- moves */

static enum status move(struct world *world, const char *id, const char *to)
{
    struct user_request request = {
        .actor = &world->admin, .arena = world->arena, .id = id, .to = to};

    world->problem = (struct problem){0};
    return store_update(world->store, 1, user_move, &request, &world->problem);
}

static const char *entras_ana(struct world *world)
{
    assert_int_equal(world_create(world, &world->provider,
                                  "{'userName':'ana','externalId':'x','" EXT
                                  "':{'role':'user','site':'Harbour'}}"),
                     STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

static void a_move_changes_the_owner_and_keeps_the_person(void **state)
{
    struct world *world = *state;
    const char *ana = entras_ana(world);
    json_auto_t *resource = NULL;

    assert_int_equal(move(world, ana, "okta"), STATUS_OK);

    assert_false(is_seen(world, &world->provider, ana));
    assert_int_equal(listed(world, &world->provider, NULL), 0);
    assert_int_equal(listed(world, &world->provider, "externalId eq \"x\""), 0);
    assert_true(is_seen(world, &world->other, ana));
    assert_int_equal(listed(world, &world->other, NULL), 1);
    assert_int_equal(world_account(world, ana).association.site_row, world->harbour);
    resource = world_resource(world, ana);
    assert_null(json_object_get(resource, "externalId"));
    assert_non_null(strstr(last_record(world), "\"event\":\"user.move\""));
    assert_non_null(strstr(last_record(world), "\"owner\":[\"entra\",\"okta\"]"));
}

static void what_was_asserted_moves_with_the_person(void **state)
{
    struct world *world = *state;
    const char *ana = entras_ana(world);

    (void)world_patch(world, &world->provider, ana, REPLACE("active", "false"));
    assert_int_equal(move(world, ana, "local"), STATUS_OK);

    assert_int_equal(world_patch(world, &world->admin, ana, REPLACE("active", "true")), STATUS_OK);
    assert_int_equal(world_account(world, ana).association.site_row, world->harbour);
}

static void moved_where_they_are_nothing_changes(void **state)
{
    struct world *world = *state;
    const char *ana = entras_ana(world);
    uint64_t version = world_account(world, ana).version;

    assert_int_equal(move(world, ana, "entra"), STATUS_OK);

    assert_int_equal(world_account(world, ana).version, version);
    assert_int_equal(listed(world, &world->provider, "externalId eq \"x\""), 1);
}

static void nobody_is_moved_to_what_is_not_there(void **state)
{
    struct world *world = *state;

    assert_int_equal(move(world, entras_ana(world), "nowhere"), STATUS_INVALID_VALUE);
    assert_int_equal(move(world, "0190a0a0-0000-7000-8000-000000000000", "local"),
                     STATUS_NOT_FOUND);
}

static void an_administrator_may_be_moved_but_a_break_glass_account_may_not(void **state)
{
    struct world *world = *state;
    const char *root = local(world, "{'userName':'root','" EXT "':{'role':'admin'}}");
    const char *glass =
        local(world, "{'userName':'glass','" EXT "':{'role':'admin','breakGlass':true}}");

    assert_int_equal(move(world, root, "okta"), STATUS_OK);
    assert_int_equal(world_account(world, root).association.role, ROLE_ADMIN);
    assert_int_equal(world_delete(world, &world->other, root), STATUS_FORBIDDEN); /* the last */
    assert_int_equal(move(world, glass, "okta"), STATUS_FORBIDDEN);
    assert_int_equal(move(world, glass, "local"), STATUS_OK);
}

static bool count_row(void *context, uint64_t row)
{
    (void)row;
    ++*(int *)context;
    return true;
}

static int groups_of(struct world *world, const char *id)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    int count = 0;

    user_groups(txn, world_account(world, id).row, count_row, &count);
    return count;
}

static void who_is_moved_leaves_the_groups_of_the_owner_before(void **state)
{
    struct world *world = *state;
    const char *ana = entras_ana(world);
    json_auto_t *resource =
        json_pack("{s:s, s:[{s:s}]}", "displayName", "Tooling", "members", "value", ana);
    struct group_request request = {
        .actor = &world->provider, .arena = world->arena, .resource = resource};

    assert_int_equal(store_update(world->store, 1, group_create, &request, NULL), STATUS_OK);
    assert_int_equal(groups_of(world, ana), 1);

    assert_int_equal(move(world, ana, "okta"), STATUS_OK);

    assert_int_equal(groups_of(world, ana), 0);
}

/* --------------------------------------------------------------------------- break-glass */

static void a_break_glass_account_does_not_count_as_the_last_administrator(void **state)
{
    struct world *world = *state;
    const char *root = local(world, "{'userName':'root','" EXT "':{'role':'admin'}}");
    const char *glass =
        local(world, "{'userName':'glass','" EXT "':{'role':'admin','breakGlass':true}}");

    assert_int_equal(world_delete(world, &world->admin, root), STATUS_FORBIDDEN);
    assert_int_equal(world_patch(world, &world->admin, root, REPLACE("active", "false")),
                     STATUS_FORBIDDEN);
    assert_int_equal(world_patch(world, &world->admin, glass, REPLACE("active", "false")),
                     STATUS_OK);
    assert_int_equal(world_delete(world, &world->admin, glass), STATUS_OK);
}

static void a_break_glass_account_is_an_administrators_from_the_start_and_for_good(void **state)
{
    struct world *world = *state;
    const char *glass, *ada;

    assert_int_equal(world_create(world, &world->admin,
                                  "{'userName':'glass','" EXT
                                  "':{'role':'user','site':'Harbour','breakGlass':true}}"),
                     STATUS_INVALID_VALUE);
    assert_int_equal(world_create(world, &world->provider,
                                  "{'userName':'glass','" EXT
                                  "':{'role':'admin','breakGlass':true}}"),
                     STATUS_FORBIDDEN);
    ada = local_ada(world);
    assert_int_equal(world_patch(world, &world->admin, ada, REPLACE(EXT ":breakGlass", "true")),
                     STATUS_MUTABILITY);

    glass = local(world, "{'userName':'glass','" EXT "':{'role':'admin','breakGlass':true}}");
    assert_int_equal(world_patch(world, &world->admin, glass,
                                 "[{'op':'replace','value':{'" EXT
                                 "':{'role':'user','site':'Harbour'}}}]"),
                     STATUS_INVALID_VALUE);
    assert_int_equal(world_patch(world, &world->admin, glass, REPLACE(EXT ":breakGlass", "false")),
                     STATUS_MUTABILITY);
    assert_int_equal(world_patch(world, &world->admin, glass, REPLACE(EXT ":breakGlass", "true")),
                     STATUS_OK);
}

static void a_break_glass_account_is_shown_as_such_and_has_no_entry(void **state)
{
    struct world *world = *state;
    const char *glass =
        local(world, "{'userName':'glass','" EXT "':{'role':'admin','breakGlass':true}}");
    json_auto_t *resource = world_resource(world, glass);
    const json_t *extension = json_object_get(resource, EXT);
    struct outbox_line line;

    assert_non_null(strstr(last_record(world), "\"breakGlass\":[false,true]"));
    assert_true(json_is_true(json_object_get(extension, "breakGlass")));
    assert_null(json_object_get(extension, "directory"));
    assert_false(world_waits(world, glass, &line));
    assert_int_equal(world_patch(world, &world->admin, glass, REPLACE("displayName", "'G'")),
                     STATUS_OK);
    assert_false(world_waits(world, glass, &line));
}

static enum status link_it(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct link link = {.dn = "uid=root,ou=people", .identity = "uuid"};

    link_save(txn, OUTBOX_USER, *(const uint64_t *)argument, &link, arena);
    return store_status(txn, problem);
}

static void a_break_glass_account_takes_up_no_entry_of_a_deleted_one(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct world *world = *state;
    const char *root = local(world, "{'userName':'root'}");
    uint64_t deleted = world_account(world, root).row;
    struct outbox_line line;
    struct link link;
    const char *glass;

    assert_int_equal(store_update(world->store, 1, link_it, &deleted, NULL), STATUS_OK);
    assert_int_equal(world_delete(world, &world->admin, root), STATUS_OK);

    glass = local(world, "{'userName':'root','" EXT "':{'role':'admin','breakGlass':true}}");

    assert_false(world_waits(world, glass, &line));
    txn = world_begin(world);
    assert_true(outbox_find(txn, OUTBOX_USER, deleted, world->arena, &line)); /* to be locked */
    assert_true(link_find(txn, OUTBOX_USER, deleted, world->arena, &link));
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, given_domains, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_local_person_in_its_domain_is_found_by_a_connection_that_asks_for_them),
        WORLD_TEST(who_does_not_ask_for_them_is_shown_no_local_people),
        WORLD_TEST(everybody_else_is_out_of_reach),
        WORLD_TEST(a_domain_is_that_in_whatever_script_it_is_written),
        WORLD_TEST(a_connection_without_the_domain_sees_nothing),
        WORLD_TEST(the_first_patch_makes_the_account_the_connections),
        WORLD_TEST(even_a_patch_that_changes_nothing_is_a_first_write),
        WORLD_TEST(a_refused_write_adopts_nothing),
        WORLD_TEST(an_adopted_account_is_not_there_for_others),
        WORLD_TEST(what_a_provider_deactivates_first_it_adopts_and_may_restore),
        WORLD_TEST(a_deletion_is_a_write_like_any_other),
        WORLD_TEST(a_create_does_not_adopt),
        WORLD_TEST(an_external_id_is_the_new_owners_own),
        WORLD_TEST(a_password_that_comes_with_it_goes_to_the_directory),
        WORLD_TEST(adoption_gives_no_role_that_the_connection_may_not_give),
        WORLD_TEST(a_block_outlives_adoption),
        WORLD_TEST(the_journal_tells_who_took_whom),
        WORLD_TEST(a_move_changes_the_owner_and_keeps_the_person),
        WORLD_TEST(what_was_asserted_moves_with_the_person),
        WORLD_TEST(moved_where_they_are_nothing_changes),
        WORLD_TEST(nobody_is_moved_to_what_is_not_there),
        WORLD_TEST(an_administrator_may_be_moved_but_a_break_glass_account_may_not),
        WORLD_TEST(who_is_moved_leaves_the_groups_of_the_owner_before),
        WORLD_TEST(a_break_glass_account_does_not_count_as_the_last_administrator),
        WORLD_TEST(a_break_glass_account_is_an_administrators_from_the_start_and_for_good),
        WORLD_TEST(a_break_glass_account_is_shown_as_such_and_has_no_entry),
        WORLD_TEST(a_break_glass_account_takes_up_no_entry_of_a_deleted_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
