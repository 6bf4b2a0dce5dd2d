#include "world.h"

#include "journal_walk.h"

#include "bridge/core/connection.h"
#include "bridge/core/organization.h"

enum { NOON = 1700000000 };

static enum status make_as(struct world *world, uint32_t number, const char *name,
                           struct organization *made)
{
    struct organization_request request = {
        .actor = &world->admin, .arena = world->arena, .name = name};
    enum status status;

    world->problem = (struct problem){0};
    status = store_update(world->store, number, organization_create, &request, &world->problem);
    if (made)
        *made = request.organization;
    return status;
}

static uint32_t fresh_number(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return organization_number(txn);
}

static enum status make(struct world *world, const char *name, struct organization *made)
{
    return make_as(world, fresh_number(world), name, made);
}

/* A snapshot of an organization; the caller ends it. */
static struct store_txn *begin_in(struct world *world, uint32_t organization)
{
    struct store_txn *txn = NULL;

    assert_int_equal(store_begin(world->store, organization, &txn, NULL), STATUS_OK);
    return txn;
}

static bool is_there(struct world *world, const char *name, struct organization *found)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return organization_find(txn, name, world->arena, found);
}

static bool add_name(void *context, const struct organization *organization)
{
    text_add_format(context, "%s ", organization->name);
    return true;
}

static const char *all_names(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct text names = {.arena = world->arena};

    organization_each(txn, world->arena, add_name, &names);
    return names.data;
}

static size_t lines_due(struct world *world, uint32_t organization, struct outbox_line *first)
{
    SCOPED(store_release) struct store_txn *txn = begin_in(world, organization);
    struct outbox_line lines[8];
    size_t count = outbox_due(txn, INT64_MAX, lines, 8, world->arena);

    if (count)
        *first = lines[0];
    return count;
}

static bool count_line(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct text *text = context;

    (void)mark;
    text_add_bytes(text, record);
    text_add(text, "\n");
    return true;
}

static const char *journal_of(struct world *world, uint32_t organization)
{
    struct text text = {.arena = world->arena};

    text_add(&text, "");
    assert_int_equal(journal_walk(world->store, organization, count_line, &text, NULL), STATUS_OK);
    return text.data;
}

static void a_new_store_has_the_one_named_default(void **state)
{
    struct world *world = *state;
    struct organization found = {0};

    assert_true(is_there(world, "default", &found));
    assert_int_equal(found.number, ORGANIZATION_DEFAULT);
    assert_int_equal(found.created_at, NOON);
    assert_string_equal(all_names(world), "default ");
    assert_int_equal(core_init(world->store, NOON + 1, NULL), STATUS_OK);
    assert_true(is_there(world, "default", &found));
    assert_int_equal(found.created_at, NOON);
}

static void one_that_is_made_begins_with_its_own_journal_and_administrators_group(void **state)
{
    struct world *world = *state;
    const char *journal = journal_of(world, ORGANIZATION_DEFAULT);
    struct outbox_line line = {0};
    size_t waiting = lines_due(world, ORGANIZATION_DEFAULT, &line);
    struct organization made, found;

    assert_int_equal(make(world, "acme", &made), STATUS_OK);

    assert_true(is_there(world, "acme", &found));
    assert_int_equal(found.number, made.number);
    assert_int_equal(found.created_at, NOON);
    assert_int_equal(lines_due(world, made.number, &line), 1);
    assert_int_equal(line.kind, OUTBOX_ORGANIZATION);
    assert_non_null(strstr(journal_of(world, made.number),
                           "\"event\":\"organization.create\",\"id\":\"acme\"}\n"));
    assert_string_equal(journal_of(world, ORGANIZATION_DEFAULT), journal);
    assert_int_equal(lines_due(world, ORGANIZATION_DEFAULT, &line), waiting);
}

