#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/core/group.h"
#include "bridge/core/organization.h"
#include "bridge/scim/resource.h"
#include "chance.h"
#include "layout.h"
#include "roster.h"
#include "world.h"

/*
 * Lists against what a look at every resource finds: random people in random
 * groups, and random filters on them.
 */

enum { PEOPLE = 160, GROUPS = 12, CHANGES = 100, FILTERS = 300, DEPTH = 3, TEXT_SIZE = 4096 };

#define EXT  "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
#define LONG "a name that is longer than what an index keeps of it, "

static struct {
    struct world *world;
    char ids[PEOPLE][UUID_TEXT_SIZE];
    size_t id_count;
    char groups[GROUPS][UUID_TEXT_SIZE];
    size_t group_count;
} given;

/* --------------------------------------------------------------------------- people */

static const struct actor *any_actor(void)
{
    struct actor *const actors[] = {&given.world->provider, &given.world->other,
                                    &given.world->admin};

    return actors[below(3)];
}

static void let_time_pass(int64_t seconds)
{
    given.world->provider.now += seconds;
    given.world->other.now += seconds;
    given.world->admin.now += seconds;
}

/* Texts that begin alike, differ in case, are long, are folded, joined or taken apart. */
static const char *any_text(void)
{
    static char text[256];

    (void)snprintf(text, sizeof(text), "%s%s%s",
                   ANY_OF("", "a", "A", "an", "An", "b", LONG, "\xC3\x89", "e\xCC\x81", " a",
                          "stra\xC3\x9F", "\xEF\xBE\x8A", "\xEF\xAC\x81", "a\xC2\xA0"),
                   ANY_OF("", "n", "N", "e", "E\xCC\x81", "\xCC\x81", "\xEF\xBE\x9E\xCC\x81", "  x",
                          "x ", LONG),
                   ANY_OF("a", "b", "z", "1", "\xC3\x9F", "ss"));
    return text;
}

static const char *any_address(void)
{
    static char address[128];

    (void)snprintf(address, sizeof(address), "%s%u@%s", ANY_OF("a", "A", "\xC3\xA9", "bo"),
                   below(5), ANY_OF("x.example", "X.example", "y.example"));
    return address;
}

static json_t *any_emails(void)
{
    json_t *emails = json_array();

    for (unsigned i = below(4); i > 0; i--)
        (void)json_array_append_new(emails, json_pack("{s:s, s:s}", "value", any_address(), "type",
                                                      ANY_OF("work", "home", "other")));
    return emails;
}

static json_t *any_extension(void)
{
    return json_pack("{s:s, s:s}", "role", ANY_OF("admin", "user", "user", "User"), "site",
                     ANY_OF("Harbour", "north-plant", "North Plant"));
}

static json_t *any_person(void)
{
    json_t *person = json_pack("{s:s, s:b, s:o}", "userName", any_text(), "active",
                               (int)percent(70), "emails", any_emails());

    if (percent(70))
        (void)json_object_set_new(person, "displayName", json_string(any_text()));
    if (percent(60))
        (void)json_object_set_new(person, "externalId", json_sprintf("x%u", below(40)));
    if (percent(60))
        (void)json_object_set_new(person, EXT, any_extension());
    if (percent(30))
        (void)json_object_set_new(person, "title", json_string(any_text()));
    return person;
}

static void create_person(void)
{
    json_auto_t *person = any_person();
    struct world *world = given.world;

    if (given.id_count < PEOPLE && !world_create_json(world, any_actor(), person))
        (void)snprintf(given.ids[given.id_count++], UUID_TEXT_SIZE, "%s", world->user.account.id);
}

static void change_person(void)
{
    json_auto_t *person = any_person();
    json_auto_t *body =
        json_pack("{s:[{s:s, s:O}]}", "Operations", "op", "replace", "value", person);

    (void)world_patch_json(given.world, any_actor(), given.ids[below((unsigned)given.id_count)],
                           body);
}

