#include "world.h"

#include "bridge/core/clock_jump.h"
#include "bridge/core/organization.h"

enum { NOON = 1700000000, DAY = 24 * 3600 };

/* A process that looks; its hold is what it keeps from one look to the next. */
struct process {
    struct world *world;
    uint64_t hold;
    bool has_looked;
};

/* Look at a clock that is so many seconds ahead; the jump that may be followed. */
static int64_t look(struct process *process, int64_t ahead)
{
    struct clock_jump jump = {.actor = &process->world->admin,
                              .arena = process->world->arena,
                              .ahead = ahead,
                              .is_start = !process->has_looked,
                              .hold = process->hold};

    assert_int_equal(store_update(process->world->store, ORGANIZATION_DEFAULT, clock_jump_judge,
                                  &jump, &process->world->problem),
                     STATUS_OK);
    process->hold = jump.result.hold;
    process->has_looked = true;
    return jump.result.allowed;
}

static struct hold last(const struct process *process)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(process->world);
    struct hold hold = {.number = 0};

    if (!hold_last(txn, HOLD_CLOCK_JUMP, process->world->arena, &hold))
        hold.number = 0;
    return hold;
}

static void say(const struct process *process, store_change *change)
{
    struct hold hold = last(process);
    struct hold_request request = {.actor = &process->world->admin,
                                   .arena = process->world->arena,
                                   .id = hold.id,
                                   .reason = "looked at it"};

    assert_int_equal(
        store_update(process->world->store, ORGANIZATION_DEFAULT, change, &request, NULL),
        STATUS_OK);
}

static void a_clock_that_has_not_jumped_opens_nothing(void **state)
{
    struct process process = {*state, 0, false};

    for (int i = 0; i < 3; i++)
        assert_int_equal(look(&process, 0), 0);

    assert_int_equal(last(&process).number, 0);
}

static void a_jump_is_held_once_with_both_times(void **state)
{
    struct process process = {*state, 0, true};
    struct hold hold;

    for (int i = 0; i < 3; i++)
        assert_int_equal(look(&process, 3650 * DAY + 7200), 0);

    hold = last(&process);
    assert_int_equal(hold.state, HOLD_WAITING);
    assert_int_equal(hold.amount, 3650 * DAY + 7200);
    assert_string_equal(hold.detail, "the clock of this machine has jumped ahead by 3650 days 2 "
                                     "hours, to 2033-11-12T00:13:20Z; until this is allowed, time "
                                     "goes on from 2023-11-14T22:13:20Z");
}

static void at_the_start_it_is_asked_whether_the_daemon_was_off_for_so_long(void **state)
{
    struct process process = {*state, 0, false};

    assert_int_equal(look(&process, 7 * DAY), 0);

    assert_non_null(strstr(last(&process).detail,
                           "7 days 0 hours after the last time that was kept; if the daemon was "
                           "off for so long, allow it"));
}

static void a_jump_that_comes_back_is_withdrawn_and_the_next_one_is_held_anew(void **state)
{
    struct process process = {*state, 0, true};
    uint64_t first;

    (void)look(&process, 7 * DAY);
    first = last(&process).number;

    (void)look(&process, 0);
    assert_int_equal(last(&process).state, HOLD_WITHDRAWN);

    (void)look(&process, 7 * DAY);
    assert_int_equal(last(&process).state, HOLD_WAITING);
    assert_int_not_equal(last(&process).number, first);
}

static void a_jump_that_is_allowed_is_followed_once(void **state)
{
    struct process process = {*state, 0, true};

    (void)look(&process, 7 * DAY);
    say(&process, hold_allow);

    assert_int_equal(look(&process, 7 * DAY + 1), 7 * DAY);
    assert_int_equal(look(&process, 0), 0);
    assert_int_equal(look(&process, 7 * DAY), 0); /* another one */
    assert_int_equal(last(&process).state, HOLD_WAITING);
}

