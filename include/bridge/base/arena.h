#ifndef BRIDGE_BASE_ARENA_H
#define BRIDGE_BASE_ARENA_H

#include "bridge/base/bytes.h"

/*
 * Memory for what lives as long as one request or one job, and is released in
 * one go. One arena belongs to one thread at a time.
 *
 * Nothing here returns NULL: a machine that is out of memory ends the process
 * with a line in the log. Everything acknowledged is in the store by then, and
 * the next start goes on from there.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* takes NULL */

/* For SCOPED. */
void arena_release(struct arena **arena);

/* Take everything back, to begin anew: cheaper than another arena. */
void arena_clear(struct arena *arena);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same, not zeroed: for what is written at once. */
void *arena_room(struct arena *arena, size_t size);

char *arena_strdup(struct arena *arena, const char *text);

/* A copy with a terminating NUL behind it that `size` does not count. */
struct bytes arena_copy(struct arena *arena, struct bytes bytes);

/* The same as text; NUL bytes inside end it for the reader. */
char *arena_text(struct arena *arena, struct bytes bytes);

char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Let the arena own memory of somebody else's: `release` gets it when the arena
 * is freed, what was taken last first.
 */
void arena_take(struct arena *arena, void *memory, void (*release)(void *memory));

/* Allocate on the heap, zeroed, or end the process. The caller frees it with free(). */
void *heap_alloc(size_t count, size_t size);
void *heap_resize(void *memory, size_t size);

#endif
