#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridge/core/check.h"
#include "bridge/core/connection.h"
#include "bridge/core/dump.h"
#include "bridge/core/group.h"
#include "bridge/core/organization.h"
#include "bridge/scim/resource.h"
#include "dump.h"
#include "layout.h"

enum { STORE_SIZE = 64 << 20, NOON = 1700000000, PEOPLE_MAX = 64, ROUNDS = 12 };

/* ---------------------------------------------------------------- organizations */

/* A random organization: what was made of it so far. `seed` is printed when a test fails. */
struct crowd {
    struct world *world;
    unsigned seed;
    const char *people[PEOPLE_MAX];
    size_t count;
};

static unsigned any(struct crowd *crowd, unsigned below)
{
    crowd->seed = crowd->seed * 1103515245u + 12345u;
    return (crowd->seed >> 16) % below;
}

static const char *any_person(struct crowd *crowd)
{
    return crowd->people[any(crowd, (unsigned)crowd->count)];
}

static const struct actor *any_actor(struct crowd *crowd)
{
    const struct actor *actors[] = {&crowd->world->admin, &crowd->world->provider,
                                    &crowd->world->other};

    return actors[any(crowd, 3)];
}

static void add_person(struct crowd *crowd)
{
    static const char *const associations[] = {
        "",
        ",'" SCIM_URN_BRIDGE "':{'role':'user','site':'Harbour'}",
        ",'" SCIM_URN_BRIDGE "':{'role':'user','site':'NORTH plant'}",
        ",'" SCIM_URN_BRIDGE "':{'role':'admin'}",
        ",'" SCIM_URN_BRIDGE "':{'role':'admin','site':'Atlantis'},'active':false",
        ",'active':false",
        ",'" SCIM_URN_BRIDGE "':{'role':'admin','breakGlass':true}",
    };
    struct world *world = crowd->world;
    const char *json = arena_printf(
        world->arena,
        "{'userName':'person %u','externalId':'x-%u','name':{'familyName':'Łukasz \\\"%u\\\"'},"
        "'emails':[{'value':'p%u@example.org','primary':true},{'value':'q@example.org'}],"
        "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User':{'department':'D%u'}%s}",
        any(crowd, 1000), any(crowd, 1000), any(crowd, 9), any(crowd, 99), any(crowd, 9),
        associations[any(crowd, 7)]);

    if (crowd->count < PEOPLE_MAX && world_create(world, any_actor(crowd), json) == STATUS_OK)
        crowd->people[crowd->count++] = arena_strdup(world->arena, world->user.account.id);
}

static void change_person(struct crowd *crowd)
{
    static const char *const operations[] = {
        "[{'op':'replace','path':'active','value':false}]",
        "[{'op':'replace','path':'active','value':true}]",
        "[{'op':'replace','path':'displayName','value':'Changed\\nhere'}]",
        "[{'op':'remove','path':'emails'}]",
        "[{'op':'replace','path':'" SCIM_URN_BRIDGE ":site','value':'Harbour'}]",
        "[{'op':'replace','path':'" SCIM_URN_BRIDGE ":role','value':'user'}]",
    };

    (void)world_patch(crowd->world, any_actor(crowd), any_person(crowd), operations[any(crowd, 6)]);
}

static void block_person(struct crowd *crowd)
{
    struct world *world = crowd->world;
    struct user_request request = {.actor = &world->admin,
                                   .arena = world->arena,
                                   .id = any_person(crowd),
                                   .reason = any(crowd, 2) ? "why \"not\"" : NULL};

    (void)store_update(world->store, ORGANIZATION_DEFAULT, user_block, &request, NULL);
}

static enum status keep_link(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct crowd *crowd = argument;
    const struct link link = {"uid=\"é\",ou=people",
                              arena_printf(arena, "c0ffee-%zu", crowd->count), crowd->count % 2};
    uint64_t row;

    (void)problem;
    if (id_find(txn, SCIM_USER, crowd->people[crowd->count - 1], &row))
        link_save(txn, OUTBOX_USER, row, &link, arena);
    return STATUS_OK;
}

