#include "bridge/worker/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "bridge/base/clock.h"
#include "bridge/base/log.h"
#include "bridge/base/random.h"
#include "bridge/core/organization.h"
#include "bridge/directory/canary.h"
#include "credentials.h"

enum {
    DELAY_FIRST_MS = 1000,
    DELAY_MAX_MS = 5000,
    DELAY_UNUSABLE_MS = 60000, /* after a few tries */
    UNUSABLE_TRIES = 3,
    POLL_MS = 1000,
    PROBE_MS = 5000,
    STOP_GRACE_MS = 2000,
};

struct worker {
    struct worker_settings settings;
    struct credentials credentials;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t wake;
    pthread_cond_t end;
    uint32_t organization; /* 0: there is none of the name yet */
    bool is_stopping;
    bool has_ended;
    bool is_woken;
    struct worker_report report;
};

static const char *const state_names[] = {
    [WORKER_NO_ORGANIZATION] = "absent",  [WORKER_NO_DIRECTORY] = "none",
    [WORKER_CONNECTING] = "connecting",   [WORKER_CONNECTED] = "connected",
    [WORKER_UNAVAILABLE] = "unavailable", [WORKER_UNUSABLE] = "unusable",
    [WORKER_REFUSING] = "refusing",
};

const char *worker_state_name(enum worker_state state)
{
    return state_names[state];
}

int64_t worker_delay_ms(unsigned attempt, unsigned jitter)
{
    int64_t delay = DELAY_FIRST_MS;

    for (unsigned i = 1; i < attempt && delay < DELAY_MAX_MS; i++)
        delay *= 2;
    if (delay > DELAY_MAX_MS)
        delay = DELAY_MAX_MS;
    return delay - delay / 5 * (int64_t)jitter / 1000;
}

/* ------------------------------------------------------------------------ the thread's state */

static bool is_expected(enum worker_state state)
{
    return state == WORKER_CONNECTED || state == WORKER_CONNECTING || state == WORKER_NO_DIRECTORY;
}

static void set_state(struct worker *worker, enum worker_state state, const char *detail)
{
    bool is_new;

    (void)pthread_mutex_lock(&worker->lock);
    is_new = worker->report.state != state || strcmp(worker->report.detail, detail) != 0;
    if (worker->report.state != state)
        worker->report.since = clock_now();
    worker->report.state = state;
    (void)snprintf(worker->report.detail, sizeof(worker->report.detail), "%s", detail);
    (void)pthread_mutex_unlock(&worker->lock);
    if (is_new)
        log_write(is_expected(state) ? LOG_INFO : LOG_WARNING, "directory", "organization",
                  worker->settings.organization, "state", state_names[state], "detail",
                  *detail ? detail : NULL, NULL);
}

static bool is_stopping(struct worker *worker)
{
    bool answer;

    (void)pthread_mutex_lock(&worker->lock);
    answer = worker->is_stopping;
    (void)pthread_mutex_unlock(&worker->lock);
    return answer;
}

/* Wait until woken, stopped, or the time is up. A hint does not cut a back-off short. */
static void wait_ms(struct worker *worker, int64_t ms, bool is_backing_off)
{
    struct timespec until = clock_wait_until(ms);

    (void)pthread_mutex_lock(&worker->lock);
    while (!worker->is_stopping && (is_backing_off || !worker->is_woken)) {
        if (pthread_cond_timedwait(&worker->wake, &worker->lock, &until))
            break;
    }
    worker->is_woken = false;
    (void)pthread_mutex_unlock(&worker->lock);
}

/* -------------------------------------------------------------------------------- the work */

static enum status connect_directory(struct worker *worker, struct directory **directory,
                                     struct problem *problem)
{
    const struct worker_settings *settings = &worker->settings;
    enum status status = directory_open(&settings->directory, directory, problem);

    credentials_judge(&worker->credentials, status);
    if (!status)
        status = canary_check(*directory, &settings->directory, &settings->projection, problem);
    if (status)
        directory_release(directory);
    return status;
}

/* Everything that is due, batch after batch, until nothing is left or nobody answers. */
static enum status drain(struct worker *worker, struct directory *directory,
                         struct problem *problem)
{
    size_t done = 1;
    enum status status = STATUS_OK;

    while (!status && done > 0 && !is_stopping(worker))
        status = batch_run(&worker->settings, worker->organization, directory, clock_now(), &done,
                           problem);
    return status;
}

