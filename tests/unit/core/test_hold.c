#include "world.h"

#include "journal_walk.h"

#include "bridge/core/hold.h"
#include "bridge/core/organization.h"

enum { NOON = 1700000000, OTHER = 9 };

static enum status submit(struct world *world, uint32_t organization, store_change *change,
                          struct hold_request *request)
{
    request->arena = world->arena;
    if (!request->actor)
        request->actor = &world->admin;
    world->problem = (struct problem){0};
    return store_update(world->store, organization, change, request, &world->problem);
}

static struct hold opened(struct world *world, enum hold_kind kind, const char *detail)
{
    struct hold_request request = {.kind = kind, .detail = detail, .amount = 86401};

    assert_int_equal(submit(world, ORGANIZATION_DEFAULT, hold_open, &request), STATUS_OK);
    return request.hold;
}

static enum status decide(struct world *world, store_change *change, const char *id,
                          const char *reason)
{
    struct hold_request request = {.id = id, .reason = reason};

    return submit(world, ORGANIZATION_DEFAULT, change, &request);
}

/* As the store has it, seen from an organization. */
static struct hold stored_for(struct world *world, uint32_t organization, const char *id)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct hold hold = {.number = 0};

    assert_int_equal(store_begin(world->store, organization, &txn, NULL), STATUS_OK);
    if (!hold_find(txn, id, world->arena, &hold))
        hold.number = 0;
    return hold;
}

static struct hold stored(struct world *world, const char *id)
{
    return stored_for(world, ORGANIZATION_DEFAULT, id);
}

static bool count_one(void *context, const struct hold *hold)
{
    (void)hold;
    ++*(int *)context;
    return true;
}

static int held(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    int count = 0;

    hold_each(txn, world->arena, count_one, &count);
    return count;
}

static void what_is_held_waits_with_its_words(void **state)
{
    struct world *world = *state;
    struct hold hold = opened(world, HOLD_CLOCK_JUMP, "a day ahead");

    hold = stored(world, hold.id);

    assert_int_equal(hold.kind, HOLD_CLOCK_JUMP);
    assert_int_equal(hold.state, HOLD_WAITING);
    assert_int_equal(hold.opened_at, NOON);
    assert_int_equal(hold.amount, 86401);
    assert_int_equal(hold.decided_at, 0);
    assert_string_equal(hold.detail, "a day ahead");
}

static void of_one_kind_only_one_waits(void **state)
{
    struct world *world = *state;
    struct hold first = opened(world, HOLD_CLOCK_JUMP, "first");
    struct hold again = opened(world, HOLD_CLOCK_JUMP, "second");
    struct hold other = opened(world, HOLD_RESTORE, "third");

    assert_int_equal(again.number, first.number);
    assert_string_equal(again.detail, "first");
    assert_int_not_equal(other.number, first.number);
    assert_int_equal(held(world), 2);
}

static void it_is_allowed_or_refused_with_who_when_and_why(void **state)
{
    static const struct {
        store_change *change;
        enum hold_state state;
    } cases[] = {{hold_allow, HOLD_ALLOWED}, {hold_refuse, HOLD_REFUSED}};
    struct world *world = *state;

    for (size_t i = 0; i < 2; i++) {
        struct hold hold = opened(world, HOLD_CLOCK_JUMP, "ahead");

        world->admin.now = NOON + 60;
        assert_int_equal(decide(world, cases[i].change, hold.id, "was off"), STATUS_OK);

        hold = stored(world, hold.id);
        assert_int_equal(hold.state, cases[i].state);
        assert_int_equal(hold.decided_at, NOON + 60);
        assert_string_equal(hold.decided_by, "control");
        assert_string_equal(hold.reason, "was off");
        assert_string_equal(hold.detail, "ahead");
    }
}

static void nobody_decides_twice(void **state)
{
    struct world *world = *state;
    struct hold hold = opened(world, HOLD_CLOCK_JUMP, "ahead");

    assert_int_equal(decide(world, hold_refuse, hold.id, "wrong clock"), STATUS_OK);
    assert_int_equal(decide(world, hold_allow, hold.id, "it is right"), STATUS_CONFLICT);

    assert_non_null(strstr(world->problem.detail, "was refused already, by control: wrong clock"));
    assert_int_equal(stored(world, hold.id).state, HOLD_REFUSED);
}

static void nobody_decides_without_a_reason(void **state)
{
    struct world *world = *state;
    struct hold hold = opened(world, HOLD_CLOCK_JUMP, "ahead");
    char reason[HOLD_REASON_MAX + 2];

    memset(reason, 'x', sizeof(reason));
    reason[HOLD_REASON_MAX + 1] = '\0';

    assert_int_equal(decide(world, hold_allow, hold.id, NULL), STATUS_INVALID_VALUE);
    assert_int_equal(decide(world, hold_allow, hold.id, ""), STATUS_INVALID_VALUE);
    assert_int_equal(decide(world, hold_allow, hold.id, reason), STATUS_INVALID_VALUE);
    assert_int_equal(stored(world, hold.id).state, HOLD_WAITING);
    reason[HOLD_REASON_MAX] = '\0';
    assert_int_equal(decide(world, hold_allow, hold.id, reason), STATUS_OK);
}

static void a_hold_that_is_not_there_cannot_be_decided(void **state)
{
    struct world *world = *state;
    struct hold hold = opened(world, HOLD_CLOCK_JUMP, "ahead");
    const char *ids[] = {"0", "", "x", "-1", arena_printf(world->arena, "0%s", hold.id)};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        assert_int_equal(decide(world, hold_allow, ids[i], "why"), STATUS_NOT_FOUND);
}

