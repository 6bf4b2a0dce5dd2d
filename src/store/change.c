#include "change.h"

#include <stdlib.h>

#include "store.h"
#include "transaction.h"

/* A failed look outweighs what the function made of it. */
static enum status run(struct change *change, struct engine_txn *view)
{
    struct store_txn txn = {
        .store = change->store,
        .view = view,
        .organization = change->organization,
    };

    draft_free(change->draft);
    change->draft = txn.draft = draft_new();
    change->problem = (struct problem){0};
    change->status = change->function(&txn, change->argument, &change->problem);
    if (txn.failure.status) {
        change->status = txn.failure.status;
        change->problem = txn.failure;
    }
    return txn.failure.status;
}

void change_prepare(struct change *change)
{
    struct snapshots *snapshots = &change->store->snapshots;
    struct engine_txn *view;

    change->prepared++;
    change->problem = (struct problem){0};
    change->status = snapshot_take(snapshots, &view, &change->problem);
    if (change->status)
        return;
    (void)run(change, view);
    snapshot_give(snapshots, view);
}

enum status change_run_inside(struct change *change, struct engine_txn *txn,
                              struct problem *problem)
{
    enum status status = run(change, txn);

    return status ? problem_set(problem, status, "%s", change->problem.detail) : STATUS_OK;
}

enum status store_rehearse(struct store_txn *txn, store_change *function, void *argument,
                           store_write_visit *visit, void *context, struct problem *problem)
{
    struct change change = {
        .store = txn->store,
        .organization = txn->organization,
        .function = function,
        .argument = argument,
    };

    (void)run(&change, txn->view);
    if (!change.status)
        draft_show(change.draft, visit, context);
    draft_free(change.draft);
    return change.status ? problem_set(problem, change.status, "%s", change.problem.detail)
                         : STATUS_OK;
}

bool change_is_settled(const struct change *change)
{
    return change->status || draft_is_empty(change->draft);
}

void change_end(struct change *change)
{
    change->done(change->context, change->status, &change->problem);
    draft_free(change->draft);
    free(change);
}
