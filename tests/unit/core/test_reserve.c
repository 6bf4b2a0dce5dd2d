/* I17: in a store that is full everybody's access can still be taken away. */
#include "world.h"

#include <semaphore.h>
#include <stdio.h>

#include "chance.h"

#include "bridge/base/log.h"
#include "bridge/core/organization.h"
#include "bridge/scim/resource.h"

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

enum { TOGETHER = 50, PEOPLE_MAX = 20000, FILLING = 100000 };

static struct {
    struct world *world;
    char people[PEOPLE_MAX][UUID_TEXT_SIZE];
    unsigned count;
} given;

/* One of many requests that are made together, so that they share a commit. */
struct submission {
    struct user_request request;
    json_t *resource;
    struct arena *arena;
    enum status status;
    sem_t *ended;
};

static void keep_status(void *context, enum status status, const struct problem *problem)
{
    struct submission *submission = context;

    (void)problem;
    submission->status = status;
    (void)sem_post(submission->ended);
}

typedef store_change *prepare_submission(struct submission *submission, unsigned number);

static void submit_together(prepare_submission *prepare, unsigned first)
{
    struct submission submissions[TOGETHER] = {0};
    sem_t ended;

    (void)sem_init(&ended, 0, 0);
    for (unsigned i = 0; i < TOGETHER; i++) {
        struct submission *submission = &submissions[i];
        store_change *change;

        submission->arena = submission->request.arena = arena_new();
        submission->request.actor = &given.world->provider;
        submission->ended = &ended;
        change = prepare(submission, first + i);
        store_submit(given.world->store, ORGANIZATION_DEFAULT, change, &submission->request,
                     keep_status, submission);
    }
    for (unsigned i = 0; i < TOGETHER; i++)
        (void)sem_wait(&ended);
    for (unsigned i = 0; i < TOGETHER; i++) {
        assert_int_equal(submissions[i].status, STATUS_OK);
        (void)snprintf(given.people[first + i], UUID_TEXT_SIZE, "%s",
                       submissions[i].request.user.account.id);
        json_decref(submissions[i].resource);
        arena_free(submissions[i].arena);
    }
    (void)sem_destroy(&ended);
}

static store_change *creation(struct submission *submission, unsigned number)
{
    json_auto_t *body =
        json_pack("{s:s, s:{s:s, s:s}}", "userName", "", EXT, "role", "user", "site", "Harbour");

    (void)json_object_set_new(body, "userName",
                              json_string(arena_printf(submission->arena, "p%u", number)));
    assert_int_equal(
        resource_read(body, scim_resource_type(SCIM_USER), &submission->resource, NULL), STATUS_OK);
    submission->request.resource = submission->resource;
    return user_create;
}

static store_change *deactivation(struct submission *submission, unsigned number)
{
    json_auto_t *body = json_pack("{s:[{s:s, s:s, s:b}]}", "Operations", "op", "replace", "path",
                                  "active", "value", 0);
    struct patch *patch = NULL;

    assert_int_equal(
        patch_parse(body, scim_resource_type(SCIM_USER), submission->arena, &patch, NULL),
        STATUS_OK);
    submission->request.id = given.people[number];
    submission->request.patch = patch;
    return user_patch;
}

static enum status add_filling(struct store_txn *txn, void *argument, struct problem *problem)
{
    static char filling[FILLING];

    (void)argument;
    (void)problem;
    store_journal(txn, bytes_of(filling, sizeof(filling)));
    return STATUS_OK;
}

static void given_a_full_store(void)
{
    enum status status;

    while (
        !(status = store_update(given.world->store, ORGANIZATION_DEFAULT, add_filling, NULL, NULL)))
        ;
    assert_int_equal(status, STATUS_STORE_FULL);
    assert_int_equal(world_create(given.world, &given.world->provider, "{'userName':'x'}"),
                     STATUS_STORE_FULL);
}

static void everybody_can_be_deactivated_in_a_store_that_is_full(void **state)
{
    const unsigned count = tries(2000, 4000);
    SCOPED(store_release) struct store_txn *txn = NULL;

    (void)state;
    for (unsigned first = 0; first < count; first += TOGETHER)
        submit_together(creation, first);
    given_a_full_store();

    for (unsigned first = 0; first < count; first += TOGETHER)
        submit_together(deactivation, first);

    txn = world_begin(given.world);
    assert_int_equal(user_counts(txn).total, count);
    assert_int_equal(user_counts(txn).active, 0);
}

static int set_up(void **state)
{
    int failed = world_set_up_on_disk(state);

    given.world = *state;
    return failed;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_can_be_deactivated_in_a_store_that_is_full,
                                        set_up, world_tear_down),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
