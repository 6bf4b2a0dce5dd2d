/*
 * A change of one member costs a large group as much as a change of a hundred. So
 * whose plan ends with joining a group waits for the others of the batch, and
 * they join together. If the directory will not have that, each joins alone, and
 * only those who are refused are parked.
 */
#include "batch.h"

bool task_may_wait(const struct task *task, const struct plan_step *step)
{
    return task->line.kind == OUTBOX_USER && step->verb == PLAN_ADD_MEMBER && step->count == 1 &&
           step->modifications->count == 1 && step == &task->plan->steps[task->plan->count - 1];
}

static enum status apply(const struct batch *batch, struct plan_step *step, struct problem *problem)
{
    const struct plan plan = {.steps = step, .count = 1};

    return plan_apply(batch->directory, &batch->settings->projection, &plan, problem);
}

static enum status join_alone(const struct batch *batch, struct task *task)
{
    struct plan_step step = *task->joining;

    task->joining = NULL;
    task->status = apply(batch, &step, &task->problem);
    return task->status;
}

/* Those who wait for the same group as the first of them. */
struct crowd {
    struct task **tasks;
    struct bytes *members;
    size_t count;
};

static struct crowd gather(const struct batch *batch, size_t first)
{
    const char *group = batch->tasks[first].joining->dn;
    size_t most = batch->count - first;
    struct crowd crowd = {
        .tasks = arena_alloc(batch->arena, most * sizeof(*crowd.tasks)),
        .members = arena_alloc(batch->arena, most * sizeof(*crowd.members)),
    };

    for (size_t i = first; i < batch->count; i++) {
        struct task *task = &batch->tasks[i];

        if (!task->joining || strcmp(task->joining->dn, group) != 0)
            continue;
        crowd.tasks[crowd.count] = task;
        crowd.members[crowd.count++] = task->joining->modifications->values[0];
    }
    return crowd;
}

static enum status join_together(const struct batch *batch, const struct crowd *crowd)
{
    const struct plan_step *first = crowd->tasks[0]->joining;
    const struct modification modification = {MODIFICATION_ADD, first->modifications->attribute,
                                              crowd->members, crowd->count};
    struct plan_step step = {.verb = PLAN_CHANGE_MEMBERS,
                             .dn = first->dn,
                             .modifications = &modification,
                             .count = 1,
                             .reason = first->reason};
    struct problem problem = {0};
    enum status status = apply(batch, &step, &problem);

    for (size_t i = 0; i < crowd->count; i++) {
        if (status == STATUS_OK || status == STATUS_DIRECTORY_UNAVAILABLE) {
            crowd->tasks[i]->joining = NULL;
            crowd->tasks[i]->status = status;
            crowd->tasks[i]->problem = problem;
        }
    }
    return status;
}

static enum status join_one_by_one(const struct batch *batch, const struct crowd *crowd)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; status != STATUS_DIRECTORY_UNAVAILABLE && i < crowd->count; i++)
        status = join_alone(batch, crowd->tasks[i]);
    return status;
}

enum status batch_join(const struct batch *batch, struct problem *problem)
{
    for (size_t i = 0; i < batch->count; i++) {
        const char *group;
        struct crowd crowd;
        enum status status = STATUS_CONFLICT;

        if (!batch->tasks[i].joining)
            continue;
        group = batch->tasks[i].joining->dn;
        crowd = gather(batch, i);
        if (crowd.count > 1)
            status = join_together(batch, &crowd);
        if (status && status != STATUS_DIRECTORY_UNAVAILABLE)
            status = join_one_by_one(batch, &crowd);
        if (status == STATUS_DIRECTORY_UNAVAILABLE)
            return problem_set(problem, status, "nobody answered when people were added to %s",
                               group);
    }
    return STATUS_OK;
}