static void delete_person(void)
{
    size_t place = below((unsigned)given.id_count);

    if (!world_delete(given.world, any_actor(), given.ids[place]))
        memmove(given.ids[place], given.ids[--given.id_count], UUID_TEXT_SIZE);
}

/* ---------------------------------------------------------------------------- groups */

static json_t *any_members(void)
{
    json_t *members = json_array();

    for (unsigned i = below(20); i > 0; i--)
        (void)json_array_append_new(
            members, json_pack("{s:s}", "value", given.ids[below((unsigned)given.id_count)]));
    return members;
}

static void create_group(void)
{
    json_auto_t *body = json_pack("{s:s, s:s, s:o}", "displayName", any_text(), "externalId",
                                  any_text(), "members", any_members());
    json_auto_t *resource = NULL;
    struct group_request request = {.actor = any_actor(), .arena = given.world->arena};

    assert_int_equal(resource_read(body, scim_resource_type(SCIM_GROUP), &resource, NULL),
                     STATUS_OK);
    request.resource = resource;
    if (!store_update(given.world->store, ORGANIZATION_DEFAULT, group_create, &request, NULL))
        (void)snprintf(given.groups[given.group_count++], UUID_TEXT_SIZE, "%s", request.group.id);
}

static void given_people_and_groups(struct world *world)
{
    given.world = world;
    given.id_count = given.group_count = 0;
    while (given.id_count < PEOPLE) {
        let_time_pass(below(3) * 7);
        create_person();
    }
    for (int i = 0; i < GROUPS; i++)
        create_group();
    for (int i = 0; i < CHANGES; i++) {
        let_time_pass(below(3));
        if (percent(80))
            change_person();
        else
            delete_person();
    }
}

/* --------------------------------------------------------------------------- filters */

static const char *any_moment(void)
{
    static char moment[48];
    char seconds[TIMESTAMP_SIZE];

    timestamp_format(given.world->admin.now - below(2600), seconds);
    (void)snprintf(moment, sizeof(moment), "%.19s%sZ", seconds, ANY_OF("", ".5", ".000001"));
    return moment;
}

/* A text as it stands in a filter: what somebody may have, the start of it, or neither. */
static const char *any_quoted(const char *text)
{
    static char quoted[300];
    size_t size = strlen(text);

    if (percent(30)) { /* cut, between characters */
        size = below((unsigned)size + 1);
        while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
            size--;
    }
    (void)snprintf(quoted, sizeof(quoted), "\"%.*s\"", (int)size, text);
    return quoted;
}

static const char *any_person_id(void)
{
    return given.ids[below((unsigned)given.id_count)];
}

static const char *any_group_id(void)
{
    return given.groups[below((unsigned)given.group_count)];
}

static void add_user_term(struct text *filter)
{
    switch (below(12)) {
    case 0:
    case 1:
        text_add_format(filter, "%s %s %s", ANY_OF("userName", "displayName", "title"),
                        ANY_OF("eq", "sw", "sw", "co", "ew", "ne", "gt"), any_quoted(any_text()));
        return;
    case 2:
    case 3:
        text_add_format(filter, "emails.value %s %s", ANY_OF("eq", "sw", "co"),
                        any_quoted(any_address()));
        return;
    case 4:
        text_add_format(filter, "emails[type eq \"%s\" %s value %s %s]",
                        ANY_OF("work", "home", "Work"), ANY_OF("and", "or", "and not (type pr) or"),
                        ANY_OF("eq", "sw"), any_quoted(any_address()));
        return;
    case 5:
        text_add_format(filter, "emails[type eq \"work\"].value %s %s", ANY_OF("eq", "sw"),
                        any_quoted(any_address()));
        return;
    case 6:
        text_add_format(filter, "externalId %s \"%s%u\"", ANY_OF("eq", "eq", "sw", "ne"),
                        ANY_OF("x", "x", "X"), below(40));
        return;
    case 7:
        text_add_format(filter, "%s",
                        ANY_OF("active eq true", "active eq false", "active ne true", "title pr",
                               EXT ":status eq \"Active\"", EXT ":status eq \"inactive\"",
                               EXT ":status eq \"odd\"", "displayName eq null"));
        return;
    case 8:
        text_add_format(filter, "%s",
                        ANY_OF(EXT ":role eq \"admin\"", EXT ":role eq \"USER\"", EXT ":role pr",
                               EXT ":role eq \"odd\"", EXT ":role ne \"admin\"",
                               EXT ":site eq \"harbour\"", EXT ":site eq \"north-plant\"",
                               EXT ":site eq \"North Plant\"", EXT ":site sw \"N\""));
        return;
    case 9:
    case 10:
        text_add_format(filter, "meta.lastModified %s \"%s\"",
                        ANY_OF("gt", "ge", "lt", "le", "eq", "ne"), any_moment());
        return;
    default:
        text_add_format(filter, "%s eq \"%s\"", ANY_OF("id", "groups.value", "groups"),
                        percent(50) ? any_person_id() : any_group_id());
    }
}

