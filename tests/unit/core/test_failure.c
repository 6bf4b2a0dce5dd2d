#include "world.h"

#include <string.h>

#include "bridge/auth/token.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/hold.h"
#include "bridge/core/organization.h"
#include "bridge/scim/resource.h"

/*
 * Failure by sweep: of every request the first write fails, then the second, and
 * so on until it succeeds, and each time everything is exactly as it was before.
 * The same for its looks.
 */

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

enum { CALLS_MAX = 1000 };

/* What the requests of one test are about. */
static struct {
    char person[UUID_TEXT_SIZE];
    char other_person[UUID_TEXT_SIZE];
    char group[UUID_TEXT_SIZE];
    char site[UUID_TEXT_SIZE];
    char hold[HOLD_ID_SIZE];
} given;

static enum status submit(struct world *world, store_change *change, void *request)
{
    world->problem = (struct problem){0};
    return store_update(world->store, ORGANIZATION_DEFAULT, change, request, &world->problem);
}

/* ----------------------------------------------------------------------- people */

static void given_a_person(struct world *world)
{
    assert_int_equal(world_create(world, &world->provider,
                                  "{'userName':'ana','externalId':'a-1','emails':"
                                  "[{'value':'ana@example.org'}],'" EXT
                                  "':{'role':'user','site':'Harbour'}}"),
                     STATUS_OK);
    (void)strcpy(given.person, world->user.account.id);
}

static void given_an_administrator_beside(struct world *world)
{
    assert_int_equal(
        world_create(world, &world->provider, "{'userName':'boss','" EXT "':{'role':'admin'}}"),
        STATUS_OK);
    (void)strcpy(given.other_person, world->user.account.id);
    given_a_person(world);
}

static enum status create_a_user(struct world *world)
{
    return world_create(world, &world->provider,
                        "{'userName':'bo','externalId':'b-1','displayName':'Bo','emails':"
                        "[{'value':'bo@example.org'}],'" EXT
                        "':{'role':'user','site':'North Plant'}}");
}

static enum status patch_a_role(struct world *world)
{
    return world_patch(world, &world->provider, given.person,
                       "[{'op':'replace','path':'" EXT ":role','value':'admin'}]");
}

static enum status patch_a_site(struct world *world)
{
    return world_patch(world, &world->provider, given.person,
                       "[{'op':'replace','path':'" EXT ":site','value':'North Plant'}]");
}

static enum status patch_a_name(struct world *world)
{
    return world_patch(world, &world->provider, given.person,
                       "[{'op':'replace','value':{'userName':'anna','externalId':'a-2'}}]");
}

static enum status deactivate(struct world *world)
{
    return world_patch(world, &world->provider, given.person,
                       "[{'op':'replace','path':'active','value':false}]");
}

static void given_an_inactive_person(struct world *world)
{
    given_a_person(world);
    assert_int_equal(deactivate(world), STATUS_OK);
}

static enum status reactivate(struct world *world)
{
    return world_patch(world, &world->provider, given.person,
                       "[{'op':'replace','path':'active','value':true}]");
}

static enum status delete_a_user(struct world *world)
{
    return world_delete(world, &world->provider, given.person);
}

static enum status block(struct world *world)
{
    struct user_request request = {
        .actor = &world->admin, .arena = world->arena, .id = given.person, .reason = "stolen"};

    return submit(world, user_block, &request);
}

static enum status unblock(struct world *world)
{
    struct user_request request = {
        .actor = &world->admin, .arena = world->arena, .id = given.person};

    return submit(world, user_unblock, &request);
}

/* ----------------------------------------------------------------------- groups */

static enum status create_group(struct world *world, const char *json,
                                struct group_request *request)
{
    json_auto_t *body = world_json(world, json);
    json_auto_t *resource = NULL;

    assert_int_equal(resource_read(body, scim_resource_type(SCIM_GROUP), &resource, NULL),
                     STATUS_OK);
    *request = (struct group_request){
        .actor = &world->provider, .arena = world->arena, .resource = resource};
    return submit(world, group_create, request);
}

static void given_a_member(struct world *world)
{
    struct group_request request;

    given_an_administrator_beside(world);
    assert_int_equal(create_group(world,
                                  arena_printf(world->arena,
                                               "{'displayName':'Crew','externalId':'g-1','members':"
                                               "[{'value':'%s'}]}",
                                               given.person),
                                  &request),
                     STATUS_OK);
    (void)strcpy(given.group, request.group.id);
}

