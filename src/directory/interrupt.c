#include "interrupt.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "bridge/base/arena.h"

/* A worker has one connection, and another one while it tries a bind. */
enum { WATCHED_MAX = 4 };

struct interrupt {
    pthread_mutex_t lock;
    bool is_raised;
    int watched[WATCHED_MAX]; /* -1: free */
};

struct interrupt *interrupt_new(void)
{
    struct interrupt *interrupt = heap_alloc(1, sizeof(*interrupt));

    (void)pthread_mutex_init(&interrupt->lock, NULL);
    for (int i = 0; i < WATCHED_MAX; i++)
        interrupt->watched[i] = -1;
    return interrupt;
}

void interrupt_free(struct interrupt *interrupt)
{
    if (!interrupt)
        return;
    (void)pthread_mutex_destroy(&interrupt->lock);
    free(interrupt);
}

void interrupt_raise(struct interrupt *interrupt)
{
    (void)pthread_mutex_lock(&interrupt->lock);
    interrupt->is_raised = true;
    for (int i = 0; i < WATCHED_MAX; i++) {
        if (interrupt->watched[i] >= 0)
            (void)shutdown(interrupt->watched[i], SHUT_RDWR);
    }
    (void)pthread_mutex_unlock(&interrupt->lock);
}

static void replace(struct interrupt *interrupt, int from, int to)
{
    for (int i = 0; i < WATCHED_MAX; i++) {
        if (interrupt->watched[i] != from)
            continue;
        interrupt->watched[i] = to;
        return;
    }
}

bool interrupt_watch(struct interrupt *interrupt, int descriptor)
{
    bool is_raised;

    if (!interrupt)
        return true;
    (void)pthread_mutex_lock(&interrupt->lock);
    is_raised = interrupt->is_raised;
    if (!is_raised)
        replace(interrupt, -1, descriptor);
    (void)pthread_mutex_unlock(&interrupt->lock);
    return !is_raised;
}

void interrupt_forget(struct interrupt *interrupt, int descriptor)
{
    if (!interrupt)
        return;
    (void)pthread_mutex_lock(&interrupt->lock);
    replace(interrupt, descriptor, -1);
    (void)pthread_mutex_unlock(&interrupt->lock);
}