/* An idle connection does not say that nobody is there any more. */
static enum status probe(struct worker *worker, struct directory *directory,
                         struct problem *problem)
{
    static const char *const nothing[] = {"1.1", NULL}; /* RFC 4511 section 4.5.1.8 */
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct problem answer = {0};
    struct entry *entry = NULL;
    enum status status = directory_read(directory, worker->settings.projection.people_base, nothing,
                                        arena, &entry, &answer);

    if (status != STATUS_DIRECTORY_UNAVAILABLE)
        return STATUS_OK;
    return problem_set(problem, status, "%s", answer.detail);
}

/* Serve one connection until it is lost; whether all that was due could be done before. */
static bool serve(struct worker *worker, struct directory *directory)
{
    bool has_drained = false;
    int64_t probed_at = clock_boot_ms();

    while (!is_stopping(worker)) {
        struct problem problem = {0};
        enum status status = drain(worker, directory, &problem);

        if (!status && clock_boot_ms() - probed_at >= PROBE_MS) {
            status = probe(worker, directory, &problem);
            probed_at = clock_boot_ms();
        }
        if (status == STATUS_DIRECTORY_UNAVAILABLE) {
            set_state(worker, WORKER_UNAVAILABLE, problem.detail);
            return has_drained;
        }
        has_drained = has_drained || !status;
        if (status)
            log_write(LOG_ERROR, "the worker could not go on", "detail", problem.detail, NULL);
        wait_ms(worker, POLL_MS, status != STATUS_OK);
    }
    return has_drained;
}

static void report_failure(struct worker *worker, enum status status, const struct problem *problem)
{
    struct problem refused = {0};

    if (status == STATUS_DIRECTORY_UNAVAILABLE)
        set_state(worker, WORKER_UNAVAILABLE, problem->detail);
    else if (!credentials_are_spent(&worker->credentials))
        set_state(worker, WORKER_UNUSABLE, problem->detail);
    else {
        (void)problem_set(&refused, status,
                          "the password in %s was refused %d times, and is not tried again: %s",
                          worker->credentials.file, CREDENTIALS_REFUSALS_MAX, problem->detail);
        set_state(worker, WORKER_REFUSING, refused.detail);
    }
}

/* One connection, from its beginning to its end; `attempt` counts those that came to nothing. */
static enum status attend(struct worker *worker, unsigned *attempt)
{
    SCOPED(directory_release) struct directory *directory = NULL;
    struct problem problem = {0};
    enum status status = connect_directory(worker, &directory, &problem);

    ++*attempt;
    if (status) {
        report_failure(worker, status, &problem);
        return status;
    }
    set_state(worker, WORKER_CONNECTED, "");
    if (serve(worker, directory))
        *attempt = 0;
    return STATUS_DIRECTORY_UNAVAILABLE;
}

static enum status retry_parked(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    store_use_reserve(txn);
    outbox_retry(txn, *(const int64_t *)argument, arena);
    return store_status(txn, problem);
}

static int64_t delay_after(const struct worker *worker, enum status status, unsigned attempt)
{
    if (credentials_are_spent(&worker->credentials))
        return POLL_MS; /* for another password file */
    if (status != STATUS_DIRECTORY_UNAVAILABLE && attempt >= UNUSABLE_TRIES)
        return DELAY_UNUSABLE_MS;
    return worker_delay_ms(attempt, random_below(1000));
}

/* Serve the directory, connection after connection. */
static void reach(struct worker *worker)
{
    unsigned attempt = 0;
    int64_t now = clock_now();

    /* Who has mended the directory and starts the daemon again should not have to wait. */
    (void)store_update(worker->settings.store, worker->organization, retry_parked, &now, NULL);
    while (!is_stopping(worker)) {
        int64_t delay = POLL_MS;

        if (credentials_may_be_tried(&worker->credentials))
            delay = delay_after(worker, attend(worker, &attempt), attempt);
        wait_ms(worker, delay, true);
    }
}

/* --------------------------------------------------------------------------- the organization */

static enum status find_organization(const struct worker *worker, uint32_t *number,
                                     struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(store_release) struct store_txn *txn = NULL;
    const char *name = worker->settings.organization;
    struct organization organization;
    enum status status = store_begin(worker->settings.store, ORGANIZATION_DEFAULT, &txn, problem);

    if (status)
        return status;
    if (organization_find(txn, name, arena, &organization)) {
        *number = organization.number;
        return STATUS_OK;
    }
    if ((status = store_status(txn, problem)))
        return status;
    return problem_set(problem, STATUS_NOT_FOUND,
                       "the configuration names the organization %s, and there is none; make it "
                       "with: rolebridge organization create %s",
                       name, name);
}