static void a_jump_that_is_refused_stays_so_until_the_clock_comes_back(void **state)
{
    struct process process = {*state, 0, true};

    (void)look(&process, 7 * DAY);
    say(&process, hold_refuse);

    for (int i = 0; i < 3; i++)
        assert_int_equal(look(&process, 7 * DAY), 0);
    assert_int_equal(last(&process).state, HOLD_REFUSED);
    (void)look(&process, 0);
    (void)look(&process, 7 * DAY);
    assert_int_equal(last(&process).state, HOLD_WAITING);
}

static void a_restart_asks_again_about_what_was_refused(void **state)
{
    struct process process = {*state, 0, true}, next = {*state, 0, false};

    (void)look(&process, 7 * DAY);
    say(&process, hold_refuse);

    (void)look(&next, 7 * DAY);

    assert_int_equal(last(&next).state, HOLD_WAITING);
}

static void a_restart_goes_on_with_what_waits(void **state)
{
    struct process process = {*state, 0, true}, next = {*state, 0, false};

    (void)look(&process, 7 * DAY);

    (void)look(&next, 7 * DAY + 60);
    assert_int_equal(next.hold, process.hold);
    say(&next, hold_allow);
    assert_int_equal(look(&next, 7 * DAY + 61), 7 * DAY);
}

static void a_restart_withdraws_what_waits_for_a_clock_that_is_right_now(void **state)
{
    struct process process = {*state, 0, true}, next = {*state, 0, false};

    (void)look(&process, 7 * DAY);
    (void)look(&next, 0);

    assert_int_equal(last(&next).state, HOLD_WITHDRAWN);
}

/* What was said in another life was about another jump. */
static void what_was_allowed_before_a_restart_is_not_followed_after_it(void **state)
{
    struct process process = {*state, 0, true}, next = {*state, 0, false};

    (void)look(&process, 7 * DAY);
    say(&process, hold_allow);

    assert_int_equal(look(&next, 7 * DAY), 0);
    assert_int_equal(last(&next).state, HOLD_WAITING);
}

static void a_clock_that_jumps_on_is_asked_about_anew(void **state)
{
    static const struct {
        store_change *said; /* NULL: nobody has said anything */
        int64_t ahead;
        bool is_new;
    } cases[] = {
        {NULL, 8 * DAY, false},         {NULL, 8 * DAY + 1, true},
        {NULL, 6 * DAY - 1, true},      {NULL, 3650 * DAY, true},
        {hold_allow, 3650 * DAY, true}, {hold_refuse, 3650 * DAY, true},
        {hold_refuse, 8 * DAY, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct process process = {*state, 0, true};
        uint64_t first;

        (void)look(&process, 0);
        (void)look(&process, 7 * DAY);
        first = last(&process).number;
        if (cases[i].said)
            say(&process, cases[i].said);

        assert_int_equal(look(&process, cases[i].ahead), 0);
        assert_int_equal(look(&process, cases[i].ahead), 0);

        assert_int_equal(last(&process).number != first, cases[i].is_new);
        if (cases[i].is_new)
            assert_int_equal(last(&process).amount, cases[i].ahead);
    }
}

#define JUMP_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JUMP_TEST(a_clock_that_has_not_jumped_opens_nothing),
        JUMP_TEST(a_jump_is_held_once_with_both_times),
        JUMP_TEST(at_the_start_it_is_asked_whether_the_daemon_was_off_for_so_long),
        JUMP_TEST(a_jump_that_comes_back_is_withdrawn_and_the_next_one_is_held_anew),
        JUMP_TEST(a_jump_that_is_allowed_is_followed_once),
        JUMP_TEST(a_jump_that_is_refused_stays_so_until_the_clock_comes_back),
        JUMP_TEST(a_restart_asks_again_about_what_was_refused),
        JUMP_TEST(a_restart_goes_on_with_what_waits),
        JUMP_TEST(a_restart_withdraws_what_waits_for_a_clock_that_is_right_now),
        JUMP_TEST(what_was_allowed_before_a_restart_is_not_followed_after_it),
        JUMP_TEST(a_clock_that_jumps_on_is_asked_about_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
