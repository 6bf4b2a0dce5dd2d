#include "timekeeper.h"

#include "bridge/base/clock.h"
#include "bridge/base/log.h"
#include "bridge/core/clock_jump.h"
#include "bridge/core/organization.h"

enum { KEEP_MS = 3600 * 1000 };

static enum status keep_time(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)problem;
    store_keep_time(txn);
    return STATUS_OK;
}

static enum status keep(struct timekeeper *keeper, struct problem *problem)
{
    keeper->kept_at_ms = clock_boot_ms();
    return store_update(keeper->store, ORGANIZATION_DEFAULT, keep_time, NULL, problem);
}

static enum status judge(struct timekeeper *keeper, int64_t ahead, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct actor actor = {.kind = ACTOR_SYSTEM, .name = "rolebridge", .now = clock_now()};
    struct clock_jump jump = {.actor = &actor,
                              .arena = arena,
                              .ahead = ahead,
                              .is_start = !keeper->has_looked,
                              .hold = keeper->hold};
    enum status status =
        store_update(keeper->store, ORGANIZATION_DEFAULT, clock_jump_judge, &jump, problem);

    if (status)
        return status;
    keeper->has_looked = true;
    keeper->hold = jump.result.hold;
    if (jump.result.allowed == 0)
        return STATUS_OK;
    clock_allow(jump.result.allowed);
    return keep(keeper, problem);
}

/* Most of the time there is nothing to ask the store about. */
static enum status look(struct timekeeper *keeper, struct problem *problem)
{
    int64_t ahead = clock_state().ahead;

    if (ahead || keeper->hold || !keeper->has_looked)
        return judge(keeper, ahead, problem);
    if (clock_boot_ms() - keeper->kept_at_ms >= KEEP_MS)
        return keep(keeper, problem);
    return STATUS_OK;
}

enum status timekeeper_start(struct timekeeper *keeper, struct store *store,
                             struct problem *problem)
{
    enum status status;

    *keeper = (struct timekeeper){.store = store};
    status = look(keeper, problem);
    return status ? status : keep(keeper, problem);
}

/* What fails now is tried again in a second; meanwhile time goes on without the jump. */
void timekeeper_look(struct timekeeper *keeper)
{
    struct problem problem = {0};
    bool has_failed = look(keeper, &problem) != STATUS_OK;

    if (has_failed && !keeper->has_failed)
        log_write(LOG_WARNING, "the time could not be kept", "detail", problem.detail, NULL);
    keeper->has_failed = has_failed;
}

void timekeeper_stop(struct timekeeper *keeper)
{
    struct problem problem = {0};

    if (keeper->store && keep(keeper, &problem))
        log_write(LOG_WARNING, "the time could not be kept", "detail", problem.detail, NULL);
}
