#include <string.h>

#include "world.h"

#include "account.h"
#include "bridge/base/keyring.h"
#include "bridge/core/check.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/hold.h"
#include "bridge/core/lease.h"
#include "bridge/core/organization.h"
#include "bridge/store/record.h"
#include "check_tables.h"
#include "insert.h"
#include "layout.h"
#include "user_index.h"

/*
 * An organization with a bit of everything. Every test damages it in one way, by
 * the table, and sees what the check says of it.
 */
static struct {
    struct world *world;
    char user[UUID_TEXT_SIZE];
    char group[UUID_TEXT_SIZE];
    uint64_t user_row;
    uint64_t group_row;
} given;

/* ---------------------------------------------------------------------- the check */

struct findings {
    size_t count;
    char last[512]; /* "subject detail" */
    char all[4096];
};

static void note(void *context, const struct check_finding *finding)
{
    struct findings *findings = context;
    size_t used = strlen(findings->all);

    findings->count++;
    assert_true(strlen(finding->advice) > 20);
    (void)snprintf(findings->last, sizeof(findings->last), "%s %s", finding->subject,
                   finding->detail);
    (void)snprintf(findings->all + used, sizeof(findings->all) - used, "%s\n", findings->last);
}

static struct findings check(void)
{
    struct findings findings = {0};
    struct check_counts counts;

    assert_int_equal(check_organizations(given.world->store, note, &findings, NULL), STATUS_OK);
    assert_int_equal(check_organization(given.world->store, ORGANIZATION_DEFAULT, note, &findings,
                                        &counts, NULL),
                     STATUS_OK);
    return findings;
}

static void assert_well(void)
{
    struct findings findings = check();

    if (findings.count)
        fail_msg("%s", findings.all);
}

static void assert_only(const char *words)
{
    struct findings findings = check();

    if (findings.count != 1 || !strstr(findings.last, words))
        fail_msg("not only \"%s\":\n%s", words, findings.all);
}

static void assert_among(const char *words)
{
    struct findings findings = check();

    if (!strstr(findings.all, words))
        fail_msg("not \"%s\":\n%s", words, findings.all);
}

/* ------------------------------------------------------------------------ the world */

static enum status give(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct world *world = argument;
    const struct link link = {"uid=ana", "uuid-ana", false};

    (void)problem;
    assert_true(id_find(txn, SCIM_USER, given.user, &given.user_row));
    assert_true(id_find(txn, SCIM_GROUP, given.group, &given.group_row));
    link_save(txn, OUTBOX_USER, given.user_row, &link, world->arena);
    assert_true(lease_hold(txn, &(struct lease_holder){1, 2}, 1700000000, world->arena,
                           &(struct lease){0}));
    return STATUS_OK;
}

static void give_group(struct world *world)
{
    json_auto_t *resource = json_pack("{s:s, s:s, s:[{s:s}]}", "displayName", "Divers",
                                      "externalId", "g1", "members", "value", given.user);
    struct group_request request = {
        .actor = &world->provider, .arena = world->arena, .resource = resource};

    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, group_create, &request, NULL),
                     STATUS_OK);
    (void)snprintf(given.group, sizeof(given.group), "%s", request.group.id);
}

static void give_domain(struct world *world)
{
    static const char *const domains[] = {"x.example"};
    struct connection_request request = {.actor = &world->admin,
                                         .arena = world->arena,
                                         .name = "entra",
                                         .sets_domains = true,
                                         .domains = domains,
                                         .domain_count = 1};

    assert_int_equal(
        store_update(world->store, ORGANIZATION_DEFAULT, connection_edit, &request, NULL),
        STATUS_OK);
}

static int set_up(void **state)
{
    int failed = world_set_up(state);
    struct world *world = given.world = *state;

    if (failed)
        return failed;
    world->takes_passwords = true;
    assert_int_equal(
        world_create(world, &world->provider,
                     "{'userName':'ana','displayName':'Ana','externalId':'x1','active':true,"
                     "'password':'Xq7-long-enough-1','emails':[{'value':'ana@x.example'}],"
                     "'urn:ietf:params:scim:schemas:extension:bridge:2.0:User':"
                     "{'role':'user','site':'Harbour'}}"),
        STATUS_OK);
    (void)snprintf(given.user, sizeof(given.user), "%s", world->user.account.id);
    give_group(world);
    give_domain(world);
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, give, world, NULL),
                     STATUS_OK);
    return 0;
}

