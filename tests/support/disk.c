/* Calls of the C library, made directly to the kernel: noted on the way, or refused. */
#define _GNU_SOURCE /* O_DSYNC beside the rest */
#include "disk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
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

static enum disk_event_kind kind_of_write(int descriptor)
{
    return fcntl(descriptor, F_GETFL) & O_DSYNC ? DISK_WRITE_SYNCED : DISK_WRITE;
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
    enum disk_event_kind kind = kind_of_write(descriptor);
    struct disk_event *event;

    (void)pthread_mutex_lock(&lock);
    for (int i = 0; recorded && i < count; i++) {
        event = add_event(recorded, kind);
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

/* --------------------------------------------------------------------- failing */

static struct {
    struct disk_fault fault; /* nth counts down */
    bool has_failed;
    int lost_by; /* the descriptor that was told of a failed sync; 0: none was */
} failing;

void disk_fail(const struct disk_fault *fault)
{
    (void)pthread_mutex_lock(&lock);
    failing.fault = fault ? *fault : (struct disk_fault){0};
    failing.has_failed = false;
    (void)pthread_mutex_unlock(&lock);
}

bool disk_has_failed(void)
{
    bool has_failed;

    (void)pthread_mutex_lock(&lock);
    has_failed = failing.has_failed;
    (void)pthread_mutex_unlock(&lock);
    return has_failed;
}

/* Whether this call is to fail: errno is set then. */
static bool fails(enum disk_event_kind kind)
{
    struct disk_fault *fault = &failing.fault;
    bool is_due = false;

    (void)pthread_mutex_lock(&lock);
    if (fault->kinds & 1u << kind)
        is_due = --fault->nth == 0 || (fault->lasts && fault->nth < 0);
    failing.has_failed |= is_due;
    errno = fault->code;
    (void)pthread_mutex_unlock(&lock);
    return is_due;
}

static bool sync_fails(int descriptor)
{
    if (failing.lost_by && failing.lost_by != descriptor) {
        failing.lost_by = 0;
        errno = EIO;
        return true;
    }
    if (!fails(DISK_SYNC))
        return false;
    failing.lost_by = descriptor;
    return true;
}

/* ------------------------------------------------------- in place of the library's */

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
    union {
        const void *given;
        void *wanted; /* it is only read, but the type of a part does not say so */
    } base = {.given = data};
    const struct iovec part = {base.wanted, size};
    bool is_seen = is_of_store(descriptor);
    ssize_t written;

    if (is_seen && fails(kind_of_write(descriptor)))
        return failing.fault.is_cut ? syscall(SYS_pwrite64, descriptor, data, size / 2, offset)
                                    : -1;
    written = syscall(SYS_pwrite64, descriptor, data, size, offset);
    if (written == (ssize_t)size && is_seen)
        note_write(descriptor, &part, 1, offset);
    return written;
}

ssize_t writev(int descriptor, const struct iovec *parts, int count)
{
    bool is_seen = is_of_store(descriptor);
    off_t offset = lseek(descriptor, 0, SEEK_CUR);
    ssize_t written;

    if (is_seen && fails(kind_of_write(descriptor)))
        return failing.fault.is_cut ? syscall(SYS_writev, descriptor, parts, count / 2) : -1;
    written = syscall(SYS_writev, descriptor, parts, count);
    if (written > 0 && is_seen)
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
    if (is_of_store(descriptor) && sync_fails(descriptor))
        return -1;
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
