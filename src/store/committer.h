#ifndef STORE_COMMITTER_H
#define STORE_COMMITTER_H

#include <pthread.h>

#include "bridge/base/metrics.h"
#include "change.h"

/* Changes that have been submitted and not been answered: more are turned away. */
enum { CHANGES_MAX = 4096 };

/* The one thread that writes. Whatever waits when it looks shares one commit. */
struct committer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct change *first; /* the queue */
    struct change *last;
    size_t unanswered;
    bool is_closing;
    int64_t readers_checked_at; /* on clock_boot_ms; the thread's own */
    struct histogram batch_sizes;
    struct histogram durations; /* of writing a batch */
    _Atomic uint64_t stale;     /* changes that were prepared again */
};

enum status committer_start(struct store *store, struct problem *problem);

void committer_write_metrics(struct committer *committer, struct metrics *metrics);

/* Answer everything that was admitted, then end the thread. */
void committer_stop(struct committer *committer);

/* Whether one more change may come in. What is admitted is then enqueued or dismissed. */
bool committer_admit(struct committer *committer);
void committer_enqueue(struct committer *committer, struct change *change);
void committer_dismiss(struct committer *committer);

#endif
