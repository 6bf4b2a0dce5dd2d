#include "committer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store.h"

#include "bridge/base/clock.h"
#include "bridge/base/log.h"

enum { PREPARED_MAX = 2, READERS_CHECK_MS = 60000 };

/* -------------------------------------------------------------------- queue */

bool committer_admit(struct committer *committer)
{
    bool is_admitted;

    (void)pthread_mutex_lock(&committer->lock);
    is_admitted = !committer->is_closing && committer->unanswered < CHANGES_MAX;
    if (is_admitted)
        committer->unanswered++;
    (void)pthread_mutex_unlock(&committer->lock);
    return is_admitted;
}

void committer_enqueue(struct committer *committer, struct change *change)
{
    change->next = NULL;
    (void)pthread_mutex_lock(&committer->lock);
    if (committer->last)
        committer->last->next = change;
    else
        committer->first = change;
    committer->last = change;
    (void)pthread_cond_signal(&committer->wake);
    (void)pthread_mutex_unlock(&committer->lock);
}

void committer_dismiss(struct committer *committer)
{
    (void)pthread_mutex_lock(&committer->lock);
    committer->unanswered--;
    (void)pthread_cond_signal(&committer->wake); /* it may be the last, before the end */
    (void)pthread_mutex_unlock(&committer->lock);
}

/*
 * All that wait; NULL when there will be no more. The wait has no deadline of
 * its own: it ends with the next change or with store_close.
 */
static struct change *take_batch(struct committer *committer)
{
    struct change *batch;

    (void)pthread_mutex_lock(&committer->lock);
    while (!committer->first && !(committer->is_closing && committer->unanswered == 0))
        (void)pthread_cond_wait(&committer->wake, &committer->lock);
    batch = committer->first;
    committer->first = committer->last = NULL;
    (void)pthread_mutex_unlock(&committer->lock);
    return batch;
}

/* ------------------------------------------------------------------ writing */

/* A transaction, and what was written in it. */
struct writing {
    struct store *store;
    struct engine_txn *txn;
    bool has_written;
    bool uses_reserve; /* as everything written does */
    bool keeps_time;   /* one of its changes asks for it */
};

static enum status write_draft(struct change *change, struct writing *writing,
                               struct problem *problem)
{
    bool uses_reserve = draft_uses_reserve(change->draft);

    change->status = room_check(&writing->store->room, uses_reserve, &change->problem);
    if (change->status)
        return STATUS_OK;
    writing->has_written = true;
    writing->uses_reserve &= uses_reserve;
    writing->keeps_time |= draft_keeps_time(change->draft);
    return draft_write(change->draft, writing->txn, change->organization, problem);
}

/*
 * Bring one change into the transaction, unless it is stale or fails by itself,
 * which costs the others nothing. Fails only when the transaction is lost.
 */
static enum status write_change(struct change *change, struct writing *writing,
                                struct problem *problem)
{
    struct engine_txn *txn = writing->txn;
    bool stands = false;
    enum status status = STATUS_OK;

    if (!change->runs_inside) {
        if ((status = draft_check(change->draft, txn, &stands, problem)))
            return status;
        change->is_stale = !stands && change->prepared < PREPARED_MAX;
        if (change->is_stale)
            return STATUS_OK;
        change->runs_inside = !stands;
    }
    if (change->runs_inside && (status = change_run_inside(change, txn, problem)))
        return status;
    return change_is_settled(change) ? STATUS_OK : write_draft(change, writing, problem);
}

/* A sync that failed cannot be tried again, and nothing may be answered: the disk has the say. */
static void end_process(const struct problem *problem)
{
    log_write(LOG_ERROR, "the store could not commit", "reason", problem->detail, "next",
              "check the disk and start again; nothing acknowledged is lost", NULL);
    _exit(EXIT_FAILURE);
}

static enum status commit(struct writing *writing, uint64_t used, struct problem *problem)
{
    enum status status = engine_commit(writing->txn, problem);

    if (status && status != STATUS_STORE_FULL)
        end_process(problem);
    if (!status)
        room_take(&writing->store->room, used);
    return status;
}

/* What every commit carries. */
static enum status save_own(const struct writing *writing, struct problem *problem)
{
    struct store *store = writing->store;
    enum status status = sequence_save(store, writing->txn, problem);

    if (!status && (store->keeps_time || writing->keeps_time))
        status = time_save(store, writing->txn, problem);
    return status;
}

/* One transaction for the whole batch: durable, or nothing of it. */
static enum status write_batch(struct store *store, struct change *batch, struct problem *problem)
{
    struct writing writing = {.store = store, .uses_reserve = true};
    uint64_t used = 0;
    enum status status = engine_begin(store->engine, true, &writing.txn, problem);

    if (status)
        return status;
    for (struct change *change = batch; !status && change; change = change->next)
        status = write_change(change, &writing, problem);
    if (!status && writing.has_written)
        status = save_own(&writing, problem);
    if (!status && writing.has_written)
        status =
            room_check_written(&store->room, writing.txn, writing.uses_reserve, &used, problem);
    if (!status && writing.has_written)
        return commit(&writing, used, problem);
    engine_abort(writing.txn);
    return status;
}

