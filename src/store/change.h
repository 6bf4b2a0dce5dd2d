#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "draft.h"
#include "engine.h"

/* A change on its way to the disk. */
struct change {
    struct change *next; /* in the queue, or in the batch */
    struct store *store;
    uint32_t organization;
    store_change *function;
    void *argument;
    store_done *done;
    void *context;
    struct draft *draft; /* of the last run */
    unsigned prepared;   /* how often */
    bool is_stale;       /* what the last run read has changed since */
    bool runs_inside;    /* the write transaction, where nothing changes beneath it */
    enum status status;  /* how the last run ended */
    struct problem problem;
};

/* Run against a snapshot of its own. */
void change_prepare(struct change *change);

/* Run within `txn`. Fails when a look did, and with it the whole transaction. */
enum status change_run_inside(struct change *change, struct engine_txn *txn,
                              struct problem *problem);

/* Nothing is left to commit: it failed, or it wants nothing written. */
bool change_is_settled(const struct change *change);

/* Tell how it ended, and free it. */
void change_end(struct change *change);

#endif
