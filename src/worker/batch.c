/*
 * A batch goes through five phases: load what is desired, read and plan, claim
 * the entries that will be added or will step aside, apply, record. The store is
 * never held while the directory is asked.
 *
 * When the connection is lost, all that was not done is suspected of it, and goes
 * alone the next time: so it is found out at what the directory hangs up.
 */
#include "batch.h"

#include "bridge/base/log.h"
#include "bridge/core/group.h"

enum { BATCH_MAX = 256, MEMBERS_MAX = 100 * 1000, ATTEMPTS_MAX = 3 };

/* What there is to do, by kind of line. */
static const struct {
    void (*load)(struct store_txn *txn, const struct batch *batch, struct task *task);
    enum status (*read)(const struct batch *batch, struct task *const *tasks, size_t count,
                        struct problem *problem);
    enum status (*plan)(const struct batch *batch, struct task *task);
    bool is_linked; /* to an entry that is known by its identity, not by its name */
} kinds[] = {
    [OUTBOX_ORGANIZATION] = {task_load_admins, tasks_read_roles, task_plan_role, false},
    [OUTBOX_SITE] = {task_load_site, tasks_read_roles, task_plan_role, false},
    [OUTBOX_USER] = {task_load_person, tasks_read_people, task_plan_person, true},
    [OUTBOX_GROUP] = {task_load_group, tasks_read_groups, task_plan_group, true},
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

/* ----------------------------------------------------------------------------- tasks */

const char *task_identity(const struct task *task)
{
    return task->is_linked && *task->link.identity ? task->link.identity : NULL;
}

void task_link_to(const struct batch *batch, struct task *task, const struct entry *entry)
{
    const char *identity = entry_text(entry, account_identity(batch->settings->projection.profile));

    task->link.dn = entry->dn;
    task->link.identity = identity ? identity : "";
    task->is_linked = true;
}

struct actor task_actor(const struct batch *batch, const struct outbox_line *line)
{
    return (struct actor){.kind = ACTOR_SYSTEM, .request_id = line->request, .now = batch->now};
}

bool task_has_entry(const struct task *task)
{
    return task->is_linked || task->entry;
}

void task_fail(struct task *task, enum status status, const struct problem *problem)
{
    task->status = status;
    task->problem = *problem;
}

static bool is_done(const struct task *task)
{
    return task->plan && task->done == task->plan->count && !task_awaits_password(task);
}

/* Nobody knows of what is not done whether it is. */
static void lose(struct batch *batch, const struct problem *problem)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct task *task = &batch->tasks[i];

        if (!task->status && !is_done(task))
            task_fail(task, STATUS_DIRECTORY_UNAVAILABLE, problem);
    }
}

/* ------------------------------------------------------------------------------- load */

/* How many of the lines go together: those of the first one's urgency, or a suspect alone. */
static size_t count_together(const struct outbox_line *lines, size_t count)
{
    size_t together = 1;

    if (count == 0 || lines[0].is_suspect)
        return count ? 1 : 0;
    while (together < count && lines[together].urgency == lines[0].urgency &&
           !lines[together].is_suspect)
        together++;
    return together;
}

void task_load(struct store_txn *txn, const struct batch *batch, struct task *task)
{
    task->is_linked = link_find(txn, task->line.kind, task->line.row, batch->arena, &task->link);
    kinds[task->line.kind].load(txn, batch, task);
    if (!task->status && !task_has_entry(task))
        task_fail(task, task->misfit, &task->misfit_problem);
}

/* Groups come with all of their members: there is a limit to how many are held at once. */
static enum status load(struct batch *batch, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct outbox_line lines[BATCH_MAX];
    enum status status = store_begin(batch->settings->store, batch->organization, &txn, problem);
    size_t members = 0;
    size_t count;

    if (status)
        return status;
    batch->lease = lease_find(txn);
    if (lease_is_taken(&batch->lease, &batch->settings->holder, batch->now))
        return store_status(txn, problem); /* the work is another worker's */
    count = count_together(lines, outbox_due(txn, batch->now, lines, BATCH_MAX, batch->arena));
    batch->tasks = arena_alloc(batch->arena, count * sizeof(*batch->tasks));
    while (batch->count < count && members <= MEMBERS_MAX) {
        struct task *task = &batch->tasks[batch->count];

        task->line = lines[batch->count++];
        task_load(txn, batch, task);
        members += task->member_count;
    }
    return store_status(txn, problem);
}

/* ------------------------------------------------------------------------------- plan */

