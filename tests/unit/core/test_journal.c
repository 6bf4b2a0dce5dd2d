#include "world.h"

#include <string.h>

#include "journal_walk.h"

#include "bridge/base/keyring.h"
#include "bridge/core/journal_list.h"
#include "bridge/core/organization.h"
#include "bridge/core/person.h"

#define EXT        "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define ADA                                                                             \
    "{'userName':'ada@acme.example','externalId':'x-1','displayName':'Ada Lovelace',"   \
    "'name':{'givenName':'Ada','familyName':'Lovelace'},'password':'Tr0ub4dor-secret'," \
    "'emails':[{'value':'ada@acme.example','primary':true}],'" ENTERPRISE               \
    "':{'department':'Engines'},'" EXT "':{'role':'user','site':'North Plant'}}"
#define REPLACE(path, value) "[{'op':'replace','path':'" path "','value':" value "}]"

static const char *given_ada(struct world *world)
{
    assert_int_equal(world_create(world, &world->provider, ADA), STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

/* All that the journal's records say, as they are stored. */
static bool add_record(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct text *all = context;

    text_add_format(all, "%llu ", (unsigned long long)mark->number);
    text_add_bytes(all, record);
    text_add(all, "\n");
    return true;
}

static const char *raw_journal(struct world *world)
{
    struct text all = {.arena = world->arena};

    assert_int_equal(journal_walk(world->store, ORGANIZATION_DEFAULT, add_record, &all, NULL),
                     STATUS_OK);
    return all.data;
}

static struct journal_page list(struct world *world, const struct journal_query *query)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct journal_page page = {0};

    assert_int_equal(journal_list(txn, query, world->arena, &page, NULL), STATUS_OK);
    return page;
}

/* The newest line; the caller's to json_decref. */
static json_t *last_line(struct world *world)
{
    const struct journal_query query = {.goes_back = true, .count = 1};
    struct journal_page page = list(world, &query);
    json_t *line = json_incref(json_array_get(page.lines, 0));

    json_decref(page.lines);
    return line;
}

static void assert_member(const json_t *line, const char *name, const char *expected)
{
    char *found = json_dumps(json_object_get(line, name), JSON_COMPACT | JSON_ENCODE_ANY);
    struct text wanted = {.arena = arena_new()};

    for (const char *c = expected; *c; c++)
        text_add_bytes(&wanted, bytes_of(*c == '\'' ? "\"" : c, 1));
    assert_string_equal(found ? found : "nothing", wanted.data);
    free(found);
    arena_free(wanted.arena);
}

static enum status change(struct world *world, store_change *function, void *argument)
{
    world->problem = (struct problem){0};
    return store_update(world->store, ORGANIZATION_DEFAULT, function, argument, &world->problem);
}

static enum status erase(struct world *world, const char *id)
{
    struct person_request request = {.actor = &world->admin, .arena = world->arena, .id = id};

    return change(world, person_erase, &request);
}

/* ------------------------------------------------------------- what a record holds */

static void a_record_has_what_changed_before_and_after(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);

    (void)world_patch(world, &world->provider, ada,
                      "[{'op':'replace','path':'displayName','value':'Ada King'},"
                      "{'op':'replace','path':'" ENTERPRISE ":department','value':'Poetry'},"
                      "{'op':'replace','path':'" EXT ":site','value':'Harbour'}]");
    json_auto_t *line = last_line(world);

    assert_member(line, "event", "'user.update'");
    assert_member(line, "actor", "'entra'");
    assert_member(line, "id", arena_printf(world->arena, "'%s'", ada));
    assert_member(line, "name", "'ada@acme.example'");
    assert_member(line, "changed", "['displayName','" ENTERPRISE ":department']");
    assert_member(line, "site", "['north-plant','harbour']");
    assert_member(line, "values",
                  "{'displayName':['Ada Lovelace','Ada King'],'" ENTERPRISE
                  ":department':['Engines','Poetry']}");
    assert_null(json_object_get(line, "role"));
    assert_null(json_object_get(line, "sealed"));
}

