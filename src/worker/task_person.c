#include "batch.h"
#include "bridge/core/organization.h"
#include "bridge/core/site.h"

/* ------------------------------------------------------------------ what should be */

static void want_group(struct store_txn *txn, const struct batch *batch,
                       const struct association *association, struct person_desired *person)
{
    const struct projection_settings *projection = &batch->settings->projection;
    const char **groups = arena_alloc(batch->arena, sizeof(*groups));
    struct site site;

    person->groups = groups;
    person->is_growing = association->role == ROLE_ADMIN;
    if (association->role == ROLE_ADMIN) {
        groups[person->group_count++] = projection_admins_dn(projection, batch->arena);
    } else if (association->role == ROLE_USER &&
               site_load(txn, association->site_row, batch->arena, &site)) {
        groups[person->group_count++] = projection_site_dn(projection, site.key, batch->arena);
    }
}

void task_load_person(struct store_txn *txn, const struct batch *batch, struct task *task)
{
    struct user user;
    struct entry *entry = NULL;
    json_auto_t *resource = NULL;

    if (!user_load(txn, task->line.row, batch->arena, &user))
        return; /* deleted: nothing is desired */
    task->id = arena_strdup(batch->arena, user.account.id);
    resource = json_loadb(user.document.data, user.document.size, 0, NULL);
    if (!resource) {
        task->status = problem_set(&task->problem, STATUS_INTERNAL,
                                   "the stored document is damaged; restore a backup");
        return;
    }
    task->status = projection_person(&batch->settings->projection, resource, batch->arena, &entry,
                                     &task->problem);
    if (task->status && !user.account.is_active) { /* a lock needs no entry to compare with */
        task->status = STATUS_OK;
        task->problem = (struct problem){0};
    }
    task->entry = entry;
    task->person.entry = entry;
    task->person.is_active = user.account.is_active;
    want_group(txn, batch, &user.account.association, &task->person);
}

/* ----------------------------------------------------------------------- what is */

static enum status read_person(const struct batch *batch, struct task *task,
                               struct person_actual *actual)
{
    const char *dn = task->is_linked ? task->link.dn : task->person.entry->dn;

    return person_read(batch->directory, &batch->settings->projection, task_identity(task), dn,
                       batch->arena, actual, &task->problem);
}

/* An entry that is there without a link was made by somebody else. */
static enum status check_ours(const struct task *task, const struct person_actual *actual,
                              struct problem *problem)
{
    if (task->is_linked || !actual->entry)
        return STATUS_OK;
    return problem_set(problem, STATUS_DIRECTORY_REFUSED,
                       "%s exists already and was not made by the bridge; rename or remove it, or "
                       "give the person another userName",
                       actual->entry->dn);
}

static bool wants_entry(const struct task *task)
{
    return task->person.entry && task->person.is_active;
}

enum status task_plan_person(const struct batch *batch, struct task *task)
{
    struct person_actual actual = {0};
    enum status status;

    if (!task->is_linked && !task->person.entry) {
        task_plan_nothing(batch, task);
        return STATUS_OK;
    }
    if ((status = read_person(batch, task, &actual)) ||
        (status = check_ours(task, &actual, &task->problem)))
        return status;
    task->plan = plan_person(&batch->settings->projection, &task->person, &actual, batch->arena);
    if (actual.entry)
        task_link_to(batch, task, actual.entry);
    else if (!task_identity(task) && !wants_entry(task))
        task->is_linked = false; /* the claim came to nothing, and holds nobody's name any longer */
    return STATUS_OK;
}

enum status task_identify_person(const struct batch *batch, struct task *task)
{
    struct person_actual actual = {0};
    enum status status = read_person(batch, task, &actual);

    if (status)
        return status;
    if (!actual.entry)
        return STATUS_CONFLICT;
    task_link_to(batch, task, actual.entry);
    return STATUS_OK;
}