/* Read those of one kind that are still well. */
static enum status read_kind(const struct batch *batch, struct task *tasks, size_t count,
                             enum outbox_kind kind, struct problem *problem)
{
    struct task **chosen = arena_alloc(batch->arena, count * sizeof(struct task *));
    size_t chosen_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (tasks[i].line.kind == kind && !tasks[i].status && task_has_entry(&tasks[i]))
            chosen[chosen_count++] = &tasks[i];
    }
    return chosen_count ? kinds[kind].read(batch, chosen, chosen_count, problem) : STATUS_OK;
}

static enum status read_all(const struct batch *batch, struct task *tasks, size_t count,
                            struct problem *problem)
{
    enum status status = STATUS_OK;

    for (int kind = 0; !status && kind < KIND_COUNT; kind++)
        status = read_kind(batch, tasks, count, (enum outbox_kind)kind, problem);
    return status;
}

static void plan(const struct batch *batch, struct task *task)
{
    task->done = 0;
    if (task_has_entry(task))
        task->status = kinds[task->line.kind].plan(batch, task);
    else
        task->plan = arena_alloc(batch->arena, sizeof(*task->plan)); /* nothing to do */
    if (task->keeps_name && task->plan)
        plan_keep_name(task->plan);
}

static enum status plan_all(struct batch *batch, struct problem *problem)
{
    enum status status = read_all(batch, batch->tasks, batch->count, problem);

    for (size_t i = 0; !status && i < batch->count; i++) {
        if (!batch->tasks[i].status)
            plan(batch, &batch->tasks[i]);
    }
    return status;
}

/* ------------------------------------------------------------------------------- claim */

/* Whether a step makes the entry that the task is about, and that must be known to be ours. */
static bool is_making(const struct task *task, const struct plan_step *step)
{
    return kinds[task->line.kind].is_linked &&
           (step->verb == PLAN_ADD_ENTRY ||
            (step->verb == PLAN_CREATE_GROUP && task->line.kind == OUTBOX_GROUP));
}

static bool adds_entry(const struct task *task)
{
    for (size_t i = 0; task->plan && i < task->plan->count; i++) {
        if (is_making(task, &task->plan->steps[i]))
            return true;
    }
    return false;
}

/* A plan that was made before another worker wrote is none any more. */
static bool keep_lease(struct store_txn *txn, struct batch *batch)
{
    struct lease lease = lease_find(txn);

    if (lease.epoch != batch->lease.epoch ||
        !lease_hold(txn, &batch->settings->holder, batch->now, batch->arena, &lease))
        return false;
    batch->held = lease;
    return true;
}

/* Who was deleted since the plan was made must not get an entry that nobody knows of. */
static enum status claim(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct batch *batch = argument;

    if (!keep_lease(txn, batch))
        return problem_set(problem, STATUS_CONFLICT,
                           "another worker has taken over this directory; nothing was written");
    store_use_reserve(txn);
    room_claim(txn, batch);
    for (size_t i = 0; i < batch->count; i++) {
        struct task *task = &batch->tasks[i];
        struct link link = {.identity = ""};

        task->is_overtaken = !outbox_is_current(txn, &task->line, batch->arena);
        if (task->status || task->is_overtaken || (!task->is_adopting && !adds_entry(task)))
            continue;
        if (task->is_adopting)
            link = task->link;
        else
            link.dn = task->entry->dn;
        link_save(txn, task->line.kind, task->line.row, &link, batch->arena);
    }
    return store_status(txn, problem);
}

/* ------------------------------------------------------------------------------- apply */

/*
 * Whether a step that is done has given the entry another name, or is the one that
 * made it: which is known to be ours from then on, whatever becomes of the others.
 */
static bool has_new_name(struct task *task)
{
    bool is_new = false;

    for (size_t i = 0; i < task->done; i++) {
        const struct plan_step *step = &task->plan->steps[i];

        if (is_making(task, step)) {
            task->link = (struct link){.dn = step->dn, .identity = ""};
            task->is_linked = true;
        }
        is_new = is_new || is_making(task, step) ||
                 (kinds[task->line.kind].is_linked && step->verb == PLAN_RENAME);
    }
    return is_new;
}

/* Learn what the entries of these are called now, and what identifies them for life. */
static enum status identify(const struct batch *batch, struct task *const *tasks, size_t count,
                            struct problem *problem)
{
    struct task *copies = arena_alloc(batch->arena, count * sizeof(*copies));
    enum status status;

    for (size_t i = 0; i < count; i++) {
        copies[i] = *tasks[i];
        copies[i].status = STATUS_OK;
        copies[i].problem = (struct problem){0};
    }
    if ((status = read_all(batch, copies, count, problem)))
        return status;
    for (size_t i = 0; i < count; i++) {
        if (!copies[i].status && copies[i].actual.entry)
            task_link_to(batch, tasks[i], copies[i].actual.entry);
        else if (!tasks[i]->status)
            task_fail(tasks[i], copies[i].status ? copies[i].status : STATUS_CONFLICT,
                      &copies[i].problem);
    }
    return STATUS_OK;
}

