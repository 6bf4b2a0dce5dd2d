#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/core/check.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/organization.h"
#include "bridge/store/key.h"
#include "chance.h"
#include "roster.h"
#include "world.h"

/*
 * Thousands of requests in random order, most of them good, some refused. After
 * every few hundred the store is checked: all that is counted or indexed is held
 * against what the records make of it.
 */

enum { REQUESTS = 5000, REQUESTS_BETWEEN_CHECKS = 250, NAMES = 100, TEXT_SIZE = 512 };

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

static struct {
    struct world *world;
    char ids[NAMES + 1][UUID_TEXT_SIZE]; /* of the accounts that exist; then one that does not */
    size_t id_count;
    char groups[NAMES + 1][UUID_TEXT_SIZE]; /* the same for groups */
    size_t group_count;
} given;

static const struct actor *any_actor(void)
{
    struct actor *const actors[] = {&given.world->provider, &given.world->other,
                                    &given.world->admin};

    return actors[below(3)];
}

static const char *any_user_name(void)
{
    static char name[32];

    (void)snprintf(name, sizeof(name), "%s%u", ANY_OF("ana", "Ana", "ANA", "\xC3\x89va"),
                   below(NAMES / 2));
    return name;
}

static const char *any_emails(void)
{
    static char emails[128];

    (void)snprintf(emails, sizeof(emails),
                   "[{'value':'a%u@x.example','primary':%s},{'value':'%s%u@x.example'}]", below(4),
                   ANY_OF("true", "false"), ANY_OF("a", "A", "b"), below(4));
    return emails;
}

static const char *any_extension(void)
{
    return ANY_OF("{'role':'admin'}", "{'role':'user','site':'Harbour'}", "{'role':'user'}",
                  "{'role':'User','site':'north-plant'}", "{'site':'North Plant'}",
                  "{'role':'user','site':'Atlantis'}", "{'role':'admin','site':'harbour'}",
                  "{'role':'admin','breakGlass':true}");
}

static const char *any_id(void)
{
    return given.ids[below((unsigned)given.id_count + 1)];
}

/* -------------------------------------------------------------------- requests */

static void create(void)
{
    struct world *world = given.world;
    char json[TEXT_SIZE];

    (void)snprintf(
        json, sizeof(json),
        "{'userName':'%s','displayName':'%s','externalId':'x%u','active':%s,'emails':%s,'" EXT
        "':%s}",
        any_user_name(), ANY_OF("Ana", "ana", "Bo"), below(NAMES), ANY_OF("true", "true", "false"),
        any_emails(), any_extension());
    if (!world_create(world, any_actor(), json))
        (void)snprintf(given.ids[given.id_count++], UUID_TEXT_SIZE, "%s", world->user.account.id);
}

static void patch(void)
{
    char operations[TEXT_SIZE];

    switch (below(10)) {
    case 9:
        (void)snprintf(operations, sizeof(operations),
                       "[{'op':'replace','path':'password','value':'Xq7-one-of-%u'}]",
                       below(NAMES));
        break;
    case 8:
        (void)snprintf(operations, sizeof(operations),
                       "[{'op':'replace','path':'displayName','value':'%s'}]",
                       ANY_OF("Ana", "Cy", ""));
        break;
    case 0:
        (void)snprintf(operations, sizeof(operations),
                       "[{'op':'replace','path':'userName','value':'%s'}]", any_user_name());
        break;
    case 1:
        (void)snprintf(operations, sizeof(operations),
                       "[{'op':'replace','path':'externalId','value':'x%u'}]", below(NAMES));
        break;
    case 2:
        (void)snprintf(operations, sizeof(operations),
                       "[{'op':'replace','path':'emails','value':%s}]", any_emails());
        break;
    case 3:
        (void)snprintf(operations, sizeof(operations), "[{'op':'remove','path':'%s'}]",
                       ANY_OF("externalId", "emails", EXT ":role", EXT ":site"));
        break;
    case 4:
    case 5:
        (void)snprintf(operations, sizeof(operations),
                       "[{'op':'replace','path':'active','value':%s}]", ANY_OF("true", "false"));
        break;
    default:
        (void)snprintf(operations, sizeof(operations), "[{'op':'replace','value':{'" EXT "':%s}}]",
                       any_extension());
    }
    (void)world_patch(given.world, any_actor(), any_id(), operations);
}

