#include "world.h"

#include "journal_walk.h"

#include "bridge/core/connection.h"

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

static enum status end(struct world *world, enum connection_disposal disposal)
{
    struct connection_request request = {
        .actor = &world->admin, .arena = world->arena, .name = "entra", .disposal = disposal};

    world->problem = (struct problem){0};
    return store_update(world->store, 1, connection_delete, &request, &world->problem);
}

static const char *given_a_person(struct world *world)
{
    assert_int_equal(world_create(world, &world->provider,
                                  "{'userName':'ana','externalId':'x','" EXT
                                  "':{'role':'user','site':'Harbour'}}"),
                     STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

static void a_connection_that_owns_accounts_is_not_deleted_without_a_word_on_them(void **state)
{
    struct world *world = *state;
    const char *ana = given_a_person(world);

    assert_int_equal(end(world, CONNECTION_KEEP_NONE), STATUS_CONFLICT);

    assert_non_null(strstr(world->problem.detail, "owns 1 accounts"));
    assert_int_equal(world_account(world, ana).owner, world->provider.connection);
}

static void released_accounts_stay_as_they_are_and_administrators_own_them(void **state)
{
    struct world *world = *state;
    const char *ana = given_a_person(world);

    assert_int_equal(end(world, CONNECTION_RELEASE), STATUS_OK);

    assert_int_equal(world_account(world, ana).owner, 0);
    assert_int_equal(world_account(world, ana).association.site_row, world->harbour);
    assert_int_equal(world_patch(world, &world->admin, ana,
                                 "[{'op':'replace','path':'" EXT ":site','value':'North Plant'}]"),
                     STATUS_OK);
    assert_int_equal(world_account(world, ana).association.site_row, world->north);
}

static void deactivated_accounts_lose_access_and_can_be_restored_by_administrators(void **state)
{
    struct world *world = *state;
    const char *ana = given_a_person(world);
    struct outbox_line line;

    assert_int_equal(end(world, CONNECTION_DEACTIVATE), STATUS_OK);

    assert_false(world_account(world, ana).is_active);
    assert_int_equal(world_account(world, ana).association.role, ROLE_NONE);
    assert_true(world_waits(world, ana, &line));
    assert_int_equal(line.urgency, OUTBOX_LOSING);
    json_auto_t *resource = world_resource(world, ana);
    assert_true(json_is_false(json_object_get(resource, "active")));
    assert_int_equal(
        world_patch(world, &world->admin, ana, "[{'op':'replace','path':'active','value':true}]"),
        STATUS_OK);
    assert_int_equal(world_account(world, ana).association.site_row, world->harbour);
}

static void deleting_a_connection_does_not_take_away_the_last_administrator(void **state)
{
    struct world *world = *state;

    (void)world_create(world, &world->provider, "{'userName':'a','" EXT "':{'role':'admin'}}");
    (void)world_create(world, &world->provider, "{'userName':'b','" EXT "':{'role':'admin'}}");

    assert_int_equal(end(world, CONNECTION_DEACTIVATE), STATUS_FORBIDDEN);

    assert_true(world_account(world, world->user.account.id).is_active);
    assert_int_equal(world_account(world, world->user.account.id).owner,
                     world->provider.connection);
}

static void names_of_connections_are_plain_and_unique(void **state)
{
    struct world *world = *state;
    static const char *const wrong[] = {
        "", "Entra", "a b", "a/b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "local"};
    struct connection_request request = {.actor = &world->admin, .arena = world->arena};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        request.name = wrong[i];
        assert_int_equal(store_update(world->store, 1, connection_create, &request, NULL),
                         STATUS_INVALID_VALUE);
    }
    request.name = "entra";
    assert_int_equal(store_update(world->store, 1, connection_create, &request, NULL),
                     STATUS_UNIQUENESS);
}

/* -------------------------------------------------------------------------- editing */

static enum status edit(struct world *world, struct connection_request request)
{
    request.actor = &world->admin;
    request.arena = world->arena;
    world->problem = (struct problem){0};
    return store_update(world->store, 1, connection_edit, &request, &world->problem);
}

static enum status set_grants(struct world *world, const char *name, unsigned grants)
{
    return edit(world,
                (struct connection_request){.name = name, .sets_grants = true, .grants = grants});
}

/* Up to two domains. */
static enum status set_domains(struct world *world, const char *name, const char *first,
                               const char *second)
{
    const char *domains[] = {first, second};

    return edit(world, (struct connection_request){.name = name,
                                                   .sets_domains = true,
                                                   .domains = domains,
                                                   .domain_count = !first    ? 0
                                                                   : !second ? 1
                                                                             : 2});
}

static struct connection stored(struct world *world, const char *name)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct connection connection = {0};

    assert_true(connection_find(txn, name, world->arena, &connection));
    return connection;
}

static uint32_t owner_of_domain(struct world *world, const char *domain)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return connection_of_domain(txn, domain);
}