static void add_group_term(struct text *filter)
{
    switch (below(4)) {
    case 0:
        text_add_format(filter, "members%s %s \"%s\"", ANY_OF("", ".value"),
                        ANY_OF("eq", "eq", "ne"), any_person_id());
        return;
    case 1:
        text_add_format(filter, "%s", ANY_OF("members pr", "externalId pr", "meta.created pr"));
        return;
    case 2:
        text_add_format(filter, "id eq \"%s\"", any_group_id());
        return;
    default:
        text_add_format(filter, "%s %s %s", ANY_OF("displayName", "displayName", "externalId"),
                        ANY_OF("eq", "sw", "sw", "co", "ne"), any_quoted(any_text()));
    }
}

static void add_filter(struct text *filter, enum scim_kind kind, int depth)
{
    if (depth == 0 || percent(40)) {
        if (kind == SCIM_USER)
            add_user_term(filter);
        else
            add_group_term(filter);
        return;
    }
    text_add(filter, percent(15) ? "not (" : "(");
    add_filter(filter, kind, depth - 1);
    text_add(filter, ANY_OF(") and (", ") and (", ") or ("));
    add_filter(filter, kind, depth - 1);
    text_add(filter, ")");
}

/* --------------------------------------------------------- what a look at everyone finds */

struct naive {
    struct store_txn *txn;
    const struct actor *actor;
    enum scim_kind kind;
    const struct filter *filter; /* NULL: all */
    struct arena *arena;
    uint64_t rows[PEOPLE + GROUPS];
    size_t count;
};

/* Names that are kept unique are found as they are kept so. */
static bool is_name_demanded(const struct naive *naive)
{
    const struct filter *filter = naive->filter;
    const char *name = naive->kind == SCIM_USER ? "userName" : "displayName";

    return filter->kind == FILTER_COMPARE && filter->op == FILTER_EQ &&
           json_is_string(filter->value) && strcmp(filter->path.attribute->name, name) == 0;
}

static bool is_match(struct naive *naive, const json_t *resource)
{
    const char *name = naive->kind == SCIM_USER ? "userName" : "displayName";

    if (!naive->filter)
        return true;
    if (is_name_demanded(naive))
        return strcmp(text_fold_name(naive->arena, json_string_value(naive->filter->value)),
                      text_fold_name(naive->arena,
                                     json_string_value(json_object_get(resource, name)))) == 0;
    return filter_matches(naive->filter, resource);
}

static bool may_see(const struct naive *naive, uint32_t owner)
{
    return naive->actor->kind != ACTOR_CONNECTION || naive->actor->connection == owner;
}

static json_t *whole(struct bytes document, struct bytes tail, struct arena *arena)
{
    struct text text = {.arena = arena};

    text_add_bytes(&text, bytes_of(document.data, document.size - 1));
    text_add_bytes(&text, tail);
    return json_loadb(text.data, text.size, 0, NULL);
}