static void link_person(struct crowd *crowd)
{
    assert_int_equal(
        store_update(crowd->world->store, ORGANIZATION_DEFAULT, keep_link, crowd, NULL), STATUS_OK);
}

static void delete_person(struct crowd *crowd)
{
    (void)world_delete(crowd->world, any_actor(crowd), any_person(crowd));
}

static void add_group(struct crowd *crowd)
{
    struct world *world = crowd->world;
    json_auto_t *members = json_array();
    json_auto_t *body = NULL;
    json_auto_t *resource = NULL;
    struct group_request request = {.actor = any_actor(crowd), .arena = world->arena};

    for (unsigned i = any(crowd, 9); i > 0; i--)
        (void)json_array_append_new(members, json_pack("{s:s}", "value", any_person(crowd)));
    body = json_pack("{s:s, s:s, s:O}", "displayName",
                     arena_printf(world->arena, "group %u", any(crowd, 50)), "externalId",
                     arena_printf(world->arena, "g-%u", any(crowd, 50)), "members", members);
    assert_int_equal(resource_read(body, scim_resource_type(SCIM_GROUP), &resource, NULL),
                     STATUS_OK);
    request.resource = resource;
    (void)store_update(world->store, ORGANIZATION_DEFAULT, group_create, &request, NULL);
}

static void rename_site(struct crowd *crowd)
{
    static const char *const names[] = {"North Plant", "Old Plant", "Norð Verk"};
    struct world *world = crowd->world;
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    json_auto_t *body = json_pack("{s:[{s:s, s:s, s:s}]}", "Operations", "op", "replace", "path",
                                  "displayName", "value", names[any(crowd, 3)]);
    struct site_request request = {.actor = &world->admin, .arena = world->arena};
    struct patch *patch = NULL;
    struct site site;

    assert_true(site_load(txn, world->north, world->arena, &site));
    assert_int_equal(patch_parse(body, scim_resource_type(SCIM_SITE), world->arena, &patch, NULL),
                     STATUS_OK);
    request.id = site.id;
    request.patch = patch;
    (void)store_update(world->store, ORGANIZATION_DEFAULT, site_patch, &request, NULL);
}

static void release_connection(struct crowd *crowd)
{
    struct connection_request request = {.actor = &crowd->world->admin,
                                         .arena = crowd->world->arena,
                                         .name = "okta",
                                         .disposal = CONNECTION_RELEASE};

    (void)store_update(crowd->world->store, ORGANIZATION_DEFAULT, connection_delete, &request,
                       NULL);
}

static void given_a_random_organization(struct world *world, unsigned seed)
{
    struct crowd crowd = {.world = world, .seed = seed};
    void (*const steps[])(struct crowd *) = {add_person,    add_person,   add_person,
                                             change_person, link_person,  delete_person,
                                             add_group,     block_person, rename_site};

    while (crowd.count == 0)
        add_person(&crowd);
    for (int i = 0; i < 120; i++)
        steps[any(&crowd, sizeof(steps) / sizeof(steps[0]))](&crowd);
    if (seed % 3 == 0)
        release_connection(&crowd);
    for (int i = 0; i < 20; i++)
        steps[any(&crowd, sizeof(steps) / sizeof(steps[0]))](&crowd);
}

/* ------------------------------------------------------------------ what is written */

static const char *exported(struct world *world, struct arena *arena)
{
    struct dump_counts counts;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    const char *copy;

    assert_int_equal(dump_export(world->store, "default", NOON, out, &counts, NULL), STATUS_OK);
    assert_int_equal(fclose(out), 0);
    copy = arena_strdup(arena, text);
    free(text);
    return copy;
}

static enum status import(struct world *world, const char *text)
{
    struct dump_counts counts;
    FILE *in = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
    enum status status;

    world->problem = (struct problem){0};
    status = dump_import(world->store, "default", NOON, in, &counts, &world->problem);
    assert_int_equal(fclose(in), 0);
    return status;
}

