#include "store.h"

#include <assert.h>
#include <stdlib.h>

#include "counter.h"
#include "transaction.h"

#include "bridge/base/arena.h"
#include "bridge/base/clock.h"

static const char sequence_name[] = "sequence";
static const char time_name[] = "time";

/* ----------------------------------------------------------------- sequence */

static enum status sequence_load(struct store *store, struct problem *problem)
{
    struct engine_txn *txn;
    int64_t last = 0;
    enum status status = engine_begin(store->engine, false, &txn, problem);

    if (status)
        return status;
    status = counter_load(txn, STORE_META, bytes_of_text(sequence_name), &last, problem);
    engine_abort(txn);
    atomic_init(&store->sequence, (uint64_t)last);
    return status;
}

enum status sequence_save(struct store *store, struct engine_txn *txn, struct problem *problem)
{
    struct counter last = counter_of((int64_t)atomic_load(&store->sequence));

    return engine_put(txn, STORE_META, bytes_of_text(sequence_name), counter_bytes(&last), problem);
}

uint64_t store_last_number(struct store_txn *txn)
{
    struct bytes value;

    return store_get(txn, STORE_META, bytes_of_text(sequence_name), &value)
               ? (uint64_t)store_number(value)
               : 0;
}

/* --------------------------------------------------------------------- time */

static enum status time_load(struct store *store, struct problem *problem)
{
    struct engine_txn *txn;
    int64_t mark = 0;
    enum status status = engine_begin(store->engine, false, &txn, problem);

    if (status)
        return status;
    status = counter_load(txn, STORE_META, bytes_of_text(time_name), &mark, problem);
    engine_abort(txn);
    if (status)
        return status;
    store->keeps_time = mark > 0;
    clock_begin(mark);
    return STATUS_OK;
}

enum status time_save(struct store *store, struct engine_txn *txn, struct problem *problem)
{
    struct counter now = counter_of(clock_now_us());

    store->keeps_time = true;
    return engine_put(txn, STORE_META, bytes_of_text(time_name), counter_bytes(&now), problem);
}

/* ------------------------------------------------------------ open and close */

enum status store_create(const char *path, uint64_t size, struct problem *problem)
{
    return engine_create(path, size, problem);
}

/* All but the committer. */
static void discard(struct store **store)
{
    if (!*store)
        return;
    snapshots_clear(&(*store)->snapshots);
    engine_close((*store)->engine);
    free(*store);
    *store = NULL;
}

enum status store_open_on(struct engine *engine, struct store **opened, struct problem *problem)
{
    SCOPED(discard) struct store *store = heap_alloc(1, sizeof(*store));
    enum status status;

    store->engine = engine;
    snapshots_init(&store->snapshots, engine);
    if ((status = sequence_load(store, problem)) || (status = time_load(store, problem)))
        return status;
    if ((status = room_init(&store->room, engine, problem)))
        return status;
    if ((status = committer_start(store, problem)))
        return status;
    *opened = store;
    store = NULL;
    return STATUS_OK;
}

enum status store_open(const char *path, uint64_t size, struct store **opened,
                       struct problem *problem)
{
    struct engine *engine = NULL;
    enum status status = engine_open(path, size, &engine, problem);

    return status ? status : store_open_on(engine, opened, problem);
}

enum status store_open_to_read(const char *path, uint64_t size, struct store **opened,
                               struct problem *problem)
{
    struct engine *engine = NULL;
    enum status status = engine_open_to_read(path, size, &engine, problem);

    return status ? status : store_open_on(engine, opened, problem);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    committer_stop(&store->committer);
    discard(&store);
}

enum status store_backup(struct store *store, const char *path, store_progress *progress,
                         void *context, struct problem *problem)
{
    return engine_copy(store->engine, path, progress, context, problem);
}

void store_usage(struct store *store, uint64_t *used, uint64_t *size)
{
    *used = atomic_load(&store->room.used);
    *size = store->room.size;
}

enum store_room store_room_left(struct store *store)
{
    return room_left(&store->room);
}

