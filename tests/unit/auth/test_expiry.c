#include "world.h"

#include "bridge/auth/token.h"
#include "bridge/base/timeline.h"
#include "bridge/core/lease.h"
#include "bridge/core/organization.h"

/*
 * I15, where time decides: a token, a lease and the outbox, each at the times that a timeline
 * tells while the wall clock of the machine is set to and fro.
 */

enum { NOON = 1700000000, HOUR = 3600, DAY = 24 * HOUR, YEAR = 365 * DAY };

static struct timeline timeline;

static struct reading reading(int64_t elapsed, int64_t step)
{
    return (struct reading){.wall = (NOON + elapsed + step) * 1000000, .boot = elapsed * 1000000};
}

/* In seconds: so long after the beginning, with the wall clock so far off. */
static int64_t told(int64_t elapsed, int64_t step)
{
    return timeline_tell(&timeline, reading(elapsed, step)) / 1000000;
}

static struct token_request given_a_token(struct world *world, const char *name, int64_t life)
{
    struct token_request request = {
        .actor = &world->admin, .arena = world->arena, .name = name, .life = life};

    timeline = timeline_begin(0, reading(0, 0));
    world->admin.now = told(0, 0);
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, token_issue, &request, NULL),
                     STATUS_OK);
    return request;
}

static enum status opened(struct world *world, const struct token_request *request, int64_t now)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct principal principal;

    return principal_of_token(txn, request->secret, now, world->arena, &principal, NULL);
}

static void a_token_that_has_expired_stays_so_whatever_the_clock_says(void **state)
{
    static const int64_t steps[] = {0, -1, -HOUR, -YEAR, -50LL * YEAR, 10LL * YEAR, -YEAR};
    struct world *world = *state;
    struct token_request request = given_a_token(world, "job", HOUR);

    assert_int_equal(opened(world, &request, told(HOUR - 1, 0)), STATUS_OK);
    assert_int_equal(opened(world, &request, told(HOUR, 0)), STATUS_UNAUTHORIZED);

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        assert_int_equal(opened(world, &request, told(HOUR + (int64_t)i, steps[i])),
                         STATUS_UNAUTHORIZED);
}

static void a_token_outlives_a_jump_until_it_is_allowed(void **state)
{
    struct world *world = *state;
    struct token_request request = given_a_token(world, "held", YEAR);

    assert_int_equal(opened(world, &request, told(HOUR, 10LL * YEAR)), STATUS_OK);
    assert_int_equal(opened(world, &request, told(YEAR - 1, 10LL * YEAR)), STATUS_OK);
    assert_int_equal(opened(world, &request, told(YEAR, 10LL * YEAR)), STATUS_UNAUTHORIZED);

    request = given_a_token(world, "allowed", YEAR);
    timeline_allow(&timeline, 10LL * YEAR * 1000000, reading(HOUR, 10LL * YEAR));
    assert_int_equal(opened(world, &request, told(HOUR, 10LL * YEAR)), STATUS_UNAUTHORIZED);
}

static const struct lease_holder first = {.process = 7, .worker = 1};
static const struct lease_holder second = {.process = 7, .worker = 2};

static void a_lease_ends_though_the_clock_was_set_back(void **state)
{
    struct lease lease = {.holder = first, .epoch = 1};

    (void)state;
    timeline = timeline_begin(0, reading(0, 0));
    lease.until = told(0, 0) + LEASE_SECONDS;

    assert_true(lease_is_taken(&lease, &second, told(1, -YEAR)));
    assert_false(lease_is_taken(&lease, &second, told(2 * LEASE_SECONDS, -YEAR)));
}

static enum status refuse(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct world *world = argument;
    struct outbox_line line;

    assert_true(outbox_find(txn, OUTBOX_SITE, world->north, world->arena, &line));
    outbox_refused(txn, &line, "no", told(0, 0), world->arena);
    return store_status(txn, problem);
}

static bool is_due(struct world *world, int64_t now)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct outbox_line lines[10];
    size_t count = outbox_due(txn, now, lines, 10, world->arena);

    for (size_t i = 0; i < count; i++)
        if (lines[i].kind == OUTBOX_SITE && lines[i].row == world->north)
            return true;
    return false;
}

static void what_is_parked_is_due_again_though_the_clock_was_set_back(void **state)
{
    struct world *world = *state;
    int64_t delay = outbox_delay(1);

    timeline = timeline_begin(0, reading(0, 0));
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, refuse, world, NULL),
                     STATUS_OK);

    assert_false(is_due(world, told(delay - 1, -YEAR)));
    assert_true(is_due(world, told(2 * delay, -YEAR)));
}

#define EXPIRY_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXPIRY_TEST(a_token_that_has_expired_stays_so_whatever_the_clock_says),
        EXPIRY_TEST(a_token_outlives_a_jump_until_it_is_allowed),
        EXPIRY_TEST(a_lease_ends_though_the_clock_was_set_back),
        EXPIRY_TEST(what_is_parked_is_due_again_though_the_clock_was_set_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