static void given_a_blocked_member(struct world *world)
{
    given_a_member(world);
    assert_int_equal(block(world), STATUS_OK);
}

static enum status create_a_group(struct world *world)
{
    struct group_request request;

    return create_group(world,
                        arena_printf(world->arena,
                                     "{'displayName':'Tooling','externalId':'g-2','members':"
                                     "[{'value':'%s'},{'value':'%s'}]}",
                                     given.person, given.other_person),
                        &request);
}

static enum status patch_a_group(struct world *world)
{
    json_auto_t *body = world_json(
        world, arena_printf(world->arena,
                            "{'Operations':[{'op':'replace','value':{'displayName':'Shift'}},"
                            "{'op':'replace','path':'members','value':[{'value':'%s'}]}]}",
                            given.other_person));
    struct group_request request = {
        .actor = &world->provider, .arena = world->arena, .id = given.group};
    struct patch *patch = NULL;

    assert_int_equal(patch_parse(body, scim_resource_type(SCIM_GROUP), world->arena, &patch, NULL),
                     STATUS_OK);
    request.patch = patch;
    return submit(world, group_patch, &request);
}

static enum status delete_a_group(struct world *world)
{
    struct group_request request = {
        .actor = &world->provider, .arena = world->arena, .id = given.group};

    return submit(world, group_delete, &request);
}

/* ------------------------------------------------- sites, connections and tokens */

static void given_nothing(struct world *world)
{
    (void)world;
}

static enum status create_a_site(struct world *world)
{
    json_auto_t *resource = world_json(world, "{'displayName':'South Gate'}");
    struct site_request request = {
        .actor = &world->admin, .arena = world->arena, .resource = resource};

    return submit(world, site_create, &request);
}

static const char *harbour_id(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct site site;

    assert_true(site_load(txn, world->harbour, world->arena, &site));
    return arena_strdup(world->arena, site.id);
}

static enum status rename_a_site(struct world *world)
{
    json_auto_t *body =
        world_json(world, "{'Operations':[{'op':'replace','path':'displayName','value':'Quay'}]}");
    struct site_request request = {.actor = &world->admin, .arena = world->arena, .id = given.site};
    struct patch *patch = NULL;

    assert_int_equal(patch_parse(body, scim_resource_type(SCIM_SITE), world->arena, &patch, NULL),
                     STATUS_OK);
    request.patch = patch;
    return submit(world, site_patch, &request);
}

static void given_a_site(struct world *world)
{
    (void)strcpy(given.site, harbour_id(world));
}

static void given_a_renamed_site(struct world *world)
{
    given_a_site(world);
    assert_int_equal(rename_a_site(world), STATUS_OK);
}

static enum status delete_a_site(struct world *world)
{
    struct site_request request = {.actor = &world->admin, .arena = world->arena, .id = given.site};

    return submit(world, site_delete, &request);
}

static enum status create_a_connection(struct world *world)
{
    struct connection_request request = {
        .actor = &world->admin, .arena = world->arena, .name = "ping", .grants = 1u << ROLE_USER};

    return submit(world, connection_create, &request);
}

static enum status edit_a_connection(struct world *world)
{
    static const char *const domains[] = {"example.org", "example.com"};
    struct connection_request request = {.actor = &world->admin,
                                         .arena = world->arena,
                                         .name = "entra",
                                         .sets_grants = true,
                                         .sets_domains = true,
                                         .domains = domains,
                                         .domain_count = 2};

    return submit(world, connection_edit, &request);
}

static enum status delete_a_connection(struct world *world, enum connection_disposal disposal)
{
    struct connection_request request = {
        .actor = &world->admin, .arena = world->arena, .name = "entra", .disposal = disposal};

    return submit(world, connection_delete, &request);
}

static enum status delete_and_release(struct world *world)
{
    return delete_a_connection(world, CONNECTION_RELEASE);
}

/* The only administrator would be among those who are deactivated. */
static void given_a_member_and_a_local_administrator(struct world *world)
{
    given_a_member(world);
    assert_int_equal(
        world_create(world, &world->admin, "{'userName':'root','" EXT "':{'role':'admin'}}"),
        STATUS_OK);
}