/* A store with nothing in it but the default organization. */
static void empty_world(struct world *world, bool on_disk)
{
    *world = (struct world){.admin = {.kind = ACTOR_CONTROL, .name = "control", .now = NOON}};
    world->arena = arena_new();
    if (on_disk) {
        (void)snprintf(world->folder, sizeof(world->folder), "/tmp/rolebridge-dump-XXXXXX");
        assert_non_null(mkdtemp(world->folder));
        (void)snprintf(world->path, sizeof(world->path), "%s/store", world->folder);
        assert_int_equal(store_create(world->path, STORE_SIZE, NULL), STATUS_OK);
        assert_int_equal(store_open(world->path, STORE_SIZE, &world->store, NULL), STATUS_OK);
    } else {
        world->memory = memory_new();
        assert_int_equal(store_open_memory(world->memory, &world->failing, &world->store, NULL),
                         STATUS_OK);
    }
    assert_int_equal(core_init(world->store, NOON, NULL), STATUS_OK);
}

static void drop_world(struct world *world)
{
    char command[128];

    store_close(world->store);
    arena_free(world->arena);
    memory_free(world->memory);
    if (*world->folder) {
        (void)snprintf(command, sizeof(command), "rm -rf '%s'", world->folder);
        assert_int_equal(system(command), 0);
    }
}

/* Names the first line that differs: a whole export is too long for a message. */
static void assert_same(const char *got, const char *expected)
{
    while (*got || *expected) {
        size_t size = strcspn(got, "\n"), expected_size = strcspn(expected, "\n");

        if (!bytes_equal(bytes_of(got, size), bytes_of(expected, expected_size)))
            fail_msg("\n%.*s\n%.*s", (int)size, got, (int)expected_size, expected);
        got += size + (got[size] != '\0');
        expected += expected_size + (expected[expected_size] != '\0');
    }
}

static void fail_on_finding(void *context, const struct check_finding *finding)
{
    (void)context;
    fail_msg("%s %s", finding->subject, finding->detail);
}

static void assert_whole(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct check_counts counts;

    assert_int_equal(organizations_are_whole(txn, NULL), STATUS_OK);
    assert_int_equal(check_organization(world->store, ORGANIZATION_DEFAULT, fail_on_finding, NULL,
                                        &counts, NULL),
                     STATUS_OK);
}

/* ---------------------------------------------------------------------------- tests */

static void an_organization_moves_between_engines_and_stays_the_same(void **state)
{
    struct world *world = *state;

    for (unsigned seed = 1; seed <= ROUNDS; seed++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        SCOPED(drop_world) struct world memory = {0};
        SCOPED(drop_world) struct world disk = {0};
        const char *before;

        given_a_random_organization(world, seed);
        before = exported(world, arena);
        empty_world(&memory, false);
        empty_world(&disk, true);

        if (import(&memory, before))
            fail_msg("seed %u: %s", seed, memory.problem.detail);
        assert_same(exported(&memory, arena), before);
        assert_int_equal(import(&disk, exported(&memory, arena)), STATUS_OK);
        assert_same(exported(&disk, arena), before);
        assert_whole(&memory);
    }
}

/* Everything about it that can be looked up by other ways than a walk. */
static void what_was_imported_is_found_and_counted(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(drop_world) struct world copy = {0};
    SCOPED(store_release) struct store_txn *source = NULL;
    SCOPED(store_release) struct store_txn *target = NULL;
    struct world *world = *state;
    struct user_counts expected, got;

    given_a_random_organization(world, 7);
    empty_world(&copy, false);
    assert_int_equal(import(&copy, exported(world, arena)), STATUS_OK);
    source = world_begin(world);
    target = world_begin(&copy);
    expected = user_counts(source);
    got = user_counts(target);

    assert_int_equal(got.total, expected.total);
    assert_int_equal(got.active, expected.active);
    assert_int_equal(got.admins, expected.admins);
    assert_int_equal(site_count(target), site_count(source));
    assert_int_not_equal(site_resolve(target, "north plant", arena), 0);
    assert_int_not_equal(site_resolve(target, "HARBOUR", arena), 0);
}