/* ----------------------------------------------------------------------- damage */

/* The first key of a table, or of one of its indexes: taken away, or led elsewhere. */
struct damage {
    enum store_table table;
    enum index index; /* 0: the whole table */
    bool is_altered;
    struct bytes key;
    struct bytes value;
};

static bool take_key(void *context, struct bytes key, struct bytes value)
{
    struct damage *damage = context;

    damage->key = arena_copy(given.world->arena, key);
    damage->value = arena_copy(given.world->arena, value);
    return false;
}

static enum status do_damage(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct damage *damage = argument;
    struct store_key prefix =
        damage->index ? key_index(txn, damage->index) : key_of(ORGANIZATION_DEFAULT);
    struct store_key other = {.size = 0};

    key_add_u64(&other, 999999);
    store_scan(txn, damage->table, key_bytes(&prefix), (struct bytes){0}, take_key, damage);
    assert_non_null(damage->key.data);
    if (damage->is_altered)
        store_put(txn, damage->table, damage->key, key_bytes(&other));
    else
        store_delete(txn, damage->table, damage->key);
    return store_status(txn, problem);
}

static enum status undo_damage(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct damage *damage = argument;

    store_put(txn, damage->table, damage->key, damage->value);
    return store_status(txn, problem);
}

static enum status drop_key(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct damage *damage = argument;

    store_delete(txn, damage->table, damage->key);
    return store_status(txn, problem);
}

static void change(store_change *function, void *argument)
{
    assert_int_equal(
        store_update(given.world->store, ORGANIZATION_DEFAULT, function, argument, NULL),
        STATUS_OK);
}

/* What leads to a record, and what is said when it is gone. */
static const struct {
    enum store_table table;
    enum index index;
    const char *missing;
} leads[] = {
    {STORE_INDEX, INDEX_ID, "is missing in the index of ids"},
    {STORE_INDEX, INDEX_USER_NAME, "is missing in the index of user names"},
    {STORE_INDEX, INDEX_DISPLAY_NAME, "is missing in the index of display names"},
    {STORE_INDEX, INDEX_EXTERNAL_ID, "is missing in the index of external ids"},
    {STORE_INDEX, INDEX_EMAIL, "is missing in the index of e-mail addresses"},
    {STORE_INDEX, INDEX_OWNER, "is missing in the index of owners"},
    {STORE_INDEX, INDEX_ASSOCIATION, "is missing in the index of roles and sites"},
    {STORE_INDEX, INDEX_MODIFIED, "is missing in the index of times of change"},
    {STORE_INDEX, INDEX_GROUP_NAME, "is missing in the index of group names"},
    {STORE_INDEX, INDEX_GROUP_EXTERNAL_ID, "is missing in the index of groups' external ids"},
    {STORE_INDEX, INDEX_MEMBER, "has an entry in the index of memberships that should not be"},
    {STORE_INDEX, INDEX_MEMBER_OF, "is missing in the index of memberships"},
    {STORE_INDEX, INDEX_SITE_NAME, "is missing in the index of site names"},
    {STORE_INDEX, INDEX_CONNECTION_NAME, "is missing in the index of connection names"},
    {STORE_INDEX, INDEX_CONNECTION_DOMAIN, "is missing in the index of connections' domains"},
    {STORE_INDEX, INDEX_LINKED, "is missing in the index of directory entries"},
    {STORE_DUE, 0, "is missing in the order of the outbox"},
};

static void what_goes_together_is_counted_and_not_complained_about(void **state)
{
    struct findings findings = {0};
    struct check_counts counts;

    (void)state;
    assert_int_equal(check_organization(given.world->store, ORGANIZATION_DEFAULT, note, &findings,
                                        &counts, NULL),
                     STATUS_OK);
    assert_string_equal(findings.all, "");
    assert_int_equal(counts.users, 1);
    assert_int_equal(counts.groups, 1);
    assert_int_equal(counts.sites, 2);
    assert_int_equal(counts.connections, 2);
    assert_true(counts.journal_lines >= 3);
}

