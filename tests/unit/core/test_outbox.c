#include "world.h"

enum { NOON = 1700000000 };

/* A line as a change may touch it. */
struct step {
    struct arena *arena;
    struct outbox_line line;
    int64_t now;
    const char *refusal;
};

static enum status add(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct step *step = argument;
    const struct actor actor = {.request_id = step->line.request, .now = step->now};

    (void)problem;
    outbox_add(txn, step->line.kind, step->line.row, step->line.urgency, &actor, step->arena);
    return STATUS_OK;
}

static enum status land(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct step *step = argument;

    (void)problem;
    outbox_landed(txn, &step->line, step->arena);
    return STATUS_OK;
}

static enum status refuse(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct step *step = argument;

    (void)problem;
    outbox_refused(txn, &step->line, step->refusal, step->now, step->arena);
    return STATUS_OK;
}

static enum status give_up(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct step *step = argument;

    (void)problem;
    outbox_unanswered(txn, &step->line, step->now, step->arena);
    return STATUS_OK;
}

static void does(struct world *world, store_change *change, struct step step)
{
    step.arena = world->arena;
    assert_int_equal(store_update(world->store, 1, change, &step, NULL), STATUS_OK);
}

static struct step of_row(uint64_t row, enum outbox_urgency urgency, int64_t now)
{
    return (struct step){.line = {.kind = OUTBOX_USER, .row = row, .urgency = urgency}, .now = now};
}

static size_t due(struct world *world, int64_t now, struct outbox_line lines[8])
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return outbox_due(txn, now, lines, 8, world->arena);
}

static struct outbox_depth depth(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);

    return outbox_depth(txn, world->arena);
}

/* The organization and the sites of the world wait as well, since before NOON. */
enum { OTHERS = 3 };

static void whoever_loses_access_goes_first(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];

    does(world, add, of_row(1001, OUTBOX_ORDINARY, NOON - 50));
    does(world, add, of_row(1002, OUTBOX_LOSING, NOON));

    assert_int_equal(due(world, NOON, lines), OTHERS + 2);
    assert_int_equal(lines[0].row, 1002);
    assert_int_equal(lines[1].row, 1001);
}

static void ten_changes_of_one_resource_are_one_line(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];

    for (int i = 0; i < 10; i++)
        does(world, add, of_row(1001, OUTBOX_ORDINARY, NOON + i));

    assert_int_equal(due(world, NOON + 100, lines), OTHERS + 1);
    assert_int_equal(depth(world).waiting, OTHERS + 1);
}

static const char *request_of_first(struct world *world)
{
    struct outbox_line lines[8];

    assert_int_equal(due(world, NOON, lines), OTHERS + 1);
    return lines[0].request;
}

static void a_line_names_the_last_request_that_asked_for_it(void **state)
{
    struct world *world = *state;
    struct step step = of_row(1001, OUTBOX_LOSING, NOON);

    does(world, add, step);
    assert_null(request_of_first(world));
    step.line.request = "first";
    does(world, add, step);
    step.line.request = "second";
    does(world, add, step);
    assert_string_equal(request_of_first(world), "second");
    step.line.request = NULL; /* the bridge itself */
    does(world, add, step);
    assert_string_equal(request_of_first(world), "second");
}

static void work_that_became_newer_meanwhile_stays_when_the_old_lands(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];
    struct step worked = of_row(1001, OUTBOX_LOSING, NOON);

    does(world, add, worked);
    (void)due(world, NOON, lines);
    worked.line = lines[0];
    does(world, add, of_row(1001, OUTBOX_ORDINARY, NOON + 1));
    does(world, land, worked);

    assert_int_equal(due(world, NOON + 1, lines), OTHERS + 1);
    assert_int_equal(lines[0].row, 1001);
    assert_int_equal(lines[0].urgency, OUTBOX_LOSING);
    worked.line = lines[0];
    does(world, land, worked);
    assert_int_equal(depth(world).waiting, OTHERS);
}

static void a_refusal_parks_with_the_words_and_waits_longer_each_time(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];
    struct step worked = of_row(1001, OUTBOX_LOSING, NOON);

    does(world, add, worked);
    (void)due(world, NOON, lines);
    worked.line = lines[0];
    worked.refusal = "object class violation";
    does(world, refuse, worked);

    assert_int_equal(depth(world).parked, 1);
    assert_int_equal(due(world, NOON + outbox_delay(1) - 1, lines), OTHERS);
    assert_int_equal(due(world, NOON + outbox_delay(1), lines), OTHERS + 1);
    assert_string_equal(lines[0].refusal, "object class violation");
    assert_int_equal(lines[0].attempts, 1);
    worked.line = lines[0];
    does(world, land, worked);
    assert_int_equal(depth(world).parked, 0);
}

