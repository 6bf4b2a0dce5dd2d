#include "bridge/core/group.h"

#include "bridge/base/json.h"

#include "batch.h"

enum { LEAVERS_MAX = 256 };

/* ------------------------------------------------------------------ what should be */

struct gathering {
    struct store_txn *txn;
    const struct batch *batch;
    const char **members;
    size_t count;
    size_t capacity;
};

static void gather(struct gathering *gathering, const char *dn)
{
    if (gathering->count == gathering->capacity) {
        size_t capacity = gathering->capacity ? gathering->capacity * 2 : 64;
        const char **members = arena_alloc(gathering->batch->arena, capacity * sizeof(*members));

        if (gathering->count)
            memcpy(members, gathering->members, gathering->count * sizeof(*members));
        gathering->members = members;
        gathering->capacity = capacity;
    }
    gathering->members[gathering->count++] = dn;
}

/*
 * Only who is active and has an entry is in the directory's group. Whose entry is
 * still to come sends the worker here again when it has landed.
 */
static bool add_member(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *scratch = arena_new();
    struct gathering *gathering = context;
    struct user user;
    struct link link;

    if (user_load(gathering->txn, row, scratch, &user) && user.account.is_active &&
        link_find(gathering->txn, OUTBOX_USER, row, scratch, &link) && *link.identity)
        gather(gathering, arena_strdup(gathering->batch->arena, link.dn));
    return true;
}

void task_load_group(struct store_txn *txn, const struct batch *batch, struct task *task)
{
    struct gathering gathering = {.txn = txn, .batch = batch};
    struct entry *entry = NULL;
    struct group group;
    json_auto_t *resource = NULL;

    if (!batch->settings->projection.groups_base ||
        !group_load(txn, task->line.row, batch->arena, &group))
        return; /* not projected, or deleted: nothing is desired */
    task->id = arena_strdup(batch->arena, group.id);
    resource = json_stored(group.document);
    if (!resource) {
        task->status = problem_set(&task->problem, STATUS_INTERNAL,
                                   "the stored document is damaged; restore a backup");
        return;
    }
    task->misfit = projection_group(&batch->settings->projection, resource, batch->arena, &entry,
                                    &task->misfit_problem);
    task->entry = entry;
    group_members(txn, group.row, add_member, &gathering);
    task->members = gathering.members;
    task->member_count = gathering.count;
}

/* ------------------------------------------------------------------------- what is */

static enum status read_group(const struct batch *batch, struct task *task)
{
    const char *dn = task->is_linked ? task->link.dn : task->entry->dn;
    struct group_actual actual = {0};
    enum status status = group_read(batch->directory, &batch->settings->projection,
                                    task_identity(task), dn, batch->arena, &actual, &task->problem);

    task->actual.entry = actual.entry;
    return status;
}

static bool is_projected(const struct batch *batch)
{
    return batch->settings->projection.groups_base != NULL;
}

enum status tasks_read_groups(const struct batch *batch, struct task *const *tasks, size_t count,
                              struct problem *problem)
{
    for (size_t i = 0; is_projected(batch) && i < count; i++) {
        tasks[i]->status = read_group(batch, tasks[i]);
        if (tasks[i]->status == STATUS_DIRECTORY_UNAVAILABLE)
            return problem_set(problem, tasks[i]->status, "%s", tasks[i]->problem.detail);
    }
    return STATUS_OK;
}

/* Whether another group's work, which is still to be done, is about the entry of this name. */
static enum status find_leaver(const struct batch *batch, struct task *task, const char *dn,
                               bool *is_found)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct outbox_line *lines = arena_alloc(batch->arena, LEAVERS_MAX * sizeof(*lines));
    enum status status =
        store_begin(batch->settings->store, batch->organization, &txn, &task->problem);
    size_t count = status ? 0 : outbox_due(txn, INT64_MAX, lines, LEAVERS_MAX, batch->arena);

    for (size_t i = 0; i < count && !*is_found; i++) {
        struct link link;

        *is_found = lines[i].kind == OUTBOX_GROUP && lines[i].row != task->line.row &&
                    !lines[i].refusal &&
                    link_find(txn, OUTBOX_GROUP, lines[i].row, batch->arena, &link) &&
                    dn_equal(link.dn, dn);
    }
    return status ? status : store_status(txn, &task->problem);
}

/* A group that is there without a link was made by somebody else, or was another one's. */
static enum status check_ours(const struct batch *batch, struct task *task)
{
    enum status status;

    if (task->is_linked || !task->actual.entry)
        return STATUS_OK;
    status = find_leaver(batch, task, task->actual.entry->dn, &task->is_early);
    if (status || task->is_early)
        return status;
    return problem_set(&task->problem, STATUS_DIRECTORY_REFUSED,
                       "%s exists already and was not made by the bridge; rename or remove it, or "
                       "give the group another name",
                       task->actual.entry->dn);
}

/* What no name fits keeps the one that it has. */
static const struct entry *wanted_entry(const struct task *task)
{
    return task->misfit ? task->actual.entry : task->entry;
}

enum status task_plan_group(const struct batch *batch, struct task *task)
{
    const struct group_desired desired = {wanted_entry(task), task->members, task->member_count};
    const struct group_actual actual = {task->actual.entry};
    enum status status;

    if (!is_projected(batch)) {
        task->plan = arena_alloc(batch->arena, sizeof(*task->plan));
        return STATUS_OK;
    }
    task->plan = NULL;
    if ((status = check_ours(batch, task)) || task->is_early)
        return status;
    task->plan = plan_group(&batch->settings->projection, &desired, &actual, batch->arena);
    if (actual.entry && desired.entry)
        task_link_to(batch, task, actual.entry);
    else if (!desired.entry)
        task->is_linked = false; /* the entry goes, and its name is free */
    return STATUS_OK;
}