static enum status delete_and_deactivate(struct world *world)
{
    return delete_a_connection(world, CONNECTION_DEACTIVATE);
}

static void given_a_local_person(struct world *world)
{
    static const char *const domains[] = {"example.org"};
    struct connection_request request = {.actor = &world->admin,
                                         .arena = world->arena,
                                         .name = "entra",
                                         .sets_domains = true,
                                         .domains = domains,
                                         .domain_count = 1};

    assert_int_equal(submit(world, connection_edit, &request), STATUS_OK);
    assert_int_equal(world_create(world, &world->admin,
                                  "{'userName':'ana','externalId':'x','emails':[{'value':"
                                  "'ana@example.org'}],'" EXT
                                  "':{'role':'user','site':'Harbour'}}"),
                     STATUS_OK);
    (void)strcpy(given.person, world->user.account.id);
}

static enum status adopt(struct world *world)
{
    return world_patch(world, &world->provider, given.person,
                       "[{'op':'replace','path':'displayName','value':'Ana'}]");
}

static enum status move(struct world *world)
{
    struct user_request request = {
        .actor = &world->admin, .arena = world->arena, .id = given.person, .to = "okta"};

    return submit(world, user_move, &request);
}

static enum status issue_a_token(struct world *world)
{
    struct connection connection = {.number = world->provider.connection, .name = "entra"};
    struct token_request request = {
        .actor = &world->admin, .arena = world->arena, .connection = &connection};

    return submit(world, token_issue, &request);
}

/* As many as live at once: the next one ends the oldest. */
static void given_two_tokens(struct world *world)
{
    for (int i = 0; i < TOKENS_PER_CONNECTION; i++)
        assert_int_equal(issue_a_token(world), STATUS_OK);
}

static enum status create_an_organization(struct world *world)
{
    const uint32_t number = 0xFFFFFFFF;
    struct organization_request request = {
        .actor = &world->admin, .arena = world->arena, .name = "acme"};

    world->problem = (struct problem){0};
    return store_update(world->store, number, organization_create, &request, &world->problem);
}

static enum status hold_something(struct world *world)
{
    struct hold_request request = {.actor = &world->admin,
                                   .arena = world->arena,
                                   .kind = HOLD_CLOCK_JUMP,
                                   .detail = "a day ahead"};
    enum status status = submit(world, hold_open, &request);

    (void)strcpy(given.hold, request.hold.id);
    return status;
}

static void given_something_held(struct world *world)
{
    assert_int_equal(hold_something(world), STATUS_OK);
}

static enum status allow_what_is_held(struct world *world)
{
    struct hold_request request = {
        .actor = &world->admin, .arena = world->arena, .id = given.hold, .reason = "was off"};

    return submit(world, hold_allow, &request);
}

static const struct request {
    const char *what;
    void (*prepare)(struct world *world);
    enum status (*make)(struct world *world);
} requests[] = {
    {"create a user", given_nothing, create_a_user},
    {"patch a role", given_an_administrator_beside, patch_a_role},
    {"patch a site", given_a_member, patch_a_site},
    {"patch a userName", given_a_member, patch_a_name},
    {"deactivate", given_a_member, deactivate},
    {"reactivate", given_an_inactive_person, reactivate},
    {"block a user", given_a_member, block},
    {"unblock a user", given_a_blocked_member, unblock},
    {"adopt a user", given_a_local_person, adopt},
    {"move a user", given_a_member, move},
    {"delete a user", given_a_member, delete_a_user},
    {"create a group", given_an_administrator_beside, create_a_group},
    {"patch a group", given_a_member, patch_a_group},
    {"delete a group", given_a_member, delete_a_group},
    {"create a site", given_nothing, create_a_site},
    {"rename a site", given_a_site, rename_a_site},
    {"delete a site", given_a_renamed_site, delete_a_site},
    {"create a connection", given_nothing, create_a_connection},
    {"edit a connection", given_nothing, edit_a_connection},
    {"delete a connection, releasing", given_a_member, delete_and_release},
    {"delete a connection, deactivating", given_a_member_and_a_local_administrator,
     delete_and_deactivate},
    {"issue a token", given_nothing, issue_a_token},
    {"issue a third token", given_two_tokens, issue_a_token},
    {"create an organization", given_nothing, create_an_organization},
    {"hold something", given_nothing, hold_something},
    {"allow what is held", given_something_held, allow_what_is_held},
};

