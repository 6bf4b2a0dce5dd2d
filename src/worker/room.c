/*
 * A name that passes from one person to another must be free before it is taken, and
 * in no group: a member value names whoever has the name.
 *
 * Who is in the way steps aside under the id of the account, which no other one has.
 * That is noted in the store before it is done, so that after a crash the next pass
 * takes the entry to its own name, wherever it is.
 */
#include "batch.h"
#include "bridge/core/group.h"

enum { MOVERS_MAX = 2048 };

/* Somebody who is to have another name. */
struct mover {
    struct task *task;             /* of the batch, or loaded as it was found in the way */
    const char *name;              /* the DN that the entry is to have */
    struct person_reading reading; /* who has that name now, and the role groups that list it */
    struct mover *holder;          /* who has it, and is to have another one, too */
    bool is_blocked;               /* somebody has it who keeps it, or it is not known who has */
    bool is_wanted;                /* another one waits for the name that this one has */
    struct plan *plan;             /* that makes the name free; NULL: nothing is to be done */
};

struct room {
    const struct batch *batch;
    struct mover **movers;
    size_t count;
    size_t taker_count; /* the first of them, who are of the batch */
};

/* ---------------------------------------------------------------------------- movers */

/* A newcomer whose name is taken has no plan; when there is room, the next batch makes one. */
static const char *new_name(const struct task *task, struct arena *arena)
{
    if (task->plan)
        return plan_new_dn(task->plan, arena);
    return !task->is_linked && task->entry && task->actual.entry ? task->entry->dn : NULL;
}

static struct mover *add_mover(struct room *room, struct task *task)
{
    struct arena *arena = room->batch->arena;
    const char *name = new_name(task, arena);
    struct mover *mover;

    if (!name || room->count == MOVERS_MAX)
        return NULL;
    mover = arena_alloc(arena, sizeof(*mover));
    mover->task = task;
    mover->name = name;
    mover->reading.dn = name;
    return room->movers[room->count++] = mover;
}

static struct mover *find_mover(const struct room *room, uint64_t row)
{
    for (size_t i = 0; i < room->count; i++) {
        if (room->movers[i]->task->line.row == row)
            return room->movers[i];
    }
    return NULL;
}

static bool is_of_batch(const struct batch *batch, uint64_t row)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tasks[i].line.kind == OUTBOX_USER && batch->tasks[i].line.row == row)
            return true;
    }
    return false;
}

/* One whose line is not in this batch: plan, to see whether they would leave. */
static struct mover *load_mover(struct room *room, struct store_txn *txn, uint64_t row,
                                const struct person_actual *actual)
{
    const struct batch *batch = room->batch;
    struct task *task = arena_alloc(batch->arena, sizeof(*task));

    task->line = (struct outbox_line){.kind = OUTBOX_USER, .row = row};
    task_load(txn, batch, task);
    task->actual = *actual;
    if (task->status || !task->is_linked || task_plan_person(batch, task))
        return NULL;
    return add_mover(room, task);
}

static struct mover *find_holder(struct room *room, struct store_txn *txn,
                                 const struct person_actual *actual)
{
    const char *identity = account_identity(room->batch->settings->projection.profile);
    const char *value = entry_text(actual->entry, identity);
    uint64_t row = value ? link_owner(txn, OUTBOX_USER, value) : 0;
    struct mover *mover = row ? find_mover(room, row) : NULL;

    if (mover || !row || is_of_batch(room->batch, row))
        return mover;
    return load_mover(room, txn, row, actual);
}

/* Of two who are to have one name, the second is refused as ever. */
static void find_way(struct room *room, struct store_txn *txn, struct mover *mover)
{
    const struct person_actual *actual = &mover->reading.actual;

    if (!mover->reading.status && actual->entry)
        mover->holder = find_holder(room, txn, actual);
    mover->is_blocked = mover->reading.status || (actual->entry && !mover->holder) ||
                        (mover->holder && mover->holder->is_wanted);
    if (mover->holder)
        mover->holder->is_wanted = true;
}

