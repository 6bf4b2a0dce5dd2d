/* Many threads at once: what holds for one after the other holds for all together. */
#include "engines.h"

#include <stdatomic.h>

enum { THREADS = 16, ROUNDS = 50, NUMBERS_EACH = 20, ADDS_EACH = 50 };

static pthread_barrier_t barrier;

static void run_threads(void *(*work)(void *))
{
    pthread_t threads[THREADS];
    static unsigned numbers[THREADS];

    (void)pthread_barrier_init(&barrier, NULL, THREADS);
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&barrier);
}

/* ------------------------------------------------------------------- uniqueness */

static atomic_uint winners[ROUNDS];
static atomic_uint winner_of[ROUNDS];
static atomic_uint others;

struct entrant {
    uint32_t round;
    unsigned number;
};

static enum status insert(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct entrant *entrant = argument;
    struct store_key key = key_of(ORGANIZATION);
    unsigned char number = (unsigned char)entrant->number;
    struct bytes value;

    key_add_u32(&key, entrant->round);
    if (store_get(txn, STORE_INDEX, key_bytes(&key), &value))
        return problem_set(problem, STATUS_UNIQUENESS, "taken");
    store_put(txn, STORE_INDEX, key_bytes(&key), bytes_of(&number, 1));
    return STATUS_OK;
}

static void *enter_every_round(void *argument)
{
    struct entrant entrant = {.number = *(unsigned *)argument};

    for (; entrant.round < ROUNDS; entrant.round++) {
        enum status status;

        (void)pthread_barrier_wait(&barrier);
        status = store_update(given.store, ORGANIZATION, insert, &entrant, NULL);
        if (status == STATUS_OK) {
            atomic_fetch_add(&winners[entrant.round], 1);
            atomic_store(&winner_of[entrant.round], entrant.number);
        } else if (status != STATUS_UNIQUENESS) {
            atomic_fetch_add(&others, 1);
        }
    }
    return NULL;
}

static void of_many_who_insert_the_same_key_exactly_one_succeeds(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;

    (void)state;
    run_threads(enter_every_round);

    assert_int_equal(others, 0);
    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct store_key key = key_of(ORGANIZATION);
        struct bytes value;

        assert_int_equal(winners[round], 1);
        key_add_u32(&key, round);
        assert_true(store_get(txn, STORE_INDEX, key_bytes(&key), &value));
        assert_int_equal(*(const unsigned char *)value.data, winner_of[round]);
    }
}

/* --------------------------------------------------------------------- counters */

static atomic_uint add_runs;

static enum status add_one(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)problem;
    atomic_fetch_add(&add_runs, 1);
    store_add(txn, bytes_of_text("people"), 1);
    store_journal(txn, bytes_of_text("one more"));
    return STATUS_OK;
}

static void *add_often(void *argument)
{
    (void)argument;
    for (int i = 0; i < ADDS_EACH; i++)
        if (store_update(given.store, ORGANIZATION, add_one, NULL, NULL))
            atomic_fetch_add(&others, 1);
    return NULL;
}

static bool count_line(void *context, const struct journal_mark *mark, struct bytes record)
{
    uint64_t *last = context;

    (void)record;
    *last = mark->number;
    return true;
}

static void what_many_count_is_exact_and_nobody_runs_twice(void **state)
{
    uint64_t last = 0;

    (void)state;
    run_threads(add_often);

    assert_int_equal(others, 0);
    assert_int_equal(add_runs, THREADS * ADDS_EACH);
    assert_int_equal(count_at("people"), THREADS * ADDS_EACH);
    assert_int_equal(journal_walk(given.store, ORGANIZATION, count_line, &last, NULL), STATUS_OK);
    assert_int_equal(last, THREADS * ADDS_EACH);
}

/* Reads what it counts, so that everybody is in everybody's way. */
static enum status increment(struct store_txn *txn, void *argument, struct problem *problem)
{
    unsigned char next[4] = {0};
    struct bytes value;
    uint32_t number = 0;

    (void)argument;
    (void)problem;
    if (store_get(txn, STORE_RESOURCE, bytes_of_text("number"), &value))
        memcpy(&number, value.data, sizeof(number));
    number++;
    memcpy(next, &number, sizeof(number));
    store_put(txn, STORE_RESOURCE, bytes_of_text("number"), bytes_of(next, sizeof(next)));
    return STATUS_OK;
}

static void *increment_often(void *argument)
{
    (void)argument;
    for (int i = 0; i < ADDS_EACH; i++)
        if (store_update(given.store, ORGANIZATION, increment, NULL, NULL))
            atomic_fetch_add(&others, 1);
    return NULL;
}

static void no_update_is_lost_where_everybody_reads_what_everybody_writes(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct bytes value;
    uint32_t number = 0;

    (void)state;
    run_threads(increment_often);

    assert_int_equal(others, 0);
    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    assert_true(store_get(txn, STORE_RESOURCE, bytes_of_text("number"), &value));
    memcpy(&number, value.data, sizeof(number));
    assert_int_equal(number, THREADS * ADDS_EACH);
}

