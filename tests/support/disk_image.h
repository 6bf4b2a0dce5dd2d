#ifndef TESTS_SUPPORT_DISK_IMAGE_H
#define TESTS_SUPPORT_DISK_IMAGE_H

#include <stdbool.h>

#include "disk.h"

/*
 * The file of a store as it would be found after a power cut: what was synced is
 * there; of what was written since, each sector is there or not, by chance.h, in
 * whatever order. A sector is written whole or not at all.
 */
enum { SECTOR_SIZE = 512 };

struct disk_image {
    const struct disk_log *log;
    bool ignores_syncs; /* for a control run: none of them has counted */
    size_t done;        /* events that have ended */
    size_t synced;      /* events from here on may be lost */
    unsigned char *durable;
    size_t durable_size;
    unsigned char *found; /* after the last cut */
    size_t found_size;
    size_t room; /* of both */
};

/* `path`: the file as it is before the first event, all of it on the disk; NULL: there is none. */
void disk_image_begin(struct disk_image *image, const struct disk_log *log, const char *path);

/* Cut the power while the event with this index is under way, or, at `count`, after the last. */
void disk_image_cut(struct disk_image *image, size_t event);

/* Make the file as it was found. */
void disk_image_write(const struct disk_image *image, const char *path);
void disk_image_clear(struct disk_image *image);

/* The file of a store, while nobody has it open, made anew elsewhere. */
void disk_image_copy(const char *from, const char *to);

#endif
