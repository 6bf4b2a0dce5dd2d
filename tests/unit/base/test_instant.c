#include "unit.h"

#include "bridge/base/instant.h"

static void assert_instant(const char *text, int64_t microseconds)
{
    int64_t instant = -1;

    assert_true(instant_parse(text, &instant));
    assert_int_equal(instant, microseconds);
}

static void one_moment_has_many_spellings(void **state)
{
    (void)state;
    assert_instant("1970-01-01T00:00:00Z", 0);
    assert_instant("1970-01-01T01:00:00+01:00", 0);
    assert_instant("1969-12-31T19:30:00.000-04:30", 0);
    assert_instant("1970-01-01t00:00:00.0z", 0);
    assert_instant("1970-01-01T00:00:00", 0); /* without a zone: UTC */
}

static void fractions_count_to_the_microsecond(void **state)
{
    (void)state;
    assert_instant("1970-01-01T00:00:01.5Z", 1500000);
    assert_instant("1970-01-01T00:00:00.0000019Z", 1);
    assert_instant("1969-12-31T23:59:59.25Z", -750000);
}

static void leap_days_are_days(void **state)
{
    int64_t instant;

    (void)state;
    assert_true(instant_parse("2024-02-29T12:00:00Z", &instant));
    assert_false(instant_parse("2023-02-29T12:00:00Z", &instant));
}

static void what_is_no_moment_is_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "2026",
                                        "2026-01-31",
                                        "2026-01-31 08:00:00Z",
                                        "2026-13-01T00:00:00Z",
                                        "2026-00-10T00:00:00Z",
                                        "2026-01-32T00:00:00Z",
                                        "2026-01-31T24:00:00Z",
                                        "2026-01-31T08:60:00Z",
                                        "2026-01-31T08:00:00.Z",
                                        "2026-01-31T08:00:00+1:00",
                                        "2026-01-31T08:00:00+15:00",
                                        "2026-01-31T08:00:00ZZ",
                                        "2026-01-31T08:00Z",
                                        "+026-01-31T08:00:00Z",
                                        "yesterday"};
    int64_t instant;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(instant_parse(wrong[i], &instant));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_moment_has_many_spellings),
        cmocka_unit_test(fractions_count_to_the_microsecond),
        cmocka_unit_test(leap_days_are_days),
        cmocka_unit_test(what_is_no_moment_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
