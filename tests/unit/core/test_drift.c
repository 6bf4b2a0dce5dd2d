#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/organization.h"
#include "bridge/core/password.h"
#include "chance.h"
#include "group_index.h"
#include "layout.h"
#include "membership.h"
#include "roster.h"
#include "user_index.h"
#include "world.h"

/*
 * Thousands of requests in random order, most of them good, some refused. After
 * every few hundred all that is counted or indexed is held against what a scan
 * of the accounts finds.
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

/* What a scan of the accounts finds. */
struct found {
    struct store_txn *txn;
    struct arena *arena;
    int64_t users;
    int64_t active;
    int64_t admins;
    int64_t owned[2];
    int64_t at_site[2];
    int64_t asserted_at[2];
    int64_t groups;
    int64_t passwords;
    int64_t entries[INDEX_CONNECTION_NAME + 1]; /* of each index */
};

struct search {
    uint64_t row;
    bool is_found;
};

static bool look_for(void *context, uint64_t row)
{
    struct search *search = context;

    search->is_found |= row == search->row;
    return true;
}

static void check_emails(struct found *found, uint64_t row, const json_t *resource)
{
    const json_t *emails = json_object_get(resource, "emails");
    const char *first = json_string_value(json_object_get(json_array_get(emails, 0), "value"));

    for (size_t i = 0; i < json_array_size(emails); i++) {
        const char *address =
            json_string_value(json_object_get(json_array_get(emails, i), "value"));
        struct search search = {row, false};

        user_by_email(found->txn, address, found->arena, look_for, &search);
        assert_true(search.is_found);
        found->entries[INDEX_EMAIL] += i == 0 || !text_equal_folded(first, address);
    }
}

static void check_display_name(struct found *found, uint64_t row, const json_t *resource)
{
    const char *name = user_text(resource, "displayName");
    struct search search = {row, false};

    if (!name)
        return;
    user_by_display_name(found->txn, name, found->arena, look_for, &search);
    assert_true(search.is_found);
    found->entries[INDEX_DISPLAY_NAME]++;
}

static void check_look_ups(struct found *found, const struct account *account,
                           const json_t *resource)
{
    const char *external_id = user_text(resource, "externalId");
    uint64_t row = 0;

    assert_true(id_find(found->txn, SCIM_USER, account->id, &row));
    assert_int_equal(row, account->row);
    assert_int_equal(user_by_name(found->txn, user_text(resource, "userName"), found->arena), row);
    found->entries[INDEX_ID]++;
    found->entries[INDEX_USER_NAME]++;
    if (!external_id || !account->owner)
        return;
    assert_int_equal(user_by_external_id(found->txn, account->owner, external_id), row);
    found->entries[INDEX_EXTERNAL_ID]++;
}

static void check_walks(struct found *found, const struct account *account)
{
    struct search of_state = {account->row, false};
    struct search of_time = {account->row, false};
    int64_t at = account->modified_at;

    assert_true(roster_has(found->txn, SCIM_USER, account->owner, account->row));
    if (account->association.role == ROLE_NONE)
        user_by_active(found->txn, account->is_active, look_for, &of_state);
    else
        user_by_association(found->txn, &account->association, look_for, &of_state);
    assert_true(of_state.is_found);
    user_by_modified(found->txn, at, at, look_for, &of_time);
    assert_true(of_time.is_found);
    found->entries[INDEX_OWNER]++;
    found->entries[INDEX_ASSOCIATION]++;
    found->entries[INDEX_MODIFIED]++;
}

static void count_account(struct found *found, const struct account *account)
{
    const struct world *world = given.world;

    assert_true(account->is_active || account->association.role == ROLE_NONE);
    assert_int_equal(account->association.role == ROLE_USER, account->association.site_row != 0);
    found->users++;
    found->active += account->is_active;
    found->admins += account->association.role == ROLE_ADMIN && !account->is_break_glass;
    found->owned[0] += account->owner == world->provider.connection;
    found->owned[1] += account->owner == world->other.connection;
    found->at_site[0] += account->association.site_row == world->north;
    found->at_site[1] += account->association.site_row == world->harbour;
}

static void count_assertion(struct found *found, const struct account *account)
{
    struct assertion assertion =
        assertion_load(found->txn, account->row, account->owner, found->arena);

    found->asserted_at[0] += assertion.site_row == given.world->north;
    found->asserted_at[1] += assertion.site_row == given.world->harbour;
}

/* Only who may bind has a password on its way, and only who has an entry has work. */
static void check_work(struct found *found, const struct account *account)
{
    struct password password;
    struct outbox_line line;
    bool waits = password_find(found->txn, account->row, found->arena, &password);

    assert_true(!waits || account->is_active);
    assert_true(!account->is_break_glass ||
                !outbox_find(found->txn, OUTBOX_USER, account->row, found->arena, &line));
    found->passwords += waits;
}

static bool check_account(void *context, uint64_t row)
{
    struct found *found = context;
    json_auto_t *resource = NULL;
    struct user user;

    assert_true(user_load(found->txn, row, found->arena, &user));
    resource = json_loadb(user.document.data, user.document.size, 0, NULL);
    assert_int_equal(json_is_true(json_object_get(resource, "active")), user.account.is_active);
    count_account(found, &user.account);
    count_assertion(found, &user.account);
    check_work(found, &user.account);
    check_look_ups(found, &user.account, resource);
    check_walks(found, &user.account);
    check_emails(found, row, resource);
    check_display_name(found, row, resource);
    return true;
}

static bool count_entry(void *context, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    ++*(int64_t *)context;
    return true;
}

