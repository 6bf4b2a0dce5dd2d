#ifndef STORE_NEW_FOLDER_H
#define STORE_NEW_FOLDER_H

#include <stdbool.h>

#include "bridge/base/status.h"

enum { FOLDER_PATH_SIZE = 4096 };

/*
 * The folder of a store that comes into being whole or not at all: it is built beside
 * its place, under a name that nobody looks for, and moved there when it is on the
 * disk, so that a power cut leaves either none or a good one.
 */
struct new_folder {
    char path[FOLDER_PATH_SIZE];      /* where it will be, without slashes at its end */
    char made[FOLDER_PATH_SIZE + 16]; /* where it is built, mode 0700 */
    bool is_made;
};

/*
 * Make the folder in which it is built.
 *
 * STATUS_CONFLICT       something is at its place already
 * STATUS_CONFIGURATION  the path is too long
 * STATUS_INTERNAL       the folder above does not let it be made
 */
enum status new_folder_open(struct new_folder *folder, const char *path, struct problem *problem);

/* The same, for a place that whoever is there will have left before new_folder_finish. */
enum status new_folder_beside(struct new_folder *folder, const char *path, struct problem *problem);

/* data.mdb is in it: bring all to the disk and to its place. 0, or an error of the system. */
int new_folder_finish(struct new_folder *folder);

/* For SCOPED: what was not finished goes. */
void new_folder_release(struct new_folder *folder);

/* Without slashes at its end: what is made beside it would be inside. False if it is too long. */
bool folder_path_copy(const char *path, char copy[FOLDER_PATH_SIZE]);

/* Make the folder that holds `path` remember it. 0, or an error of the system. */
int folder_sync_parent(const char *path);

#endif