static void a_record_of_a_creation_says_who_owns_the_account(void **state)
{
    struct world *world = *state;

    (void)given_ada(world);
    json_auto_t *line = last_line(world);

    assert_member(line, "event", "'user.create'");
    assert_member(line, "active", "[false,true]");
    assert_member(line, "role", "[null,'user']");
    assert_member(line, "site", "[null,'north-plant']");
    assert_member(line, "owner", "[null,'entra']");
    assert_member(json_object_get(line, "values"), "externalId", "[null,'x-1']");
}

static void a_block_says_who_did_it_and_why(void **state)
{
    struct world *world = *state;
    struct user_request request = {.actor = &world->admin,
                                   .arena = world->arena,
                                   .id = given_ada(world),
                                   .reason = "asked by the police"};

    assert_int_equal(change(world, user_block, &request), STATUS_OK);
    json_auto_t *line = last_line(world);

    assert_member(line, "event", "'user.block'");
    assert_member(line, "blockedBy", "[null,'control']");
    assert_member(line, "active", "[true,false]");
    assert_member(line, "role", "['user',null]");
    assert_member(line, "reason", "'asked by the police'");
    assert_null(strstr(raw_journal(world), "police"));
}

static void a_deletion_says_what_was_there(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);

    (void)world_delete(world, &world->provider, ada);
    json_auto_t *line = last_line(world);

    assert_member(line, "event", "'user.delete'");
    assert_member(line, "name", "'ada@acme.example'");
    assert_member(json_object_get(line, "values"), "displayName", "['Ada Lovelace',null]");
}

static void an_assertion_that_takes_no_effect_is_in_the_record(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);

    (void)world_patch(world, &world->provider, ada, REPLACE("active", "false"));
    (void)world_patch(world, &world->provider, ada, REPLACE(EXT ":site", "'Harbour'"));
    json_auto_t *line = last_line(world);

    assert_member(line, "asserted",
                  "[{'role':'user','site':'North Plant'},{'role':'user','site':'Harbour'}]");
}

static void no_value_of_a_person_stands_in_the_clear(void **state)
{
    /* Long enough, or of letters that base64 has not: sealed bytes may spell "Ada" by chance. */
    static const char *const values[] = {"ada@",   "Ada L",   "Ada the", "\"Ada\"",  "Lovelace",
                                         "acme.e", "\"x-1\"", "Engines", "Tr0ub4dor"};
    struct world *world = *state;
    const char *ada = given_ada(world);
    const char *journal;

    (void)world_patch(world, &world->provider, ada, REPLACE("nickName", "'Ada the first'"));
    (void)world_delete(world, &world->provider, ada);
    journal = raw_journal(world);

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (strstr(journal, values[i]))
            fail_msg("%s is in the journal: %s", values[i], journal);
}

static void a_password_is_not_even_among_what_is_sealed(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);

    (void)world_patch(world, &world->provider, ada,
                      "[{'op':'replace','path':'password','value':'Tr0ub4dor-again'},"
                      "{'op':'replace','path':'title','value':'Countess'}]");
    const struct journal_query query = {.count = JOURNAL_PAGE_MAX};
    struct journal_page page = list(world, &query);
    char *all = json_dumps(page.lines, 0);

    assert_non_null(strstr(all, "Countess"));
    assert_null(strstr(all, "Tr0ub4dor"));
    assert_null(strstr(all, "assword"));
    free(all);
    json_decref(page.lines);
}