static json_t *load(struct naive *naive, uint64_t row, uint32_t *owner)
{
    static const char base[] = "http://host/scim/v2";
    struct user user;
    struct group group;

    if (naive->kind == SCIM_USER) {
        assert_true(user_load(naive->txn, row, naive->arena, &user));
        *owner = user.account.owner;
        return whole(user.document, user_tail(naive->txn, &user, naive->actor, base, NULL, naive->arena),
                     naive->arena);
    }
    assert_true(group_load(naive->txn, row, naive->arena, &group));
    *owner = group.owner;
    return whole(group.document, group_tail(naive->txn, &group, base, SIZE_MAX, naive->arena),
                 naive->arena);
}

static bool look(void *context, struct bytes key, struct bytes value)
{
    struct naive *naive = context;
    uint64_t row = key_last_u64(key);
    uint32_t owner = 0;
    json_auto_t *resource = load(naive, row, &owner);

    (void)value;
    if (may_see(naive, owner) && is_match(naive, resource))
        naive->rows[naive->count++] = row;
    return true;
}

static void look_at_all(struct naive *naive)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
    struct store_key prefix = key_of(ORGANIZATION_DEFAULT);

    naive->txn = txn;
    store_scan(txn, naive->kind == SCIM_USER ? STORE_ACCOUNT : STORE_GROUP, key_bytes(&prefix),
               (struct bytes){0}, look, naive);
}

/* ------------------------------------------------------------------------------ lists */

static bool note_row(void *context, uint64_t row)
{
    struct world_list *list = context;

    assert_true(list->shown < PAGE_COUNT_MAX);
    list->rows[list->shown++] = row;
    return true;
}

static bool after_each(void *context)
{
    (void)context;
    return true;
}

/* Each row in a snapshot of its own, with whatever `meanwhile` does in between. */
static struct world_list list_in_steps(const struct selection_query *query, void (*meanwhile)(void))
{
    struct world_list list = {0};
    const struct selection_step step = {note_row, after_each, &list};
    struct selection *selection = NULL;
    bool is_done = false;

    while (!is_done) {
        SCOPED(store_release) struct store_txn *txn = world_begin(given.world);

        if (!selection)
            selection = selection_begin(txn, query, given.world->arena);
        is_done = selection_go_on(selection, txn, &step);
        if (meanwhile && !is_done)
            meanwhile();
    }
    list.total = selection_total(selection);
    return list;
}

static size_t shown_of(size_t count, const struct page *page)
{
    size_t before = page->start_index - 1;
    size_t rest = before < count ? count - before : 0;

    return rest < page->count ? rest : (size_t)page->count;
}

static void assert_page(const struct naive *naive, const struct world_list *list,
                        const struct page *page, const char *filter)
{
    if (list->total != naive->count || list->shown != shown_of(naive->count, page))
        fail_msg("%s: %llu match and %zu are shown, not %zu and %zu", filter,
                 (unsigned long long)list->total, list->shown, naive->count,
                 shown_of(naive->count, page));
    for (size_t i = 0; i < list->shown; i++)
        assert_int_equal(list->rows[i], naive->rows[page->start_index - 1 + i]);
}

static struct page any_page(void)
{
    return (struct page){percent(60) ? 1 : 1 + below(PEOPLE), percent(10) ? 0 : below(200)};
}

static void check_list(enum scim_kind kind, const char *filter)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct naive naive = {.actor = any_actor(), .kind = kind, .arena = arena};
    struct page page = any_page();
    struct selection_query query = {
        .kind = kind, .actor = naive.actor, .page = page, .base = "http://host/scim/v2"};
    struct problem problem = {0};
    struct world_list at_once;
    struct world_list in_steps;

    if (filter &&
        filter_parse(filter, scim_resource_type(kind), given.world->arena, &query.filter, &problem))
        fail_msg("%s: %s", filter, problem.detail);
    naive.filter = query.filter;
    look_at_all(&naive);

    at_once = world_list(given.world, kind, naive.actor, filter, page);
    in_steps = list_in_steps(&query, NULL);

    assert_page(&naive, &at_once, &page, filter ? filter : "(all)");
    assert_page(&naive, &in_steps, &page, filter ? filter : "(all)");
}

