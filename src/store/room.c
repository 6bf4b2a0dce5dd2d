#include "room.h"

#include <inttypes.h>

/* Where they begin, in percent of the size. */
enum { LOW = 80, REFUSED = 90, RESERVE = 95 };

static bool is_at(const struct room *room, uint64_t used, unsigned percent)
{
    return used >= room->size / 100 * percent;
}

enum store_room room_left(const struct room *room)
{
    uint64_t used = atomic_load(&room->used);

    if (is_at(room, used, REFUSED))
        return STORE_ROOM_RESERVE;
    return is_at(room, used, LOW) ? STORE_ROOM_LOW : STORE_ROOM_AMPLE;
}

/* ------------------------------------------------------------------ refusing */

static enum status refuse(const struct room *room, struct problem *problem)
{
    return problem_set(problem, STATUS_STORE_FULL,
                       "the store is full but for what is kept for taking access away (%" PRIu64
                       " of %" PRIu64 " bytes are in use); raise store.size in the configuration "
                       "and restart the daemon, or make room: rolebridge journal prune",
                       atomic_load(&room->used), room->size);
}

enum status room_check(const struct room *room, bool uses_reserve, struct problem *problem)
{
    bool is_refused = !uses_reserve && is_at(room, atomic_load(&room->used), REFUSED);

    return is_refused ? refuse(room, problem) : STATUS_OK;
}

enum status room_check_written(const struct room *room, struct engine_txn *txn, bool uses_reserve,
                               uint64_t *used, struct problem *problem)
{
    uint64_t size;
    enum status status = engine_usage(txn, used, &size, problem);

    if (status)
        return status;
    return !uses_reserve && is_at(room, *used, RESERVE) ? refuse(room, problem) : STATUS_OK;
}

/* -------------------------------------------------------------------- taking */

void room_take(struct room *room, uint64_t used)
{
    atomic_store(&room->used, used);
}

enum status room_init(struct room *room, struct engine *engine, struct problem *problem)
{
    struct engine_txn *txn = NULL;
    uint64_t used = 0;
    enum status status = engine_begin(engine, false, &txn, problem);

    if (status)
        return status;
    status = engine_usage(txn, &used, &room->size, problem);
    engine_abort(txn);
    if (!status)
        room_take(room, used);
    return status;
}