static void a_long_value_is_noted_by_its_size_and_digest(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);
    char *title = arena_alloc(world->arena, 60001);
    char *operations;

    memset(title, 'x', 60000);
    operations =
        arena_printf(world->arena, "[{'op':'replace','path':'title','value':'%s'}]", title);
    assert_int_equal(world_patch(world, &world->provider, ada, operations), STATUS_OK);
    json_auto_t *line = last_line(world);
    const json_t *after =
        json_array_get(json_object_get(json_object_get(line, "values"), "title"), 1);

    assert_int_equal(json_integer_value(json_object_get(after, "size")), 60002);
    assert_int_equal(json_string_length(json_object_get(after, "sha256")), 43);
    assert_true(strlen(raw_journal(world)) < 10000);
}

static void a_record_stays_small_however_much_changes(void **state)
{
    struct world *world = *state;
    struct text text = {.arena = world->arena};
    size_t size = strlen(raw_journal(world));

    text_add(&text, "{'userName':'big@acme.example'");
    for (int kind = 0; kind < 8; kind++) {
        static const char *const lists[] = {"emails",    "phoneNumbers", "ims",
                                            "photos",    "entitlements", "x509Certificates",
                                            "addresses", "roles"};

        text_add_format(&text, ",'%s':[", lists[kind]);
        for (int i = 0; i < 12; i++)
            text_add_format(&text, "%s{'value':'%s-%d-of-some-length-so-that-it-adds-up-to-a-lot'}",
                            i ? "," : "", lists[kind], i);
        text_add(&text, "]");
    }
    for (int i = 0; i < 4; i++)
        text_add_format(&text, ",'%s':'%0900d'",
                        (const char *const[]){"title", "nickName", "userType", "displayName"}[i],
                        i);
    text_add(&text, "}");

    assert_int_equal(world_create(world, &world->provider, text.data), STATUS_OK);
    assert_true(strlen(raw_journal(world)) - size < 20000);
}

/* ------------------------------------------------------------------------- erasing */

static void an_erased_person_can_be_read_by_nobody_and_the_chain_stays(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);
    const struct journal_query query = {.count = JOURNAL_PAGE_MAX, .id = ada};
    const char *before;
    struct journal_page page;
    char *all;

    (void)world_delete(world, &world->provider, ada);
    before = raw_journal(world);
    assert_int_equal(erase(world, ada), STATUS_OK);

    assert_memory_equal(raw_journal(world), before, strlen(before));
    page = list(world, &query);
    all = json_dumps(page.lines, 0);
    assert_int_equal(json_array_size(page.lines), 3);
    assert_member(json_array_get(page.lines, 0), "event", "'user.create'");
    assert_member(json_array_get(page.lines, 0), "erased", "true");
    assert_member(json_array_get(page.lines, 0), "role", "[null,'user']");
    assert_member(json_array_get(page.lines, 2), "event", "'person.erase'");
    assert_null(strstr(all, "acme"));
    assert_null(strstr(all, "Lovelace"));
    free(all);
    json_decref(page.lines);
}

static void erasing_one_person_leaves_the_others(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);

    (void)world_delete(world, &world->provider, ada);
    assert_int_equal(world_create(world, &world->provider, "{'userName':'bea@acme.example'}"),
                     STATUS_OK);
    const struct journal_query query = {.count = 10, .id = world->user.account.id};
    assert_int_equal(erase(world, ada), STATUS_OK);

    struct journal_page page = list(world, &query);
    assert_member(json_array_get(page.lines, 0), "name", "'bea@acme.example'");
    json_decref(page.lines);
}

static void who_has_an_account_is_not_erased(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);

    assert_int_equal(erase(world, ada), STATUS_CONFLICT);
    assert_non_null(strstr(world->problem.detail, "delete it first"));
    json_auto_t *line = last_line(world);
    assert_member(line, "event", "'user.create'");
    assert_member(line, "name", "'ada@acme.example'");
}

static void nobody_is_erased_twice_and_no_stranger_once(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);

    (void)world_delete(world, &world->provider, ada);
    assert_int_equal(erase(world, ada), STATUS_OK);

    assert_int_equal(erase(world, ada), STATUS_NOT_FOUND);
    assert_int_equal(erase(world, "01900000-0000-7000-8000-000000000000"), STATUS_NOT_FOUND);
    assert_int_equal(erase(world, "no id at all"), STATUS_NOT_FOUND);
}