static void everything_is_looked_at_after_an_import(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(drop_world) struct world copy = {0};
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct world *world = *state;
    struct outbox_line line;

    assert_int_equal(world_create(world, &world->provider, "{'userName':'ada','active':false}"),
                     STATUS_OK);
    empty_world(&copy, false);
    assert_int_equal(import(&copy, exported(world, arena)), STATUS_OK);
    assert_true(world_waits(&copy, world->user.account.id, &line));
    txn = world_begin(&copy);

    assert_int_equal(line.urgency, OUTBOX_LOSING);
    assert_int_equal(outbox_depth(txn, arena).waiting, 4); /* ada, two sites, administrators */
}

static void an_import_needs_an_organization_with_nothing_in_it(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct world *world = *state;
    const char *before = exported(world, arena);

    assert_int_equal(import(world, before), STATUS_CONFLICT);

    assert_same(exported(world, arena), before);
    assert_whole(world);
}

static void a_file_that_was_cut_is_refused_before_anything_is_written(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(drop_world) struct world copy = {0};
    struct world *world = *state;
    const char *empty;
    char *text;

    given_a_random_organization(world, 3);
    empty_world(&copy, false);
    empty = exported(&copy, arena);
    text = arena_strdup(arena, exported(world, arena));
    text[strlen(text) - 1] = '\0'; /* the newline alone is no loss */

    for (char *cut = strrchr(text, '\n'); cut; cut = strrchr(text, '\n')) {
        cut[1] = '\0';
        copy.failing = (struct failing){.calls = FAILING_WRITES, .status = STATUS_INTERNAL};
        copy.failing.countdown = 1;
        assert_int_equal(import(&copy, text), STATUS_INVALID_VALUE);
        assert_non_null(strstr(copy.problem.detail, "the file ends before its last line"));
        assert_int_equal(copy.failing.countdown, 1); /* nothing was tried to be written */
        cut[0] = '\0';
    }
    copy.failing.countdown = 0;
    assert_same(exported(&copy, arena), empty);
}

static char *with_line(struct arena *arena, const char *text, size_t number, const char *line)
{
    struct text whole = {.arena = arena};

    for (size_t i = 1; *text; i++) {
        size_t size = strcspn(text, "\n") + 1;

        text_add_bytes(&whole, i == number ? bytes_of_text(line) : bytes_of(text, size));
        text += size;
    }
    return whole.data;
}

#define CONNECTION(name, domains)                                     \
    "{\"type\":\"connection\",\"name\":\"" name                       \
    "\",\"carrier\":\"extension\",\"grants\":[],\"domains\":" domains \
    ",\"created\":\"2026-01-31T08:00:00Z\"}\n"

/* Header, two connections, two sites, ada (6), the end. */
static void a_wrong_line_is_named_and_leaves_nothing_behind(void **state)
{
    static const struct {
        size_t number;
        const char *line;
        const char *words;
    } cases[] = {
        {1, "{\"type\":\"other\"}\n", "line 1: this is no export of an organization"},
        {1, "{\"type\":\"rolebridge\",\"version\":2}\n", "line 1: another release"},
        {3, "{\"type\":\"connection\"\n", "line 3: no JSON at column"},
        {3, "[]\n", "line 3: no JSON object"},
        {3, "{\"type\":\"planet\"}\n", "line 3: a line of no type that is known"},
        {3, "{\"type\":\"connection\",\"type\":\"site\"}\n", "line 3: no JSON"},
        {3, CONNECTION("entra", "[]"), "line 3: there is a connection entra already"},
        {3, CONNECTION("local", "[]"), "line 3: \"local\" cannot name a connection"},
        {3, CONNECTION("okta", "[\"ada@example.org\"]"), "is no domain of mail"},
        {3, "", "counts other lines than there are"},
        {6, "{\"type\":\"user\",\"resource\":{}}\n", "line 6: Object item not found: account"},
        {7, "{\"type\":\"end\",\"lines\":{}}\n", "line 7: the last line counts other lines"},
    };
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(drop_world) struct world copy = {0};
    struct world *world = *state;
    const char *text, *empty;

    assert_int_equal(world_create(world, &world->provider, "{'userName':'ada'}"), STATUS_OK);
    text = exported(world, arena);
    empty_world(&copy, false);
    empty = exported(&copy, arena);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(import(&copy, with_line(arena, text, cases[i].number, cases[i].line)),
                         STATUS_INVALID_VALUE);
        if (!strstr(copy.problem.detail, cases[i].words))
            fail_msg("%s: %s", cases[i].words, copy.problem.detail);
        assert_same(exported(&copy, arena), empty);
        assert_whole(&copy);
    }
    assert_int_equal(import(&copy, text), STATUS_OK);
}

