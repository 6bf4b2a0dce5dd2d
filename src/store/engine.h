#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include "bridge/store/store.h"

/*
 * Ordered tables with snapshots and one writer: what the store needs from what
 * is beneath. The program has one engine, on LMDB, whose library only lmdb.c,
 * environment.c and copy.c include; the tests have one in memory and one that fails.
 */
struct engine {
    const struct engine_functions *functions;
};

struct engine_txn {
    const struct engine_functions *functions;
};

enum { ENGINE_KEY_MAX = 511 };

/* What an engine is: what each of these promises is said at the call below that leads to it. */
struct engine_functions {
    void (*close)(struct engine *engine);
    void (*check_readers)(struct engine *engine);
    enum status (*begin)(struct engine *engine, bool is_write, struct engine_txn **txn,
                         struct problem *problem);
    void (*abort)(struct engine_txn *txn);
    void (*reset)(struct engine_txn *txn);
    enum status (*renew)(struct engine_txn *txn, struct problem *problem);
    enum status (*commit)(struct engine_txn *txn, struct problem *problem);
    enum status (*get)(struct engine_txn *txn, enum store_table table, struct bytes key,
                       struct bytes *value, struct problem *problem);
    enum status (*put)(struct engine_txn *txn, enum store_table table, struct bytes key,
                       struct bytes value, struct problem *problem);
    enum status (*delete)(struct engine_txn *txn, enum store_table table, struct bytes key,
                          struct problem *problem);
    enum status (*scan)(struct engine_txn *txn, enum store_table table, struct bytes prefix,
                        struct bytes from, store_visit *visit, void *context,
                        struct problem *problem);
    enum status (*usage)(struct engine_txn *txn, uint64_t *used, uint64_t *size,
                         struct problem *problem);
    enum status (*copy)(struct engine *engine, const char *path, store_progress *progress,
                        void *context, struct problem *problem);
};

/* The engine on LMDB, in a folder. */
enum status engine_create(const char *path, uint64_t size, struct problem *problem);
enum status engine_open(const char *path, uint64_t size, struct engine **engine,
                        struct problem *problem);
enum status engine_open_to_read(const char *path, uint64_t size, struct engine **engine,
                                struct problem *problem);

static inline void engine_close(struct engine *engine) /* takes NULL */
{
    if (engine)
        engine->functions->close(engine);
}

/* Forget the snapshots of processes that were killed, which would keep freed pages. */
static inline void engine_check_readers(struct engine *engine)
{
    engine->functions->check_readers(engine);
}

/* As store_backup; only of an engine in a folder. */
static inline enum status engine_copy(struct engine *engine, const char *path,
                                      store_progress *progress, void *context,
                                      struct problem *problem)
{
    return engine->functions->copy(engine, path, progress, context, problem);
}

/*
 * A write transaction belongs to the thread that began it, a snapshot to one
 * thread at a time. STATUS_BUSY: too many snapshots at once.
 */
static inline enum status engine_begin(struct engine *engine, bool is_write,
                                       struct engine_txn **txn, struct problem *problem)
{
    return engine->functions->begin(engine, is_write, txn, problem);
}

static inline void engine_abort(struct engine_txn *txn) /* takes NULL */
{
    if (txn)
        txn->functions->abort(txn);
}

/* Let go of a snapshot but keep its place among the readers, for a newer one. */
static inline void engine_reset(struct engine_txn *txn)
{
    txn->functions->reset(txn);
}

static inline enum status engine_renew(struct engine_txn *txn, struct problem *problem)
{
    return txn->functions->renew(txn, problem);
}

/*
 * Durable when it returns STATUS_OK; nothing changed after STATUS_STORE_FULL.
 * After STATUS_INTERNAL the disk may hold either state and the process must
 * end: a failed sync is never tried again. The transaction is gone in any case.
 */
static inline enum status engine_commit(struct engine_txn *txn, struct problem *problem)
{
    return txn->functions->commit(txn, problem);
}

/*
 * The bytes are good until the transaction ends or writes. STATUS_NOT_FOUND is
 * no failure and leaves no words. After any other failure a write transaction
 * can only be aborted.
 */
static inline enum status engine_get(struct engine_txn *txn, enum store_table table,
                                     struct bytes key, struct bytes *value, struct problem *problem)
{
    return txn->functions->get(txn, table, key, value, problem);
}

static inline enum status engine_put(struct engine_txn *txn, enum store_table table,
                                     struct bytes key, struct bytes value, struct problem *problem)
{
    return txn->functions->put(txn, table, key, value, problem);
}

/* STATUS_OK where there is nothing to delete. */
static inline enum status engine_delete(struct engine_txn *txn, enum store_table table,
                                        struct bytes key, struct problem *problem)
{
    return txn->functions->delete (txn, table, key, problem);
}

/* As store_scan. Keys sort as unsigned bytes, and before whatever they begin. */
static inline enum status engine_scan(struct engine_txn *txn, enum store_table table,
                                      struct bytes prefix, struct bytes from, store_visit *visit,
                                      void *context, struct problem *problem)
{
    return txn->functions->scan(txn, table, prefix, from, visit, context, problem);
}

/*
 * Bytes that what is in the tables takes up, with what `txn` has written, and what is lost between
 * them; and the most there may be.
 */
static inline enum status engine_usage(struct engine_txn *txn, uint64_t *used, uint64_t *size,
                                       struct problem *problem)
{
    return txn->functions->usage(txn, used, size, problem);
}

#endif