/* A ring that is lost makes values unreadable; it must not stop a deactivation. */
static void without_the_keys_changes_go_on_and_values_are_lost(void **state)
{
    struct world *world = *state;
    const char *ada = given_ada(world);
    const struct journal_query query = {.count = 10, .id = ada};
    struct journal_page page;

    keyring_make();
    assert_int_equal(world_patch(world, &world->provider, ada, REPLACE("active", "false")),
                     STATUS_OK);

    page = list(world, &query);
    assert_non_null(json_object_get(json_array_get(page.lines, 0), "unreadable"));
    assert_member(json_array_get(page.lines, 1), "event", "'user.deactivate'");
    assert_non_null(json_object_get(json_array_get(page.lines, 1), "unreadable"));
    assert_non_null(strstr(raw_journal(world), "\"sealed\":null"));
    json_decref(page.lines);
}

/* ------------------------------------------------------------------------- listing */

static uint64_t number_at(const struct journal_page *page, size_t index)
{
    return (uint64_t)json_integer_value(
        json_object_get(json_array_get(page->lines, index), "number"));
}

/* Lines 1 to 5 are the organization, two sites and two connections; these follow. */
static void given_people(struct world *world, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(world_create(world, &world->provider,
                                      arena_printf(world->arena, "{'userName':'p%u'}", i)),
                         STATUS_OK);
}

static void pages_go_forward_through_all_lines(void **state)
{
    struct world *world = *state;
    struct journal_query query = {.count = 7};
    uint64_t seen = 0;

    given_people(world, 20);
    do {
        struct journal_page page = list(world, &query);

        for (size_t i = 0; i < json_array_size(page.lines); i++)
            assert_int_equal(number_at(&page, i), ++seen);
        assert_true(json_array_size(page.lines) <= 7);
        query.from = page.next;
        json_decref(page.lines);
    } while (query.from);

    assert_int_equal(seen, 25);
}

static void pages_go_back_from_the_newest_line(void **state)
{
    struct world *world = *state;
    struct journal_query query = {.goes_back = true, .count = 7};
    uint64_t below = 26;

    given_people(world, 20);
    do {
        struct journal_page page = list(world, &query);
        size_t count = json_array_size(page.lines);

        assert_int_equal(number_at(&page, count - 1), below - 1);
        below = number_at(&page, 0);
        query.from = page.next;
        json_decref(page.lines);
    } while (query.from);

    assert_int_equal(below, 1);
}

/* Gather all pages; how many lines there are. */
static size_t count_of(struct world *world, struct journal_query query)
{
    size_t count = 0;

    do {
        struct journal_page page = list(world, &query);

        count += json_array_size(page.lines);
        query.from = page.next;
        json_decref(page.lines);
    } while (query.from);
    return count;
}

static void a_list_is_narrowed_by_what_who_and_when(void **state)
{
    struct world *world = *state;
    int64_t noon = world->provider.now;

    given_people(world, 5);
    world->provider.now = noon + 60;
    const char *ada = given_ada(world);
    (void)world_patch(world, &world->provider, ada, REPLACE("active", "false"));

    for (int back = 0; back < 2; back++) {
        struct journal_query query = {.goes_back = back, .count = 3};

        query.id = ada;
        assert_int_equal(count_of(world, query), 2);
        query.event = "user.deactivate";
        assert_int_equal(count_of(world, query), 1);
        query.id = NULL;
        query.event = "site";
        assert_int_equal(count_of(world, query), 2);
        query.event = "use";
        assert_int_equal(count_of(world, query), 0);
        query.event = "user";
        query.until = noon + 60;
        assert_int_equal(count_of(world, query), 5);
        query.until = 0;
        query.since = noon + 60;
        assert_int_equal(count_of(world, query), 2);
    }
}

