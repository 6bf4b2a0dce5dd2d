#include "unit.h"

#include <stdint.h>
#include <string.h>

#include "bridge/base/text.h"
#include "schedule.h"

/* Rounds are compared as text: each step with those whose it is. */

#define NORTH "cn=site-north,ou=roles"
#define SOUTH "cn=site-south,ou=roles"
#define ADA   "uid=ada,ou=people"
#define BOB   "uid=bob,ou=people"

enum { RUNS_MAX = 4, STEPS_MAX = 4 };

static struct {
    struct arena *arena;
    struct plan_step steps[RUNS_MAX][STEPS_MAX];
    struct plan plans[RUNS_MAX];
    struct plan_run runs[RUNS_MAX];
    size_t at[RUNS_MAX];
    size_t count;
} given;

static int begin(void **state)
{
    (void)state;
    memset(&given, 0, sizeof(given));
    given.arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_release(&given.arena);
    return 0;
}

static void given_a_plan(void)
{
    given.plans[given.count] = (struct plan){.steps = given.steps[given.count]};
    given.runs[given.count].plan = &given.plans[given.count];
    given.count++;
}

static struct plan_step *then(enum plan_verb verb, const char *dn)
{
    struct plan *plan = &given.plans[given.count - 1];
    struct plan_step *step = &plan->steps[plan->count++];

    *step = (struct plan_step){.verb = verb, .dn = dn, .reason = "so"};
    return step;
}

static void change(struct plan_step *step, enum modification_verb verb, const char *member)
{
    struct modification *modifications = arena_alloc(given.arena, 2 * sizeof(*modifications));
    struct bytes *value = arena_alloc(given.arena, sizeof(*value));

    if (step->count)
        modifications[0] = step->modifications[0];
    *value = bytes_of_text(member);
    modifications[step->count++] = (struct modification){verb, "member", value, 1};
    step->modifications = modifications;
}

static void then_join(const char *group, const char *member)
{
    change(then(PLAN_ADD_MEMBER, group), MODIFICATION_ADD, member);
}

static void then_leave(const char *group, const char *member)
{
    change(then(PLAN_REMOVE_MEMBER, group), MODIFICATION_DELETE, member);
}

static void then_be_called(const char *group, const char *old, const char *member)
{
    struct plan_step *step = then(PLAN_ADD_MEMBER, group);

    change(step, MODIFICATION_DELETE, old);
    change(step, MODIFICATION_ADD, member);
}

static void add_values(struct text *text, const struct plan_step *step)
{
    for (size_t i = 0; i < step->count; i++) {
        const struct modification *modification = &step->modifications[i];

        for (size_t j = 0; j < modification->count; j++)
            text_add_format(text, "%c%.*s", modification->verb == MODIFICATION_ADD ? '+' : '-', 7,
                            (const char *)modification->values[j].data);
    }
}

/* "DN+value 0 1": and the plans behind it. Advances those that were in it. */
static const char *next_round(void)
{
    struct round round = schedule_round(given.runs, given.at, given.count, given.arena);
    struct text text = {.arena = given.arena};

    text_add(&text, "");
    for (size_t i = 0; i < round.count; i++) {
        const struct work *work = &round.works[i];

        text_add_format(&text, "%.*s", (int)strcspn(work->step.dn, ","), work->step.dn);
        add_values(&text, &work->step);
        for (size_t j = 0; j < work->run_count; j++) {
            text_add_format(&text, " %zu", work->runs[j]);
            given.at[work->runs[j]]++;
        }
        text_add(&text, ";");
    }
    return text.data;
}

/* ----------------------------------------------------------------------- tests */

static void steps_about_different_entries_are_one_round(void **state)
{
    (void)state;
    given_a_plan();
    then(PLAN_LOCK, ADA);
    given_a_plan();
    then(PLAN_MODIFY, BOB);

    assert_string_equal(next_round(), "uid=ada 0;uid=bob 1;");
    assert_string_equal(next_round(), "");
}

static void steps_of_one_plan_keep_their_order(void **state)
{
    (void)state;
    given_a_plan();
    then(PLAN_LOCK, ADA);
    then_leave(NORTH, ADA);
    then(PLAN_MODIFY, ADA);

    assert_string_equal(next_round(), "uid=ada 0;");
    assert_string_equal(next_round(), "cn=site-north-uid=ada 0;");
    assert_string_equal(next_round(), "uid=ada 0;");
    assert_string_equal(next_round(), "");
}

