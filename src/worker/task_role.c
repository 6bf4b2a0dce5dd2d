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

enum status task_plan_role(const struct batch *batch, struct task *task)
{
    static const char *const attributes[] = {"objectClass", "cn", "description", NULL};
    struct entry *actual = NULL;
    enum status status;

    if (!task->entry) {
        task_plan_nothing(batch, task);
        return STATUS_OK;
    }
    status = directory_read(batch->directory, task->entry->dn, attributes, batch->arena, &actual,
                            &task->problem);
    if (status && status != STATUS_NOT_FOUND)
        return status;
    task->problem = (struct problem){0};
    task->plan = plan_role_group(task->entry, status ? NULL : actual, batch->arena);
    return STATUS_OK;
}
