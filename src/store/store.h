#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdatomic.h>

#include "committer.h"
#include "engine.h"
#include "snapshot.h"

struct store {
    struct engine *engine;
    struct snapshots snapshots;
    struct committer committer;
    _Atomic uint64_t sequence; /* the last number that was given out */
};

/* Keep the sequence, so that no number is given out twice. */
enum status sequence_save(struct store *store, struct engine_txn *txn, struct problem *problem);

#endif