static void what_nobody_answered_together_with_others_is_a_suspect_in_its_place(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];
    struct step worked = of_row(1001, OUTBOX_LOSING, NOON);

    does(world, add, worked);
    does(world, add, of_row(1002, OUTBOX_LOSING, NOON));
    (void)due(world, NOON, lines);
    assert_false(lines[0].is_suspect);
    worked.line = lines[0];
    does(world, give_up, worked);

    assert_int_equal(due(world, NOON, lines), OTHERS + 2);
    assert_int_equal(lines[0].row, 1001);
    assert_true(lines[0].is_suspect);
    assert_false(lines[1].is_suspect);

    does(world, add, of_row(1001, OUTBOX_ORDINARY, NOON + 1)); /* a newer change may do better */
    (void)due(world, NOON + 1, lines);
    assert_false(lines[0].is_suspect);
}

static void a_suspect_that_nobody_answered_goes_behind_the_others_and_is_not_parked(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];
    struct step worked = of_row(1001, OUTBOX_LOSING, NOON);

    does(world, add, worked);
    does(world, add, of_row(1002, OUTBOX_LOSING, NOON));
    for (int i = 0; i < 2; i++) {
        (void)due(world, NOON, lines);
        worked.line = lines[0];
        does(world, give_up, worked);
    }

    assert_int_equal(due(world, NOON, lines), OTHERS + 1);
    assert_int_equal(lines[0].row, 1002);
    assert_int_equal(due(world, NOON + 5, lines), OTHERS + 2);
    assert_int_equal(lines[1].row, 1001);
    assert_int_equal(depth(world).parked, 0);
}

static enum status retry(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct step *step = argument;

    (void)problem;
    outbox_retry(txn, step->now, step->arena);
    return STATUS_OK;
}

static void what_is_parked_can_be_tried_at_once_and_keeps_its_reason_until_then(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];
    struct step worked = of_row(1001, OUTBOX_LOSING, NOON);

    does(world, add, worked);
    (void)due(world, NOON, lines);
    worked.line = lines[0];
    worked.refusal = "no";
    does(world, refuse, worked);
    does(world, retry, of_row(0, OUTBOX_ORDINARY, NOON + 1));

    assert_int_equal(due(world, NOON + 1, lines), OTHERS + 1);
    assert_string_equal(lines[0].refusal, "no");
    assert_int_equal(lines[0].attempts, 1);
    assert_int_equal(depth(world).parked, 1);
}

static void a_new_change_unparks_what_was_refused(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];
    struct step worked = of_row(1001, OUTBOX_LOSING, NOON);

    does(world, add, worked);
    (void)due(world, NOON, lines);
    worked.line = lines[0];
    worked.refusal = "no";
    does(world, refuse, worked);
    does(world, add, of_row(1001, OUTBOX_ORDINARY, NOON + 1));

    assert_int_equal(depth(world).parked, 0);
    assert_int_equal(due(world, NOON + 1, lines), OTHERS + 1);
    assert_null(lines[0].refusal);
}

static void who_changes_again_and_again_does_not_lose_the_place_in_the_line(void **state)
{
    struct world *world = *state;
    struct outbox_line lines[8];

    does(world, add, of_row(1001, OUTBOX_LOSING, NOON + 1));
    does(world, add, of_row(1002, OUTBOX_LOSING, NOON + 2));
    does(world, add, of_row(1001, OUTBOX_LOSING, NOON + 3));

    assert_int_equal(due(world, NOON + 3, lines), OTHERS + 2);
    assert_int_equal(lines[0].row, 1001);
    assert_int_equal(lines[1].row, 1002);
}

static void delays_grow_to_six_hours_and_no_further(void **state)
{
    (void)state;

    assert_int_equal(outbox_delay(1), 300);
    assert_int_equal(outbox_delay(2), 600);
    assert_int_equal(outbox_delay(1000000), 6 * 3600);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(whoever_loses_access_goes_first),
        WORLD_TEST(ten_changes_of_one_resource_are_one_line),
        WORLD_TEST(work_that_became_newer_meanwhile_stays_when_the_old_lands),
        WORLD_TEST(a_line_names_the_last_request_that_asked_for_it),
        WORLD_TEST(a_refusal_parks_with_the_words_and_waits_longer_each_time),
        WORLD_TEST(what_nobody_answered_together_with_others_is_a_suspect_in_its_place),
        WORLD_TEST(a_suspect_that_nobody_answered_goes_behind_the_others_and_is_not_parked),
        WORLD_TEST(what_is_parked_can_be_tried_at_once_and_keeps_its_reason_until_then),
        WORLD_TEST(a_new_change_unparks_what_was_refused),
        WORLD_TEST(who_changes_again_and_again_does_not_lose_the_place_in_the_line),
        cmocka_unit_test(delays_grow_to_six_hours_and_no_further),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
