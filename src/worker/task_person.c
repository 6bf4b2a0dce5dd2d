#include "batch.h"
#include "bridge/base/json.h"
#include "bridge/core/organization.h"
#include "bridge/core/site.h"
#include "bridge/directory/match.h"

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

    task->person.is_adopted = task->is_linked && task->link.is_adopted;
    if (!user_load(txn, task->line.row, batch->arena, &user)) { /* deleted: nothing is desired */
        task->person.is_removed =
            batch->settings->projection.removes_deleted && !task->person.is_adopted;
        return;
    }
    task->id = arena_strdup(batch->arena, user.account.id);
    resource = json_stored(user.document);
    if (!resource) {
        task->status = problem_set(&task->problem, STATUS_INTERNAL,
                                   "the stored document is damaged; restore a backup");
        return;
    }
    task->misfit = projection_person(&batch->settings->projection, resource, batch->arena, &entry,
                                     &task->misfit_problem);
    if (!user.account.is_active) /* a lock needs no entry to compare with */
        task->misfit = STATUS_OK;
    task->person.is_misfit = task->misfit != STATUS_OK;
    task->entry = entry;
    task->person.entry = entry;
    task->person.is_active = user.account.is_active;
    want_group(txn, batch, &user.account.association, &task->person);
    task_load_password(txn, batch, task);
}

/* ----------------------------------------------------------------------- adopting */

static bool is_adopted_by_another(const struct batch *batch, const struct task *task,
                                  const char *identity)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct task *other = &batch->tasks[i];

        if (other != task && other->is_adopting && strcmp(other->link.identity, identity) == 0)
            return true;
    }
    return false;
}

static enum status check_free(const struct batch *batch, struct task *task, const char *dn,
                              const char *identity)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status =
        store_begin(batch->settings->store, batch->organization, &txn, &task->problem);

    if (status)
        return status;
    if (link_owner(txn, OUTBOX_USER, identity) || is_adopted_by_another(batch, task, identity))
        return problem_set(&task->problem, STATUS_DIRECTORY_REFUSED,
                           "%s is the entry of another account already, or of a deleted one; give "
                           "the person another %s, or create the account under its former userName",
                           dn, batch->settings->projection.match);
    return store_status(txn, &task->problem);
}

/* Who locked it had a reason, so it is not for the bridge to unlock. */
static enum status check_open(const struct batch *batch, struct task *task,
                              const struct entry *entry)
{
    if (!task->person.is_active ||
        account_state(batch->settings->projection.profile, entry) == ACCOUNT_UNLOCKED)
        return STATUS_OK;
    return problem_set(&task->problem, STATUS_DIRECTORY_REFUSED,
                       "%s matches, and is locked by somebody else; unlock it if the person is to "
                       "use it, or give them another %s",
                       entry->dn, batch->settings->projection.match);
}

/* An entry that is there already and is this person's becomes theirs here, too. */
static enum status adopt(const struct batch *batch, struct task *task)
{
    const struct projection_settings *projection = &batch->settings->projection;
    const struct entry *matched = NULL;
    const char *identity;
    enum status status = person_match(batch->directory, projection, task->person.entry,
                                      batch->arena, &matched, &task->problem);

    if (status || !matched)
        return status;
    identity = entry_text(matched, account_identity(projection->profile));
    if ((status = check_free(batch, task, matched->dn, identity)) ||
        (status = check_open(batch, task, matched)))
        return status;
    task->link.is_adopted = true;
    task->is_adopting = true;
    task->person.is_adopted = true;
    task_link_to(batch, task, matched);
    return STATUS_OK;
}

/* ----------------------------------------------------------------------- what is */

/* Those who have no entry of the bridge's yet may be somebody whom the directory knows. */
static enum status adopt_all(const struct batch *batch, struct task *const *tasks, size_t count,
                             struct problem *problem)
{
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->is_linked)
            continue;
        tasks[i]->status = adopt(batch, tasks[i]);
        if (tasks[i]->status == STATUS_DIRECTORY_UNAVAILABLE)
            return problem_set(problem, tasks[i]->status, "%s", tasks[i]->problem.detail);
    }
    return STATUS_OK;
}

static enum status read_people(const struct batch *batch, struct task *const *tasks, size_t count,
                               struct problem *problem)
{
    struct person_reading *readings = arena_alloc(batch->arena, count * sizeof(*readings));
    enum status status;

    for (size_t i = 0; i < count; i++)
        readings[i] = (struct person_reading){
            .identity = task_identity(tasks[i]),
            .dn = tasks[i]->is_linked ? tasks[i]->link.dn : tasks[i]->entry->dn,
        };
    status = people_read(batch->directory, &batch->settings->projection, readings, count,
                         batch->arena, problem);
    for (size_t i = 0; i < count; i++) {
        tasks[i]->actual = readings[i].actual;
        tasks[i]->status = readings[i].status;
        tasks[i]->problem = readings[i].problem;
    }
    return status;
}

enum status tasks_read_people(const struct batch *batch, struct task *const *tasks, size_t count,
                              struct problem *problem)
{
    struct task **well = arena_alloc(batch->arena, count * sizeof(struct task *));
    size_t well_count = 0;
    enum status status = adopt_all(batch, tasks, count, problem);

    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (!tasks[i]->status)
            well[well_count++] = tasks[i];
    }
    return read_people(batch, well, well_count, problem);
}

/* An entry that is there without a link was made by somebody else. */
static enum status check_ours(struct task *task)
{
    if (task->is_linked || !task->actual.entry)
        return STATUS_OK;
    return problem_set(&task->problem, STATUS_DIRECTORY_REFUSED,
                       "%s exists already and was not made by the bridge; rename or remove it, or "
                       "give the person another userName",
                       task->actual.entry->dn);
}

static bool wants_entry(const struct task *task)
{
    return task->person.entry && task->person.is_active;
}

enum status task_plan_person(const struct batch *batch, struct task *task)
{
    enum status status = check_ours(task);

    if (status)
        return status;
    task->plan =
        plan_person(&batch->settings->projection, &task->person, &task->actual, batch->arena);
    if (task->actual.entry)
        task_link_to(batch, task, task->actual.entry);
    else if (!task_identity(task) && !wants_entry(task))
        task->is_linked = false; /* the claim came to nothing, and holds nobody's name any longer */
    return STATUS_OK;
}
