#include "batch.h"
#include "bridge/core/site.h"

void task_load_admins(struct store_txn *txn, const struct batch *batch, struct task *task)
{
    const struct projection_settings *projection = &batch->settings->projection;

    (void)txn;
    task->entry = projection_role_group(projection, projection_admins_dn(projection, batch->arena),
                                        "Administrators of the organization", batch->arena);
}

void task_load_site(struct store_txn *txn, const struct batch *batch, struct task *task)
{
    const struct projection_settings *projection = &batch->settings->projection;
    struct site site;

    if (!site_load(txn, task->line.row, batch->arena, &site))
        return;
    task->id = arena_strdup(batch->arena, site.id);
    task->entry =
        projection_role_group(projection, projection_site_dn(projection, site.key, batch->arena),
                              site.name, batch->arena);
}

static enum status read_role(const struct batch *batch, struct task *task)
{
    static const char *const attributes[] = {"objectClass", "cn", "description", NULL};
    struct problem missing = {0};
    struct entry *entry = NULL;
    enum status status = directory_read(batch->directory, task->entry->dn, attributes, batch->arena,
                                        &entry, &missing);

    task->actual.entry = entry;
    return status == STATUS_OK || status == STATUS_NOT_FOUND
               ? STATUS_OK
               : problem_set(&task->problem, status, "%s", missing.detail);
}

enum status tasks_read_roles(const struct batch *batch, struct task *const *tasks, size_t count,
                             struct problem *problem)
{
    for (size_t i = 0; i < count; i++) {
        tasks[i]->status = read_role(batch, tasks[i]);
        if (tasks[i]->status == STATUS_DIRECTORY_UNAVAILABLE)
            return problem_set(problem, tasks[i]->status, "%s", tasks[i]->problem.detail);
    }
    return STATUS_OK;
}

enum status task_plan_role(const struct batch *batch, struct task *task)
{
    task->plan = plan_role_group(task->entry, task->actual.entry, batch->arena);
    return STATUS_OK;
}