static void a_list_is_what_a_look_at_everyone_finds(void **state)
{
    given_people_and_groups(*state);

    for (int i = 0; i < FILTERS; i++) {
        enum scim_kind kind = percent(75) ? SCIM_USER : SCIM_GROUP;
        struct text filter = {.arena = given.world->arena};

        if (percent(95))
            add_filter(&filter, kind, DEPTH);
        check_list(kind, filter.data);
    }
}

/* ---------------------------------------------------------------------- meanwhile */

/* Somebody becomes the newest of all, or goes to another site. */
static void change_somebody(void)
{
    struct world *world = given.world;
    const char *id = any_person_id();

    let_time_pass(1);
    for (int i = 0; i < 3; i++) {
        const struct actor *const actors[] = {&world->provider, &world->other, &world->admin};

        (void)world_patch(world, actors[i], id,
                          percent(50) ? "[{'op':'replace','value':{'title':'moved'}}]"
                                      : "[{'op':'replace','value':{'" EXT
                                        "':{'role':'user','site':'Harbour'}}}]");
    }
}

static void assert_each_once(const struct world_list *list)
{
    for (size_t i = 1; i < list->shown; i++)
        assert_true(list->rows[i] > list->rows[i - 1]);
}

static void nobody_is_counted_twice_however_much_changes_meanwhile(void **state)
{
    static const char *const filters[] = {"meta.lastModified gt \"2020-01-01T00:00:00Z\"",
                                          "userName pr", "active eq true or active eq false",
                                          "emails.value sw \"\" or meta.lastModified pr"};

    given_people_and_groups(*state);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        struct selection_query query = {.kind = SCIM_USER,
                                        .actor = &given.world->admin,
                                        .page = {1, PAGE_COUNT_MAX},
                                        .base = "http://host/scim/v2"};
        struct world_list list;

        assert_int_equal(filter_parse(filters[i], scim_resource_type(SCIM_USER), given.world->arena,
                                      &query.filter, NULL),
                         STATUS_OK);
        list = list_in_steps(&query, change_somebody);

        assert_each_once(&list);
        assert_int_equal(list.total, given.id_count); /* and nobody was missed */
    }
}

static bool take_one(void *context, uint64_t row)
{
    (void)row;
    ++*(int *)context;
    return false;
}

static void a_page_that_its_visitor_ends_is_counted_to_the_end(void **state)
{
    static const char *const filters[] = {NULL, "userName pr", "active eq true or active eq false"};

    given_people_and_groups(*state);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
        struct selection_query query = {
            .kind = SCIM_USER, .actor = &given.world->admin, .page = {1, 50}};
        int taken = 0;
        const struct selection_step step = {.visit = take_one, .context = &taken};
        struct selection *selection;

        if (filters[i])
            (void)filter_parse(filters[i], scim_resource_type(SCIM_USER), given.world->arena,
                               &query.filter, NULL);
        selection = selection_begin(txn, &query, given.world->arena);
        assert_true(selection_go_on(selection, txn, &step));

        assert_int_equal(taken, 1);
        assert_int_equal(selection_total(selection), given.id_count);
    }
}

/*
 * As long as what an index keeps, and a longer one that begins so, whose digest begins
 * with a zero as a key of the short one goes on.
 */
static void a_text_is_not_taken_for_a_longer_one_that_begins_so(void **state)
{
    static const char kept[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct world *world = *state;
    struct world_list list;

    assert_int_equal(
        world_create(world, &world->provider,
                     arena_printf(world->arena, "{'userName':'ana','displayName':'%s157'}", kept)),
        STATUS_OK);

    list =
        world_list(world, SCIM_USER, &world->provider,
                   arena_printf(world->arena, "displayName eq \"%s\"", kept), (struct page){1, 10});

    assert_int_equal(list.total, 0);
}

static void only_what_takes_long_is_called_so(void **state)
{
    static const struct {
        const char *filter;
        bool is_short;
    } cases[] = {
        {NULL, true},
        {"userName eq \"ana\"", true},
        {"userName sw \"no such\"", true},
        {"emails.value eq \"a1@x.example\" and title co \"x\"", true},
        {"title co \"x\"", false},
        {"userName ne \"ana\"", false},
        {"not (userName eq \"ana\")", false},
        {"userName eq \"ana\" or title co \"x\"", false},
        {"userName eq \"ana\" or userName eq \"bo\"", true},
        {"active eq true and userName eq \"ana\"", true},
        {"meta.lastModified gt \"2020-01-01T00:00:00Z\"", false},
        {"meta.lastModified gt \"2099-01-01T00:00:00Z\"", true},
    };

    given_people_and_groups(*state);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
        struct selection_query query = {
            .kind = SCIM_USER, .actor = &given.world->admin, .page = {1, 50}};

        if (cases[i].filter)
            (void)filter_parse(cases[i].filter, scim_resource_type(SCIM_USER), given.world->arena,
                               &query.filter, NULL);
        if (selection_is_short(selection_begin(txn, &query, given.world->arena), txn) !=
            cases[i].is_short)
            fail_msg("%s", cases[i].filter);
    }
}

