#ifndef CORE_DUMP_H
#define CORE_DUMP_H

#include <jansson.h>

#include "bridge/base/arena.h"
#include "bridge/core/dump.h"

#define DUMP_HEADER  "rolebridge"
#define DUMP_TRAILER "end"

enum {
    DUMP_VERSION = 1,
    DUMP_LINE_MAX = 4 * 1024 * 1024, /* bytes: a resource of the largest size, and more */
    DUMP_MEMBERS_MAX = 100           /* in one line */
};

/* What the line of each type is called. */
extern const char *const dump_types[DUMP_KIND_COUNT];

/* The type of a line; DUMP_KIND_COUNT when it is none of them. */
enum dump_kind dump_kind_of(const json_t *line);

/* The last line; new, the caller's to json_decref. */
json_t *dump_trailer(const struct dump_counts *counts);

/* What one line is imported with. */
struct line_import {
    struct store_txn *txn;
    struct arena *arena;
    const struct actor *actor;
};

/* Put what one line says. The line outlives the transaction. */
enum status dump_import_line(struct line_import *import, const json_t *line,
                             struct problem *problem);

/*
 * Begin an import into the organization: it is empty, or an import was cut off,
 * and what that left is taken away first. From then on the organization is not whole.
 */
enum status dump_begin(struct store *store, uint32_t organization, struct problem *problem);

/* Take away what was imported. The organization is whole again, and empty. */
enum status dump_undo(struct store *store, uint32_t organization, const struct actor *actor,
                      struct problem *problem);

/* Inside a change: the organization is whole from now on. */
void dump_finish(struct store_txn *txn, const struct actor *actor, struct arena *arena);

#endif