static void what_is_of_the_daemon_is_seen_by_all_and_decided_on_its_machine_alone(void **state)
{
    struct world *world = *state;
    struct hold hold = opened(world, HOLD_CLOCK_JUMP, "ahead");
    const struct actor token = {.kind = ACTOR_ADMINISTRATOR, .name = "job", .now = NOON};
    struct hold_request request = {.actor = &token, .id = hold.id, .reason = "why"};

    assert_int_equal(submit(world, ORGANIZATION_DEFAULT, hold_allow, &request), STATUS_FORBIDDEN);

    assert_int_equal(stored_for(world, OTHER, hold.id).state, HOLD_WAITING);
    assert_int_equal(stored_for(world, OTHER, hold.id).number, hold.number);
}

static void what_has_come_right_by_itself_is_withdrawn_and_a_next_one_can_wait(void **state)
{
    struct world *world = *state;
    struct hold first = opened(world, HOLD_CLOCK_JUMP, "ahead");
    struct hold_request request = {.kind = HOLD_CLOCK_JUMP, .reason = "the clock came back"};

    assert_int_equal(submit(world, ORGANIZATION_DEFAULT, hold_withdraw, &request), STATUS_OK);

    assert_int_equal(stored(world, first.id).state, HOLD_WITHDRAWN);
    assert_int_equal(submit(world, ORGANIZATION_DEFAULT, hold_withdraw, &request),
                     STATUS_NOT_FOUND);
    assert_int_not_equal(opened(world, HOLD_CLOCK_JUMP, "again").number, first.number);
}

static void the_last_of_a_kind_says_what_has_become_of_it(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct world *world = *state;
    struct hold hold = opened(world, HOLD_RESTORE, "first");
    struct hold last;

    (void)opened(world, HOLD_CLOCK_JUMP, "another kind");
    assert_int_equal(decide(world, hold_allow, hold.id, "looked at it"), STATUS_OK);
    txn = world_begin(world);

    assert_true(hold_last(txn, HOLD_RESTORE, world->arena, &last));
    assert_int_equal(last.number, hold.number);
    assert_int_equal(last.state, HOLD_ALLOWED);
}

static void so_many_are_kept_and_never_is_one_that_waits_let_go(void **state)
{
    struct world *world = *state;
    struct hold waiting = opened(world, HOLD_RESTORE, "waits all the time");

    for (int i = 0; i < HOLDS_KEPT + 10; i++) {
        struct hold hold = opened(world, HOLD_CLOCK_JUMP, "ahead");

        assert_int_equal(decide(world, hold_refuse, hold.id, "wrong"), STATUS_OK);
    }

    assert_int_equal(held(world), HOLDS_KEPT);
    assert_int_equal(stored(world, waiting.id).state, HOLD_WAITING);
}

struct lines {
    int count;
    struct text text;
};

static bool add_line(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct lines *lines = context;

    (void)mark;
    text_add_bytes(&lines->text, record);
    text_add(&lines->text, "\n");
    lines->count++;
    return true;
}

static void the_journal_says_what_was_held_and_who_said_what(void **state)
{
    struct world *world = *state;
    struct lines lines = {.text.arena = world->arena};
    struct hold hold = opened(world, HOLD_CLOCK_JUMP, "a \"day\" ahead");

    assert_int_equal(decide(world, hold_allow, hold.id, "was off"), STATUS_OK);

    assert_int_equal(journal_walk(world->store, ORGANIZATION_DEFAULT, add_line, &lines, NULL),
                     STATUS_OK);
    assert_non_null(
        strstr(lines.text.data, arena_printf(world->arena,
                                             "\"event\":\"hold.open\",\"id\":\"%s\",\"hold\":"
                                             "\"clock-jump\",\"detail\":\"a \\\"day\\\" ahead\"}",
                                             hold.id)));
    assert_non_null(strstr(lines.text.data,
                           arena_printf(world->arena,
                                        "\"actor\":\"control\",\"event\":\"hold.allow\",\"id\":"
                                        "\"%s\",\"hold\":\"clock-jump\",\"reason\":\"was off\"}",
                                        hold.id)));
}

static void what_is_held_outlives_a_restart(void **state)
{
    struct world *world = *state;
    struct hold hold = opened(world, HOLD_RESTORE, "of Monday");

    world_restart(world);

    assert_int_equal(stored(world, hold.id).state, HOLD_WAITING);
    assert_int_equal(opened(world, HOLD_RESTORE, "once more").number, hold.number);
}

#define HOLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
#define DISK_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_on_disk, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOLD_TEST(what_is_held_waits_with_its_words),
        HOLD_TEST(of_one_kind_only_one_waits),
        HOLD_TEST(it_is_allowed_or_refused_with_who_when_and_why),
        HOLD_TEST(nobody_decides_twice),
        HOLD_TEST(nobody_decides_without_a_reason),
        HOLD_TEST(a_hold_that_is_not_there_cannot_be_decided),
        HOLD_TEST(what_is_of_the_daemon_is_seen_by_all_and_decided_on_its_machine_alone),
        HOLD_TEST(what_has_come_right_by_itself_is_withdrawn_and_a_next_one_can_wait),
        HOLD_TEST(the_last_of_a_kind_says_what_has_become_of_it),
        HOLD_TEST(so_many_are_kept_and_never_is_one_that_waits_let_go),
        HOLD_TEST(the_journal_says_what_was_held_and_who_said_what),
        DISK_TEST(what_is_held_outlives_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
