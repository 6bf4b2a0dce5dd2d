#include "bridge/base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bridge/base/log.h"

/* Zero in a build with sanitizers: each piece is a chunk then, and going beyond it is seen. */
#ifndef ARENA_CHUNK_SIZE
#define ARENA_CHUNK_SIZE 8192
#endif

struct chunk {
    struct chunk *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) unsigned char data[];
};

/* Memory of somebody else's that goes with the arena. */
struct taken {
    struct taken *next;
    void *memory;
    void (*release)(void *memory);
};

struct arena {
    struct chunk *chunks; /* the newest first: only it has room */
    struct taken *taken;
};

static void out_of_memory(void)
{
    log_write(LOG_ERROR, "out of memory", "next",
              "raise the memory limit; nothing acknowledged is lost", NULL);
    exit(EXIT_FAILURE);
}

void *heap_alloc(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory && count && size)
        out_of_memory();
    return memory;
}

void *heap_resize(void *memory, size_t size)
{
    void *resized = realloc(memory, size);

    if (!resized && size)
        out_of_memory();
    return resized;
}

struct arena *arena_new(void)
{
    return heap_alloc(1, sizeof(struct arena));
}

static void release_taken(struct arena *arena)
{
    for (struct taken *taken = arena->taken; taken; taken = taken->next)
        taken->release(taken->memory);
    arena->taken = NULL;
}

static void free_chunks(struct chunk *chunk)
{
    while (chunk) {
        struct chunk *next = chunk->next;

        free(chunk);
        chunk = next;
    }
}

/* One that is as large as most is kept; with sanitizers there is none. */
void arena_clear(struct arena *arena)
{
    struct chunk *newest = arena->chunks;
    bool is_kept = newest && newest->size > 0 && newest->size == ARENA_CHUNK_SIZE;

    release_taken(arena);
    free_chunks(is_kept ? newest->next : newest);
    arena->chunks = is_kept ? newest : NULL;
    if (is_kept)
        *newest = (struct chunk){.size = newest->size};
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    release_taken(arena);
    free_chunks(arena->chunks);
    free(arena);
}

void arena_release(struct arena **arena)
{
    arena_free(*arena);
    *arena = NULL;
}

/* Where the next piece of a chunk begins: aligned for any type. */
static size_t chunk_next(const struct chunk *chunk)
{
    const size_t align = _Alignof(max_align_t);

    return (chunk->used + align - 1) / align * align;
}

static struct chunk *chunk_with_room(struct arena *arena, size_t size)
{
    struct chunk *chunk = arena->chunks;
    size_t chunk_size = size > ARENA_CHUNK_SIZE ? size : ARENA_CHUNK_SIZE;

    if (chunk && chunk_next(chunk) + size <= chunk->size)
        return chunk;
    chunk = heap_resize(NULL, sizeof(*chunk) + chunk_size);
    *chunk = (struct chunk){.next = arena->chunks, .size = chunk_size};
    arena->chunks = chunk;
    return chunk;
}

void *arena_room(struct arena *arena, size_t size)
{
    struct chunk *chunk;
    size_t start;

    if (size > SIZE_MAX / 4)
        out_of_memory();
    chunk = chunk_with_room(arena, size);
    start = chunk_next(chunk);
    chunk->used = start + size;
    return chunk->data + start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_room(arena, size), 0, size);
}

void arena_take(struct arena *arena, void *memory, void (*release)(void *memory))
{
    struct taken *taken = arena_alloc(arena, sizeof(*taken));

    *taken = (struct taken){.next = arena->taken, .memory = memory, .release = release};
    arena->taken = taken;
}

char *arena_text(struct arena *arena, struct bytes bytes)
{
    char *copy = arena_room(arena, bytes.size + 1);

    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    copy[bytes.size] = '\0';
    return copy;
}

struct bytes arena_copy(struct arena *arena, struct bytes bytes)
{
    return bytes_of(arena_text(arena, bytes), bytes.size);
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_text(arena, bytes_of_text(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    int length;
    char *text;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        out_of_memory();
    text = arena_alloc(arena, (size_t)length + 1);
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}
