#ifndef BRIDGE_BASE_SECRET_H
#define BRIDGE_BASE_SECRET_H

#include <stddef.h>

#include "bridge/base/status.h"

enum { SECRET_SIZE_MAX = 1024 };

/* A password or a token, as it is sent: terminated, which `size` does not count. */
struct secret {
    char data[SECRET_SIZE_MAX + 2]; /* room for the newline and a NUL */
    size_t size;
};

/*
 * Read a secret from its file: a regular one (behind a symbolic link, if you
 * like) that nobody but its owner can reach, with one line in it, not empty and
 * without a NUL byte. The newline at its end does not count. `secret` starts as zero.
 *
 * what - what the file is called in messages: "password file"
 *
 * STATUS_CONFIGURATION  says which file, what is wrong with it, never what is in it
 */
enum status secret_read(const char *what, const char *path, struct secret *secret,
                        struct problem *problem);

/* Wipe it; for SCOPED. */
void secret_clear(struct secret *secret);

#endif
