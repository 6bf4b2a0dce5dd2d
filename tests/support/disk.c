/* Calls of the C library, made directly to the kernel and noted on the way. */
#define _GNU_SOURCE /* O_DSYNC beside the rest */
#include "disk.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct disk_log *recorded;

static bool is_of_store(int descriptor)
{
    static const char ending[] = "/data.mdb";
    char link[64], path[512];
    ssize_t size;

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
    size = readlink(link, path, sizeof(path) - 1);
    if (size < (ssize_t)sizeof(ending))
        return false;
    path[size] = '\0';
    return strcmp(path + size + 1 - sizeof(ending), ending) == 0;
}

/* ------------------------------------------------------------------- recording */

static struct disk_event *add_event(struct disk_log *log, enum disk_event_kind kind)
{
    if (log->count == log->room) {
        log->room = log->room ? 2 * log->room : 256;
        log->events = realloc(log->events, log->room * sizeof(*log->events));
        assert(log->events);
    }
    log->events[log->count] = (struct disk_event){.kind = kind};
    return &log->events[log->count++];
}

static void note(enum disk_event_kind kind)
{
    (void)pthread_mutex_lock(&lock);
    if (recorded)
        (void)add_event(recorded, kind);
    (void)pthread_mutex_unlock(&lock);
}

static void note_write(int descriptor, const struct iovec *parts, int count, off_t offset)
{
    bool is_synced = fcntl(descriptor, F_GETFL) & O_DSYNC;
    struct disk_event *event;

    (void)pthread_mutex_lock(&lock);
    for (int i = 0; recorded && i < count; i++) {
        event = add_event(recorded, is_synced ? DISK_WRITE_SYNCED : DISK_WRITE);
        event->offset = (size_t)offset;
        event->size = parts[i].iov_len;
        event->data = malloc(event->size);
        memcpy(event->data, parts[i].iov_base, event->size);
        offset += (off_t)event->size;
    }
    (void)pthread_mutex_unlock(&lock);
}

void disk_record(struct disk_log *log)
{
    (void)pthread_mutex_lock(&lock);
    recorded = log;
    (void)pthread_mutex_unlock(&lock);
}

void disk_mark(size_t number)
{
    (void)pthread_mutex_lock(&lock);
    if (recorded)
        add_event(recorded, DISK_MARK)->offset = number;
    (void)pthread_mutex_unlock(&lock);
}

void disk_log_clear(struct disk_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->events[i].data);
    free(log->events);
    *log = (struct disk_log){0};
}

/* ------------------------------------------------------- in place of the library's */

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
    union {
        const void *given;
        void *wanted; /* it is only read, but the type of a part does not say so */
    } base = {.given = data};
    const struct iovec part = {base.wanted, size};
    ssize_t written = syscall(SYS_pwrite64, descriptor, data, size, offset);

    if (written == (ssize_t)size && is_of_store(descriptor))
        note_write(descriptor, &part, 1, offset);
    return written;
}

ssize_t writev(int descriptor, const struct iovec *parts, int count)
{
    off_t offset = lseek(descriptor, 0, SEEK_CUR);
    ssize_t written = syscall(SYS_writev, descriptor, parts, count);

    if (written > 0 && is_of_store(descriptor))
        note_write(descriptor, parts, count, offset);
    return written;
}

static int note_sync(int descriptor, int code)
{
    struct stat file;

    if (code)
        return code;
    if (is_of_store(descriptor))
        note(DISK_SYNC);
    else if (fstat(descriptor, &file) == 0 && S_ISDIR(file.st_mode))
        note(DISK_SYNC_FOLDER);
    return code;
}

int fdatasync(int descriptor)
{
    return note_sync(descriptor, (int)syscall(SYS_fdatasync, descriptor));
}

int fsync(int descriptor)
{
    return note_sync(descriptor, (int)syscall(SYS_fsync, descriptor));
}

int rename(const char *from, const char *to)
{
    int code = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);

    if (!code)
        note(DISK_RENAME);
    return code;
}