static void a_right_that_was_taken_away_gives_nothing_new_and_takes_nothing_back(void **state)
{
    struct world *world = *state;
    const char *ana;

    assert_int_equal(
        world_create(world, &world->provider, "{'userName':'ana','" EXT "':{'role':'admin'}}"),
        STATUS_OK);
    ana = arena_strdup(world->arena, world->user.account.id);

    assert_int_equal(set_grants(world, "entra", 1u << ROLE_USER), STATUS_OK);

    assert_int_equal(world_account(world, ana).association.role, ROLE_ADMIN);
    assert_int_equal(world_patch(world, &world->provider, ana,
                                 "[{'op':'replace','path':'displayName','value':'Ana'},"
                                 "{'op':'replace','path':'" EXT ":role','value':'admin'}]"),
                     STATUS_OK);
    assert_int_equal(
        world_create(world, &world->provider, "{'userName':'bob','" EXT "':{'role':'admin'}}"),
        STATUS_FORBIDDEN);
    assert_non_null(
        strstr(world->problem.detail, "rolebridge connection edit entra --grant admin"));

    assert_int_equal(set_grants(world, "entra", 1u << ROLE_USER | 1u << ROLE_ADMIN), STATUS_OK);
    assert_int_equal(
        world_create(world, &world->provider, "{'userName':'bob','" EXT "':{'role':'admin'}}"),
        STATUS_OK);
}

static void a_domain_is_one_connections_in_whatever_form_it_is_written(void **state)
{
    struct world *world = *state;
    uint32_t entra = world->provider.connection;

    assert_int_equal(set_domains(world, "entra", "Example.ORG", "example.org"), STATUS_OK);
    assert_int_equal(stored(world, "entra").domain_count, 1);
    assert_string_equal(stored(world, "entra").domains[0], "example.org");

    assert_int_equal(set_domains(world, "okta", "other.example", "EXAMPLE.org"), STATUS_UNIQUENESS);
    assert_non_null(strstr(world->problem.detail, "one of the connection entra"));
    assert_int_equal(owner_of_domain(world, "other.example"), 0);

    /* Its own is no obstacle, and one that it gives up is free. */
    assert_int_equal(set_domains(world, "entra",
                                 "b\xc3\xbc"
                                 "cher.example",
                                 "example.org"),
                     STATUS_OK);
    assert_int_equal(owner_of_domain(world, "xn--bcher-kva.example"), entra);
    assert_int_equal(set_domains(world, "entra", "xn--bcher-kva.example", NULL), STATUS_OK);
    assert_int_equal(owner_of_domain(world, "example.org"), 0);
    assert_int_equal(set_domains(world, "okta", "example.org", NULL), STATUS_OK);
}

static void the_domains_of_a_deleted_connection_are_free(void **state)
{
    struct world *world = *state;

    assert_int_equal(set_domains(world, "entra", "example.org", "b.example"), STATUS_OK);

    assert_int_equal(end(world, CONNECTION_KEEP_NONE), STATUS_OK);

    assert_int_equal(set_domains(world, "okta", "b.example", "example.org"), STATUS_OK);
}

