#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include <pthread.h>

#include "engine.h"

enum { SNAPSHOTS_KEPT = 64 };

/* Read transactions that rest between two uses: to renew one is cheaper than to begin one. */
struct snapshots {
    struct engine *engine;
    pthread_mutex_t lock;
    struct engine_txn *resting[SNAPSHOTS_KEPT];
    size_t resting_count;
    size_t taken_count;
};

void snapshots_init(struct snapshots *snapshots, struct engine *engine);
void snapshots_clear(struct snapshots *snapshots); /* all have been given back */

/* STATUS_BUSY: too many readers at once */
enum status snapshot_take(struct snapshots *snapshots, struct engine_txn **view,
                          struct problem *problem);
void snapshot_give(struct snapshots *snapshots, struct engine_txn *view);

#endif