static void an_entry_that_is_missing_is_named_with_whom_it_led_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        struct damage damage = {.table = leads[i].table, .index = leads[i].index};

        change(do_damage, &damage);
        if (leads[i].index == INDEX_MEMBER)
            assert_among("count of members of a group is 1, and counting again gives 0");
        else
            assert_only(leads[i].missing);
        assert_among(leads[i].missing);
        change(undo_damage, &damage);
        assert_well();
    }
}

static void an_entry_that_leads_elsewhere_is_named(void **state)
{
    static const enum index altered[] = {
        INDEX_ID,
        INDEX_USER_NAME,
        INDEX_DISPLAY_NAME,
        INDEX_EXTERNAL_ID,
        INDEX_EMAIL,
        INDEX_GROUP_NAME,
        INDEX_SITE_NAME,
        INDEX_GROUP_EXTERNAL_ID,
        INDEX_CONNECTION_NAME,
        INDEX_LINKED,
        INDEX_CONNECTION_DOMAIN,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(altered) / sizeof(altered[0]); i++) {
        struct damage damage = {.table = STORE_INDEX, .index = altered[i], .is_altered = true};

        change(do_damage, &damage);
        assert_only("is not what its entry leads to in the index of");
        change(undo_damage, &damage);
    }
}

/* A key beside one that is right. */
static enum status add_stale(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct damage *damage = argument;
    struct store_key key = {.size = 0};

    damage->is_altered = true;
    (void)do_damage(txn, damage, problem);
    store_put(txn, damage->table, damage->key, damage->value);
    key_add_bytes(&key, bytes_of(damage->key.data, damage->key.size - 1));
    key_add_u8(&key, ((const unsigned char *)damage->key.data)[damage->key.size - 1] ^ 0x55);
    store_put(txn, damage->table, key_bytes(&key), damage->value);
    damage->key = arena_copy(given.world->arena, key_bytes(&key));
    return store_status(txn, problem);
}

static void an_entry_that_leads_to_nobody_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        struct damage damage = {.table = leads[i].table, .index = leads[i].index};

        if (leads[i].index == INDEX_MEMBER)
            continue; /* a member who is nobody: below */
        change(add_stale, &damage);
        assert_only("that should not be there");
        change(drop_key, &damage);
        assert_well();
    }
}

/* ------------------------------------------------------------------------ records */

