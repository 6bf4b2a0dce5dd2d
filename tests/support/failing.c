/* An engine that hands everything on to another, but for the call that is to fail. */
#include "failing.h"

#include <assert.h>
#include <stdlib.h>

#include "engine.h"

#include "bridge/base/arena.h"

struct decorator {
    struct engine engine; /* what the store knows of it */
    struct engine *inner;
    struct failing *failing;
};

struct decorator_txn {
    struct engine_txn txn; /* what the store knows of it */
    struct engine_txn *inner;
    struct failing *failing;
    bool is_write;
    bool is_lost;
};

static struct decorator *decorator_of(struct engine *engine)
{
    return (struct decorator *)engine;
}

static struct decorator_txn *decorator_txn_of(struct engine_txn *txn)
{
    return (struct decorator_txn *)txn;
}

static enum status fail(struct failing *failing, unsigned call, struct problem *problem)
{
    if (!(failing->calls & call) || atomic_fetch_sub(&failing->countdown, 1) != 1)
        return STATUS_OK;
    return problem_set(problem, failing->status, "the engine failed, as the test had asked for");
}

/* A write transaction that has seen a failure may only be aborted. */
static struct decorator_txn *usable(struct engine_txn *txn)
{
    assert(!decorator_txn_of(txn)->is_lost);
    return decorator_txn_of(txn);
}

static enum status fail_in(struct decorator_txn *txn, unsigned call, struct problem *problem)
{
    enum status status = fail(txn->failing, call, problem);

    txn->is_lost |= status && txn->is_write;
    return status;
}

static void decorator_close(struct engine *engine)
{
    engine_close(decorator_of(engine)->inner);
    free(engine);
}

static void decorator_check_readers(struct engine *engine)
{
    engine_check_readers(decorator_of(engine)->inner);
}

static enum status decorator_begin(struct engine *engine, bool is_write, struct engine_txn **begun,
                                   struct problem *problem)
{
    struct decorator *decorator = decorator_of(engine);
    struct engine_txn *inner = NULL;
    struct decorator_txn *txn;
    enum status status = fail(decorator->failing, FAILING_BEGIN, problem);

    if (!status)
        status = engine_begin(decorator->inner, is_write, &inner, problem);
    if (status)
        return status;
    txn = heap_alloc(1, sizeof(*txn));
    txn->txn.functions = engine->functions;
    txn->inner = inner;
    txn->failing = decorator->failing;
    txn->is_write = is_write;
    *begun = &txn->txn;
    return STATUS_OK;
}

static void decorator_abort(struct engine_txn *txn)
{
    engine_abort(decorator_txn_of(txn)->inner);
    free(txn);
}

static void decorator_reset(struct engine_txn *txn)
{
    engine_reset(decorator_txn_of(txn)->inner);
}

static enum status decorator_renew(struct engine_txn *txn, struct problem *problem)
{
    enum status status = fail(decorator_txn_of(txn)->failing, FAILING_BEGIN, problem);

    return status ? status : engine_renew(decorator_txn_of(txn)->inner, problem);
}

static enum status decorator_commit(struct engine_txn *engine_txn, struct problem *problem)
{
    struct decorator_txn *txn = usable(engine_txn);
    enum status status = fail_in(txn, FAILING_COMMIT, problem);

    if (status)
        engine_abort(txn->inner);
    else
        status = engine_commit(txn->inner, problem);
    free(txn);
    return status;
}

static enum status decorator_get(struct engine_txn *engine_txn, enum store_table table,
                                 struct bytes key, struct bytes *value, struct problem *problem)
{
    struct decorator_txn *txn = usable(engine_txn);
    enum status status = fail_in(txn, FAILING_GET, problem);

    return status ? status : engine_get(txn->inner, table, key, value, problem);
}

static enum status decorator_put(struct engine_txn *engine_txn, enum store_table table,
                                 struct bytes key, struct bytes value, struct problem *problem)
{
    struct decorator_txn *txn = usable(engine_txn);
    enum status status = fail_in(txn, FAILING_PUT, problem);

    return status ? status : engine_put(txn->inner, table, key, value, problem);
}

static enum status decorator_delete(struct engine_txn *engine_txn, enum store_table table,
                                    struct bytes key, struct problem *problem)
{
    struct decorator_txn *txn = usable(engine_txn);
    enum status status = fail_in(txn, FAILING_DELETE, problem);

    return status ? status : engine_delete(txn->inner, table, key, problem);
}

static enum status decorator_scan(struct engine_txn *engine_txn, enum store_table table,
                                  struct bytes prefix, struct bytes from, store_visit *visit,
                                  void *context, struct problem *problem)
{
    struct decorator_txn *txn = usable(engine_txn);
    enum status status = engine_scan(txn->inner, table, prefix, from, visit, context, problem);

    return status ? status : fail_in(txn, FAILING_SCAN, problem);
}

static enum status decorator_usage(struct engine_txn *engine_txn, uint64_t *used, uint64_t *size,
                                   struct problem *problem)
{
    struct decorator_txn *txn = usable(engine_txn);
    unsigned percent = txn->failing->percent_used;
    enum status status = engine_usage(txn->inner, used, size, problem);

    if (!status && percent)
        *used = *size / 100 * percent;
    return status;
}

static const struct engine_functions decorator_functions = {
    .close = decorator_close,
    .check_readers = decorator_check_readers,
    .begin = decorator_begin,
    .abort = decorator_abort,
    .reset = decorator_reset,
    .renew = decorator_renew,
    .commit = decorator_commit,
    .get = decorator_get,
    .put = decorator_put,
    .delete = decorator_delete,
    .scan = decorator_scan,
    .usage = decorator_usage,
};

struct engine *failing_engine(struct engine *engine, struct failing *failing)
{
    struct decorator *decorator = heap_alloc(1, sizeof(*decorator));

    decorator->engine.functions = &decorator_functions;
    decorator->inner = engine;
    decorator->failing = failing;
    return &decorator->engine;
}
