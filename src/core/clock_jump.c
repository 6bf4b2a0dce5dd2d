#include "bridge/core/clock_jump.h"

#include <inttypes.h>

#include "bridge/base/text.h"

enum { DAY = 24 * 3600, HOUR = 3600 };

enum step { STEP_NOTHING, STEP_OPEN, STEP_WITHDRAW, STEP_ALLOW };

/* Whether a hold is about this jump: one that waits, or that was decided in this process. */
static bool is_about(const struct hold *last, const struct clock_jump *jump)
{
    int64_t moved = jump->ahead - last->amount;
    bool is_ours = last->state == HOLD_WAITING ||
                   (last->number == jump->hold && last->state != HOLD_WITHDRAWN);

    return is_ours && moved <= DAY && moved >= -DAY;
}

/* `last`: the last hold of this kind; its number is 0 when there was none. */
static enum step step_of(const struct hold *last, const struct clock_jump *jump)
{
    bool is_waiting = last->number && last->state == HOLD_WAITING;

    if (jump->ahead == 0)
        return is_waiting ? STEP_WITHDRAW : STEP_NOTHING;
    if (!last->number || !is_about(last, jump))
        return is_waiting ? STEP_WITHDRAW : STEP_OPEN;
    return last->state == HOLD_ALLOWED ? STEP_ALLOW : STEP_NOTHING;
}

static const char *detail_of(const struct clock_jump *jump)
{
    char told[TIMESTAMP_SIZE], wall[TIMESTAMP_SIZE];
    int64_t days = jump->ahead / DAY, hours = jump->ahead % DAY / HOUR;

    timestamp_format(jump->actor->now, told);
    timestamp_format(jump->actor->now + jump->ahead, wall);
    if (jump->is_start)
        return arena_printf(jump->arena,
                            "the clock of this machine says %s, which is %" PRId64 " days %" PRId64
                            " hours after the last time that was kept; if the daemon was off for "
                            "so long, allow it; until then time goes on from %s",
                            wall, days, hours, told);
    return arena_printf(jump->arena,
                        "the clock of this machine has jumped ahead by %" PRId64 " days %" PRId64
                        " hours, to %s; until this is allowed, time goes on from %s",
                        days, hours, wall, told);
}

static enum status open(struct store_txn *txn, struct clock_jump *jump, struct problem *problem)
{
    struct hold_request request = {.actor = jump->actor,
                                   .arena = jump->arena,
                                   .kind = HOLD_CLOCK_JUMP,
                                   .detail = detail_of(jump),
                                   .amount = jump->ahead};
    enum status status = hold_open(txn, &request, problem);

    jump->result.hold = request.hold.number;
    return status;
}

static enum status withdraw(struct store_txn *txn, const struct clock_jump *jump,
                            struct problem *problem)
{
    struct hold_request request = {.actor = jump->actor,
                                   .arena = jump->arena,
                                   .kind = HOLD_CLOCK_JUMP,
                                   .reason = jump->ahead ? "the clock has jumped on"
                                                         : "the clock came back"};

    return hold_withdraw(txn, &request, problem);
}

enum status clock_jump_judge(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct clock_jump *jump = argument;
    struct hold last = {.number = 0};
    enum status status = STATUS_OK;

    jump->result.hold = 0;
    jump->result.allowed = 0;
    if (!hold_last(txn, HOLD_CLOCK_JUMP, jump->arena, &last))
        last.number = 0;
    switch (step_of(&last, jump)) {
    case STEP_NOTHING:
        jump->result.hold = jump->ahead ? last.number : 0;
        break;
    case STEP_OPEN:
        status = open(txn, jump, problem);
        break;
    case STEP_WITHDRAW:
        status = withdraw(txn, jump, problem);
        break;
    case STEP_ALLOW:
        jump->result.allowed = last.amount;
        break;
    }
    return status ? status : store_status(txn, problem);
}
