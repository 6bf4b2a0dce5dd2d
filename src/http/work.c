#include "bridge/http/work.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One suspended exchange and what is to be done for it; in the exchange's arena. */
struct job {
    struct job *next;
    enum work_kind kind;
    struct exchange *exchange;
    work_function *function;
    void *argument;
    enum status status;
    struct problem problem;
};

enum { THREADS_MAX = 16 };

struct work {
    struct work_settings settings;
    pthread_t threads[THREADS_MAX];
    size_t started;

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t wake;
    struct job *first;
    struct job *last;
    size_t present[WORK_KIND_COUNT]; /* at work or waiting */
    bool is_ending;
};

/* ----------------------------------------------------------------------- the queue */

static bool let_in(struct work *work, enum work_kind kind)
{
    bool is_in;

    (void)pthread_mutex_lock(&work->lock);
    is_in = work->present[kind] < work->settings.at_once[kind];
    work->present[kind] += is_in;
    (void)pthread_mutex_unlock(&work->lock);
    return is_in;
}

static void let_out(struct work *work, enum work_kind kind)
{
    (void)pthread_mutex_lock(&work->lock);
    work->present[kind]--;
    (void)pthread_mutex_unlock(&work->lock);
}

static void enqueue(struct work *work, struct job *job)
{
    (void)pthread_mutex_lock(&work->lock);
    if (work->last)
        work->last->next = job;
    else
        work->first = job;
    work->last = job;
    (void)pthread_cond_signal(&work->wake);
    (void)pthread_mutex_unlock(&work->lock);
}

/* NULL when there will be no more. */
static struct job *take(struct work *work)
{
    struct job *job;

    (void)pthread_mutex_lock(&work->lock);
    while (!work->first && !work->is_ending)
        (void)pthread_cond_wait(&work->wake, &work->lock);
    job = work->first;
    if (job)
        work->first = job->next;
    if (!work->first)
        work->last = NULL;
    (void)pthread_mutex_unlock(&work->lock);
    return job;
}

/* ----------------------------------------------------------------------- the threads */

/* Once it is resumed, the exchange and the job in it are the HTTP thread's. */
static void *run(void *context)
{
    struct work *work = context;
    struct job *job;

    while ((job = take(work))) {
        job->status = job->function(job->exchange, job->argument, &job->problem);
        let_out(work, job->kind);
        exchange_resume(job->exchange);
    }
    return NULL;
}

static void work_release(struct work **work)
{
    work_stop(*work);
    *work = NULL;
}

enum status work_start(const struct work_settings *settings, struct work **started,
                       struct problem *problem)
{
    SCOPED(work_release) struct work *work = heap_alloc(1, sizeof(*work));

    assert(settings->threads <= THREADS_MAX && settings->at_once[WORK_SCAN] < settings->threads);
    work->settings = *settings;
    (void)pthread_mutex_init(&work->lock, NULL);
    (void)pthread_cond_init(&work->wake, NULL);
    while (work->started < settings->threads) {
        int code = pthread_create(&work->threads[work->started], NULL, run, work);

        if (code)
            return problem_set(problem, STATUS_INTERNAL, "start a work thread: %s", strerror(code));
        work->started++;
    }
    *started = work;
    work = NULL; /* now the caller's */
    return STATUS_OK;
}

void work_stop(struct work *work)
{
    if (!work)
        return;
    (void)pthread_mutex_lock(&work->lock);
    assert(!work->first);
    work->is_ending = true;
    (void)pthread_cond_broadcast(&work->wake);
    (void)pthread_mutex_unlock(&work->lock);
    for (size_t i = 0; i < work->started; i++)
        (void)pthread_join(work->threads[i], NULL);
    (void)pthread_cond_destroy(&work->wake);
    (void)pthread_mutex_destroy(&work->lock);
    free(work);
}

/* -------------------------------------------------------------------------- handing over */

static enum status resumed(struct exchange *exchange, struct problem *problem)
{
    const struct job *job = exchange_work(exchange);

    return job->status ? problem_set(problem, job->status, "%s", job->problem.detail) : STATUS_OK;
}

static enum status refuse(const struct work *work, enum work_kind kind, struct problem *problem)
{
    size_t at_once = work->settings.at_once[kind];

    if (kind == WORK_SCAN)
        return problem_set(problem, STATUS_TOO_MANY_REQUESTS,
                           "%zu lists that look at many resources are under way already; try "
                           "again, or filter by what an index answers, such as userName eq",
                           at_once);
    return problem_set(problem, STATUS_BUSY,
                       "%zu requests that take long are under way already; try again", at_once);
}

enum status work_submit(struct work *work, enum work_kind kind, struct exchange *exchange,
                        work_function *function, void *argument, struct problem *problem)
{
    struct job *job;

    if (!let_in(work, kind))
        return refuse(work, kind, problem);
    job = arena_alloc(exchange_arena(exchange), sizeof(*job));
    *job = (struct job){
        .kind = kind, .exchange = exchange, .function = function, .argument = argument};
    exchange_suspend(exchange, resumed, job);
    enqueue(work, job);
    return STATUS_OK;
}
