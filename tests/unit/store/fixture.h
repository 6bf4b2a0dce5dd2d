#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "journal_walk.h"
#include "memory.h"

#include "bridge/base/crypt.h"
#include "bridge/store/key.h"
#include "bridge/store/store.h"

enum { ORGANIZATION = 1, STORE_SIZE = 64 << 20, VALUE_MAX = 64, DEADLINE_SECONDS = 60 };

/* A store of its own for every test: in a folder that goes with it, or in memory. */
static struct {
    char folder[64];
    char path[80];
    struct memory *memory; /* NULL: in the folder */
    struct store *store;
    uint64_t size;
} given;

static inline void open_given(void)
{
    struct problem problem = {0};
    enum status status = given.memory
                             ? store_open_memory(given.memory, NULL, &given.store, &problem)
                             : store_open(given.path, given.size, &given.store, &problem);

    if (status)
        fail_msg("%s", problem.detail);
}

static inline void close_given(void)
{
    store_close(given.store);
    given.store = NULL;
}

static inline void reopen_given(void)
{
    close_given();
    open_given();
}

static inline int make_folder(void **state)
{
    (void)state;
    given.size = STORE_SIZE;
    (void)snprintf(given.folder, sizeof(given.folder), "/tmp/bridge-store-XXXXXX");
    if (!mkdtemp(given.folder))
        return -1;
    (void)snprintf(given.path, sizeof(given.path), "%s/store", given.folder);
    return crypt_init() ? 0 : -1;
}

static inline int make_store(void **state)
{
    if (make_folder(state) || store_create(given.path, given.size, NULL))
        return -1;
    open_given();
    return 0;
}

static inline void remove_store(const char *path)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "owner"};
    char file[160];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(file, sizeof(file), "%s/%s", path, names[i]);
        (void)unlink(file);
    }
    (void)rmdir(path);
}

/* Fails when something was left beside the store. */
static inline int remove_folder(void **state)
{
    (void)state;
    close_given();
    remove_store(given.path);
    return rmdir(given.folder);
}

/* ------------------------------------------------------------------- changes */

/* One key and its value, as text. */
struct pair {
    const char *key;
    const char *value;
};

static inline enum status put_pair(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct pair *pair = argument;

    (void)problem;
    store_put(txn, STORE_RESOURCE, bytes_of_text(pair->key), bytes_of_text(pair->value));
    return STATUS_OK;
}

static inline enum status put(const char *key, const char *value)
{
    struct pair pair = {key, value};

    return store_update(given.store, ORGANIZATION, put_pair, &pair, NULL);
}

/* The value at `key` as text, or "" when there is none; good until the next call. */
static inline const char *value_in(struct store_txn *txn, const char *key)
{
    static _Thread_local char text[VALUE_MAX];
    struct bytes value;

    if (!store_get(txn, STORE_RESOURCE, bytes_of_text(key), &value))
        return "";
    (void)snprintf(text, sizeof(text), "%.*s", (int)value.size, (const char *)value.data);
    return text;
}

static inline const char *value_at(const char *key)
{
    SCOPED(store_release) struct store_txn *txn = NULL;

    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    return value_in(txn, key);
}

static inline int64_t count_at(const char *key)
{
    SCOPED(store_release) struct store_txn *txn = NULL;

    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    return store_count(txn, bytes_of_text(key));
}

/* ------------------------------------------------------------------- waiting */

static inline void wait_for(sem_t *semaphore)
{
    struct timespec until = {.tv_sec = time(NULL) + DEADLINE_SECONDS};

    while (sem_timedwait(semaphore, &until)) {
        if (errno == EINTR)
            continue;
        (void)fprintf(stderr, "the deadline of a test passed\n");
        abort();
    }
}

/* How a change that was submitted has ended. */
struct ending {
    sem_t told;
    enum status status;
    struct problem problem;
};

static inline void keep_ending(void *context, enum status status, const struct problem *problem)
{
    struct ending *ending = context;

    ending->status = status;
    ending->problem = *problem;
    (void)sem_post(&ending->told);
}

static inline void submit(store_change *change, void *argument, struct ending *ending)
{
    (void)sem_init(&ending->told, 0, 0);
    store_submit(given.store, ORGANIZATION, change, argument, keep_ending, ending);
}

static inline enum status status_of(struct ending *ending)
{
    wait_for(&ending->told);
    (void)sem_destroy(&ending->told);
    return ending->status;
}

/*
 * Keep the committer busy answering, so that what is submitted meanwhile is
 * prepared against the same state and lands in one batch.
 */
static struct {
    sem_t reached;
    sem_t released;
} hold;

static inline void answer_slowly(void *context, enum status status, const struct problem *problem)
{
    (void)context;
    (void)status;
    (void)problem;
    (void)sem_post(&hold.reached);
    wait_for(&hold.released);
}

static inline void hold_committer(void)
{
    static struct pair pair = {"held", "yes"};

    (void)sem_init(&hold.reached, 0, 0);
    (void)sem_init(&hold.released, 0, 0);
    store_submit(given.store, ORGANIZATION, put_pair, &pair, answer_slowly, NULL);
    wait_for(&hold.reached);
}

static inline void release_committer(void)
{
    (void)sem_post(&hold.released);
}

#endif