/* In place of a text of ada's line. */
static void a_line_that_contradicts_itself_or_others_is_refused(void **state)
{
    static const struct {
        const char *from, *to, *words;
    } cases[] = {
        {"\"owner\":\"entra\"", "\"owner\":\"nobody\"", "the connection nobody is in no line"},
        {"\"active\":true,\"role\"", "\"active\":false,\"role\"",
         "inactive or blocked has no role"},
        {"\"role\":\"user\",\"siteId\"", "\"role\":\"admin\",\"siteId\"",
         "the role user has a site"},
        {"\"role\":\"user\",\"siteId\"", "\"role\":\"king\",\"siteId\"", "the role is none"},
        {"\"version\":1}", "\"version\":0}", "a version begins with 1"},
        {"\"created\":\"2023-", "\"created\":\"2O23-", "is no time"},
        {"\"created\":\"2023-11-14", "\"created\":\"2023-02-30", "is no time"},
        {"\"userName\":\"ada\"", "\"userName\":7", "userName"},
        {"\"userName\":\"ada\"", "\"nickName\":\"ada\"", "userName"},
        {"\"assertions\":[", "\"assertions\":[7,", "Expected object"},
        {"\"breakGlass\":false", "\"breakGlass\":true", "belongs to no connection"},
        {"\"account\":{", "\"account\":{\"later\":1,", "1 object item(s) left unpacked: later"},
    };
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(drop_world) struct world copy = {0};
    struct world *world = *state;
    const char *text, *ada, *empty;
    size_t number = 6;

    assert_int_equal(world_create(world, &world->provider,
                                  "{'userName':'ada','" SCIM_URN_BRIDGE
                                  "':{'role':'user','site':'Harbour'}}"),
                     STATUS_OK);
    text = exported(world, arena);
    ada = strstr(text, "{\"type\":\"user\"");
    ada = arena_text(arena, bytes_of(ada, strcspn(ada, "\n") + 1));
    empty_world(&copy, false);
    empty = exported(&copy, arena);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *at = strstr(ada, cases[i].from);
        char *line;

        assert_non_null(at);
        line = arena_printf(arena, "%.*s%s%s", (int)(at - ada), ada, cases[i].to,
                            at + strlen(cases[i].from));
        assert_int_equal(import(&copy, with_line(arena, text, number, line)), STATUS_INVALID_VALUE);
        if (!strstr(copy.problem.detail, "line 6: ") ||
            !strstr(copy.problem.detail, cases[i].words))
            fail_msg("%s: %s", cases[i].words, copy.problem.detail);
        assert_same(exported(&copy, arena), empty);
    }
}

static void damage_at_random_is_refused_or_makes_another_organization_never_half_a_one(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct world *world = *state;
    struct crowd dice = {.seed = 4711};
    const char *text;
    size_t size;

    given_a_random_organization(world, 5);
    text = exported(world, arena);
    size = strlen(text);
    for (int i = 0; i < 150; i++) {
        SCOPED(arena_release) struct arena *scratch = arena_new();
        SCOPED(drop_world) struct world copy = {0};
        char *damaged = arena_strdup(scratch, text);
        size_t place = ((size_t)any(&dice, 32768) << 15 | any(&dice, 32768)) % size;
        const char *empty;

        damaged[place] = (char)(damaged[place] ^ (1 << any(&dice, 7)));
        if (!damaged[place])
            damaged[place] = '"';
        empty_world(&copy, false);
        empty = exported(&copy, scratch);
        if (import(&copy, damaged)) {
            assert_int_equal(copy.problem.status, STATUS_INVALID_VALUE);
            assert_ptr_equal(strstr(copy.problem.detail, "line "), copy.problem.detail);
            assert_same(exported(&copy, scratch), empty);
        }
        assert_whole(&copy);
    }
}