static void take_run(struct task *task, const struct plan_run *run)
{
    task->done = run->done;
    task_fail(task, run->status, &run->problem);
    if (task->status)
        return;
    task_fail(task, task->misfit, &task->misfit_problem);
}

static enum status apply(const struct batch *batch, struct task *const *tasks, size_t count,
                         struct problem *problem)
{
    struct plan_run *runs = arena_alloc(batch->arena, count * sizeof(*runs));
    struct task **renamed = arena_alloc(batch->arena, count * sizeof(struct task *));
    size_t renamed_count = 0;
    enum status status;

    for (size_t i = 0; i < count; i++)
        runs[i] = (struct plan_run){.plan = tasks[i]->plan};
    status = plans_apply(batch->directory, &batch->settings->projection, runs, count, problem);
    for (size_t i = 0; i < count; i++) {
        take_run(tasks[i], &runs[i]);
        if (has_new_name(tasks[i]))
            renamed[renamed_count++] = tasks[i];
    }
    if (!status && renamed_count)
        status = identify(batch, renamed, renamed_count, problem);
    for (size_t i = 0; status && i < renamed_count; i++) {
        if (!renamed[i]->status)
            task_fail(renamed[i], status, problem); /* it is not known what identifies the entry */
    }
    return status;
}

static enum status plan_again(const struct batch *batch, struct task *task, struct problem *problem)
{
    enum status status;

    task->status = STATUS_OK;
    task->problem = (struct problem){0};
    if ((status = read_all(batch, task, 1, problem)))
        return status;
    if (!task->status)
        plan(batch, task);
    return STATUS_OK;
}

/* Somebody else changed the entry between reading and writing: look again. */
static enum status apply_again(const struct batch *batch, struct task *task,
                               struct problem *problem)
{
    bool was_claimed = task->is_linked;
    enum status status = plan_again(batch, task, problem);

    if (status)
        return status;
    if (task->status || task->is_early)
        return STATUS_OK;
    /* An entry to be added or adopted has been claimed by now, unless it came or went since. */
    if (!was_claimed && (adds_entry(task) || task->is_adopting)) {
        task->status = problem_set(&task->problem, STATUS_CONFLICT,
                                   "%s comes and goes; trying again later", task->entry->dn);
        return STATUS_OK;
    }
    return apply(batch, &task, 1, problem);
}

static enum status apply_until_it_fits(const struct batch *batch, struct task *task,
                                       struct problem *problem)
{
    enum status status = STATUS_OK;

    for (int i = 1; !status && task->status == STATUS_CONFLICT && i < ATTEMPTS_MAX; i++)
        status = apply_again(batch, task, problem);
    return status;
}

/* Whoever has stepped aside goes on from there. */
static enum status make_room(const struct batch *batch, struct problem *problem)
{
    enum status status = room_make(batch, problem);

    for (size_t i = 0; !status && i < batch->count; i++) {
        struct task *task = &batch->tasks[i];

        if (task->is_aside && !task->status)
            status = plan_again(batch, task, problem);
    }
    return status;
}

/* One that is overtaken, or had no plan, is left to the next batch, which makes another one. */
static enum status apply_all(struct batch *batch, struct problem *problem)
{
    struct task **tasks = arena_alloc(batch->arena, batch->count * sizeof(struct task *));
    size_t count = 0;
    enum status status;

    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tasks[i].is_overtaken)
            batch->tasks[i].plan = NULL;
        else if (!batch->tasks[i].status && batch->tasks[i].plan)
            tasks[count++] = &batch->tasks[i];
    }
    status = apply(batch, tasks, count, problem);
    for (size_t i = 0; !status && i < count; i++)
        status = apply_until_it_fits(batch, tasks[i], problem);
    return status;
}

/* What comes when all else of these people has landed. */
static enum status set_passwords(struct batch *batch, struct problem *problem)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct task *task = &batch->tasks[i];

        if (!task->status && task->plan)
            task->status = task_set_password(batch, task);
        if (task->status == STATUS_DIRECTORY_UNAVAILABLE)
            return problem_set(problem, task->status, "%s", task->problem.detail);
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------------------------- record */

/* An entry that has been removed is nobody's. */
static bool keeps_link(const struct task *task)
{
    return task->is_linked && (task->status || !task->person.is_removed);
}

static bool same_link(const struct link *left, const struct link *right)
{
    return strcmp(left->dn, right->dn) == 0 && strcmp(left->identity, right->identity) == 0;
}

/*
 * A link that is gone has moved to another account of the same name. Groups wait
 * for a person's entry, and must know its new name.
 */
