#include <pthread.h>
#include <stdio.h>

#include "bridge/core/organization.h"
#include "bridge/scim/patch.h"
#include "bridge/scim/resource.h"
#include "world.h"

/* Requests of many threads at the same moment, of which the rules allow only some. */

enum { THREADS = 16, ROUNDS = 20, ID_SIZE = UUID_TEXT_SIZE };

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

struct runner {
    pthread_t thread;
    struct world *world;
    pthread_barrier_t *start;
    enum status (*request)(struct runner *runner, struct arena *arena);
    char id[ID_SIZE];
    enum status status;
};

static struct runner runners[THREADS];

static enum status update(const struct runner *runner, store_change *change,
                          struct user_request *request)
{
    return store_update(runner->world->store, ORGANIZATION_DEFAULT, change, request, NULL);
}

static void *run(void *context)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct runner *runner = context;

    (void)pthread_barrier_wait(runner->start);
    runner->status = runner->request(runner, arena);
    return NULL;
}

/* All at once; how many of them succeeded. Every other one ends as `refused`. */
static int run_all(struct world *world,
                   enum status (*request)(struct runner *runner, struct arena *arena),
                   enum status refused)
{
    pthread_barrier_t start;
    int successes = 0;

    (void)pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        runners[i].world = world;
        runners[i].start = &start;
        runners[i].request = request;
        assert_int_equal(pthread_create(&runners[i].thread, NULL, run, &runners[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(runners[i].thread, NULL);
        successes += runners[i].status == STATUS_OK;
        assert_true(runners[i].status == STATUS_OK || runners[i].status == refused);
    }
    (void)pthread_barrier_destroy(&start);
    return successes;
}

static void given_an_administrator_each(struct world *world)
{
    for (int i = 0; i < THREADS; i++) {
        const char *json =
            arena_printf(world->arena, "{'userName':'%d','" EXT "':{'role':'admin'}}", i);

        assert_int_equal(world_create(world, &world->provider, json), STATUS_OK);
        (void)snprintf(runners[i].id, ID_SIZE, "%s", world->user.account.id);
    }
}

static int64_t administrators(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return user_counts(txn).admins;
}

static enum status disable(struct runner *runner, struct arena *arena)
{
    json_auto_t *body = json_pack("{s:[{s:s, s:s, s:b}]}", "Operations", "op", "replace", "path",
                                  "active", "value", 0);
    struct user_request request = {
        .actor = &runner->world->provider, .arena = arena, .id = runner->id};
    struct patch *patch = NULL;

    (void)patch_parse(body, scim_resource_type(SCIM_USER), arena, &patch, NULL);
    request.patch = patch;
    return update(runner, user_patch, &request);
}

static enum status delete_person(struct runner *runner, struct arena *arena)
{
    struct user_request request = {
        .actor = &runner->world->provider, .arena = arena, .id = runner->id};

    return update(runner, user_delete, &request);
}

/* Odd ones by deletion, even ones by deactivation. */
static enum status take_away(struct runner *runner, struct arena *arena)
{
    return (runner - runners) % 2 ? delete_person(runner, arena) : disable(runner, arena);
}

static void one_administrator_is_left_however_many_go_at_once(void **state)
{
    struct world *world = *state;

    given_an_administrator_each(world);

    assert_int_equal(run_all(world, take_away, STATUS_FORBIDDEN), THREADS - 1);

    assert_int_equal(administrators(world), 1);
}

static enum status create_ana(struct runner *runner, struct arena *arena)
{
    json_auto_t *resource = json_pack("{s:s, s:s}", "userName", "ana", "externalId", "x");
    struct user_request request = {
        .actor = &runner->world->provider, .arena = arena, .resource = resource};
    enum status status = update(runner, user_create, &request);

    if (!status)
        (void)snprintf(runners[0].id, ID_SIZE, "%s", request.user.account.id);
    return status;
}

/* All the same account. */
static enum status delete_ana(struct runner *runner, struct arena *arena)
{
    struct user_request request = {
        .actor = &runner->world->provider, .arena = arena, .id = runners[0].id};

    return update(runner, user_delete, &request);
}

static void one_account_gets_the_name_however_many_ask_for_it_at_once(void **state)
{
    struct world *world = *state;

    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(run_all(world, create_ana, STATUS_UNIQUENESS), 1);
        assert_int_equal(run_all(world, delete_ana, STATUS_NOT_FOUND), 1);
    }
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(one_administrator_is_left_however_many_go_at_once),
        WORLD_TEST(one_account_gets_the_name_however_many_ask_for_it_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