static void delete_person(void)
{
    size_t place = below((unsigned)given.id_count + 1);

    if (!world_delete(given.world, any_actor(), given.ids[place]))
        memmove(given.ids[place], given.ids[--given.id_count], UUID_TEXT_SIZE);
}

/* Somebody gets another owner. Providers adopt by writing. */
static void move(void)
{
    struct user_request request = {.actor = &given.world->admin,
                                   .arena = given.world->arena,
                                   .id = any_id(),
                                   .to = ANY_OF("local", "entra", "okta")};

    (void)store_update(given.world->store, ORGANIZATION_DEFAULT, user_move, &request, NULL);
}

static void block(void)
{
    struct user_request request = {
        .actor = &given.world->admin, .arena = given.world->arena, .id = any_id()};

    (void)store_update(given.world->store, ORGANIZATION_DEFAULT,
                       below(2) ? user_block : user_unblock, &request, NULL);
}

/* ---------------------------------------------------------------------- groups */

static struct group_request group_request(void)
{
    return (struct group_request){.actor = any_actor(),
                                  .arena = given.world->arena,
                                  .id = given.groups[below((unsigned)given.group_count + 1)]};
}

static void create_group(void)
{
    struct group_request request = group_request();
    json_auto_t *resource =
        json_pack("{s:s, s:s, s:[{s:s}, {s:s}]}", "displayName", any_user_name(), "externalId",
                  ANY_OF("x1", "x2", "x3"), "members", "value", any_id(), "value", any_id());

    request.resource = resource;
    if (given.group_count < NAMES &&
        !store_update(given.world->store, ORGANIZATION_DEFAULT, group_create, &request, NULL))
        (void)snprintf(given.groups[given.group_count++], UUID_TEXT_SIZE, "%s", request.group.id);
}

static void patch_group(void)
{
    struct group_request request = group_request();
    json_auto_t *operation =
        json_pack("{s:s, s:s, s:[{s:s}]}", "op", ANY_OF("add", "add", "remove", "replace"), "path",
                  "members", "value", "value", any_id());
    json_auto_t *other =
        json_pack("{s:s, s:s, s:s}", "op", "replace", "path", ANY_OF("displayName", "externalId"),
                  "value", ANY_OF("ana1", "Crew", "x4"));
    json_auto_t *body = json_pack("{s:[O]}", "Operations", below(4) ? operation : other);
    struct patch *patch = NULL;

    if (patch_parse(body, scim_resource_type(SCIM_GROUP), request.arena, &patch, NULL))
        return; /* an id that is empty */
    request.patch = patch;
    (void)store_update(given.world->store, ORGANIZATION_DEFAULT, group_patch, &request, NULL);
}

static void delete_group(void)
{
    struct group_request request = group_request();
    size_t place = (size_t)(request.id - given.groups[0]) / UUID_TEXT_SIZE;

    if (!store_update(given.world->store, ORGANIZATION_DEFAULT, group_delete, &request, NULL))
        memmove(given.groups[place], given.groups[--given.group_count], UUID_TEXT_SIZE);
}

/* ----------------------------------------------------------------- connections */

static const char *const domains[] = {"x.example"};

static void open_adoption(void)
{
    struct connection_request request = {.actor = &given.world->admin,
                                         .arena = given.world->arena,
                                         .name = "entra",
                                         .sets_domains = true,
                                         .domains = domains,
                                         .domain_count = 1};

    (void)store_update(given.world->store, ORGANIZATION_DEFAULT, connection_edit, &request, NULL);
}

/* A connection goes, and another takes its place. */
static void delete_connection(void)
{
    struct world *world = given.world;
    struct actor *connection = below(2) ? &world->provider : &world->other;
    struct connection_request request = {.actor = &world->admin,
                                         .arena = world->arena,
                                         .name = connection->name,
                                         .grants = connection == &world->provider
                                                       ? 1u << ROLE_USER | 1u << ROLE_ADMIN
                                                       : 1u << ROLE_USER,
                                         .disposal = (enum connection_disposal)below(3)};

    if (store_update(world->store, ORGANIZATION_DEFAULT, connection_delete, &request, NULL))
        return;
    assert_int_equal(
        store_update(world->store, ORGANIZATION_DEFAULT, connection_create, &request, NULL),
        STATUS_OK);
    connection->connection = request.connection.number;
    open_adoption();
}

