#include "requests.h"

#include <string.h>

#include "bridge/auth/token.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/hold.h"
#include "bridge/core/journal_list.h"
#include "bridge/core/lease.h"
#include "bridge/core/organization.h"
#include "bridge/core/person.h"
#include "bridge/scim/resource.h"

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

/* What the requests of one test are about. */
static struct {
    char person[UUID_TEXT_SIZE];
    char other_person[UUID_TEXT_SIZE];
    char group[UUID_TEXT_SIZE];
    char site[UUID_TEXT_SIZE];
    char hold[HOLD_ID_SIZE];
    struct journal_mark mark;
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

static enum status revoke_all_tokens(struct world *world)
{
    const struct connection connection = {.number = world->provider.connection, .name = "entra"};
    struct token_request request = {
        .actor = &world->admin, .arena = world->arena, .connection = &connection};

    return submit(world, token_revoke_all, &request);
}

static void given_a_program(struct world *world)
{
    struct token_request request = {
        .actor = &world->admin, .arena = world->arena, .name = "nightly"};

    assert_int_equal(submit(world, token_issue, &request), STATUS_OK);
}

static enum status revoke_a_program(struct world *world)
{
    struct token_request request = {
        .actor = &world->admin, .arena = world->arena, .name = "nightly"};

    return submit(world, token_revoke, &request);
}

/* ------------------------------------------------------------- passwords, the journal */

static void given_one_who_may_have_a_password(struct world *world)
{
    world->takes_passwords = true;
    given_a_person(world);
}

static enum status set_a_password(struct world *world)
{
    return world_patch(world, &world->provider, given.person,
                       "[{'op':'replace','path':'password','value':'Xq7-long-enough-1'}]");
}

static bool keep_mark(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct journal_mark *kept = context;

    (void)record;
    *kept = *mark;
    return mark->number < 2;
}

static void given_lines_to_prune(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    store_journal_read(txn, 1, keep_mark, &given.mark);
}

static enum status prune_the_journal(struct world *world)
{
    struct journal_pruning pruning = {
        .actor = &world->admin, .arena = world->arena, .mark = given.mark};

    return submit(world, journal_prune, &pruning);
}

static void given_one_who_was_deleted(struct world *world)
{
    given_a_person(world);
    assert_int_equal(delete_a_user(world), STATUS_OK);
}

static enum status erase_a_person(struct world *world)
{
    struct person_request request = {
        .actor = &world->admin, .arena = world->arena, .id = given.person};

    return submit(world, person_erase, &request);
}

/* ------------------------------------------------------------------- the worker's own */

static enum status take_lease(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct lease_holder holder = {1815, 1};
    struct world *world = argument;
    struct lease lease;

    store_use_reserve(txn);
    assert_true(lease_hold(txn, &holder, world->admin.now, world->arena, &lease));
    return store_status(txn, problem);
}

static enum status take_the_lease(struct world *world)
{
    return submit(world, take_lease, world);
}

static bool is_there(struct store_txn *txn, struct world *world, struct outbox_line *line)
{
    return outbox_due(txn, world->admin.now, line, 1, world->arena) == 1;
}

static enum status land(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct link link = {"uid=ana,ou=people", "uuid-ana", false};
    struct world *world = argument;
    struct outbox_line line;

    store_use_reserve(txn);
    if (is_there(txn, world, &line)) {
        link_save(txn, line.kind, line.row, &link, world->arena);
        outbox_landed(txn, &line, world->arena);
    }
    return store_status(txn, problem);
}

static enum status record_what_landed(struct world *world)
{
    return submit(world, land, world);
}

static enum status refuse(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct world *world = argument;
    struct outbox_line line;

    store_use_reserve(txn);
    if (is_there(txn, world, &line))
        outbox_refused(txn, &line, "no such object", world->admin.now, world->arena);
    return store_status(txn, problem);
}

static enum status record_what_was_refused(struct world *world)
{
    return submit(world, refuse, world);
}

const struct request requests[] = {
    {"create a user", given_nothing, create_a_user, NEEDS_ROOM},
    {"patch a role", given_an_administrator_beside, patch_a_role, USES_RESERVE},
    {"patch a site", given_a_member, patch_a_site, USES_RESERVE},
    {"patch a userName", given_a_member, patch_a_name, NEEDS_ROOM},
    {"deactivate", given_a_member, deactivate, USES_RESERVE},
    {"reactivate", given_an_inactive_person, reactivate, NEEDS_ROOM},
    {"block a user", given_a_member, block, USES_RESERVE},
    {"unblock a user", given_a_blocked_member, unblock, NEEDS_ROOM},
    {"adopt a user", given_a_local_person, adopt, NEEDS_ROOM},
    {"move a user", given_a_member, move, NEEDS_ROOM},
    {"delete a user", given_a_member, delete_a_user, USES_RESERVE},
    {"create a group", given_an_administrator_beside, create_a_group, NEEDS_ROOM},
    {"patch a group", given_a_member, patch_a_group, USES_RESERVE},
    {"delete a group", given_a_member, delete_a_group, USES_RESERVE},
    {"create a site", given_nothing, create_a_site, NEEDS_ROOM},
    {"rename a site", given_a_site, rename_a_site, NEEDS_ROOM},
    {"delete a site", given_a_renamed_site, delete_a_site, USES_RESERVE},
    {"create a connection", given_nothing, create_a_connection, NEEDS_ROOM},
    {"edit a connection", given_nothing, edit_a_connection, NEEDS_ROOM},
    {"delete a connection, releasing", given_a_member, delete_and_release, USES_RESERVE},
    {"delete a connection, deactivating", given_a_member_and_a_local_administrator,
     delete_and_deactivate, USES_RESERVE},
    {"issue a token", given_nothing, issue_a_token, NEEDS_ROOM},
    {"issue a third token", given_two_tokens, issue_a_token, NEEDS_ROOM},
    {"revoke all tokens of a connection", given_two_tokens, revoke_all_tokens, USES_RESERVE},
    {"revoke a program's token", given_a_program, revoke_a_program, USES_RESERVE},
    {"set a password", given_one_who_may_have_a_password, set_a_password, NEEDS_ROOM},
    {"prune the journal", given_lines_to_prune, prune_the_journal, USES_RESERVE},
    {"erase a person", given_one_who_was_deleted, erase_a_person, USES_RESERVE},
    {"take the lease", given_nothing, take_the_lease, USES_RESERVE},
    {"record what landed", given_a_person, record_what_landed, USES_RESERVE},
    {"record what was refused", given_a_person, record_what_was_refused, USES_RESERVE},
    {"create an organization", given_nothing, create_an_organization, NEEDS_ROOM},
    {"hold something", given_nothing, hold_something, NEEDS_ROOM},
    {"allow what is held", given_something_held, allow_what_is_held, USES_RESERVE},
};

const size_t request_count = sizeof(requests) / sizeof(requests[0]);
