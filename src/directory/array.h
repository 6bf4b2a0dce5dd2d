#ifndef DIRECTORY_ARRAY_H
#define DIRECTORY_ARRAY_H

#include "bridge/directory/entry.h"

/*
 * Where an array of `count` items of `size` bytes has room for one more: where
 * it is, or a larger copy in the arena. Start with NULL and 0 and add one at a
 * time.
 */
void *array_room(struct arena *arena, void *items, size_t count, size_t size);

/* entry_add for a value that is not text. */
void entry_add_bytes(struct arena *arena, struct entry *entry, const char *name,
                     struct bytes value);

#endif