static void what_an_edit_does_not_set_stays(void **state)
{
    struct world *world = *state;

    assert_int_equal(set_domains(world, "okta", "example.org", NULL), STATUS_OK);
    assert_int_equal(set_grants(world, "okta", 1u << ROLE_ADMIN), STATUS_OK);

    assert_int_equal(stored(world, "okta").grants, 1u << ROLE_ADMIN);
    assert_int_equal(stored(world, "okta").domain_count, 1);
    assert_int_equal(set_domains(world, "okta", NULL, NULL), STATUS_OK);
    assert_int_equal(stored(world, "okta").grants, 1u << ROLE_ADMIN);
    assert_int_equal(stored(world, "okta").domain_count, 0);
    assert_int_equal(set_grants(world, "nobody", 0), STATUS_NOT_FOUND);
}

static void what_is_no_domain_is_refused_and_so_are_too_many(void **state)
{
    struct world *world = *state;
    const char *domains[CONNECTION_DOMAINS_MAX + 1];
    struct connection_request request = {.name = "entra", .sets_domains = true, .domains = domains};

    assert_int_equal(set_domains(world, "entra", "ada@example.org", NULL), STATUS_INVALID_VALUE);
    assert_int_equal(set_domains(world, "entra", "", NULL), STATUS_INVALID_VALUE);
    for (size_t i = 0; i <= CONNECTION_DOMAINS_MAX; i++)
        domains[i] = arena_printf(world->arena, "d%zu.example", i);
    request.domain_count = CONNECTION_DOMAINS_MAX + 1;
    assert_int_equal(edit(world, request), STATUS_INVALID_VALUE);
    request.domain_count = CONNECTION_DOMAINS_MAX;
    assert_int_equal(edit(world, request), STATUS_OK);
    assert_int_equal(stored(world, "entra").domain_count, CONNECTION_DOMAINS_MAX);
}

static bool count_record(void *context, const struct journal_mark *mark, struct bytes record)
{
    (void)mark;
    (void)record;
    ++*(int *)context;
    return true;
}

static void an_edit_that_changes_nothing_is_no_change(void **state)
{
    struct world *world = *state;
    int before = 0, after = 0;

    (void)set_domains(world, "entra", "example.org", NULL);
    assert_int_equal(journal_walk(world->store, 1, count_record, &before, NULL), STATUS_OK);
    (void)set_domains(world, "entra", "EXAMPLE.org", NULL);
    assert_int_equal(journal_walk(world->store, 1, count_record, &after, NULL), STATUS_OK);
    assert_int_equal(after, before);
    (void)set_domains(world, "entra", NULL, NULL);
    after = 0;
    assert_int_equal(journal_walk(world->store, 1, count_record, &after, NULL), STATUS_OK);
    assert_int_equal(after, before + 1);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_connection_that_owns_accounts_is_not_deleted_without_a_word_on_them),
        WORLD_TEST(released_accounts_stay_as_they_are_and_administrators_own_them),
        WORLD_TEST(deactivated_accounts_lose_access_and_can_be_restored_by_administrators),
        WORLD_TEST(deleting_a_connection_does_not_take_away_the_last_administrator),
        WORLD_TEST(names_of_connections_are_plain_and_unique),
        WORLD_TEST(a_right_that_was_taken_away_gives_nothing_new_and_takes_nothing_back),
        WORLD_TEST(a_domain_is_one_connections_in_whatever_form_it_is_written),
        WORLD_TEST(the_domains_of_a_deleted_connection_are_free),
        WORLD_TEST(what_an_edit_does_not_set_stays),
        WORLD_TEST(what_is_no_domain_is_refused_and_so_are_too_many),
        WORLD_TEST(an_edit_that_changes_nothing_is_no_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
