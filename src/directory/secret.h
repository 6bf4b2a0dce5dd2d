#ifndef DIRECTORY_SECRET_H
#define DIRECTORY_SECRET_H

#include <stddef.h>

#include "bridge/base/status.h"

enum { SECRET_SIZE_MAX = 1024 };

struct secret {
    char data[SECRET_SIZE_MAX + 2]; /* room for the newline and a NUL */
    size_t size;
};

/*
 * Read a password from its file: a regular one (behind a symbolic link, if you
 * like) that nobody but its owner can read, not empty, without a NUL byte. One
 * newline at the end does not count.
 */
enum status secret_read(const char *path, struct secret *secret, struct problem *problem);

/* Wipe it; for SCOPED. */
void secret_clear(struct secret *secret);

#endif
