#include "unit.h"

#include <pthread.h>
#include <string.h>

#include "bridge/auth/rate.h"

enum { SECOND = 1000000, START = 7 * SECOND, PER_SECOND = 10, BURST = 20, THREADS = 8 };

static const unsigned char first[TOKEN_ID_SIZE] = "first";
static const unsigned char second[TOKEN_ID_SIZE] = "second";

static void release(struct token_rate **rate)
{
    token_rate_free(*rate);
}

/* How many of `count` requests at one moment are let in. */
static int admitted(struct token_rate *rate, const unsigned char *id, int count, int64_t now_us)
{
    int let_in = 0;

    for (int i = 0; i < count; i++)
        let_in += token_rate_admit(rate, id, now_us);
    return let_in;
}

static void as_many_at_once_as_the_burst_and_then_so_many_a_second(void **state)
{
    SCOPED(release) struct token_rate *rate = token_rate_new(PER_SECOND, BURST);
    int64_t later = START + (int64_t)1000 * SECOND;

    (void)state;
    assert_int_equal(admitted(rate, first, BURST - 1, START), BURST - 1);
    assert_int_equal(admitted(rate, first, 2, START), 1);
    assert_false(token_rate_admit(rate, first, START + SECOND / PER_SECOND - 1));
    assert_true(token_rate_admit(rate, first, START + SECOND / PER_SECOND));
    assert_false(token_rate_admit(rate, first, START + SECOND / PER_SECOND));
    assert_int_equal(admitted(rate, first, 100, START + SECOND + SECOND / 10), PER_SECOND);
    assert_int_equal(admitted(rate, first, 100, later), BURST); /* and no more */
}

/* Who is refused is no further from being let in. */
static void a_refusal_costs_nothing(void **state)
{
    SCOPED(release) struct token_rate *rate = token_rate_new(PER_SECOND, 1);

    (void)state;
    assert_true(token_rate_admit(rate, first, START));
    assert_int_equal(admitted(rate, first, 1000, START + SECOND / PER_SECOND - 1), 0);
    assert_true(token_rate_admit(rate, first, START + SECOND / PER_SECOND));
}

static void a_token_does_not_use_up_what_another_one_has(void **state)
{
    SCOPED(release) struct token_rate *rate = token_rate_new(PER_SECOND, BURST);

    (void)state;
    assert_int_equal(admitted(rate, first, 100, START), BURST);
    assert_int_equal(admitted(rate, second, 100, START), BURST);
}

static void without_a_rate_everybody_is_let_in(void **state)
{
    SCOPED(release) struct token_rate *rate = token_rate_new(0, 1);

    (void)state;
    assert_int_equal(admitted(rate, first, 100000, START), 100000);
}

/* More tokens than it has places for: nobody is refused for it. */
static void tokens_beyond_number_are_all_served(void **state)
{
    SCOPED(release) struct token_rate *rate = token_rate_new(PER_SECOND, BURST);
    unsigned char id[TOKEN_ID_SIZE] = {0};

    (void)state;
    for (uint32_t i = 1; i <= 100000; i++) {
        memcpy(id, &i, sizeof(i));
        assert_true(token_rate_admit(rate, id, START));
    }
}

struct asking {
    pthread_t thread;
    struct token_rate *rate;
    int let_in;
};

static void *ask(void *context)
{
    struct asking *asking = context;

    asking->let_in = admitted(asking->rate, first, 1000, START);
    return NULL;
}

static void threads_share_what_a_token_has(void **state)
{
    SCOPED(release) struct token_rate *rate = token_rate_new(PER_SECOND, 500);
    struct asking asking[THREADS];
    int let_in = 0;

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        asking[i] = (struct asking){.rate = rate};
        assert_int_equal(pthread_create(&asking[i].thread, NULL, ask, &asking[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(asking[i].thread, NULL);
        let_in += asking[i].let_in;
    }
    assert_int_equal(let_in, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_at_once_as_the_burst_and_then_so_many_a_second),
        cmocka_unit_test(a_refusal_costs_nothing),
        cmocka_unit_test(a_token_does_not_use_up_what_another_one_has),
        cmocka_unit_test(without_a_rate_everybody_is_let_in),
        cmocka_unit_test(tokens_beyond_number_are_all_served),
        cmocka_unit_test(threads_share_what_a_token_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
