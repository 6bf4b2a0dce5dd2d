#include "engines.h"

#include "bridge/base/clock.h"

/* What time a store has kept, in microseconds; 0: none. */
static int64_t mark(void)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct bytes value;

    assert_int_equal(store_begin(given.store, ORGANIZATION, &txn, NULL), STATUS_OK);
    return store_get(txn, STORE_META, bytes_of_text("time"), &value) ? store_number(value) : 0;
}

static enum status keep_time(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)problem;
    store_keep_time(txn);
    return STATUS_OK;
}

static enum status do_nothing(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)txn;
    (void)argument;
    (void)problem;
    return STATUS_OK;
}

static void given_a_store_that_keeps_time(void)
{
    assert_int_equal(store_update(given.store, ORGANIZATION, keep_time, NULL, NULL), STATUS_OK);
}

static void a_store_that_nobody_has_served_keeps_no_time(void **state)
{
    (void)state;
    assert_int_equal(put("a", "1"), STATUS_OK);

    assert_int_equal(mark(), 0);
}

static void what_time_it_is_can_be_kept_though_nothing_else_is_written(void **state)
{
    int64_t before = clock_now_us();

    (void)state;
    given_a_store_that_keeps_time();

    assert_in_range(mark(), before, clock_now_us());
}

static void from_then_on_every_commit_keeps_it(void **state)
{
    int64_t before;

    (void)state;
    given_a_store_that_keeps_time();
    before = clock_now_us();
    assert_int_equal(put("a", "1"), STATUS_OK);
    assert_in_range(mark(), before, clock_now_us());

    reopen_given();
    before = clock_now_us();
    assert_int_equal(put("a", "2"), STATUS_OK);
    assert_in_range(mark(), before, clock_now_us());
}

static void what_writes_nothing_keeps_nothing(void **state)
{
    int64_t before;

    (void)state;
    given_a_store_that_keeps_time();
    before = mark();

    assert_int_equal(store_update(given.store, ORGANIZATION, do_nothing, NULL, NULL), STATUS_OK);

    assert_int_equal(mark(), before);
}

#define TIME_TEST(name) cmocka_unit_test_setup_teardown(name, make_given, discard_given)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TIME_TEST(a_store_that_nobody_has_served_keeps_no_time),
        TIME_TEST(what_time_it_is_can_be_kept_though_nothing_else_is_written),
        TIME_TEST(from_then_on_every_commit_keeps_it),
        TIME_TEST(what_writes_nothing_keeps_nothing),
    };

    return engine_choose(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