static void who_joins_and_who_leaves_a_group_does_so_in_one_change(void **state)
{
    (void)state;
    given_a_plan();
    then_join(NORTH, ADA);
    given_a_plan();
    then_leave("CN=Site-North, ou=roles", BOB);
    given_a_plan();
    then_be_called(NORTH, "uid=eve,ou=people", "uid=eva,ou=people");
    given_a_plan();
    then_join(SOUTH, BOB);

    assert_string_equal(next_round(), "cn=site-north-uid=bob-uid=eve+uid=ada+uid=eva 0 1 2;"
                                      "cn=site-south+uid=bob 3;");
}

static void one_who_joins_alone_does_so_by_the_step_of_the_plan(void **state)
{
    struct round round;

    (void)state;
    given_a_plan();
    then_join(NORTH, ADA);

    round = schedule_round(given.runs, given.at, given.count, given.arena);

    assert_int_equal(round.works[0].step.verb, PLAN_ADD_MEMBER); /* makes a group that is gone */
}

static void a_second_change_of_an_entry_waits_for_another_round(void **state)
{
    (void)state;
    given_a_plan();
    then(PLAN_CREATE_GROUP, NORTH);
    given_a_plan();
    then_join(NORTH, ADA);
    then(PLAN_UNLOCK, ADA);

    assert_string_equal(next_round(), "cn=site-north 0;");
    assert_string_equal(next_round(), "cn=site-north+uid=ada 1;");
    assert_string_equal(next_round(), "uid=ada 1;");
}

static void a_name_that_another_entry_is_about_to_leave_is_taken_later(void **state)
{
    (void)state;
    given_a_plan();
    then(PLAN_RENAME, BOB)->rdn = "uid=rob";
    given_a_plan();
    then(PLAN_RENAME, ADA)->rdn = "uid=bob";
    given_a_plan();
    then(PLAN_ADD_ENTRY, "uid=rob,ou=people");

    assert_string_equal(next_round(), "uid=bob 0;");
    assert_string_equal(next_round(), "uid=ada 1;uid=rob 2;");
}

static void a_plan_that_is_out_has_no_step(void **state)
{
    (void)state;
    given_a_plan();
    then(PLAN_LOCK, ADA);
    given.at[0] = SIZE_MAX;

    assert_string_equal(next_round(), "");
}

static void a_merged_change_has_no_more_than_a_part(void **state)
{
    enum { COUNT = PLAN_MEMBERS_MAX + 1 };
    struct plan_step *steps = arena_alloc(given.arena, COUNT * sizeof(*steps));
    struct plan *plans = arena_alloc(given.arena, COUNT * sizeof(*plans));
    struct plan_run *runs = arena_alloc(given.arena, COUNT * sizeof(*runs));
    size_t *at = arena_alloc(given.arena, COUNT * sizeof(*at));
    struct round round;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        steps[i] = (struct plan_step){.verb = PLAN_ADD_MEMBER, .dn = NORTH};
        change(&steps[i], MODIFICATION_ADD, arena_printf(given.arena, "uid=%zu", i));
        plans[i] = (struct plan){&steps[i], 1};
        runs[i] = (struct plan_run){.plan = &plans[i]};
        at[i] = 0;
    }

    round = schedule_round(runs, at, COUNT, given.arena);

    assert_int_equal(round.count, 1);
    assert_int_equal(round.works[0].step.modifications[0].count, PLAN_MEMBERS_MAX);
    assert_int_equal(round.works[0].run_count, PLAN_MEMBERS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(steps_about_different_entries_are_one_round),
        TEST(steps_of_one_plan_keep_their_order),
        TEST(who_joins_and_who_leaves_a_group_does_so_in_one_change),
        TEST(one_who_joins_alone_does_so_by_the_step_of_the_plan),
        TEST(a_second_change_of_an_entry_waits_for_another_round),
        TEST(a_name_that_another_entry_is_about_to_leave_is_taken_later),
        TEST(a_plan_that_is_out_has_no_step),
        TEST(a_merged_change_has_no_more_than_a_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