/* False when the worker is stopped before there is one. */
static bool await_organization(struct worker *worker)
{
    while (!is_stopping(worker)) {
        struct problem problem = {0};
        uint32_t number = 0;

        if (!find_organization(worker, &number, &problem)) {
            (void)pthread_mutex_lock(&worker->lock);
            worker->organization = number;
            (void)pthread_mutex_unlock(&worker->lock);
            return true;
        }
        set_state(worker, WORKER_NO_ORGANIZATION, problem.detail);
        wait_ms(worker, POLL_MS, false);
    }
    return false;
}

static void work(struct worker *worker)
{
    bool has_directory = worker->settings.has_directory;

    if (!await_organization(worker))
        return;
    set_state(worker, has_directory ? WORKER_CONNECTING : WORKER_NO_DIRECTORY, "");
    if (has_directory)
        reach(worker);
}

static void *run(void *context)
{
    struct worker *worker = context;

    work(worker);
    (void)pthread_mutex_lock(&worker->lock);
    worker->has_ended = true;
    (void)pthread_cond_signal(&worker->end);
    (void)pthread_mutex_unlock(&worker->lock);
    return NULL;
}

/* --------------------------------------------------------------------------- start and stop */

struct worker *worker_start(const struct worker_settings *settings)
{
    struct worker *worker = heap_alloc(1, sizeof(*worker));
    pthread_condattr_t attributes;

    worker->settings = *settings;
    worker->settings.directory.interrupt = interrupt_new();
    worker->credentials.file = settings->directory.password_file;
    random_bytes(&worker->settings.holder.worker, sizeof(worker->settings.holder.worker));
    worker->report.state = settings->has_directory ? WORKER_CONNECTING : WORKER_NO_DIRECTORY;
    worker->report.since = clock_now();
    (void)pthread_mutex_init(&worker->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&worker->wake, &attributes);
    (void)pthread_cond_init(&worker->end, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&worker->thread, NULL, run, worker)) {
        log_write(LOG_ERROR, "no thread for the worker", NULL);
        exit(EXIT_FAILURE);
    }
    return worker;
}

void worker_wake(struct worker *worker, uint32_t organization)
{
    (void)pthread_mutex_lock(&worker->lock);
    if (!worker->organization || worker->organization == organization) {
        worker->is_woken = true;
        (void)pthread_cond_signal(&worker->wake);
    }
    (void)pthread_mutex_unlock(&worker->lock);
}

static void ask_to_stop(struct worker *worker)
{
    (void)pthread_mutex_lock(&worker->lock);
    worker->is_stopping = true;
    (void)pthread_cond_signal(&worker->wake);
    (void)pthread_mutex_unlock(&worker->lock);
}

/* Whoever has not ended by then is waiting for a directory, and is not to any more. */
static void await_end(struct worker *worker, struct timespec until)
{
    (void)pthread_mutex_lock(&worker->lock);
    while (!worker->has_ended) {
        if (pthread_cond_timedwait(&worker->end, &worker->lock, &until))
            break;
    }
    (void)pthread_mutex_unlock(&worker->lock);
    interrupt_raise(worker->settings.directory.interrupt);
}

static void release(struct worker *worker)
{
    (void)pthread_join(worker->thread, NULL);
    interrupt_free(worker->settings.directory.interrupt);
    (void)pthread_cond_destroy(&worker->end);
    (void)pthread_cond_destroy(&worker->wake);
    (void)pthread_mutex_destroy(&worker->lock);
    free(worker);
}

void workers_stop(struct worker *const *workers, size_t count)
{
    struct timespec until = clock_wait_until(STOP_GRACE_MS);

    for (size_t i = 0; i < count; i++)
        ask_to_stop(workers[i]);
    for (size_t i = 0; i < count; i++)
        await_end(workers[i], until);
    for (size_t i = 0; i < count; i++)
        release(workers[i]);
}

struct worker_report worker_report(struct worker *worker)
{
    struct worker_report report;

    (void)pthread_mutex_lock(&worker->lock);
    report = worker->report;
    (void)pthread_mutex_unlock(&worker->lock);
    return report;
}
