#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include <stdatomic.h>

#include "engine.h"

/*
 * How full the store is, and what may still be written: store_use_reserve says who may
 * what. What counts is pages in use; those that were freed are room again.
 */
struct room {
    _Atomic uint64_t used; /* bytes, as of the last commit */
    uint64_t size;
};

/* Of a store that is being opened. */
enum status room_init(struct room *room, struct engine *engine, struct problem *problem);

enum store_room room_left(const struct room *room);

/*
 * Whether a change may begin to write.
 *
 * STATUS_STORE_FULL  only what uses the reserve
 */
enum status room_check(const struct room *room, bool uses_reserve, struct problem *problem);

/*
 * Whether what was written in `txn` may be committed, and how many bytes are in use then.
 *
 * STATUS_STORE_FULL  it would take of the reserve
 */
enum status room_check_written(const struct room *room, struct engine_txn *txn, bool uses_reserve,
                               uint64_t *used, struct problem *problem);

/* It was committed. */
void room_take(struct room *room, uint64_t used);

#endif
