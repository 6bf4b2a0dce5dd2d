#include <stdint.h>
#include <string.h>

#include "array.h"
#include "schedule.h"
#include "step_request.h"
#include "transaction.h"
#include "window.h"

enum { TRANSACTION_TRIES = 5, TRANSACTION_STEP_MAX = 500 };

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

static bool takes_away(const struct plan *plan, size_t step)
{
    return step < plan->count &&
           (plan->steps[step].verb == PLAN_LOCK || plan->steps[step].verb == PLAN_REMOVE_MEMBER);
}

/* One way to take access away that is refused does not hold up the others. */
static enum status take_away_rest(const struct passage *passage, struct plan_run *run)
{
    const struct plan *plan = run->plan;
    struct problem problem = {0};

    for (size_t i = run->done; takes_away(plan, i) && takes_away(plan, i + 1); i++) {
        if (apply_step(passage, &plan->steps[i + 1], &problem) != STATUS_DIRECTORY_UNAVAILABLE)
            continue;
        stop(run, STATUS_DIRECTORY_UNAVAILABLE, &problem);
        break;
    }
    return run->status;
}

static enum status apply_alone(const struct passage *passage, struct plan_run *run)
{
    struct problem problem = {0};
    enum status status = apply_step(passage, &run->plan->steps[run->done], &problem);

    if (!status) {
        run->done++;
        return STATUS_OK;
    }
    stop(run, status, &problem);
    return status == STATUS_DIRECTORY_UNAVAILABLE ? status : take_away_rest(passage, run);
}

/* If a group will not have several at once, each is tried alone, and only who is refused fails. */
static enum status apply_each(const struct passage *passage, const struct work *work)
{
    for (size_t i = 0; i < work->run_count; i++) {
        struct plan_run *run = &passage->runs[work->runs[i]];

        if (apply_alone(passage, run) == STATUS_DIRECTORY_UNAVAILABLE)
            return lose(passage, &run->problem);
    }
    return STATUS_OK;
}

static enum status apply_carefully(const struct passage *passage, const struct work *work)
{
    struct problem problem = {0};
    enum status status;

    if (work->run_count == 1)
        return apply_each(passage, work);
    status = apply_step(passage, &work->step, &problem);
    if (status == STATUS_DIRECTORY_UNAVAILABLE)
        return lose(passage, &problem);
    if (status)
        return apply_each(passage, work);
    advance(passage, work);
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

/* ---------------------------------------------------------------- transactions */

/* Works in the order in which they are to happen, each with the places of the plans then. */
struct agenda {
    struct work *works;
    const size_t **places;
    size_t count;
};

static size_t step_size(const struct plan_step *step)
{
    size_t size = 0;

    for (size_t i = 0; i < step->count; i++)
        size += step->modifications[i].count;
    for (size_t i = 0; step->entry && i < step->entry->count; i++)
        size += step->entry->attributes[i].count;
    return size;
}

/*
 * How far each plan may go in a transaction. What takes the server long is not in
 * one: it holds up everybody else's writes, and its answer has a deadline.
 */
static size_t *limits_of(const struct passage *passage)
{
    size_t *limits = arena_alloc(passage->arena, passage->count * sizeof(*limits));

    for (size_t i = 0; i < passage->count; i++) {
        const struct plan *plan = passage->runs[i].plan;

        limits[i] = passage->runs[i].done;
        while (limits[i] < plan->count &&
               step_size(&plan->steps[limits[i]]) <= TRANSACTION_STEP_MAX)
            limits[i]++;
    }
    return limits;
}

static void add_round(const struct passage *passage, struct agenda *agenda,
                      const struct round *round, const size_t *at)
{
    for (size_t i = 0; i < round->count; i++) {
        agenda->works =
            array_room(passage->arena, agenda->works, agenda->count, sizeof(*agenda->works));
        agenda->places =
            array_room(passage->arena, agenda->places, agenda->count, sizeof(*agenda->places));
        agenda->works[agenda->count] = round->works[i];
        agenda->places[agenda->count++] = at;
    }
}

/* The places after a round; SIZE_MAX is beyond the limit. */
static const size_t *next_places(const struct passage *passage, const struct round *round,
                                 const size_t *at, const size_t *limits)
{
    size_t *next = arena_alloc(passage->arena, passage->count * sizeof(*next));

    memcpy(next, at, passage->count * sizeof(*next));
    for (size_t i = 0; i < round->count; i++) {
        for (size_t j = 0; j < round->works[i].run_count; j++)
            next[round->works[i].runs[j]]++;
    }
    for (size_t i = 0; i < passage->count; i++) {
        if (next[i] >= limits[i])
            next[i] = SIZE_MAX;
    }
    return next;
}

static struct agenda make_agenda(const struct passage *passage, const size_t *limits)
{
    const struct round nothing = {NULL, 0};
    const size_t *at = next_places(passage, &nothing, places(passage), limits);
    struct agenda agenda = {NULL, NULL, 0};

    for (;;) {
        struct round round = schedule_round(passage->runs, at, passage->count, passage->arena);

        if (round.count == 0)
            return agenda;
        add_round(passage, &agenda, &round, at);
        at = next_places(passage, &round, at, limits);
    }
}

static enum status try_transaction(const struct passage *passage, const struct agenda *agenda,
                                   size_t *limits, bool *is_over, struct problem *problem)
{
    struct request *requests = arena_alloc(passage->arena, agenda->count * sizeof(*requests));
    enum status status;

    for (size_t i = 0; i < agenda->count; i++)
        requests[i] = step_request(&agenda->works[i].step);
    status = transaction_run(passage->directory, requests, agenda->count, problem);
    *is_over = true;
    for (size_t i = 0; i < agenda->count; i++) {
        const struct work *work = &agenda->works[i];

        if (status == STATUS_OK)
            advance(passage, work);
        for (size_t j = 0; requests[i].status && j < work->run_count; j++) {
            limits[work->runs[j]] = agenda->places[i][work->runs[j]];
            *is_over = false;
        }
    }
    return status;
}

/*
 * As much as goes at once. What the server names as the reason that nothing
 * happened is left out, with all that follows it, and the rest is sent again: a few
 * times. What is left then, is left to the rounds.
 */
static enum status apply_transaction(const struct passage *passage)
{
    size_t *limits = limits_of(passage);
    bool is_over = false;

    for (int i = 0; !is_over && i < TRANSACTION_TRIES; i++) {
        struct agenda agenda = make_agenda(passage, limits);
        struct problem problem = {0};

        if (agenda.count < 2)
            return STATUS_OK;
        if (try_transaction(passage, &agenda, limits, &is_over, &problem) ==
            STATUS_DIRECTORY_UNAVAILABLE)
            return lose(passage, &problem);
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------------------- all */

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

enum status plans_apply(struct directory *directory, const struct projection_settings *settings,
                        struct plan_run *runs, size_t count, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct passage passage = {directory, settings, runs, count, arena, problem};

    if (count == 1)
        return apply_one(&passage);
    if (transaction_is_offered(directory) && apply_transaction(&passage))
        return STATUS_DIRECTORY_UNAVAILABLE;
    return apply_rounds(&passage);
}