static void one_that_was_made_is_there_after_a_restart(void **state)
{
    struct world *world = *state;
    struct organization made, found, next;

    assert_int_equal(make(world, "acme", &made), STATUS_OK);
    world_restart(world);

    assert_true(is_there(world, "acme", &found));
    assert_int_equal(found.number, made.number);
    assert_int_equal(make(world, "beta", &next), STATUS_OK);
    assert_int_not_equal(next.number, made.number);
}

static void a_name_is_an_organizations_alone(void **state)
{
    struct world *world = *state;

    assert_int_equal(make(world, "acme", NULL), STATUS_OK);

    assert_int_equal(make(world, "acme", NULL), STATUS_UNIQUENESS);
    assert_string_equal(world->problem.detail, "there is an organization acme already");
    assert_int_equal(make(world, "default", NULL), STATUS_UNIQUENESS);
    assert_int_equal(make(world, "", NULL), STATUS_INVALID_VALUE);
    assert_int_equal(make(world, "Acme", NULL), STATUS_INVALID_VALUE);
    assert_int_equal(make(world, "acme.org", NULL), STATUS_INVALID_VALUE);
    assert_string_equal(world->problem.detail,
                        "\"acme.org\" cannot name an organization; use 1 to 40 of a-z, 0-9 and -");
    assert_string_equal(all_names(world), "default acme ");
}

/* It would take over what another organization has. */
static void a_number_is_never_given_twice(void **state)
{
    struct world *world = *state;
    struct organization made;

    assert_int_equal(make(world, "acme", &made), STATUS_OK);

    assert_int_equal(make_as(world, made.number, "beta", NULL), STATUS_BUSY);
    assert_int_equal(make_as(world, ORGANIZATION_DEFAULT, "beta", NULL), STATUS_BUSY);
    assert_int_equal(make_as(world, 0, "beta", NULL), STATUS_BUSY);
    assert_string_equal(all_names(world), "default acme ");
}

static void there_are_64_at_most(void **state)
{
    struct world *world = *state;

    for (int i = 1; i < ORGANIZATIONS_MAX; i++)
        assert_int_equal(make(world, arena_printf(world->arena, "a%d", i), NULL), STATUS_OK);

    assert_int_equal(make(world, "one-more", NULL), STATUS_CONFLICT);
    assert_string_equal(world->problem.detail,
                        "there are 64 organizations, and more are not possible");
}

static enum status connect(struct world *world, uint32_t organization, const char *name)
{
    struct connection_request request = {
        .actor = &world->admin, .arena = world->arena, .name = name, .grants = 1u << ROLE_USER};

    return store_update(world->store, organization, connection_create, &request, NULL);
}

static void the_names_of_one_are_free_in_another(void **state)
{
    struct world *world = *state;
    json_auto_t *site = json_pack("{s:s}", "displayName", "Harbour");
    struct site_request request = {.actor = &world->admin, .arena = world->arena, .resource = site};
    struct organization made;
    struct site found;

    assert_int_equal(make(world, "acme", &made), STATUS_OK);
    SCOPED(store_release) struct store_txn *before = begin_in(world, made.number);

    assert_int_equal(site_count(before), 0);
    assert_int_equal(connect(world, made.number, "entra"), STATUS_OK);
    assert_int_equal(connect(world, made.number, "entra"), STATUS_UNIQUENESS);
    assert_int_equal(store_update(world->store, made.number, site_create, &request, NULL),
                     STATUS_OK);

    SCOPED(store_release) struct store_txn *after = world_begin(world);
    assert_false(site_load(after, request.site.row, world->arena, &found));
    assert_int_equal(site_count(after), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_store_has_the_one_named_default, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(
            one_that_is_made_begins_with_its_own_journal_and_administrators_group, world_set_up,
            world_tear_down),
        cmocka_unit_test_setup_teardown(one_that_was_made_is_there_after_a_restart,
                                        world_set_up_on_disk, world_tear_down),
        cmocka_unit_test_setup_teardown(a_name_is_an_organizations_alone, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(a_number_is_never_given_twice, world_set_up,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(there_are_64_at_most, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(the_names_of_one_are_free_in_another, world_set_up,
                                        world_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