static int64_t entries_of(struct store_txn *txn, enum store_table table, struct store_key prefix)
{
    int64_t count = 0;

    store_scan(txn, table, key_bytes(&prefix), (struct bytes){0}, count_entry, &count);
    return count;
}

static void check_index(const struct found *found, enum index index)
{
    assert_int_equal(entries_of(found->txn, STORE_INDEX, key_index(found->txn, index)),
                     found->entries[index]);
}

static void check_indexes(struct found *found)
{
    static const int64_t sites = 2;

    found->entries[INDEX_ID] += sites;
    found->entries[INDEX_OWNER] += sites;
    for (enum index index = INDEX_ID; index <= INDEX_MODIFIED; index++)
        check_index(found, index);
    for (enum index index = INDEX_GROUP_NAME; index <= INDEX_MEMBER_OF; index++)
        check_index(found, index);
}

/* ---------------------------------------------------------------------- groups */

struct membership {
    struct found *found;
    const struct group *group;
};

static bool check_member(void *context, uint64_t row)
{
    const struct membership *membership = context;
    struct found *found = membership->found;
    const struct group *group = membership->group;
    struct search search = {group->row, false};
    struct account account;

    assert_true(account_load(found->txn, row, found->arena, &account));
    assert_true(!group->owner || group->owner == account.owner);
    user_groups(found->txn, row, look_for, &search);
    assert_true(search.is_found);
    found->entries[INDEX_MEMBER]++;
    found->entries[INDEX_MEMBER_OF]++;
    return true;
}

static bool check_group(void *context, uint64_t row)
{
    struct found *found = context;
    json_auto_t *resource = NULL;
    struct group group;
    struct membership membership = {found, &group};
    const char *external_id;

    assert_true(group_load(found->txn, row, found->arena, &group));
    resource = json_loadb(group.document.data, group.document.size, 0, NULL);
    external_id = user_text(resource, "externalId");
    assert_true(roster_has(found->txn, SCIM_GROUP, group.owner, row));
    assert_int_equal(group_by_name(found->txn, group.name, found->arena), row);
    found->groups++;
    found->entries[INDEX_ID]++;
    found->entries[INDEX_OWNER]++;
    found->entries[INDEX_GROUP_NAME]++;
    if (external_id && group.owner) {
        assert_int_equal(group_by_external_id(found->txn, group.owner, external_id), row);
        found->entries[INDEX_GROUP_EXTERNAL_ID]++;
    }
    group_members(found->txn, row, check_member, &membership);
    return true;
}

/* -------------------------------------------------------------------- counting */

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

static void assert_count(struct store_txn *txn, struct store_key key, int64_t expected)
{
    assert_int_equal(store_count(txn, key_bytes(&key)), expected);
}

static void check_counts(const struct found *found)
{
    const struct world *world = given.world;
    struct store_txn *txn = found->txn;
    struct user_counts counts = user_counts(txn);

    assert_int_equal(counts.total, found->users);
    assert_int_equal(counts.active, found->active);
    assert_int_equal(counts.admins, found->admins);
    assert_int_equal(connection_accounts(txn, world->provider.connection), found->owned[0]);
    assert_int_equal(connection_accounts(txn, world->other.connection), found->owned[1]);
    assert_count(txn, key_counter_of(txn, COUNT_AT_SITE, world->north), found->at_site[0]);
    assert_count(txn, key_counter_of(txn, COUNT_AT_SITE, world->harbour), found->at_site[1]);
    assert_count(txn, key_counter_of(txn, COUNT_ASSERTED_AT, world->north), found->asserted_at[0]);
    assert_count(txn, key_counter_of(txn, COUNT_ASSERTED_AT, world->harbour),
                 found->asserted_at[1]);
}

static void check_outbox(struct store_txn *txn)
{
    struct store_key all = key_of(ORGANIZATION_DEFAULT);
    struct outbox_line lines[512];
    int64_t count = entries_of(txn, STORE_OUTBOX, all);

    assert_count(txn, key_counter(txn, COUNT_OUTBOX), count);
    assert_int_equal(entries_of(txn, STORE_DUE, all), count);
    assert_int_equal(outbox_due(txn, INT64_MAX, lines, 512, given.world->arena), count);
    assert_count(txn, key_counter(txn, COUNT_PARKED),
                 (int64_t)outbox_parked(txn, lines, 512, given.world->arena));
}

/* Nothing is left of who is gone: as many records as accounts, and one assertion at most each. */
static void check_records(const struct found *found)
{
    struct store_key all = key_of(ORGANIZATION_DEFAULT);
    struct store_key documents = all;

    key_add_u8(&documents, SCIM_USER);
    assert_int_equal(entries_of(found->txn, STORE_ACCOUNT, all), found->users);
    assert_int_equal(entries_of(found->txn, STORE_RESOURCE, documents), found->users);
    assert_int_equal(entries_of(found->txn, STORE_ASSERTION, all), found->users);
    assert_int_equal(entries_of(found->txn, STORE_PASSWORD, all), found->passwords);
    assert_int_equal(entries_of(found->txn, STORE_GROUP, all), found->groups);
}

static void check(void)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
    struct found found = {.txn = txn, .arena = given.world->arena};

    roster_walk(txn, SCIM_USER, ROSTER_ALL, 0, check_account, &found);
    roster_walk(txn, SCIM_GROUP, ROSTER_ALL, 0, check_group, &found);
    check_counts(&found);
    check_rosters(txn);
    check_indexes(&found);
    check_records(&found);
    check_outbox(txn);
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