static void a_record_that_is_gone_or_damaged_is_named(void **state)
{
    static const struct {
        enum store_table table;
        bool is_altered;
        const char *words;
    } records[] = {
        {STORE_RESOURCE, false, "has no document that can be read"},
        {STORE_RESOURCE, true, "has no document that can be read"},
        {STORE_ACCOUNT, false, "a document is left of a resource that is not there"},
        {STORE_ACCOUNT, false, "there is no such user any more"},
        {STORE_ACCOUNT, true, "is damaged"},
        {STORE_GROUP, false, "is in a group that is not there"},
        {STORE_GROUP, true, "has no document that can be read"},
        {STORE_SITE, false, "a document is left of a resource that is not there"},
        {STORE_CONNECTION, false, "belongs to a connection that is not there"},
        {STORE_CONNECTION, true, "is damaged"},
        {STORE_ASSERTION, false, "count of users for whom a site was asserted is 1"},
        {STORE_PASSWORD, true, "is damaged"},
        {STORE_OUTBOX, false, "has an entry in the order of the outbox that should not be there"},
        {STORE_OUTBOX, true, "is damaged"},
        {STORE_LINK, false, "has an entry in the index of directory entries that should not"},
        {STORE_LINK, true, "is damaged"},
        {STORE_PERSON, true, "is damaged"},
        {STORE_LEASE, true, "lease of the directory is damaged"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        struct damage damage = {.table = records[i].table, .is_altered = records[i].is_altered};

        change(do_damage, &damage);
        assert_among(records[i].words);
        change(undo_damage, &damage);
        assert_well();
    }
}

/* A record as the functions that put them never would. */
static enum status put_strange(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct damage *damage = argument;

    store_put(txn, damage->table, damage->key, damage->value);
    return store_status(txn, problem);
}

static void assert_strange(enum store_table table, const struct store_key *key, struct bytes value,
                           const char *words)
{
    struct damage damage = {.table = table, .key = key_bytes(key), .value = value};

    change(put_strange, &damage);
    assert_among(words);
    change(drop_key, &damage);
    assert_well();
}

static void a_record_under_a_key_that_is_none_is_named(void **state)
{
    static const enum store_table tables[] = {
        STORE_CONNECTION, STORE_SITE,     STORE_ACCOUNT, STORE_GROUP, STORE_RESOURCE,
        STORE_ASSERTION,  STORE_PASSWORD, STORE_OUTBOX,  STORE_LINK,  STORE_PERSON,
    };
    struct store_key key = key_of(ORGANIZATION_DEFAULT);

    (void)state;
    key_add_u8(&key, 9);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        assert_strange(tables[i], &key, bytes_of_text("x"), "a record is under a key that is none");
}

static void work_and_links_of_no_kind_are_named(void **state)
{
    struct store_key key = key_of(ORGANIZATION_DEFAULT);

    (void)state;
    key_add_u8(&key, OUTBOX_GROUP + 1);
    key_add_u64(&key, given.user_row);
    assert_strange(STORE_OUTBOX, &key, bytes_of_text("x"), "is work of a kind that there is not");
    assert_strange(STORE_LINK, &key, bytes_of_text("x"), "is damaged");
}

static enum status put_future_line(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct world *world = argument;
    struct outbox_line line;

    assert_true(outbox_find(txn, OUTBOX_USER, given.user_row, world->arena, &line));
    outbox_drop(txn, OUTBOX_USER, given.user_row, world->arena);
    line.generation = 987654;
    outbox_enter(txn, &line, world->arena);
    return store_status(txn, problem);
}

static void a_number_of_the_future_is_named(void **state)
{
    (void)state;
    change(put_future_line, given.world);
    assert_only("has the number 987654, and the last one given out is");
}

static void entries_of_an_index_that_nobody_knows_are_named(void **state)
{
    static const uint8_t strangers[] = {0, INDEX_UNFINISHED + 1, UINT8_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(strangers); i++) {
        struct store_key key = key_of(ORGANIZATION_DEFAULT);

        key_add_u8(&key, strangers[i]);
        assert_strange(STORE_INDEX, &key, (struct bytes){0},
                       "index has entries of a kind that there is not");
    }
}

static void what_other_keys_have_sealed_is_named_and_without_keys_it_is_left_alone(void **state)
{
    (void)state;
    keyring_make();
    assert_among("does not open: it was altered, or sealed with other keys");
    keyring_unload();
    assert_well();
}

static enum status deactivate_in_account(struct store_txn *txn, void *argument,
                                         struct problem *problem)
{
    struct world *world = argument;
    struct account account;

    assert_true(account_load(txn, given.user_row, world->arena, &account));
    account.is_active = false;
    account_save(txn, &account, world->arena);
    return store_status(txn, problem);
}

static void an_account_and_a_document_that_contradict_each_other_are_named(void **state)
{
    (void)state;
    change(deactivate_in_account, given.world);
    assert_among("is active in its document or in its account, not in both");
    assert_among("a password waits for a user who is inactive");
}

static enum status make_break_glass(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct world *world = argument;
    struct account account;

    assert_true(account_load(txn, given.user_row, world->arena, &account));
    account.is_break_glass = true;
    account_save(txn, &account, world->arena);
    return store_status(txn, problem);
}

static void work_for_an_account_without_an_entry_is_named(void **state)
{
    (void)state;
    change(make_break_glass, given.world);
    assert_only("has work waiting, and is break-glass");
}

/* ------------------------------------------------------------------------- counts */

static enum status miscount(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct damage *damage = argument;

    store_add(txn, damage->key, damage->is_altered ? 1 : -1);
    return store_status(txn, problem);
}

struct counters {
    struct bytes keys[64];
    size_t count;
};

static bool gather_counter(void *context, struct bytes key, struct bytes value)
{
    struct counters *counters = context;

    (void)value;
    counters->keys[counters->count++] = arena_copy(given.world->arena, key);
    return counters->count < 64;
}

static void every_count_that_is_off_by_one_is_named(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct store_key all = key_of(ORGANIZATION_DEFAULT);
    struct counters counters = {.count = 0};

    (void)state;
    txn = world_begin(given.world);
    store_scan(txn, STORE_COUNTER, key_bytes(&all), (struct bytes){0}, gather_counter, &counters);
    assert_in_range(counters.count, 15, 63);
    for (size_t i = 0; i < counters.count; i++) {
        struct damage damage = {.key = counters.keys[i], .is_altered = true};

        change(miscount, &damage);
        assert_only("and counting again gives");
        damage.is_altered = false;
        change(miscount, &damage);
    }
    assert_well();
}

/* -------------------------------------------------------- the deleted, an import, the journal */

static void what_is_kept_of_the_deleted_is_as_it_must_be(void **state)
{
    (void)state;
    assert_int_equal(world_delete(given.world, &given.world->provider, given.user), STATUS_OK);
    assert_well();
}

static enum status mark_unfinished(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct store_key key = key_index(txn, INDEX_UNFINISHED);

    (void)argument;
    store_put(txn, STORE_INDEX, key_bytes(&key), (struct bytes){0});
    return store_status(txn, problem);
}

static void an_import_that_was_cut_off_is_named(void **state)
{
    (void)state;
    change(mark_unfinished, NULL);
    assert_only("an import did not finish");
}

static enum status prune(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct journal_mark pruned;

    return store_journal_prune(txn, argument, 10, &pruned, problem);
}

static void a_line_that_was_taken_out_of_the_journal_is_named(void **state)
{
    struct world *world = given.world;
    struct store_key key = key_of(ORGANIZATION_DEFAULT);

    (void)state;
    key_add_u64(&key, 2);
    store_close(world->store);
    world->store = NULL;
    memory_take_away(world->memory, STORE_JOURNAL, key_bytes(&key));
    world_restart(world);
    assert_only("journal ");
}

static void a_line_from_before_the_journal_begins_is_named(void **state)
{
    struct world *world = given.world;
    struct journal_mark start = {0}, end = {0};
    struct store_key key = key_of(ORGANIZATION_DEFAULT);
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct bytes line;

    (void)state;
    assert_int_equal(store_journal_ends(txn, &start, &end, NULL), STATUS_OK);
    key_add_u64(&key, 1);
    assert_true(store_get(txn, STORE_JOURNAL, key_bytes(&key), &line));
    line = arena_copy(world->arena, line);
    memcpy(start.link, line.data, DIGEST_SIZE);
    start.number = 1;
    store_release(&txn);
    change(prune, &start);
    assert_well();
    store_close(world->store);
    world->store = NULL;
    memory_put_back(world->memory, STORE_JOURNAL, key_bytes(&key), line);
    world_restart(world);
    assert_only("journal has lines from before its beginning");
}

/* -------------------------------------------------------------------- organizations */

static enum status put_organization(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct organization *organization = argument;
    struct store_key key = key_of(organization->number);
    struct record_writer writer = record_write(given.world->arena, 1);

    record_put_text(&writer, organization->name);
    record_put_u64(&writer, 0);
    store_put(txn, STORE_ORGANIZATION, key_bytes(&key), record_bytes(&writer));
    return store_status(txn, problem);
}

static void an_organization_that_is_not_as_it_must_be_is_named(void **state)
{
    static const struct {
        struct organization organization;
        const char *words;
    } rows[] = {
        {{2, "default", 0}, "organization 2 has a name that it cannot have"},
        {{2, "No Label", 0}, "organization 2 has a name that it cannot have"},
        {{987654, "acme", 0}, "organization 987654 has a number that is yet to be given out"},
    };
    struct store_key key = key_of(2);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct organization organization = rows[i].organization;
        struct store_key own = key_of(organization.number);

        change(put_organization, &organization);
        assert_only(rows[i].words);
        change(drop_key, &(struct damage){.table = STORE_ORGANIZATION, .key = key_bytes(&own)});
    }
    change(put_organization, &(struct organization){2, "acme", 0});
    change(put_organization, &(struct organization){3, "acme", 0});
    assert_only("organization 3 has the name of another one");
    change(put_strange, &(struct damage){.table = STORE_ORGANIZATION,
                                         .key = key_bytes(&key),
                                         .value = bytes_of_text("x")});
    assert_among("organization 2 is damaged");
}

