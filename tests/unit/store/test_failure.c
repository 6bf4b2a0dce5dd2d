/* An engine that fails at one call, whichever it is: what is left of a change, and of the others.
 */
#include "engines.h"

#include "failing.h"
#include "store.h"

enum { CALLS_MAX = 100 };

static struct failing failing;

static struct bytes text(const char *value)
{
    return bytes_of_text(value);
}

static void fail_at(unsigned calls, int nth, enum status status)
{
    failing.calls = calls;
    atomic_store(&failing.countdown, nth);
    failing.status = status;
}

/* Whether the call came that was to fail; from here on none does. */
static bool has_failed(void)
{
    failing.calls = 0;
    return atomic_load(&failing.countdown) <= 0;
}

static struct engine *open_engine(void)
{
    struct engine *engine = NULL;

    if (given.memory)
        return memory_engine(given.memory);
    assert_int_equal(engine_open(given.path, given.size, &engine, NULL), STATUS_OK);
    return engine;
}

static enum status reopen_failing(void)
{
    close_given();
    return store_open_on(failing_engine(open_engine(), &failing), &given.store, NULL);
}

static int make_failing(void **state)
{
    failing.calls = 0;
    return make_given(state) || reopen_failing() ? -1 : 0;
}

/* ------------------------------------------------------------------- one change */

static bool count_entry(void *context, struct bytes key, struct bytes value)
{
    unsigned *count = context;

    (void)key;
    (void)value;
    (*count)++;
    return true;
}

/* Someone moves: looks at three places, and writes to four. */
static enum status move(struct store_txn *txn, void *argument, struct problem *problem)
{
    unsigned neighbours = 0;

    (void)argument;
    (void)problem;
    (void)value_in(txn, "old");
    (void)store_count(txn, text("moves"));
    store_scan(txn, STORE_RESOURCE, text("new"), (struct bytes){0}, count_entry, &neighbours);
    store_delete(txn, STORE_RESOURCE, text("old"));
    store_put(txn, STORE_RESOURCE, text("new"), text("ada"));
    store_put(txn, STORE_INDEX, text("ada"), text("new"));
    store_add(txn, text("moves"), 1);
    store_journal(txn, text("moved"));
    return STATUS_OK;
}

static bool count_line(void *context, const struct journal_mark *mark, struct bytes record)
{
    (void)mark;
    return count_entry(context, record, record);
}

static unsigned lines_of_the_journal(void)
{
    unsigned count = 0;

    assert_int_equal(journal_walk(given.store, ORGANIZATION, count_line, &count, NULL), STATUS_OK);
    return count;
}

static void assert_moved(bool has_moved)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct bytes value;

    assert_string_equal(value_at("old"), has_moved ? "" : "ada");
    assert_string_equal(value_at("new"), has_moved ? "ada" : "");
    assert_int_equal(count_at("moves"), has_moved);
    assert_int_equal(lines_of_the_journal(), has_moved);
    assert_int_equal(store_begin(given.store, ORGANIZATION, &txn, NULL), STATUS_OK);
    assert_int_equal(store_get(txn, STORE_INDEX, text("ada"), &value), has_moved);
}

/* Let the first of these calls fail, then the second, until it moves; how many there are. */
static int sweep(unsigned calls, enum status status)
{
    for (int nth = 1; nth < CALLS_MAX; nth++) {
        struct problem problem = {0};
        enum status ended;

        fail_at(calls, nth, status);
        ended = store_update(given.store, ORGANIZATION, move, NULL, &problem);
        if (!has_failed()) {
            assert_int_equal(ended, STATUS_OK);
            return nth - 1;
        }
        assert_int_equal(ended, status);
        assert_non_null(strstr(problem.detail, "as the test had asked for"));
        assert_moved(false);
    }
    return CALLS_MAX;
}

static void whichever_write_fails_nothing_of_the_change_is_there(void **state)
{
    (void)state;
    assert_int_equal(put("old", "ada"), STATUS_OK);

    /* a delete; two puts, a number, a line, the journal's head, the sequence; the commit */
    assert_int_equal(sweep(FAILING_WRITES, STATUS_STORE_FULL), 1 + 6 + 1);

    assert_moved(true);
}

static void whichever_look_fails_nothing_of_the_change_is_there(void **state)
{
    (void)state;
    assert_int_equal(put("old", "ada"), STATUS_OK);

    /* a snapshot and three looks; again in the write, with the number and the journal's head */
    assert_int_equal(sweep(FAILING_LOOKS, STATUS_INTERNAL), 4 + 4 + 2);

    assert_moved(true);
}

static void a_look_that_fails_says_so_to_whoever_only_reads(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct problem problem = {0};
    unsigned shown = 0;

    (void)state;
    assert_int_equal(put("old", "ada"), STATUS_OK);
    assert_int_equal(store_begin(given.store, ORGANIZATION, &txn, NULL), STATUS_OK);

    fail_at(FAILING_SCAN, 1, STATUS_INTERNAL);
    store_scan(txn, STORE_RESOURCE, text("old"), (struct bytes){0}, count_entry, &shown);

    assert_true(has_failed());
    assert_int_equal(shown, 1); /* it has seen something, which is not all */
    assert_int_equal(store_missing(txn, &problem, "user", "ada"), STATUS_INTERNAL);
    assert_string_equal(value_in(txn, "old"), ""); /* no further look */
}

static void a_store_that_cannot_be_looked_into_does_not_open(void **state)
{
    (void)state;
    fail_at(FAILING_GET, 1, STATUS_INTERNAL);

    assert_int_equal(reopen_failing(), STATUS_INTERNAL);

    assert_true(has_failed());
    assert_int_equal(reopen_failing(), STATUS_OK); /* and nobody has kept it open */
}

/* ------------------------------------------------------------------- many at once */

static enum status forget_pairs(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct pair *pairs = argument;

    (void)problem;
    for (int i = 0; i < 3; i++)
        store_delete(txn, STORE_RESOURCE, text(pairs[i].key));
    return STATUS_OK;
}

static void a_failure_that_passes_costs_nobody_in_the_batch_anything(void **state)
{
    struct pair pairs[] = {{"ada", "1"}, {"bob", "2"}, {"carl", "3"}};
    bool fails = true;

    (void)state;
    for (int nth = 1; fails; nth++) {
        struct ending endings[3] = {0};

        assert_true(nth < CALLS_MAX);
        hold_committer();
        for (int i = 0; i < 3; i++)
            submit(put_pair, &pairs[i], &endings[i]);
        fail_at(FAILING_WRITES | FAILING_BEGIN, nth, STATUS_STORE_FULL);
        release_committer();

        for (int i = 0; i < 3; i++)
            assert_int_equal(status_of(&endings[i]), STATUS_OK);
        fails = has_failed();
        for (int i = 0; i < 3; i++)
            assert_string_equal(value_at(pairs[i].key), pairs[i].value);
        assert_int_equal(store_update(given.store, ORGANIZATION, forget_pairs, pairs, NULL),
                         STATUS_OK);
    }
}

#define FAILURE_TEST(name) cmocka_unit_test_setup_teardown(name, make_failing, discard_given)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FAILURE_TEST(whichever_write_fails_nothing_of_the_change_is_there),
        FAILURE_TEST(whichever_look_fails_nothing_of_the_change_is_there),
        FAILURE_TEST(a_look_that_fails_says_so_to_whoever_only_reads),
        FAILURE_TEST(a_store_that_cannot_be_looked_into_does_not_open),
        FAILURE_TEST(a_failure_that_passes_costs_nobody_in_the_batch_anything),
    };

    return engine_choose(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