/* What the worker does with the line that is next: it adds an entry, or is refused. */
static enum status work(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct world *world = argument;
    struct link link = {.dn = "uid=somebody"};
    struct outbox_line line;

    (void)problem;
    if (!outbox_due(txn, world->admin.now, &line, 1, world->arena))
        return STATUS_OK;
    link.identity = arena_printf(world->arena, "uuid-%llu", (unsigned long long)line.row);
    if (line.kind == OUTBOX_USER)
        link_save(txn, line.kind, line.row, &link, world->arena);
    if (line.row % 3)
        outbox_landed(txn, &line, world->arena);
    else
        outbox_refused(txn, &line, "no", world->admin.now, world->arena);
    return STATUS_OK;
}

static void run_worker(void)
{
    assert_int_equal(
        store_update(given.world->store, ORGANIZATION_DEFAULT, work, given.world, NULL), STATUS_OK);
}

static void let_time_pass(void)
{
    struct actor *const actors[] = {&given.world->provider, &given.world->other,
                                    &given.world->admin};

    for (size_t i = 0; i < sizeof(actors) / sizeof(actors[0]); i++)
        actors[i]->now++;
}

static void request(void)
{
    void (*const requests[])(void) = {create,       create,        create,      patch,
                                      patch,        patch,         patch,       patch,
                                      run_worker,   delete_person, move,        block,
                                      create_group, patch_group,   patch_group, run_worker};

    if (below(10) == 0)
        let_time_pass();
    if (below(400) == 0)
        delete_connection();
    else if (below(50) == 0)
        delete_group();
    else
        requests[below(sizeof(requests) / sizeof(requests[0]))]();
}

/* ------------------------------------------------------------------- checking */

static void fail_on_finding(void *context, const struct check_finding *finding)
{
    (void)context;
    fail_msg("%s %s", finding->subject, finding->detail);
}

struct places {
    struct store_txn *txn;
    enum scim_kind kind;
    uint32_t owner;
    uint64_t next;
};

static bool check_place(void *context, uint64_t row)
{
    struct places *places = context;

    assert_int_equal(roster_nth(places->txn, places->kind, places->owner, places->next++), row);
    return true;
}

/* The n-th is found by counts that the walk does not know. */
static void check_places(struct store_txn *txn, enum scim_kind kind, uint32_t owner)
{
    struct places places = {txn, kind, owner, 1};

    roster_walk(txn, kind, owner, 0, check_place, &places);
    assert_int_equal(roster_count(txn, kind, owner), places.next - 1);
}

static void check_rosters(struct store_txn *txn)
{
    const uint32_t owners[] = {ROSTER_ALL, 0, given.world->provider.connection,
                               given.world->other.connection};

    for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
        check_places(txn, SCIM_USER, owners[i]);
        check_places(txn, SCIM_GROUP, owners[i]);
    }
}

static bool count_entry(void *context, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    ++*(uint64_t *)context;
    return true;
}

/* Everybody has what their owner asserted, and nothing that an owner before did. */
static void check_assertions(struct store_txn *txn)
{
    struct store_key all = key_of(ORGANIZATION_DEFAULT);
    uint64_t count = 0;

    store_scan(txn, STORE_ASSERTION, key_bytes(&all), (struct bytes){0}, count_entry, &count);
    assert_int_equal(count, user_counts(txn).total);
}

static void check(void)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
    struct check_counts counts;

    assert_int_equal(check_organization(given.world->store, ORGANIZATION_DEFAULT, fail_on_finding,
                                        NULL, &counts, NULL),
                     STATUS_OK);
    assert_int_equal(counts.users, user_counts(txn).total);
    check_assertions(txn);
    check_rosters(txn);
}

static void counts_and_indexes_agree_with_the_accounts_after_any_requests(void **state)
{
    given.world = *state;
    chance_begin();
    given.world->takes_passwords = true;
    open_adoption();

    for (int i = 1; i <= REQUESTS; i++) {
        request();
        if (i % REQUESTS_BETWEEN_CHECKS == 0)
            check();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            counts_and_indexes_agree_with_the_accounts_after_any_requests, world_set_up,
            world_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