static void write_alone(struct store *store, struct change *change)
{
    struct problem problem = {0};
    enum status status = write_batch(store, change, &problem);

    if (!status)
        return;
    change->is_stale = false;
    change->status = status;
    change->problem = problem;
}

static void write_each(struct store *store, struct change *batch)
{
    while (batch) {
        struct change *next = batch->next;

        batch->next = NULL;
        write_alone(store, batch);
        batch->next = next;
        batch = next;
    }
}

/* When the batch as a whole does not fit, only those fail that do not fit alone. */
static void write_together(struct store *store, struct change *batch)
{
    struct problem problem = {0};

    if (!batch->next || write_batch(store, batch, &problem))
        write_each(store, batch);
}

/* ---------------------------------------------------------------- answering */

static void answer(struct committer *committer, struct change *change)
{
    change_end(change);
    committer_dismiss(committer);
}

/* Answer what has ended; what is stale comes back. */
static struct change *answer_batch(struct committer *committer, struct change *batch)
{
    struct change *stale = NULL;
    struct change **end = &stale;

    while (batch) {
        struct change *next = batch->next;

        if (batch->is_stale) {
            *end = batch;
            end = &batch->next;
        } else {
            answer(committer, batch);
        }
        batch = next;
    }
    *end = NULL;
    return stale;
}

static void prepare_again(struct committer *committer, struct change *stale)
{
    while (stale) {
        struct change *next = stale->next;

        change_prepare(stale);
        if (change_is_settled(stale))
            answer(committer, stale);
        else
            committer_enqueue(committer, stale);
        stale = next;
    }
}

/* ------------------------------------------------------------------- thread */

/* Only where something is about to be written do the pages matter that a dead reader keeps. */
static void check_readers(struct store *store)
{
    int64_t now = clock_boot_ms();

    if (now - store->committer.readers_checked_at < READERS_CHECK_MS)
        return;
    store->committer.readers_checked_at = now;
    engine_check_readers(store->engine);
}

static uint64_t count_of(const struct change *batch)
{
    uint64_t count = 0;

    for (; batch; batch = batch->next)
        count++;
    return count;
}

static void commit_batch(struct store *store, struct change *batch)
{
    struct committer *committer = &store->committer;
    int64_t began_us = clock_boot_us();
    struct change *stale;

    histogram_observe(&committer->batch_sizes, &scale_sizes, count_of(batch));
    check_readers(store);
    write_together(store, batch);
    histogram_observe(&committer->durations, &scale_durations,
                      (uint64_t)(clock_boot_us() - began_us));
    stale = answer_batch(committer, batch);
    atomic_fetch_add_explicit(&committer->stale, count_of(stale), memory_order_relaxed);
    prepare_again(committer, stale);
}

static void *commit_all(void *argument)
{
    struct store *store = argument;
    struct change *batch;

    while ((batch = take_batch(&store->committer)))
        commit_batch(store, batch);
    return NULL;
}

void committer_write_metrics(struct committer *committer, struct metrics *metrics)
{
    static const struct metric sizes = {"rolebridge_store_batch_changes", METRIC_HISTOGRAM,
                                        "Changes that share one commit."};
    static const struct metric durations = {"rolebridge_store_batch_duration_seconds",
                                            METRIC_HISTOGRAM,
                                            "How long it takes to write a batch to the disk."};
    static const struct metric stale = {
        "rolebridge_store_stale_changes_total", METRIC_COUNTER,
        "Changes that were prepared again, since what they had read had changed."};
    static const struct metric waiting = {"rolebridge_store_waiting_changes", METRIC_GAUGE,
                                          "Changes that were submitted and have not ended."};
    size_t unanswered;

    (void)pthread_mutex_lock(&committer->lock);
    unanswered = committer->unanswered;
    (void)pthread_mutex_unlock(&committer->lock);
    metrics_write_histogram(metrics, &sizes, NULL, &committer->batch_sizes, &scale_sizes);
    metrics_write_histogram(metrics, &durations, NULL, &committer->durations, &scale_durations);
    metrics_write(metrics, &stale, NULL,
                  (double)atomic_load_explicit(&committer->stale, memory_order_relaxed));
    metrics_write(metrics, &waiting, NULL, (double)unanswered);
}

enum status committer_start(struct store *store, struct problem *problem)
{
    struct committer *committer = &store->committer;
    int code;

    (void)pthread_mutex_init(&committer->lock, NULL);
    (void)pthread_cond_init(&committer->wake, NULL);
    committer->readers_checked_at = clock_boot_ms();
    code = pthread_create(&committer->thread, NULL, commit_all, store);
    return code ? problem_set(problem, STATUS_INTERNAL, "start the committer: %s", strerror(code))
                : STATUS_OK;
}

void committer_stop(struct committer *committer)
{
    (void)pthread_mutex_lock(&committer->lock);
    committer->is_closing = true;
    (void)pthread_cond_signal(&committer->wake);
    (void)pthread_mutex_unlock(&committer->lock);
    (void)pthread_join(committer->thread, NULL);
    (void)pthread_cond_destroy(&committer->wake);
    (void)pthread_mutex_destroy(&committer->lock);
}
