#include "snapshot.h"

#include <assert.h>

void snapshots_init(struct snapshots *snapshots, struct engine *engine)
{
    *snapshots = (struct snapshots){.engine = engine};
    (void)pthread_mutex_init(&snapshots->lock, NULL);
}

void snapshots_clear(struct snapshots *snapshots)
{
    assert(snapshots->taken_count == 0);
    while (snapshots->resting_count > 0)
        engine_abort(snapshots->resting[--snapshots->resting_count]);
    (void)pthread_mutex_destroy(&snapshots->lock);
}

static struct engine_txn *wake_one(struct snapshots *snapshots)
{
    struct engine_txn *view = NULL;

    (void)pthread_mutex_lock(&snapshots->lock);
    if (snapshots->resting_count > 0)
        view = snapshots->resting[--snapshots->resting_count];
    snapshots->taken_count++;
    (void)pthread_mutex_unlock(&snapshots->lock);
    return view;
}

/* False when enough rest already. */
static bool lay_down(struct snapshots *snapshots, struct engine_txn *view)
{
    bool is_kept;

    (void)pthread_mutex_lock(&snapshots->lock);
    is_kept = view && snapshots->resting_count < SNAPSHOTS_KEPT;
    if (is_kept)
        snapshots->resting[snapshots->resting_count++] = view;
    snapshots->taken_count--;
    (void)pthread_mutex_unlock(&snapshots->lock);
    return is_kept;
}

enum status snapshot_take(struct snapshots *snapshots, struct engine_txn **taken,
                          struct problem *problem)
{
    struct engine_txn *view = wake_one(snapshots);
    enum status status =
        view ? engine_renew(view, problem) : engine_begin(snapshots->engine, false, &view, problem);

    if (!status) {
        *taken = view;
        return STATUS_OK;
    }
    (void)lay_down(snapshots, NULL);
    engine_abort(view);
    return status;
}

void snapshot_give(struct snapshots *snapshots, struct engine_txn *view)
{
    engine_reset(view);
    if (!lay_down(snapshots, view))
        engine_abort(view);
}