/* ------------------------------------------------------------------------- dump */

/* Every key and value of every table, one table after the other. */
struct dump {
    struct text tables[STORE_TABLE_COUNT];
};

static bool dump_entry(void *context, struct bytes key, struct bytes value)
{
    struct text *text = context;

    text_add_format(text, "%zu:%zu:", key.size, value.size);
    text_add_bytes(text, key);
    text_add_bytes(text, value);
    return true;
}

static struct dump dump_store(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct dump dump;

    for (int table = 0; table < STORE_TABLE_COUNT; table++) {
        dump.tables[table] = (struct text){.arena = world->arena};
        store_scan(txn, (enum store_table)table, (struct bytes){0}, (struct bytes){0}, dump_entry,
                   &dump.tables[table]);
    }
    assert_int_equal(store_status(txn, NULL), STATUS_OK);
    return dump;
}

/* The first table in which they differ; STORE_TABLE_COUNT when they are the same. */
static int difference(const struct dump *left, const struct dump *right)
{
    int table = 0;

    while (table < STORE_TABLE_COUNT &&
           bytes_equal(bytes_of(left->tables[table].data, left->tables[table].size),
                       bytes_of(right->tables[table].data, right->tables[table].size)))
        table++;
    return table;
}

/* ------------------------------------------------------------------------ sweep */

/* The request, while the nth of these calls fails; whether that call came. */
static bool fails_at(struct world *world, const struct request *request, unsigned calls, int nth,
                     enum status status)
{
    enum status ended;
    bool has_failed;

    world->failing.calls = calls;
    world->failing.status = status;
    atomic_store(&world->failing.countdown, nth);
    ended = request->make(world);
    world->failing.calls = 0;
    has_failed = atomic_load(&world->failing.countdown) <= 0;
    if (ended != (has_failed ? status : STATUS_OK))
        fail_msg("%s, failing at %d, ended with %d: %s", request->what, nth, (int)ended,
                 world->problem.detail);
    if (has_failed && !strstr(world->problem.detail, "as the test had asked for"))
        fail_msg("%s, failing at %d, gave another reason: %s", request->what, nth,
                 world->problem.detail);
    return has_failed;
}

static void sweep(struct world *world, const struct request *request, unsigned calls,
                  enum status status)
{
    struct dump before = dump_store(world);
    struct dump after;
    int nth = 1;

    while (fails_at(world, request, calls, nth, status)) {
        after = dump_store(world);
        if (difference(&before, &after) < STORE_TABLE_COUNT)
            fail_msg("%s, failing at %d, left something in table %d", request->what, nth,
                     difference(&before, &after));
        assert_true(++nth < CALLS_MAX);
    }
    after = dump_store(world);
    if (nth < 4 || difference(&before, &after) == STORE_TABLE_COUNT)
        fail_msg("%s did not do much: this test shows nothing", request->what);
}

static void sweep_all(unsigned calls, enum status status)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        void *state = NULL;

        assert_int_equal(world_set_up(&state), 0);
        requests[i].prepare(state);
        sweep(state, &requests[i], calls, status);
        assert_int_equal(world_tear_down(&state), 0);
    }
}

static void whichever_write_fails_nothing_of_the_request_is_there(void **state)
{
    (void)state;
    sweep_all(FAILING_WRITES, STATUS_STORE_FULL);
}

static void whichever_look_fails_nothing_of_the_request_is_there(void **state)
{
    (void)state;
    sweep_all(FAILING_LOOKS, STATUS_INTERNAL);
}

static void when_there_is_no_snapshot_to_be_had_the_request_is_to_come_back(void **state)
{
    struct world *world = *state;

    assert_true(fails_at(world, &requests[0], FAILING_BEGIN, 1, STATUS_BUSY));
    assert_true(fails_at(world, &requests[0], FAILING_BEGIN, 2, STATUS_BUSY));
    assert_false(fails_at(world, &requests[0], FAILING_BEGIN, 3, STATUS_BUSY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whichever_write_fails_nothing_of_the_request_is_there),
        cmocka_unit_test(whichever_look_fails_nothing_of_the_request_is_there),
        cmocka_unit_test_setup_teardown(
            when_there_is_no_snapshot_to_be_had_the_request_is_to_come_back, world_set_up,
            world_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
