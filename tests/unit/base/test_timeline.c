#include "unit.h"

#include <stdbool.h>

#include "bridge/base/timeline.h"

#define S 1000000LL
#define H (3600 * S)
#define D (24 * H)
#define Y (365 * D)

/* Where the readings of a test begin: a wall clock, and a machine that has been up for an hour. */
#define NOON (1700000000 * S)
#define UP   H

static struct reading after(int64_t elapsed, int64_t step)
{
    return (struct reading){.wall = NOON + elapsed + step, .boot = UP + elapsed};
}

static void time_is_what_the_wall_clock_says_as_long_as_nobody_sets_it(void **state)
{
    struct timeline timeline = timeline_begin(0, after(0, 0));

    (void)state;
    for (int64_t elapsed = 0; elapsed < 10; elapsed++)
        assert_int_equal(timeline_tell(&timeline, after(elapsed, 0)), NOON + elapsed);
    assert_int_equal(timeline_tell(&timeline, after(Y, 0)), NOON + Y);
    assert_int_equal(timeline_ahead(&timeline, after(Y, 0)), 0);
}

/* One step of the wall clock, an hour after the beginning, and what is told a minute later. */
static void a_step_of_the_wall_clock_is_followed_slowed_down_or_held(void **state)
{
    static const struct {
        const char *what;
        int64_t step;
        int64_t told; /* beyond what it was at the step, a minute later */
        bool is_jump;
    } cases[] = {
        {"no step", 0, 60 * S, false},
        {"ahead by a second", S, 61 * S, false},
        {"ahead by a leap second that comes too late", S, 61 * S, false},
        {"a leap second that is told twice", -S, 59 * S, false},
        {"ahead by an hour, as a clock in local time in spring", H, H + 60 * S, false},
        {"ahead by a day less a microsecond", D - 1, D - 1 + 60 * S, false},
        {"ahead by a day", D, D + 60 * S, false},
        {"ahead by a day and a microsecond", D + 1, 60 * S, true},
        {"ahead by a day and a second", D + S, 60 * S, true},
        {"ahead by ten years", 10 * Y, 60 * S, true},
        {"ahead by two hundred years", 200 * Y, 60 * S, true},
        {"behind by half a minute", -30 * S, 30 * S, false},
        {"behind by 29 seconds", -29 * S, 31 * S, false},
        {"behind by a minute", -60 * S, 30 * S, false},
        {"behind by an hour, as a clock in local time in autumn", -H, 30 * S, false},
        {"behind by a year", -Y, 30 * S, false},
        {"behind by fifty years, as a clock without a battery", -50 * Y, 30 * S, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct timeline timeline = timeline_begin(0, after(0, 0));
        int64_t before = timeline_tell(&timeline, after(H, 0));
        struct reading reading = after(H + 60 * S, cases[i].step);
        int64_t ahead = timeline_ahead(&timeline, reading);
        int64_t told = timeline_tell(&timeline, reading) - before;

        if (told != cases[i].told)
            fail_msg("%s: %lld was told", cases[i].what, (long long)told);
        if (ahead != (cases[i].is_jump ? cases[i].step : 0))
            fail_msg("%s: ahead by %lld", cases[i].what, (long long)ahead);
    }
}

static void behind_it_goes_on_at_half_speed_until_the_wall_clock_has_caught_up(void **state)
{
    struct timeline timeline = timeline_begin(0, after(0, 0));

    (void)state;
    for (int64_t minute = 1; minute <= 300; minute++) {
        int64_t elapsed = minute * 60 * S, wall = elapsed - 2 * H;
        int64_t told = timeline_tell(&timeline, after(elapsed, -2 * H)) - NOON;

        assert_int_equal(told, elapsed / 2 > wall ? elapsed / 2 : wall);
    }
}

static void it_never_goes_back_whatever_the_wall_clock_does(void **state)
{
    static const int64_t steps[] = {0, -Y, 3 * H, -H, D, -50 * Y, 20 * Y, 0, D + S, -D, 5 * S, -S};
    struct timeline timeline = timeline_begin(0, after(0, 0));
    int64_t before = NOON, elapsed = 0;

    (void)state;
    for (int round = 0; round < 1000; round++) {
        int64_t told;

        elapsed += round % 7 * 10 * S;
        told = timeline_tell(&timeline,
                             after(elapsed, steps[round % (int)(sizeof(steps) / sizeof(*steps))]));
        assert_true(told >= before);
        before = told;
    }
}

static void many_looks_in_a_row_do_not_stop_it(void **state)
{
    struct timeline timeline = timeline_begin(0, after(0, 0));

    (void)state;
    for (int64_t us = 0; us <= S; us += 5)
        (void)timeline_tell(&timeline, after(us, -H));

    assert_in_range(timeline.now - NOON, S * 2 / 5, S / 2);
}

static void a_jump_that_comes_back_by_itself_leaves_nothing(void **state)
{
    struct timeline timeline = timeline_begin(0, after(0, 0));

    (void)state;
    assert_int_equal(timeline_tell(&timeline, after(H, 10 * Y)), NOON + H);
    assert_int_equal(timeline_tell(&timeline, after(2 * H, 10 * Y)), NOON + 2 * H);
    assert_int_equal(timeline_ahead(&timeline, after(3 * H, 0)), 0);
    assert_int_equal(timeline_tell(&timeline, after(3 * H, 0)), NOON + 3 * H);
}

static void a_jump_that_is_allowed_is_followed(void **state)
{
    struct timeline timeline = timeline_begin(0, after(0, 0));

    (void)state;
    assert_int_equal(timeline_tell(&timeline, after(H, 10 * Y)), NOON + H);

    timeline_allow(&timeline, timeline_ahead(&timeline, after(H, 10 * Y)), after(H, 10 * Y));

    assert_int_equal(timeline_ahead(&timeline, after(H, 10 * Y)), 0);
    assert_int_equal(timeline_tell(&timeline, after(H, 10 * Y)), NOON + H + 10 * Y);
    assert_int_equal(timeline_ahead(&timeline, after(2 * H, 12 * Y)), 2 * Y);
}

static void what_is_allowed_is_one_jump_and_no_other(void **state)
{
    struct timeline timeline = timeline_begin(0, after(0, 0));

    (void)state;
    (void)timeline_tell(&timeline, after(H, 2 * D));
    timeline_allow(&timeline, 2 * D, after(H, 10 * Y)); /* it has jumped on meanwhile */
    assert_int_equal(timeline_ahead(&timeline, after(H, 10 * Y)), 10 * Y - 2 * D);
    assert_int_equal(timeline_tell(&timeline, after(H, 10 * Y)), NOON + H);

    timeline = timeline_begin(0, after(0, 0));
    timeline_allow(&timeline, 10 * Y, after(H, 0)); /* it has come back meanwhile */
    assert_int_equal(timeline_ahead(&timeline, after(2 * H, 10 * Y)), 10 * Y);
}

static void a_machine_that_slept_has_not_jumped(void **state)
{
    struct timeline timeline = timeline_begin(0, after(0, 0));

    (void)state;
    assert_int_equal(timeline_tell(&timeline, after(7 * D, 0)), NOON + 7 * D);
}

/* A machine that is paused for an hour each night is behind by the boot-time clock only. */
static void small_steps_do_not_add_up_to_a_jump(void **state)
{
    struct timeline timeline = timeline_begin(0, after(0, 0));

    (void)state;
    for (int64_t night = 1; night < 100; night++)
        assert_int_equal(timeline_tell(&timeline, after(night * D, night * H)),
                         NOON + night * (D + H));
}

static void from_a_mark_it_begins_where_it_was_left(void **state)
{
    static const struct {
        const char *what;
        int64_t mark, begins, ahead;
    } cases[] = {
        {"the daemon was off for an hour", NOON - H, NOON, 0},
        {"the daemon was off for a day", NOON - D, NOON, 0},
        {"the daemon was off for more than a day", NOON - D - 1, NOON - D - 1, D + 1},
        {"the daemon was off for a week, or the clock is wrong", NOON - 7 * D, NOON - 7 * D, 7 * D},
        {"the clock was set back by a second", NOON + S, NOON + S, 0},
        {"the clock was set back by a year", NOON + Y, NOON + Y, 0},
        {"no time was ever kept", 0, NOON, 0},
        {"what was kept is damaged", -NOON, NOON, 0},
        {"what was kept is damaged otherwise", INT64_MIN, NOON, 0},
        {"time was kept far too late", 9000000000000 * S / 1000, 9000000000000 * S / 1000, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct timeline timeline = timeline_begin(cases[i].mark, after(0, 0));

        if (timeline_tell(&timeline, after(0, 0)) != cases[i].begins)
            fail_msg("%s: it begins at %lld", cases[i].what, (long long)timeline.now);
        if (timeline_ahead(&timeline, after(0, 0)) != cases[i].ahead)
            fail_msg("%s: it is ahead", cases[i].what);
    }
}

/* Set back by a year while the daemon is off, and set right later on. */
static void a_clock_that_is_set_right_again_has_not_jumped(void **state)
{
    struct timeline timeline = timeline_begin(NOON, after(0, -Y));

    (void)state;
    assert_int_equal(timeline_tell(&timeline, after(30 * D, -Y)), NOON + 15 * D);
    assert_int_equal(timeline_ahead(&timeline, after(30 * D, 0)), 0);
    assert_int_equal(timeline_tell(&timeline, after(30 * D, 0)), NOON + 30 * D);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_is_what_the_wall_clock_says_as_long_as_nobody_sets_it),
        cmocka_unit_test(a_step_of_the_wall_clock_is_followed_slowed_down_or_held),
        cmocka_unit_test(behind_it_goes_on_at_half_speed_until_the_wall_clock_has_caught_up),
        cmocka_unit_test(it_never_goes_back_whatever_the_wall_clock_does),
        cmocka_unit_test(many_looks_in_a_row_do_not_stop_it),
        cmocka_unit_test(a_jump_that_comes_back_by_itself_leaves_nothing),
        cmocka_unit_test(a_jump_that_is_allowed_is_followed),
        cmocka_unit_test(what_is_allowed_is_one_jump_and_no_other),
        cmocka_unit_test(a_machine_that_slept_has_not_jumped),
        cmocka_unit_test(small_steps_do_not_add_up_to_a_jump),
        cmocka_unit_test(from_a_mark_it_begins_where_it_was_left),
        cmocka_unit_test(a_clock_that_is_set_right_again_has_not_jumped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
