/*
 * A copy of the store, made by LMDB itself: the one way to have one while the store is
 * written to. It leaves out the pages that are free, and with them what was deleted.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/clock.h"
#include "environment.h"

enum { FILE_SIZE = FOLDER_PATH_SIZE + 32, PROGRESS_MS = 500 };

/* The copy is made on a thread of its own while the caller's tells how far it has come. */
struct copy {
    MDB_env *env;
    int descriptor;
    int code;
    pthread_mutex_t lock; /* of is_done */
    pthread_cond_t done;
    bool is_done;
};

static void *make_copy(void *context)
{
    struct copy *copy = context;

    copy->code = mdb_env_copyfd2(copy->env, copy->descriptor, MDB_CP_COMPACT);
    (void)pthread_mutex_lock(&copy->lock);
    copy->is_done = true;
    (void)pthread_cond_signal(&copy->done);
    (void)pthread_mutex_unlock(&copy->lock);
    return NULL;
}

/* False when it is still under way. */
static bool await_done(struct copy *copy)
{
    struct timespec until = clock_wait_until(PROGRESS_MS);
    bool is_done;

    (void)pthread_mutex_lock(&copy->lock);
    while (!copy->is_done && !pthread_cond_timedwait(&copy->done, &copy->lock, &until))
        continue;
    is_done = copy->is_done;
    (void)pthread_mutex_unlock(&copy->lock);
    return is_done;
}

static uint64_t size_of(int descriptor)
{
    struct stat file = {0};

    (void)fstat(descriptor, &file);
    return (uint64_t)file.st_size;
}

static void init_wait(struct copy *copy)
{
    pthread_condattr_t attributes;

    (void)pthread_mutex_init(&copy->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&copy->done, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

static int run_copy(struct copy *copy, store_progress *progress, void *context)
{
    pthread_t thread;
    int code;

    init_wait(copy);
    code = pthread_create(&thread, NULL, make_copy, copy);
    if (!code) {
        while (!await_done(copy))
            if (progress)
                progress(context, size_of(copy->descriptor));
        (void)pthread_join(thread, NULL);
    }
    (void)pthread_cond_destroy(&copy->done);
    (void)pthread_mutex_destroy(&copy->lock);
    return code ? code : copy->code;
}

int environment_copy(struct environment *environment, const char *folder, store_progress *progress,
                     void *context)
{
    struct copy copy = {.env = environment->env};
    char file[FILE_SIZE];
    int code;

    (void)snprintf(file, sizeof(file), "%s/data.mdb", folder);
    copy.descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (copy.descriptor < 0)
        return errno;
    code = run_copy(&copy, progress, context);
    if (close(copy.descriptor) && !code)
        code = errno;
    return code;
}

enum status lmdb_copy(struct engine *engine, const char *path, store_progress *progress,
                      void *context, struct problem *problem)
{
    SCOPED(new_folder_release) struct new_folder folder = {.is_made = false};
    enum status status = new_folder_open(&folder, path, problem);
    int code;

    if (status)
        return status;
    code = environment_copy((struct environment *)engine, folder.made, progress, context);
    if (!code)
        code = new_folder_finish(&folder);
    return code ? status_from_lmdb(code, path, problem) : STATUS_OK;
}