static void a_page_looks_at_so_many_lines_and_no_more(void **state)
{
    struct world *world = *state;
    struct journal_query query = {.count = 10, .event = "nothing"};
    struct journal_page page;

    given_people(world, JOURNAL_LOOK_MAX + 100);

    page = list(world, &query);
    assert_int_equal(page.next, JOURNAL_LOOK_MAX);
    json_decref(page.lines);
    query.goes_back = true;
    page = list(world, &query);
    assert_int_equal(page.next, 106);
    json_decref(page.lines);
}

static void who_asks_beyond_the_end_gets_what_there_is(void **state)
{
    struct world *world = *state;

    assert_int_equal(count_of(world, (struct journal_query){.count = 3, .from = 900}), 0);
    assert_int_equal(
        count_of(world, (struct journal_query){.goes_back = true, .count = 3, .from = 900}), 5);
}

/* ------------------------------------------------------------------------- pruning */

static void a_pruned_journal_says_so_and_is_listed_from_where_it_begins(void **state)
{
    struct world *world = *state;
    const struct journal_query query = {.count = 10};
    struct journal_page page = list(world, &query);
    struct journal_pruning pruning = {.actor = &world->admin, .arena = world->arena};

    pruning.mark.number = 3;
    assert_true(journal_link_parse(
        json_string_value(json_object_get(json_array_get(page.lines, 2), "link")), &pruning.mark));
    json_decref(page.lines);

    pruning.after = 1; /* line 1 is nobody's */
    assert_int_equal(change(world, journal_prune, &pruning), STATUS_CONFLICT);
    pruning.after = 0;
    assert_int_equal(change(world, journal_prune, &pruning), STATUS_OK);

    assert_int_equal(pruning.pruned.number, 3);
    page = list(world, &query);
    assert_int_equal(number_at(&page, 0), 4);
    json_decref(page.lines);
    json_auto_t *line = last_line(world);
    assert_member(line, "event", "'journal.prune'");
    assert_member(line, "actor", "'control'");
    assert_memory_equal(json_string_value(json_object_get(line, "anchor")), "3:", 2);
    (void)raw_journal(world); /* it is still whole */
    assert_int_equal(count_of(world, (struct journal_query){.goes_back = true, .count = 1}), 3);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_record_has_what_changed_before_and_after),
        WORLD_TEST(a_record_of_a_creation_says_who_owns_the_account),
        WORLD_TEST(a_block_says_who_did_it_and_why),
        WORLD_TEST(a_deletion_says_what_was_there),
        WORLD_TEST(an_assertion_that_takes_no_effect_is_in_the_record),
        WORLD_TEST(no_value_of_a_person_stands_in_the_clear),
        WORLD_TEST(a_password_is_not_even_among_what_is_sealed),
        WORLD_TEST(a_long_value_is_noted_by_its_size_and_digest),
        WORLD_TEST(a_record_stays_small_however_much_changes),
        WORLD_TEST(an_erased_person_can_be_read_by_nobody_and_the_chain_stays),
        WORLD_TEST(erasing_one_person_leaves_the_others),
        WORLD_TEST(who_has_an_account_is_not_erased),
        WORLD_TEST(nobody_is_erased_twice_and_no_stranger_once),
        WORLD_TEST(without_the_keys_changes_go_on_and_values_are_lost),
        WORLD_TEST(pages_go_forward_through_all_lines),
        WORLD_TEST(pages_go_back_from_the_newest_line),
        WORLD_TEST(a_list_is_narrowed_by_what_who_and_when),
        WORLD_TEST(a_page_looks_at_so_many_lines_and_no_more),
        WORLD_TEST(who_asks_beyond_the_end_gets_what_there_is),
        WORLD_TEST(a_pruned_journal_says_so_and_is_listed_from_where_it_begins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