static enum status take_hold(struct store_txn *txn, void *argument, struct problem *problem)
{
    store_scan(txn, STORE_HOLD, (struct bytes){0}, (struct bytes){0}, take_key, argument);
    return store_status(txn, problem);
}

static void an_organization_that_is_gone_is_named_with_all_that_is_left_of_it(void **state)
{
    struct damage damage = {.table = STORE_ORGANIZATION};

    (void)state;
    change(do_damage, &damage);
    assert_among("organization default is not there");
    assert_among("table of accounts has records of the organization 1, which is not there");
    assert_among("table of journal has records of the organization 1, which is not there");
    assert_among("table of counts has records of the organization 1, which is not there");
}

static void a_hold_that_is_damaged_or_of_somebody_else_is_named(void **state)
{
    struct hold_request request = {.actor = &given.world->admin,
                                   .arena = given.world->arena,
                                   .kind = HOLD_RESTORE,
                                   .detail = "put back"};
    struct damage damage = {.table = STORE_HOLD, .is_altered = true};
    struct store_key other = key_of(ORGANIZATION_DEFAULT);

    (void)state;
    change(hold_open, &request);
    assert_well();
    change(take_hold, &damage);
    key_add_u64(&other, request.hold.number);
    assert_strange(STORE_HOLD, &other, damage.value, "hold is damaged, and no longer seen");
    damage.value = bytes_of_text("x");
    change(put_strange, &damage);
    assert_only("hold is damaged, and no longer seen");
}