/* ----------------------------------------------------------------------- the roster */

enum { OWNERS = 3, ROWS_MAX = 20 * ROSTER_BLOCK, ROSTER_CHANGES = 3000 };

static uint8_t owner_at[ROWS_MAX]; /* 0: nobody is there */

static enum status change_roster(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)problem;
    for (int i = 0; i < ROSTER_CHANGES; i++) {
        uint64_t row = percent(50) ? below(ROWS_MAX) : below(2) * ROSTER_BLOCK + below(50);
        struct store_key key = key_row(txn, row);
        bool comes = owner_at[row] == 0;

        if (comes)
            owner_at[row] = (uint8_t)(1 + below(OWNERS));
        roster_set(txn, SCIM_GROUP, owner_at[row], row, comes);
        if (comes)
            store_put(txn, STORE_GROUP, key_bytes(&key), bytes_of_text("-"));
        else
            store_delete(txn, STORE_GROUP, key_bytes(&key));
        if (!comes)
            owner_at[row] = 0;
    }
    return STATUS_OK;
}

static void the_nth_is_found_however_many_came_and_went(void **state)
{
    struct world *world = *state;
    SCOPED(store_release) struct store_txn *txn = NULL;
    uint64_t counts[OWNERS + 1] = {0};
    uint64_t all = 0;

    memset(owner_at, 0, sizeof(owner_at));
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            store_update(world->store, ORGANIZATION_DEFAULT, change_roster, NULL, NULL), STATUS_OK);

    txn = world_begin(world);
    for (uint64_t row = 0; row < ROWS_MAX; row++) {
        uint8_t owner = owner_at[row];

        if (!owner)
            continue;
        counts[owner]++;
        all++;
        if (all % 7)
            continue;
        assert_int_equal(roster_nth(txn, SCIM_GROUP, owner, counts[owner]), row);
        assert_int_equal(roster_nth(txn, SCIM_GROUP, ROSTER_ALL, all), row);
    }
    assert_true(all > 1000);
    assert_int_equal(roster_count(txn, SCIM_GROUP, ROSTER_ALL), all);
    assert_int_equal(roster_nth(txn, SCIM_GROUP, ROSTER_ALL, all + 1), 0);
    assert_int_equal(roster_nth(txn, SCIM_GROUP, ROSTER_ALL, 0), 0);
    assert_int_equal(roster_nth(txn, SCIM_GROUP, OWNERS + 1, 1), 0);
}

#define ON_BOTH_ENGINES(test)                                             \
    cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down), \
        cmocka_unit_test_setup_teardown(test, world_set_up_on_disk, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(a_list_is_what_a_look_at_everyone_finds),
        cmocka_unit_test_setup_teardown(nobody_is_counted_twice_however_much_changes_meanwhile,
                                        world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_page_that_its_visitor_ends_is_counted_to_the_end,
                                        world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_text_is_not_taken_for_a_longer_one_that_begins_so,
                                        world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(only_what_takes_long_is_called_so, world_set_up,
                                        world_tear_down),
        ON_BOTH_ENGINES(the_nth_is_found_however_many_came_and_went),
    };

    chance_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