/* ----------------------------------------------------- readers and the last of two */

static enum status move(struct store_txn *txn, void *argument, struct problem *problem)
{
    bool is_here = value_in(txn, "here")[0] != '\0';

    (void)argument;
    (void)problem;
    store_delete(txn, STORE_RESOURCE, bytes_of_text(is_here ? "here" : "there"));
    store_put(txn, STORE_RESOURCE, bytes_of_text(is_here ? "there" : "here"), bytes_of_text("x"));
    return STATUS_OK;
}

/* Even threads move the one value to and fro; odd ones look whether it is in one place. */
static void *move_or_look(void *argument)
{
    bool is_mover = *(unsigned *)argument % 2 == 0;

    for (int i = 0; i < ADDS_EACH; i++) {
        if (is_mover) {
            if (store_update(given.store, ORGANIZATION, move, NULL, NULL))
                atomic_fetch_add(&others, 1);
        } else {
            SCOPED(store_release) struct store_txn *txn = NULL;

            if (store_begin(given.store, 1, &txn, NULL))
                atomic_fetch_add(&others, 1);
            else if ((value_in(txn, "here")[0] != '\0') == (value_in(txn, "there")[0] != '\0'))
                atomic_fetch_add(&others, 1);
        }
    }
    return NULL;
}

static void nobody_sees_half_a_change(void **state)
{
    (void)state;
    assert_int_equal(put("here", "x"), STATUS_OK);

    run_threads(move_or_look);

    assert_int_equal(others, 0);
}

static enum status demote(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    if (store_count(txn, bytes_of_text("administrators")) <= 1)
        return problem_set(problem, STATUS_CONFLICT, "the last administrator stays");
    store_add(txn, bytes_of_text("administrators"), -1);
    return STATUS_OK;
}

static enum status promote_two(struct store_txn *txn, void *argument, struct problem *problem)
{
    int64_t count = store_count(txn, bytes_of_text("administrators"));

    (void)argument;
    (void)problem;
    store_add(txn, bytes_of_text("administrators"), 2 - count);
    return STATUS_OK;
}

static void *demote_every_round(void *argument)
{
    bool is_first = *(unsigned *)argument == 0;

    for (int round = 0; round < ROUNDS; round++) {
        if (is_first && store_update(given.store, ORGANIZATION, promote_two, NULL, NULL))
            atomic_fetch_add(&others, 1);
        (void)pthread_barrier_wait(&barrier);
        if (store_update(given.store, ORGANIZATION, demote, NULL, NULL) == STATUS_OK)
            atomic_fetch_add(&winners[round], 1);
        (void)pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void however_many_demote_one_administrator_stays(void **state)
{
    (void)state;
    run_threads(demote_every_round);

    for (int round = 0; round < ROUNDS; round++)
        assert_int_equal(winners[round], 1);
    assert_int_equal(count_at("administrators"), 1);
    assert_int_equal(others, 0);
}

/* --------------------------------------------------------------------- sequence */

static uint64_t numbers_taken[THREADS][NUMBERS_EACH];

static enum status take_numbers(struct store_txn *txn, void *argument, struct problem *problem)
{
    uint64_t *numbers = argument;

    (void)problem;
    for (int i = 0; i < NUMBERS_EACH; i++)
        numbers[i] = store_sequence(txn);
    return STATUS_OK;
}

static void *take_some(void *argument)
{
    (void)pthread_barrier_wait(&barrier);
    if (store_update(given.store, ORGANIZATION, take_numbers, numbers_taken[*(unsigned *)argument],
                     NULL))
        atomic_fetch_add(&others, 1);
    return NULL;
}

static int order_of(const void *left, const void *right)
{
    uint64_t one = *(const uint64_t *)left, other = *(const uint64_t *)right;

    return (one > other) - (one < other);
}

static void no_number_is_given_out_twice(void **state)
{
    uint64_t *numbers = numbers_taken[0];
    const size_t count = (size_t)THREADS * NUMBERS_EACH;

    (void)state;
    run_threads(take_some);

    assert_int_equal(others, 0);
    qsort(numbers_taken, count, sizeof(uint64_t), order_of);
    for (size_t i = 1; i < count; i++)
        assert_true(numbers[i] > numbers[i - 1]);
}

static int make_race(void **state)
{
    memset(winners, 0, sizeof(winners));
    atomic_store(&others, 0);
    atomic_store(&add_runs, 0);
    return make_given(state);
}

#define RACE_TEST(name) cmocka_unit_test_setup_teardown(name, make_race, discard_given)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        RACE_TEST(of_many_who_insert_the_same_key_exactly_one_succeeds),
        RACE_TEST(what_many_count_is_exact_and_nobody_runs_twice),
        RACE_TEST(no_update_is_lost_where_everybody_reads_what_everybody_writes),
        RACE_TEST(nobody_sees_half_a_change),
        RACE_TEST(however_many_demote_one_administrator_stays),
        RACE_TEST(no_number_is_given_out_twice),
    };

    return engine_choose(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
