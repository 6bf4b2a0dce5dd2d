#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

#include "bridge/core/outbox.h"
#include "bridge/core/user.h"
#include "bridge/directory/plan.h"
#include "bridge/worker/worker.h"

/* One line of the outbox on its way to the directory. */
struct task {
    struct outbox_line line;
    const char *id; /* of the resource, for the log; NULL when it is gone */
    bool is_linked;
    struct link link; /* to the entry; when the task has added one, the new one */
    bool is_adopting; /* the link is new, to an entry of somebody else's making */

    /* What the directory should hold. */
    const struct entry *entry;    /* NULL: nothing, the resource is gone */
    struct person_desired person; /* of a person, with the same entry: state and role groups */
    const char *const *members;   /* of a pushed group: DNs */
    size_t member_count;

    struct plan *plan;
    const struct plan_step *joining; /* its last step, held back: see joining.c; NULL: none */
    bool is_overtaken;               /* there was a newer change before the plan was applied */
    enum status status;              /* how it ended */
    struct problem problem;
};

struct batch {
    const struct worker_settings *settings;
    struct directory *directory;
    uint32_t organization;
    int64_t now;
    struct arena *arena;
    struct task *tasks;
    size_t count;
};

/*
 * Work on what is due now.
 *
 * done - how many lines were worked on; 0: nothing is due.
 *
 * STATUS_DIRECTORY_UNAVAILABLE  the connection is of no use any more. What was
 *                               done before that is recorded, the rest waits
 */
enum status batch_run(const struct worker_settings *settings, uint32_t organization,
                      struct directory *directory, int64_t now, size_t *done,
                      struct problem *problem);

/* -- joining.c ------------------------------------------------------------------ */

/* Whether the step is the last of a person's plan, and adds them to a group. */
bool task_may_wait(const struct task *task, const struct plan_step *step);

/*
 * Let those who wait join their groups.
 *
 * STATUS_DIRECTORY_UNAVAILABLE  nobody answered; who still has `joining` was not tried
 */
enum status batch_join(const struct batch *batch, struct problem *problem);

/* -- the kinds of work: task_KIND.c -------------------------------------------- */

/* Decide from the store what the directory should hold. */
void task_load_person(struct store_txn *txn, const struct batch *batch, struct task *task);
void task_load_admins(struct store_txn *txn, const struct batch *batch, struct task *task);
void task_load_site(struct store_txn *txn, const struct batch *batch, struct task *task);
void task_load_group(struct store_txn *txn, const struct batch *batch, struct task *task);

/* Read what the directory holds and plan the difference. */
enum status task_plan_person(const struct batch *batch, struct task *task);
enum status task_plan_role(const struct batch *batch, struct task *task);
enum status task_plan_group(const struct batch *batch, struct task *task);

/*
 * Learn what the entry is called now, and what identifies it for life.
 *
 * STATUS_CONFLICT  it is not there any more
 */
enum status task_identify_person(const struct batch *batch, struct task *task);
enum status task_identify_group(const struct batch *batch, struct task *task);

/* -- what they share -------------------------------------------------------------- */

/* What identifies the entry for life; NULL as long as it is only claimed, or not even that. */
const char *task_identity(const struct task *task);

/* From here on the entry is known by what never changes, wherever it is moved. */
void task_link_to(const struct batch *batch, struct task *task, const struct entry *entry);

/* A plan without steps, for what is gone before it ever got there. */
void task_plan_nothing(const struct batch *batch, struct task *task);

#endif