static void record_link(struct store_txn *txn, const struct batch *batch, const struct task *task)
{
    const struct outbox_line *line = &task->line;
    const struct actor actor = task_actor(batch, line);
    struct link link;

    if (!link_find(txn, line->kind, line->row, batch->arena, &link))
        return;
    if (keeps_link(task) && line->kind == OUTBOX_USER && !same_link(&link, &task->link))
        user_groups_touch(txn, line->row, OUTBOX_ORDINARY, &actor);
    if (keeps_link(task))
        link_save(txn, line->kind, line->row, &task->link, batch->arena);
    else if (!*link.identity || !task->status)
        link_drop(txn, line->kind, line->row); /* nothing came of the claim, or it is gone */
}

static void record_task(struct store_txn *txn, const struct batch *batch, const struct task *task)
{
    task_record_password(txn, task);
    if (task->status == STATUS_DIRECTORY_UNAVAILABLE) { /* not known to be done */
        outbox_unanswered(txn, &task->line, batch->now, batch->arena);
        return;
    }
    record_link(txn, batch, task);
    if (task->status)
        outbox_refused(txn, &task->line, task->problem.detail, batch->now, batch->arena);
    else
        outbox_landed(txn, &task->line, batch->arena);
}

/*
 * Somebody else has taken over since, and what was written here may be older than
 * what was written there: whoever it is, all of it is to be looked at again.
 */
static enum status record_late(struct store_txn *txn, const struct batch *batch,
                               struct problem *problem)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct outbox_line *line = &batch->tasks[i].line;
        const struct actor actor = task_actor(batch, line);

        if (batch->tasks[i].plan)
            outbox_add(txn, line->kind, line->row, line->urgency, &actor, batch->arena);
    }
    return store_status(txn, problem);
}

/* A task without a plan was not done. */
static enum status record(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct batch *batch = argument;

    store_use_reserve(txn);
    if (batch->held.epoch && lease_find(txn).epoch != batch->held.epoch)
        return record_late(txn, batch, problem);
    for (size_t i = 0; i < batch->count; i++) {
        const struct task *task = &batch->tasks[i];

        if (task->status || task->plan)
            record_task(txn, batch, task);
        else if (task->is_early)
            outbox_unanswered(txn, &task->line, batch->now, batch->arena);
    }
    return store_status(txn, problem);
}

/* Each step that is in the directory, and for whose request, also of a plan that went no further.
 */
static void log_landed(const struct batch *batch, const struct task *task)
{
    for (size_t i = 0; task->plan && i < task->done; i++)
        log_write(LOG_INFO, "landed", "organization", batch->settings->organization, "id", task->id,
                  "step", plan_step_format(&task->plan->steps[i], batch->arena), "request",
                  task->line.request, NULL);
}

static void log_outcomes(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct task *task = &batch->tasks[i];

        log_landed(batch, task);
        if (task->status && task->status != STATUS_DIRECTORY_UNAVAILABLE)
            log_write(LOG_WARNING, "the directory refused, parked", "organization",
                      batch->settings->organization, "id", task->id, "reason", task->problem.detail,
                      "request", task->line.request, NULL);
    }
}

/* Without a claim nothing must be applied: all keep their place. */
static enum status make_claim(struct batch *batch, struct problem *problem)
{
    enum status status = room_plan(batch, problem);

    if (!status)
        status = store_update(batch->settings->store, batch->organization, claim, batch, problem);
    for (size_t i = 0; status && i < batch->count; i++)
        batch->tasks[i].plan = NULL;
    return status;
}

static enum status carry_out(struct batch *batch, struct problem *problem)
{
    enum status status = make_room(batch, problem);

    if (!status)
        status = apply_all(batch, problem);
    return status ? status : set_passwords(batch, problem);
}

static enum status work(struct batch *batch, struct problem *problem)
{
    enum status status = plan_all(batch, problem);
    enum status recorded;

    if (!status && !(status = make_claim(batch, problem)))
        status = carry_out(batch, problem);
    if (status == STATUS_DIRECTORY_UNAVAILABLE)
        lose(batch, problem);
    recorded = store_update(batch->settings->store, batch->organization, record, batch, problem);
    log_outcomes(batch);
    return status ? status : recorded;
}

enum status batch_run(const struct worker_settings *settings, uint32_t organization,
                      struct directory *directory, int64_t now, size_t *done,
                      struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct batch batch = {
        .settings = settings,
        .directory = directory,
        .organization = organization,
        .now = now,
        .arena = arena,
    };
    struct problem words = {0}; /* which the tasks keep, whoever asks */
    enum status status = load(&batch, &words);

    *done = status ? 0 : batch.count;
    if (*done)
        status = work(&batch, &words);
    return status ? problem_set(problem, status, "%s", words.detail) : STATUS_OK;
}