static enum status read_names(const struct room *room, size_t first, struct problem *problem)
{
    const struct batch *batch = room->batch;
    size_t count = room->count - first;
    struct person_reading *readings = arena_alloc(batch->arena, count * sizeof(*readings));
    enum status status;

    for (size_t i = 0; i < count; i++)
        readings[i] = room->movers[first + i]->reading;
    status = people_read(batch->directory, &batch->settings->projection, readings, count,
                         batch->arena, problem);
    for (size_t i = 0; i < count; i++)
        room->movers[first + i]->reading = readings[i];
    return status;
}

/* Those who are found in the way come behind, and have somebody in their way, maybe. */
static enum status find_ways(struct room *room, struct problem *problem)
{
    const struct batch *batch = room->batch;
    size_t found = 0;

    while (found < room->count) {
        SCOPED(store_release) struct store_txn *txn = NULL;
        size_t last = room->count;
        enum status status = read_names(room, found, problem);

        if (status ||
            (status = store_begin(batch->settings->store, batch->organization, &txn, problem)))
            return status;
        while (found < last)
            find_way(room, txn, room->movers[found++]);
        if ((status = store_status(txn, problem)))
            return status;
    }
    return STATUS_OK;
}

/* Where the way ends in a free name, or comes round to where it began. */
static bool can_move(const struct room *room, const struct mover *mover)
{
    for (size_t i = 0; mover && i <= room->count; i++) {
        if (mover->is_blocked)
            return false;
        mover = mover->holder;
    }
    return true;
}

/*
 * The name is not safe to take. What comes before it in the plan, such as the lock,
 * is done all the same; a newcomer has no plan.
 */
static void keep_name(struct task *task, enum status status, const struct problem *problem)
{
    if (status == STATUS_DIRECTORY_UNAVAILABLE || !task->plan) {
        task_fail(task, status, problem);
        return;
    }
    task->keeps_name = true;
    task->misfit = STATUS_DIRECTORY_REFUSED;
    task->misfit_problem = *problem;
    plan_keep_name(task->plan);
}

/* -------------------------------------------------------------------------- planning */

struct listing {
    const char **groups;
    size_t count;
};

/* Only what the bridge has made is the bridge's to change. */
static enum status add_pushed_groups(const struct batch *batch, const struct entry_list *found,
                                     struct listing *listing, struct problem *problem)
{
    const char *identity = account_identity(batch->settings->projection.profile);
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status = store_begin(batch->settings->store, batch->organization, &txn, problem);

    if (status)
        return status;
    for (size_t i = 0; i < found->count; i++) {
        const char *value = entry_text(found->entries[i], identity);

        if (value && link_owner(txn, OUTBOX_GROUP, value))
            listing->groups[listing->count++] = found->entries[i]->dn;
    }
    return store_status(txn, problem);
}

static enum status find_pushed_groups(const struct batch *batch, const char *name,
                                      struct entry_list *found, struct problem *problem)
{
    const struct projection_settings *projection = &batch->settings->projection;
    const char *const attributes[] = {account_identity(projection->profile), NULL};
    const char *filter =
        arena_printf(batch->arena, "(member=%s)", filter_escape(batch->arena, name));

    if (!projection->groups_base)
        return STATUS_OK;
    return directory_search(batch->directory, projection->groups_base, filter, attributes,
                            batch->arena, found, problem);
}

static enum status find_groups(const struct batch *batch, const struct mover *mover,
                               struct listing *listing, struct problem *problem)
{
    const struct person_actual *actual = &mover->reading.actual;
    struct entry_list found = {NULL, 0};
    enum status status = find_pushed_groups(batch, mover->name, &found, problem);

    if (status)
        return status;
    listing->groups =
        arena_alloc(batch->arena, (actual->group_count + found.count) * sizeof(*listing->groups));
    for (size_t i = 0; i < actual->group_count; i++)
        listing->groups[listing->count++] = actual->groups[i];
    return found.count ? add_pushed_groups(batch, &found, listing, problem) : STATUS_OK;
}

