/*
 * A batch goes through five phases: load what is desired, read and plan, claim
 * the entries that will be added, apply, record. The store is never held while
 * the directory is asked.
 */
#include "batch.h"

#include "bridge/base/log.h"
#include "bridge/core/group.h"

enum { BATCH_MAX = 64, ATTEMPTS_MAX = 3 };

/* What there is to do, by kind of line. */
static const struct {
    void (*load)(struct store_txn *txn, const struct batch *batch, struct task *task);
    enum status (*plan)(const struct batch *batch, struct task *task);
    enum status (*identify)(const struct batch *batch, struct task *task); /* NULL: by its name */
} kinds[] = {
    [OUTBOX_ORGANIZATION] = {task_load_admins, task_plan_role, NULL},
    [OUTBOX_SITE] = {task_load_site, task_plan_role, NULL},
    [OUTBOX_USER] = {task_load_person, task_plan_person, task_identify_person},
    [OUTBOX_GROUP] = {task_load_group, task_plan_group, task_identify_group},
};

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

void task_plan_nothing(const struct batch *batch, struct task *task)
{
    task->plan = arena_alloc(batch->arena, sizeof(*task->plan));
}

/* ------------------------------------------------------------------------------- load */

static enum status load(struct batch *batch, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct outbox_line lines[BATCH_MAX];
    enum status status = store_begin(batch->settings->store, batch->organization, &txn, problem);

    if (status)
        return status;
    batch->count = outbox_due(txn, batch->now, lines, BATCH_MAX, batch->arena);
    batch->tasks = arena_alloc(batch->arena, batch->count * sizeof(*batch->tasks));
    for (size_t i = 0; i < batch->count; i++) {
        struct task *task = &batch->tasks[i];

        task->line = lines[i];
        task->is_linked =
            link_find(txn, task->line.kind, task->line.row, batch->arena, &task->link);
        kinds[task->line.kind].load(txn, batch, task);
    }
    return store_status(txn, problem);
}

/* ------------------------------------------------------------------------------- claim */

/* Whether a step makes the entry that the task is about, and that must be known to be ours. */
static bool is_making(const struct task *task, const struct plan_step *step)
{
    return kinds[task->line.kind].identify &&
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

/* Who was deleted since the plan was made must not get an entry that nobody knows of. */
static enum status claim(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct batch *batch = argument;

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

static void log_plan(const struct batch *batch, const struct plan *plan)
{
    char *text = NULL;

    if (plan->count == 0)
        return;
    plan_format(plan, batch->arena, &text);
    log_write(LOG_DEBUG, "plan applied", "steps", text, NULL);
}

static enum status apply_step(const struct batch *batch, struct task *task, size_t i)
{
    struct plan step = {.steps = &task->plan->steps[i], .count = 1};
    bool is_new = is_making(task, step.steps);
    enum status status =
        plan_apply(batch->directory, &batch->settings->projection, &step, &task->problem);

    if (status || (!is_new && step.steps->verb != PLAN_RENAME))
        return status;
    if (is_new) { /* known to be ours, whatever becomes of the other steps */
        task->link = (struct link){.dn = step.steps->dn, .identity = ""};
        task->is_linked = true;
    }
    return kinds[task->line.kind].identify(batch, task);
}

static enum status apply_once(const struct batch *batch, struct task *task)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; !status && i < task->plan->count; i++) {
        if (task_may_wait(task, &task->plan->steps[i]))
            task->joining = &task->plan->steps[i];
        else
            status = apply_step(batch, task, i);
    }
    if (!status)
        log_plan(batch, task->plan);
    return status;
}

/* Somebody else changed the entry between reading and writing: look again. */
static enum status plan_again(const struct batch *batch, struct task *task)
{
    enum status status;

