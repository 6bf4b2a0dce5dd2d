#ifndef CLI_NEW_FILE_H
#define CLI_NEW_FILE_H

#include "command.h"

/*
 * A file that comes into being whole or not at all, for its owner alone to read.
 * It is opened before what goes in is asked for, so that nothing is asked for
 * that cannot be kept. {0} is none.
 */
struct new_file {
    const char *path; /* NULL: none was opened */
    char *temporary;  /* beside it, mode 0600, until it is whole */
    FILE *stream;
};

/*
 * Begin to write `path`; NULL: nothing is opened. What is there already is replaced
 * when the new one is whole, if it is a regular file.
 */
enum status new_file_open(struct new_file *file, const char *path, struct invocation *invocation,
                          struct problem *problem);

/* It is whole: on the disk, under its name. */
enum status new_file_finish(struct new_file *file, struct problem *problem);

/* For SCOPED. Leaves nothing half written behind. */
void new_file_release(struct new_file *file);

#endif