static enum status plan_way(const struct batch *batch, struct mover *mover, struct problem *problem)
{
    struct listing listing = {NULL, 0};
    struct problem answer = {0};
    enum status status = find_groups(batch, mover, &listing, &answer);
    struct vacancy vacancy;

    if (status) {
        keep_name(mover->task, status, &answer);
        return status == STATUS_DIRECTORY_UNAVAILABLE
                   ? problem_set(problem, status, "%s", answer.detail)
                   : STATUS_OK;
    }
    mover->task->status = STATUS_OK; /* a newcomer's, for the next batch */
    vacancy = (struct vacancy){
        .dn = mover->holder ? mover->reading.actual.entry->dn : mover->name,
        .stand_in =
            mover->holder ? arena_printf(batch->arena, "moving-%s", mover->holder->task->id) : NULL,
        .groups = listing.groups,
        .group_count = listing.count,
    };
    mover->plan = plan_vacancy(&batch->settings->projection, &vacancy, batch->arena);
    return STATUS_OK;
}

enum status room_plan(struct batch *batch, struct problem *problem)
{
    struct room *room = arena_alloc(batch->arena, sizeof(*room));
    enum status status;

    *room = (struct room){
        .batch = batch,
        .movers = arena_alloc(batch->arena, MOVERS_MAX * sizeof(struct mover *)),
    };
    batch->room = room;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tasks[i].line.kind == OUTBOX_USER)
            (void)add_mover(room, &batch->tasks[i]);
    }
    room->taker_count = room->count;
    status = find_ways(room, problem);
    for (size_t i = 0; !status && i < room->taker_count; i++) {
        if (can_move(room, room->movers[i]))
            status = plan_way(batch, room->movers[i], problem);
    }
    return status;
}

/* -------------------------------------------------------------------------- claiming */

static void claim_stand_in(struct store_txn *txn, const struct batch *batch,
                           const struct mover *mover)
{
    const struct actor actor = task_actor(batch, &mover->task->line);
    uint64_t row = mover->holder->task->line.row;
    struct link link;

    if (!link_find(txn, OUTBOX_USER, row, batch->arena, &link))
        return;
    link.dn = plan_new_dn(mover->plan, batch->arena);
    link_save(txn, OUTBOX_USER, row, &link, batch->arena);
    user_groups_touch(txn, row, OUTBOX_ORDINARY, &actor);
    if (!is_of_batch(batch, row))
        outbox_add(txn, OUTBOX_USER, row, OUTBOX_ORDINARY, &actor, batch->arena);
}

void room_claim(struct store_txn *txn, const struct batch *batch)
{
    for (size_t i = 0; i < batch->room->taker_count; i++) {
        const struct mover *mover = batch->room->movers[i];

        if (mover->plan && mover->holder)
            claim_stand_in(txn, batch, mover);
    }
}

/* ---------------------------------------------------------------------------- making */

/* Who must not take the name is told why, and whoever may have left it is looked at again. */
static void conclude(struct mover *mover, const struct plan_run *run)
{
    if (run->status)
        keep_name(mover->task, run->status, &run->problem);
    if (mover->holder && run->done)
        mover->holder->task->is_aside = true;
}

enum status room_make(const struct batch *batch, struct problem *problem)
{
    const struct room *room = batch->room;
    struct plan_run *runs = arena_alloc(batch->arena, room->taker_count * sizeof(*runs));
    struct mover **movers = arena_alloc(batch->arena, room->taker_count * sizeof(struct mover *));
    size_t count = 0;
    enum status status;

    for (size_t i = 0; i < room->taker_count; i++) {
        if (!room->movers[i]->plan || !room->movers[i]->plan->count)
            continue;
        movers[count] = room->movers[i];
        runs[count++].plan = room->movers[i]->plan;
    }
    status = plans_apply(batch->directory, &batch->settings->projection, runs, count, problem);
    for (size_t i = 0; i < count; i++)
        conclude(movers[i], &runs[i]);
    return status;
}