    task->problem = (struct problem){0};
    if ((status = kinds[task->line.kind].plan(batch, task)))
        return status;
    /* An entry to be added has been claimed by now, unless it was there at first and went. */
    if (adds_entry(task) && !task->is_linked)
        return problem_set(&task->problem, STATUS_CONFLICT, "%s comes and goes; trying again later",
                           task->entry->dn);
    return apply_once(batch, task);
}

static void apply(const struct batch *batch, struct task *task)
{
    if (task->is_overtaken) {
        task->plan = NULL; /* the next batch makes another */
        return;
    }
    task->status = apply_once(batch, task);
    for (int i = 1; task->status == STATUS_CONFLICT && i < ATTEMPTS_MAX; i++)
        task->status = plan_again(batch, task);
}

/* Plan, or apply, every task that is still well; stop when nobody answers any more. */
static enum status each_task(struct batch *batch, void (*step)(const struct batch *, struct task *),
                             struct problem *problem)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct task *task = &batch->tasks[i];

        if (task->status)
            continue;
        step(batch, task);
        if (task->status == STATUS_DIRECTORY_UNAVAILABLE)
            return problem_set(problem, task->status, "%s", task->problem.detail);
    }
    return STATUS_OK;
}

static void plan(const struct batch *batch, struct task *task)
{
    task->status = kinds[task->line.kind].plan(batch, task);
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
    struct link link;

    if (!link_find(txn, line->kind, line->row, batch->arena, &link))
        return;
    if (keeps_link(task) && line->kind == OUTBOX_USER && !same_link(&link, &task->link))
        user_groups_touch(txn, line->row, OUTBOX_ORDINARY, batch->now);
    if (keeps_link(task))
        link_save(txn, line->kind, line->row, &task->link, batch->arena);
    else if (!*link.identity || !task->status)
        link_drop(txn, line->kind, line->row); /* nothing came of the claim, or it is gone */
}

static void record_task(struct store_txn *txn, const struct batch *batch, const struct task *task)
{
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

/* A task without a plan was not done. */
static enum status record(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct batch *batch = argument;

    for (size_t i = 0; i < batch->count; i++) {
        const struct task *task = &batch->tasks[i];

        if (task->status || task->plan)
            record_task(txn, batch, task);
    }
    return store_status(txn, problem);
}

static void log_refusals(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct task *task = &batch->tasks[i];

        if (task->status && task->status != STATUS_DIRECTORY_UNAVAILABLE)
            log_write(LOG_WARNING, "the directory refused, parked", "organization",
                      batch->settings->organization, "id", task->id, "reason", task->problem.detail,
                      NULL);
    }
}

/* Only what was applied counts as done; the others keep their place. */
static void forget_unapplied(struct batch *batch, size_t from)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (i >= from || batch->tasks[i].joining)
            batch->tasks[i].plan = NULL;
    }
}

/* The first that nobody answered; all of them when none is. */
static size_t count_answered(const struct batch *batch)
{
    size_t count = 0;

    while (count < batch->count && batch->tasks[count].status != STATUS_DIRECTORY_UNAVAILABLE)
        count++;
    return count;
}

static enum status apply_all(struct batch *batch, struct problem *problem)
{
    enum status status = each_task(batch, apply, problem);

    if (status)
        forget_unapplied(batch, count_answered(batch));
    else if ((status = batch_join(batch, problem)))
        forget_unapplied(batch, batch->count);
    return status;
}

static enum status work(struct batch *batch, struct problem *problem)
{
    struct store *store = batch->settings->store;
    enum status status = each_task(batch, plan, problem);
    enum status recorded;

    if (!status)
        status = store_update(store, batch->organization, claim, batch, problem);
    if (status)
        forget_unapplied(batch, 0);
    else
        status = apply_all(batch, problem);
    recorded = store_update(store, batch->organization, record, batch, problem);
    log_refusals(batch);
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
    enum status status = load(&batch, problem);

    *done = status ? 0 : batch.count;
    return *done ? work(&batch, problem) : status;
}