/* Every write fails once: the store is empty again, or known to be unfinished and imported anew. */
static void an_import_that_is_cut_off_is_known_and_the_next_one_starts_over(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct world *world = *state;
    const char *text;

    given_a_random_organization(world, 11);
    text = exported(world, arena);
    for (int nth = 1; nth <= 6; nth++) {
        SCOPED(drop_world) struct world copy = {0};
        struct store_txn *txn;
        struct problem problem = {0};

        empty_world(&copy, false);
        copy.failing = (struct failing){.calls = FAILING_COMMIT, .status = STATUS_STORE_FULL};
        copy.failing.countdown = nth;
        if (import(&copy, text) == STATUS_OK)
            continue; /* there are fewer writes than that */
        copy.failing.countdown = 0;
        txn = world_begin(&copy);
        (void)organizations_are_whole(txn, &problem);
        store_end(txn);
        if (problem.status)
            assert_non_null(strstr(problem.detail, "organization default did not finish"));
        if (import(&copy, text))
            fail_msg("after write %d: %s", nth, copy.problem.detail);
        assert_same(exported(&copy, arena), text);
        assert_whole(&copy);
    }
}

static int64_t user_counts_of(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return user_counts(txn).total;
}

/* As after a crash: the mark is there, and some of what was imported. */
static void what_a_crash_left_is_named_and_taken_away_by_the_next_import(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(drop_world) struct world copy = {0};
    struct world *world = *state;
    struct problem problem = {0};
    struct store_txn *txn;
    const char *text;

    given_a_random_organization(world, 13);
    text = exported(world, arena);
    empty_world(&copy, false);
    assert_int_equal(dump_begin(copy.store, ORGANIZATION_DEFAULT, NULL), STATUS_OK);
    assert_int_equal(world_create(&copy, &copy.admin, "{'userName':'half'}"), STATUS_OK);
    txn = world_begin(&copy);
    assert_int_equal(organizations_are_whole(txn, &problem), STATUS_CONFLICT);
    store_end(txn);
    assert_string_equal(problem.detail,
                        "an import into the organization default did not finish; run it again: "
                        "rolebridge store import FILE");

    assert_int_equal(import(&copy, text), STATUS_OK);

    assert_same(exported(&copy, arena), text);
    assert_whole(&copy);
    assert_int_equal(user_counts_of(&copy), user_counts_of(world));
}

static void an_organization_that_is_not_there_is_not_exported(void **state)
{
    struct world *world = *state;
    struct dump_counts counts;

    assert_int_equal(dump_export(world->store, "acme", NOON, stdout, &counts, &world->problem),
                     STATUS_NOT_FOUND);
    assert_string_equal(world->problem.detail, "there is no organization acme");
}

static void an_export_that_cannot_be_written_fails(void **state)
{
    struct world *world = *state;
    struct dump_counts counts;
    FILE *full = fopen("/dev/full", "w");

    setbuf(full, NULL);
    assert_int_equal(dump_export(world->store, "default", NOON, full, &counts, NULL),
                     STATUS_INTERNAL);
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_organization_moves_between_engines_and_stays_the_same,
                                        world_set_up_on_disk, world_tear_down),
        cmocka_unit_test_setup_teardown(what_was_imported_is_found_and_counted, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(everything_is_looked_at_after_an_import, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(an_import_needs_an_organization_with_nothing_in_it,
                                        world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_was_cut_is_refused_before_anything_is_written,
                                        world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_line_is_named_and_leaves_nothing_behind,
                                        world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_line_that_contradicts_itself_or_others_is_refused,
                                        world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(
            damage_at_random_is_refused_or_makes_another_organization_never_half_a_one,
            world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(
            an_import_that_is_cut_off_is_known_and_the_next_one_starts_over, world_set_up,
            world_tear_down),
        cmocka_unit_test_setup_teardown(
            what_a_crash_left_is_named_and_taken_away_by_the_next_import, world_set_up,
            world_tear_down),
        cmocka_unit_test_setup_teardown(an_organization_that_is_not_there_is_not_exported,
                                        world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(an_export_that_cannot_be_written_fails, world_set_up,
                                        world_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
