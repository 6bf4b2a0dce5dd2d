#include "world.h"

#include "bridge/core/lease.h"

enum { NOON = 1700000000 };

static const struct lease_holder first = {.process = 7, .worker = 1};
static const struct lease_holder second = {.process = 7, .worker = 2};
static const struct lease_holder restarted = {.process = 8, .worker = 1};

struct attempt {
    const struct lease_holder *holder;
    int64_t now;
    struct arena *arena;
    struct lease lease;
    bool is_held;
};

static enum status hold(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct attempt *attempt = argument;

    (void)problem;
    attempt->is_held =
        lease_hold(txn, attempt->holder, attempt->now, attempt->arena, &attempt->lease);
    return STATUS_OK;
}

static struct attempt attempt_in(struct world *world, uint32_t organization,
                                 const struct lease_holder *holder, int64_t now)
{
    struct attempt attempt = {.holder = holder, .now = now, .arena = world->arena};

    assert_int_equal(store_update(world->store, organization, hold, &attempt, NULL), STATUS_OK);
    return attempt;
}

static struct attempt attempt(struct world *world, const struct lease_holder *holder, int64_t now)
{
    return attempt_in(world, 1, holder, now);
}

static struct lease stored(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return lease_find(txn);
}

static void nobody_holds_it_at_first(void **state)
{
    struct world *world = *state;
    struct lease lease = stored(world);

    assert_int_equal(lease.epoch, 0);
    assert_false(lease_is_taken(&lease, &first, NOON));
}

static void who_comes_first_holds_it_until_it_ends(void **state)
{
    struct world *world = *state;

    assert_true(attempt(world, &first, NOON).is_held);

    assert_int_equal(stored(world).epoch, 1);
    assert_false(attempt(world, &second, NOON + LEASE_SECONDS - 1).is_held);
    assert_int_equal(stored(world).holder.worker, first.worker);
    assert_true(attempt(world, &second, NOON + LEASE_SECONDS).is_held);
    assert_int_equal(stored(world).holder.worker, second.worker);
}

static void whoever_takes_it_over_begins_a_new_epoch_and_the_other_is_out(void **state)
{
    struct world *world = *state;

    (void)attempt(world, &first, NOON);
    (void)attempt(world, &second, NOON + LEASE_SECONDS);

    assert_int_equal(stored(world).epoch, 2);
    assert_false(attempt(world, &first, NOON + LEASE_SECONDS + 1).is_held);
    assert_int_equal(stored(world).epoch, 2);
}

static void keeping_it_is_written_once_in_ten_seconds_and_no_new_epoch(void **state)
{
    struct world *world = *state;

    (void)attempt(world, &first, NOON);
    assert_true(attempt(world, &first, NOON + LEASE_RENEWAL_SECONDS - 1).is_held);
    assert_int_equal(stored(world).until, NOON + LEASE_SECONDS);

    assert_true(attempt(world, &first, NOON + LEASE_RENEWAL_SECONDS).is_held);

    assert_int_equal(stored(world).until, NOON + LEASE_RENEWAL_SECONDS + LEASE_SECONDS);
    assert_int_equal(stored(world).epoch, 1);
}

static void a_process_that_has_ended_holds_nothing(void **state)
{
    struct world *world = *state;

    (void)attempt(world, &first, NOON);

    assert_true(attempt(world, &restarted, NOON + 1).is_held);
    assert_int_equal(stored(world).epoch, 2);
}

static void it_outlives_a_restart(void **state)
{
    struct world *world = *state;

    (void)attempt(world, &first, NOON);
    world_restart(world);

    assert_int_equal(stored(world).epoch, 1);
    assert_int_equal(stored(world).holder.process, first.process);
}

static void each_organization_has_its_own(void **state)
{
    struct world *world = *state;

    (void)attempt(world, &first, NOON);

    assert_true(attempt_in(world, 2, &second, NOON).is_held);
    assert_int_equal(stored(world).holder.worker, first.worker);
}

#define LEASE_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
#define DISK_TEST(name)  cmocka_unit_test_setup_teardown(name, world_set_up_on_disk, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEASE_TEST(nobody_holds_it_at_first),
        LEASE_TEST(who_comes_first_holds_it_until_it_ends),
        LEASE_TEST(whoever_takes_it_over_begins_a_new_epoch_and_the_other_is_out),
        LEASE_TEST(keeping_it_is_written_once_in_ten_seconds_and_no_new_epoch),
        LEASE_TEST(a_process_that_has_ended_holds_nothing),
        DISK_TEST(it_outlives_a_restart),
        LEASE_TEST(each_organization_has_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
