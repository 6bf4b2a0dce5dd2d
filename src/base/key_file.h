#ifndef BASE_KEY_FILE_H
#define BASE_KEY_FILE_H

#include <stdbool.h>

#include "bridge/base/seal.h"
#include "bridge/base/status.h"

/* A key of the ring in a file: include/bridge/base/keyring.h has its form. */
struct key_file {
    uint32_t number;
    struct seal_key key;
};

/* The number in "NUMBER.key". False for every other name. */
bool key_file_number(const char *name, uint32_t *number);

/* Read one, whose number is known from its name. */
enum status key_file_read(const char *folder, struct key_file *file, struct problem *problem);

/*
 * Write a new one, on the disk when it returns. Never in the place of another.
 * `folder` is open, `path` what it is called in messages.
 */
enum status key_file_write(int folder, const char *path, const struct key_file *file,
                           struct problem *problem);

#endif
