#ifndef DIRECTORY_SOURCE_H
#define DIRECTORY_SOURCE_H

#include <jansson.h>

#include "bridge/scim/filter.h"

/* Where an attribute's values come from: the language of attribute_map.h. */
enum source_kind { SOURCE_PATH, SOURCE_TEMPLATE, SOURCE_LAST_WORD };

/* Of a template: text as it stands, or a path. The other kinds are one path. */
struct source_part {
    const char *literal; /* NULL: it is a path */
    struct scim_path path;
};

struct source {
    enum source_kind kind;
    struct source_part *parts;
    size_t count;
};

/*
 * STATUS_CONFIGURATION  it cannot be read, or is of something that no stored user
 *                       has: the words say what, and fit behind a name
 */
enum status source_parse(const char *text, struct arena *arena, struct source *source,
                         struct problem *problem);

/* Called for each value that the source gives for a user; the bytes live in the arena. */
typedef void source_visit(void *context, struct bytes value);
void source_each(const struct source *source, const json_t *user, struct arena *arena,
                 source_visit *visit, void *context);

/* The first of them, and the only one of most; without data where there is none. */
struct bytes source_first(const struct source *source, const json_t *user, struct arena *arena);

#endif
