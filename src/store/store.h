#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdatomic.h>

#include "committer.h"
#include "engine.h"
#include "room.h"
#include "snapshot.h"

struct store {
    struct engine *engine;
    struct snapshots snapshots;
    struct committer committer;
    struct room room;
    _Atomic uint64_t sequence; /* the last number that was given out */
    bool keeps_time;           /* whether there is a mark of the time; the committer's own */
};

/* Open what an engine holds. The engine is the store's from here on, or closed after a failure. */
enum status store_open_on(struct engine *engine, struct store **opened, struct problem *problem);

/* Keep the sequence, so that no number is given out twice. */
enum status sequence_save(struct store *store, struct engine_txn *txn, struct problem *problem);

/* Keep what time it is, so that it is never earlier again. */
enum status time_save(struct store *store, struct engine_txn *txn, struct problem *problem);

#endif
