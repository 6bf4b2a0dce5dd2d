#include "unit.h"

#include "bridge/worker/worker.h"

static void attempts_are_spread_and_never_more_than_five_seconds_apart(void **state)
{
    (void)state;

    assert_int_equal(worker_delay_ms(1, 0), 1000);
    assert_int_equal(worker_delay_ms(2, 0), 2000);
    assert_int_equal(worker_delay_ms(3, 0), 4000);
    for (unsigned attempt = 1; attempt < 1000; attempt++) {
        assert_in_range(worker_delay_ms(attempt, 999), 800, 5000);
        assert_true(worker_delay_ms(attempt, 999) < worker_delay_ms(attempt, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_are_spread_and_never_more_than_five_seconds_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
