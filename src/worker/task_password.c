/*
 * A password that a provider has sent goes last, when all else of the person has
 * landed. It is set once: what says so is recorded in the transaction in which it
 * is forgotten. If that is lost it is set again, which a policy may refuse as a
 * password that was used before; so whether it works already counts for more than
 * the refusal.
 */
#include <string.h>

#include "batch.h"
#include "bridge/base/log.h"

void task_load_password(struct store_txn *txn, const struct batch *batch, struct task *task)
{
    (void)password_find(txn, task->line.row, batch->arena, &task->password);
}

bool task_awaits_password(const struct task *task)
{
    return task->password.stamp && !task->is_password_spent && task->is_linked &&
           task->person.is_active;
}

/* Whatever a server says about a password, it is not to be read anywhere. */
static void hide(struct problem *problem, struct bytes password)
{
    if (!strstr(problem->detail, password.data))
        return;
    explicit_bzero(problem->detail, sizeof(problem->detail));
    (void)snprintf(problem->detail, sizeof(problem->detail),
                   "the server refused a password in words that repeat it; see its log");
}

/* Asked once for a change: each time that it does not is a failed bind, and locks people out. */
static bool works(const struct batch *batch, const struct task *task, struct bytes password)
{
    return task->line.attempts == 0 &&
           directory_try_bind(&batch->settings->directory, task->link.dn, password.data, NULL) ==
               STATUS_OK;
}

static bool is_given_up(const struct batch *batch, const struct task *task)
{
    return batch->now - task->password.sent_at >= PASSWORD_LIFE_SECONDS;
}

static enum status set(const struct batch *batch, struct task *task, struct bytes password)
{
    enum status status =
        directory_set_password(batch->directory, task->link.dn, password, &task->problem);

    if (status == STATUS_DIRECTORY_REFUSED && works(batch, task, password)) {
        task->problem = (struct problem){0};
        status = STATUS_OK;
    }
    hide(&task->problem, password);
    task->is_password_spent =
        !status || (status == STATUS_DIRECTORY_REFUSED && is_given_up(batch, task));
    if (status && task->is_password_spent)
        log_write(LOG_WARNING, "a password was refused for a day, and is forgotten", "id", task->id,
                  "reason", task->problem.detail, NULL);
    return status;
}

enum status task_set_password(const struct batch *batch, struct task *task)
{
    struct bytes password = {0};
    enum status status;

    if (!task_awaits_password(task))
        return STATUS_OK;
    if (task->link.is_adopted) {
        task->is_password_spent = true;
        log_write(LOG_WARNING, "no password is set on an entry that the bridge has not made", "id",
                  task->id, NULL);
        return STATUS_OK;
    }
    if ((status = password_open(batch->organization, task->line.row, &task->password, batch->arena,
                                &password, &task->problem)))
        return status;
    status = set(batch, task, password);
    explicit_bzero((char *)(uintptr_t)password.data, password.size);
    return status;
}

void task_record_password(struct store_txn *txn, const struct task *task)
{
    if (task->is_password_spent)
        password_forget(txn, task->line.row, &task->password);
}
