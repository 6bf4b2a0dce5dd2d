#include "requests.h"

#include <string.h>

#include "bridge/base/log.h"
#include "bridge/core/organization.h"

/*
 * I2, I17. Failure by sweep: of every request the first write fails, then the second, and
 * so on until it succeeds, and each time everything is exactly as it was before.
 * The same for its looks.
 */

enum { CALLS_MAX = 1000 };

/* ------------------------------------------------------------------------- dump */

/* Every key and value of every table, one table after the other. */
struct dump {
    struct text tables[STORE_TABLE_COUNT];
};

static bool dump_entry(void *context, struct bytes key, struct bytes value)
{
    struct text *text = context;

    text_add_format(text, "%zu:%zu:", key.size, value.size);
    text_add_bytes(text, key);
    text_add_bytes(text, value);
    return true;
}

static struct dump dump_store(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct dump dump;

    for (int table = 0; table < STORE_TABLE_COUNT; table++) {
        dump.tables[table] = (struct text){.arena = world->arena};
        store_scan(txn, (enum store_table)table, (struct bytes){0}, (struct bytes){0}, dump_entry,
                   &dump.tables[table]);
    }
    assert_int_equal(store_status(txn, NULL), STATUS_OK);
    return dump;
}

/* The first table in which they differ; STORE_TABLE_COUNT when they are the same. */
static int difference(const struct dump *left, const struct dump *right)
{
    int table = 0;

    while (table < STORE_TABLE_COUNT &&
           bytes_equal(bytes_of(left->tables[table].data, left->tables[table].size),
                       bytes_of(right->tables[table].data, right->tables[table].size)))
        table++;
    return table;
}

/* ------------------------------------------------------------------------ sweep */

/* The request, while the nth of these calls fails; whether that call came. */
static bool fails_at(struct world *world, const struct request *request, unsigned calls, int nth,
                     enum status status)
{
    enum status ended;
    bool has_failed;

    world->failing.calls = calls;
    world->failing.status = status;
    atomic_store(&world->failing.countdown, nth);
    ended = request->make(world);
    world->failing.calls = 0;
    has_failed = atomic_load(&world->failing.countdown) <= 0;
    if (ended != (has_failed ? status : STATUS_OK))
        fail_msg("%s, failing at %d, ended with %d: %s", request->what, nth, (int)ended,
                 world->problem.detail);
    if (has_failed && !strstr(world->problem.detail, "as the test had asked for"))
        fail_msg("%s, failing at %d, gave another reason: %s", request->what, nth,
                 world->problem.detail);
    return has_failed;
}

static void sweep(struct world *world, const struct request *request, unsigned calls,
                  enum status status)
{
    struct dump before = dump_store(world);
    struct dump after;
    int nth = 1;

    while (fails_at(world, request, calls, nth, status)) {
        after = dump_store(world);
        if (difference(&before, &after) < STORE_TABLE_COUNT)
            fail_msg("%s, failing at %d, left something in table %d", request->what, nth,
                     difference(&before, &after));
        assert_true(++nth < CALLS_MAX);
    }
    after = dump_store(world);
    if (nth < 4 || difference(&before, &after) == STORE_TABLE_COUNT)
        fail_msg("%s did not do much: this test shows nothing", request->what);
}

static void sweep_all(unsigned calls, enum status status)
{
    for (size_t i = 0; i < request_count; i++) {
        void *state = NULL;

        assert_int_equal(world_set_up(&state), 0);
        requests[i].prepare(state);
        sweep(state, &requests[i], calls, status);
        assert_int_equal(world_tear_down(&state), 0);
    }
}

static void whichever_write_fails_nothing_of_the_request_is_there(void **state)
{
    (void)state;
    sweep_all(FAILING_WRITES, STATUS_STORE_FULL);
}

static void whichever_look_fails_nothing_of_the_request_is_there(void **state)
{
    (void)state;
    sweep_all(FAILING_LOOKS, STATUS_INTERNAL);
}

static void when_there_is_no_snapshot_to_be_had_the_request_is_to_come_back(void **state)
{
    struct world *world = *state;

    assert_true(fails_at(world, &requests[0], FAILING_BEGIN, 1, STATUS_BUSY));
    assert_true(fails_at(world, &requests[0], FAILING_BEGIN, 2, STATUS_BUSY));
    assert_false(fails_at(world, &requests[0], FAILING_BEGIN, 3, STATUS_BUSY));
}

/* ------------------------------------------------------------------ a full store */

/* The engine says that so much is in use, as a store sees when it is opened. */
static void given_a_store_in_use(struct world *world, unsigned percent)
{
    world->failing.percent_used = percent;
    world_restart(world);
}

static void assert_refused_for_room(struct world *world, const struct request *request)
{
    struct dump before = dump_store(world);
    struct dump after;
    enum status status = request->make(world);

    after = dump_store(world);
    if (status != STATUS_STORE_FULL || difference(&before, &after) < STORE_TABLE_COUNT)
        fail_msg("%s, in a full store, ended with %d: %s", request->what, (int)status,
                 world->problem.detail);
}

static void in_a_full_store_only_what_takes_access_away_or_makes_room_is_done(void **state)
{
    (void)state;
    for (size_t i = 0; i < request_count; i++) {
        const struct request *request = &requests[i];
        struct world *world;
        void *made = NULL;

        assert_int_equal(world_set_up(&made), 0);
        world = made;
        request->prepare(world);
        given_a_store_in_use(world, 90);
        if (request->room == NEEDS_ROOM) {
            assert_refused_for_room(world, request);
            given_a_store_in_use(world, 89);
        }
        if (request->make(world))
            fail_msg("%s: %s", request->what, world->problem.detail);
        assert_int_equal(world_tear_down(&made), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whichever_write_fails_nothing_of_the_request_is_there),
        cmocka_unit_test(whichever_look_fails_nothing_of_the_request_is_there),
        cmocka_unit_test(in_a_full_store_only_what_takes_access_away_or_makes_room_is_done),
        cmocka_unit_test_setup_teardown(
            when_there_is_no_snapshot_to_be_had_the_request_is_to_come_back, world_set_up,
            world_tear_down),
    };

    log_set_level(LOG_ERROR + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
