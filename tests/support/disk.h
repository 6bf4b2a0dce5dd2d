#ifndef TESTS_SUPPORT_DISK_H
#define TESTS_SUPPORT_DISK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The disk beneath a store. A program of tests that is linked with this makes its
 * writes and syncs of files named data.mdb through here, those that LMDB makes for
 * it included: what is defined here goes before the C library's own.
 */
enum disk_event_kind {
    DISK_WRITE,        /* it is in the kernel's memory, and on the disk after the next sync */
    DISK_WRITE_SYNCED, /* through O_DSYNC: on the disk when the call returns */
    DISK_SYNC,
    DISK_SYNC_FOLDER, /* of any folder: the names in it are on the disk */
    DISK_RENAME,
    DISK_MARK, /* no call, but what a test wants to find again */
};

struct disk_event {
    enum disk_event_kind kind;
    size_t offset; /* of a write; of a mark its number */
    size_t size;
    unsigned char *data;
};

/* Everything that was done, in the order in which it ended. {0} is an empty one. */
struct disk_log {
    struct disk_event *events;
    size_t count;
    size_t room;
};

/* Note everything from here on; NULL: nothing any more. The log outlives that. */
void disk_record(struct disk_log *log);
void disk_mark(size_t number);
void disk_log_clear(struct disk_log *log);

/* Which call is to fail, and how. */
struct disk_fault {
    unsigned kinds; /* 1 << DISK_WRITE and so on, as a set: the others are not counted */
    int nth;        /* 1: the next of these */
    int code;       /* errno */
    bool is_cut;    /* of a write the first half succeeds, as where the room ends */
    bool lasts;     /* every later one fails, too */
};

/*
 * Let calls fail from here on; NULL: none any more. As on Linux, a sync that failed fails
 * once more for every other descriptor of the file, and never again.
 */
void disk_fail(const struct disk_fault *fault);

/* Whether the call came that was to fail. */
bool disk_has_failed(void);

#endif