/* A table that is new is not forgotten: the check has a row for each. */
static void the_check_knows_every_table(void **state)
{
    struct store_key key = key_of(77);
    char words[128];

    (void)state;
    for (int table = 0; table < STORE_TABLE_COUNT; table++) {
        assert_non_null(check_tables[table].name);
        if (!check_tables[table].is_of_organizations || table == STORE_JOURNAL ||
            table == STORE_COUNTER) /* changes put nothing there themselves */
            continue;
        (void)snprintf(words, sizeof(words),
                       "table of %s has records of the organization 77, which is not there",
                       check_tables[table].name);
        assert_strange((enum store_table)table, &key, bytes_of_text("x"), words);
    }
}

static void a_failing_store_is_no_finding_but_a_failure(void **state)
{
    struct findings findings = {0};
    struct check_counts counts;
    struct problem problem = {0};

    (void)state;
    given.world->failing.calls = FAILING_GET;
    given.world->failing.status = STATUS_INTERNAL;
    given.world->failing.countdown = 20;
    assert_int_equal(check_organization(given.world->store, ORGANIZATION_DEFAULT, note, &findings,
                                        &counts, &problem),
                     STATUS_INTERNAL);
    assert_int_equal(findings.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_goes_together_is_counted_and_not_complained_about),
        TEST(an_entry_that_is_missing_is_named_with_whom_it_led_to),
        TEST(an_entry_that_leads_elsewhere_is_named),
        TEST(an_entry_that_leads_to_nobody_is_named),
        TEST(a_record_that_is_gone_or_damaged_is_named),
        TEST(an_account_and_a_document_that_contradict_each_other_are_named),
        TEST(work_for_an_account_without_an_entry_is_named),
        TEST(every_count_that_is_off_by_one_is_named),
        TEST(what_is_kept_of_the_deleted_is_as_it_must_be),
        TEST(an_import_that_was_cut_off_is_named),
        TEST(a_line_that_was_taken_out_of_the_journal_is_named),
        TEST(a_record_under_a_key_that_is_none_is_named),
        TEST(work_and_links_of_no_kind_are_named),
        TEST(a_number_of_the_future_is_named),
        TEST(entries_of_an_index_that_nobody_knows_are_named),
        TEST(what_other_keys_have_sealed_is_named_and_without_keys_it_is_left_alone),
        TEST(a_line_from_before_the_journal_begins_is_named),
        TEST(an_organization_that_is_not_as_it_must_be_is_named),
        TEST(an_organization_that_is_gone_is_named_with_all_that_is_left_of_it),
        TEST(a_hold_that_is_damaged_or_of_somebody_else_is_named),
        TEST(the_check_knows_every_table),
        TEST(a_failing_store_is_no_finding_but_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
