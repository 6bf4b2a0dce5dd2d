#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

#include "bridge/core/outbox.h"
#include "bridge/core/password.h"
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

    enum status misfit; /* why no entry can be as it should: what must not last goes all the same */
    struct problem misfit_problem;

    struct password password; /* that is to be set on a person's entry */
    bool is_password_spent;   /* it is done with, and to be forgotten */

    struct person_actual actual; /* what it holds; but for people, nothing but the entry */
    struct plan *plan;           /* NULL: it was not made, or must not be applied */
    size_t done;                 /* how many of its steps are in the directory */
    bool is_overtaken;           /* there was a newer change before the plan was applied */
    bool keeps_name;             /* the new one could not be made free: the misfit says why */
    bool is_aside;               /* the entry has made room for another one: plan again */
    bool is_early;               /* a name is still to become free: no plan, and soon again */
    enum status status;          /* how it ended */
    struct problem problem;
};

struct room;

struct batch {
    const struct worker_settings *settings;
    struct directory *directory;
    uint32_t organization;
    struct lease lease; /* as it was when the batch began */
    struct lease held;  /* ours, from the claim on */
    int64_t now;
    struct arena *arena;
    struct task *tasks;
    size_t count;
    struct room *room; /* for names that pass from one person to another */
};

/*
 * Work on what is due now: lines of the same urgency, many at once, or one alone
 * that nobody answered at before.
 *
 * done - how many lines were worked on; 0: nothing is due.
 *
 * STATUS_DIRECTORY_UNAVAILABLE  the connection is of no use any more. What was
 *                               done before that is recorded, the rest waits
 * STATUS_CONFLICT               another worker has taken over: nothing was written
 */
enum status batch_run(const struct worker_settings *settings, uint32_t organization,
                      struct directory *directory, int64_t now, size_t *done,
                      struct problem *problem);

/* -- the kinds of work: task_KIND.c -------------------------------------------- */

/* Decide from the store what the directory should hold. */
void task_load_person(struct store_txn *txn, const struct batch *batch, struct task *task);
void task_load_admins(struct store_txn *txn, const struct batch *batch, struct task *task);
void task_load_site(struct store_txn *txn, const struct batch *batch, struct task *task);
void task_load_group(struct store_txn *txn, const struct batch *batch, struct task *task);

/*
 * Read what the directory holds: `actual`, or a status, of each of the tasks, all
 * of which are of this kind.
 *
 * STATUS_DIRECTORY_UNAVAILABLE  the connection is of no use any more
 */
enum status tasks_read_people(const struct batch *batch, struct task *const *tasks, size_t count,
                              struct problem *problem);
enum status tasks_read_roles(const struct batch *batch, struct task *const *tasks, size_t count,
                             struct problem *problem);
enum status tasks_read_groups(const struct batch *batch, struct task *const *tasks, size_t count,
                              struct problem *problem);

/* Plan the difference. */
enum status task_plan_person(const struct batch *batch, struct task *task);
enum status task_plan_role(const struct batch *batch, struct task *task);
enum status task_plan_group(const struct batch *batch, struct task *task);

/* -- task_password.c ------------------------------------------------------------- */

void task_load_password(struct store_txn *txn, const struct batch *batch, struct task *task);

/* Whether there is one that is still to be set, now that the entry is as it should be. */
bool task_awaits_password(const struct task *task);

/* Set it if there is one. */
enum status task_set_password(const struct batch *batch, struct task *task);

/* Inside a change: forget it if it is done with. */
void task_record_password(struct store_txn *txn, const struct task *task);

/* -- room.c ---------------------------------------------------------------------- */

/*
 * Whoever is to get a name finds it free, and in no group. An entry that has the name
 * steps aside, to one of its own that nobody has, if it is a person's here who is to
 * have another name, which is free or becomes so in the same way: chains and circles
 * end well. From there it goes to its own name by its own line of the outbox. An entry
 * that has its name for good stays, and the rename is refused.
 *
 * Decide who, when all is planned.
 */
enum status room_plan(struct batch *batch, struct problem *problem);

/*
 * Inside the claim: whoever steps aside is looked at afterwards, and so are their
 * groups, which wait until then: they must list nobody under the old name.
 */
void room_claim(struct store_txn *txn, const struct batch *batch);

/* Do it. Who finds no room keeps the name, and leaves only what must be left. */
enum status room_make(const struct batch *batch, struct problem *problem);

/* -- what they share -------------------------------------------------------------- */

void task_load(struct store_txn *txn, const struct batch *batch, struct task *task);

/* Who asks for work that comes from other work: the bridge, for that one's request. */
struct actor task_actor(const struct batch *batch, const struct outbox_line *line);

void task_fail(struct task *task, enum status status, const struct problem *problem);

/* What identifies the entry for life; NULL as long as it is only claimed, or not even that. */
const char *task_identity(const struct task *task);

/* From here on the entry is known by what never changes, wherever it is moved. */
void task_link_to(const struct batch *batch, struct task *task, const struct entry *entry);

/* Whether there is an entry to look at; there is none for what is gone before it ever got there. */
bool task_has_entry(const struct task *task);

#endif