void store_write_metrics(struct store *store, struct metrics *metrics)
{
    static const struct metric used_bytes = {"rolebridge_store_used_bytes", METRIC_GAUGE,
                                             "Bytes of the store's file that are in use."};
    static const struct metric size_bytes = {"rolebridge_store_size_bytes", METRIC_GAUGE,
                                             "The most that the store may grow to (store.size)."};
    uint64_t used, size;

    store_usage(store, &used, &size);
    metrics_write(metrics, &used_bytes, NULL, (double)used);
    metrics_write(metrics, &size_bytes, NULL, (double)size);
    committer_write_metrics(&store->committer, metrics);
}

/* ------------------------------------------------------------------ reading */

enum status store_begin(struct store *store, uint32_t organization, struct store_txn **begun,
                        struct problem *problem)
{
    struct store_txn *txn = heap_alloc(1, sizeof(*txn));
    enum status status = snapshot_take(&store->snapshots, &txn->view, problem);

    if (status) {
        free(txn);
        return status;
    }
    txn->store = store;
    txn->organization = organization;
    *begun = txn;
    return STATUS_OK;
}

void store_enter(struct store_txn *txn, uint32_t organization)
{
    assert(!txn->draft); /* a change belongs to the organization that it was submitted for */
    txn->organization = organization;
}

void store_end(struct store_txn *txn)
{
    if (!txn)
        return;
    assert(!txn->draft); /* a change is ended by the store */
    snapshot_give(&txn->store->snapshots, txn->view);
    free(txn);
}

void store_release(struct store_txn **txn)
{
    store_end(*txn);
    *txn = NULL;
}

/* ----------------------------------------------------------------- changing */

static void refuse(store_done *done, void *context)
{
    struct problem problem = {0};

    (void)problem_set(&problem, STATUS_BUSY,
                      "%d changes wait to be written already, or the store is closing; try again",
                      CHANGES_MAX);
    done(context, problem.status, &problem);
}

void store_submit(struct store *store, uint32_t organization, store_change *function,
                  void *argument, store_done *done, void *context)
{
    struct change *change;

    if (!committer_admit(&store->committer)) {
        refuse(done, context);
        return;
    }
    change = heap_alloc(1, sizeof(*change));
    *change = (struct change){
        .store = store,
        .organization = organization,
        .function = function,
        .argument = argument,
        .done = done,
        .context = context,
    };
    change_prepare(change);
    if (!change_is_settled(change)) {
        committer_enqueue(&store->committer, change);
        return;
    }
    change_end(change);
    committer_dismiss(&store->committer);
}

/* Where store_update waits for its change. */
struct answer {
    pthread_mutex_t lock;
    pthread_cond_t given;
    bool is_given;
    enum status status;
    struct problem *problem;
};

static void answer_give(void *context, enum status status, const struct problem *problem)
{
    struct answer *answer = context;

    (void)pthread_mutex_lock(&answer->lock);
    answer->status =
        status ? problem_set(answer->problem, status, "%s", problem->detail) : STATUS_OK;
    answer->is_given = true;
    (void)pthread_cond_signal(&answer->given);
    (void)pthread_mutex_unlock(&answer->lock);
}

/* The committer always answers, or ends the process: there is no deadline to miss. */
static enum status answer_await(struct answer *answer)
{
    (void)pthread_mutex_lock(&answer->lock);
    while (!answer->is_given)
        (void)pthread_cond_wait(&answer->given, &answer->lock);
    (void)pthread_mutex_unlock(&answer->lock);
    (void)pthread_cond_destroy(&answer->given);
    (void)pthread_mutex_destroy(&answer->lock);
    return answer->status;
}

enum status store_update(struct store *store, uint32_t organization, store_change *change,
                         void *argument, struct problem *problem)
{
    struct answer answer = {
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .given = PTHREAD_COND_INITIALIZER,
        .problem = problem,
    };

    assert(!pthread_equal(pthread_self(), store->committer.thread)); /* it would wait for itself */
    store_submit(store, organization, change, argument, answer_give, &answer);
    return answer_await(&answer);
}
