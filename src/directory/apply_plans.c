#include <stdint.h>

#include "schedule.h"
#include "step_request.h"
#include "window.h"

/* Plans on their way. */
struct passage {
    struct directory *directory;
    const struct projection_settings *settings;
    struct plan_run *runs;
    size_t count;
    struct arena *arena;
    struct problem *problem;
};

/* ------------------------------------------------------------------------ runs */

static void advance(const struct passage *passage, const struct work *work)
{
    for (size_t i = 0; i < work->run_count; i++)
        passage->runs[work->runs[i]].done++;
}

static void stop(struct plan_run *run, enum status status, const struct problem *problem)
{
    run->status = status;
    run->problem = *problem;
}

static bool is_finished(const struct plan_run *run)
{
    return run->done == run->plan->count;
}

/* Where each is; those who failed have nothing more to do. */
static const size_t *places(const struct passage *passage)
{
    size_t *at = arena_alloc(passage->arena, passage->count * sizeof(*at));

    for (size_t i = 0; i < passage->count; i++)
        at[i] = passage->runs[i].status ? SIZE_MAX : passage->runs[i].done;
    return at;
}

/* Nobody knows of what is not done whether it is. */
static enum status lose(const struct passage *passage, const struct problem *problem)
{
    for (size_t i = 0; i < passage->count; i++) {
        struct plan_run *run = &passage->runs[i];

        if (!run->status && !is_finished(run))
            stop(run, STATUS_DIRECTORY_UNAVAILABLE, problem);
    }
    return problem_set(passage->problem, STATUS_DIRECTORY_UNAVAILABLE, "%s", problem->detail);
}

/* ------------------------------------------------------------------- with care */

static enum status apply_step(const struct passage *passage, const struct plan_step *step,
                              struct problem *problem)
{
    struct plan_step copy = *step;
    const struct plan plan = {.steps = &copy, .count = 1};

    return plan_apply(passage->directory, passage->settings, &plan, problem);
}

static enum status apply_alone(const struct passage *passage, struct plan_run *run)
{
    struct problem problem = {0};
    enum status status = apply_step(passage, &run->plan->steps[run->done], &problem);

    if (status)
        stop(run, status, &problem);
    else
        run->done++;
    return status;
}

/* If a group will not have several at once, each is tried alone, and only who is refused fails. */
static enum status apply_carefully(const struct passage *passage, const struct work *work)
{
    struct problem problem = {0};
    enum status status;

    if (work->run_count > 1 && !(status = apply_step(passage, &work->step, &problem))) {
        advance(passage, work);
        return STATUS_OK;
    }
    if (work->run_count > 1 && status == STATUS_DIRECTORY_UNAVAILABLE)
        return lose(passage, &problem);
    for (size_t i = 0; i < work->run_count; i++) {
        struct plan_run *run = &passage->runs[work->runs[i]];

        if (apply_alone(passage, run) == STATUS_DIRECTORY_UNAVAILABLE)
            return lose(passage, &run->problem);
    }
    return STATUS_OK;
}

/* ---------------------------------------------------------------------- rounds */

static enum status conclude(const struct passage *passage, const struct work *work,
                            const struct request *request)
{
    if (request->status)
        return apply_carefully(passage, work);
    advance(passage, work);
    return STATUS_OK;
}

static enum status apply_round(const struct passage *passage, const struct round *round)
{
    struct request *requests = arena_alloc(passage->arena, round->count * sizeof(*requests));
    struct problem problem = {0};
    enum status status;

    for (size_t i = 0; i < round->count; i++)
        requests[i] = step_request(&round->works[i].step);
    status = window_run(passage->directory, requests, round->count,
                        account_window(passage->settings->profile), &problem);
    for (size_t i = 0; i < round->count; i++) {
        if (status && requests[i].status)
            continue; /* not known to be done, or not done */
        if (conclude(passage, &round->works[i], &requests[i]))
            return STATUS_DIRECTORY_UNAVAILABLE;
    }
    return status ? lose(passage, &problem) : STATUS_OK;
}

/* Nothing is under way beside it, so nothing needs to be tried first. */
static enum status apply_one(const struct passage *passage)
{
    struct plan_run *run = &passage->runs[0];

    while (!is_finished(run)) {
        enum status status = apply_alone(passage, run);

        if (status)
            return status == STATUS_DIRECTORY_UNAVAILABLE ? lose(passage, &run->problem)
                                                          : STATUS_OK;
    }
    return STATUS_OK;
}

static enum status apply_rounds(const struct passage *passage)
{
    for (;;) {
        struct round round =
            schedule_round(passage->runs, places(passage), passage->count, passage->arena);
        enum status status;

        if (round.count == 0)
            return STATUS_OK;
        if ((status = apply_round(passage, &round)))
            return status;
    }
}

enum status plans_apply(struct directory *directory, const struct projection_settings *settings,
                        struct plan_run *runs, size_t count, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct passage passage = {directory, settings, runs, count, arena, problem};

    return count == 1 ? apply_one(&passage) : apply_rounds(&passage);
}
