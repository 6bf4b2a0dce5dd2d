#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <jansson.h>

#include "command.h"

/* What cannot be read off one member. NULL: there is nothing to say. */
typedef const char *field_text(const json_t *resource, struct arena *arena);

enum { FIELD_DEPTH = 3 };

/* One fact of a resource, for people. Rows end with one without a label. */
struct field {
    const char *label;             /* in capitals it heads a column */
    const char *path[FIELD_DEPTH]; /* of the text or number, member by member */
    field_text *text;              /* or: where it comes from */
};

/*
 * Print resources in the form that --output asks for: a table with a line each,
 * CSV (RFC 4180), or the JSON as it came. What people may have written is made
 * safe for a terminal and, in CSV, for a spreadsheet that would calculate it.
 */
void output_list(struct invocation *invocation, const json_t *resources,
                 const struct field *fields);

/* The same for one resource; instead of a table, a line for each fact. */
void output_one(struct invocation *invocation, const json_t *resource, const struct field *fields);

/* The same for one that was just made or changed: a table with one line. */
void output_changed(struct invocation *invocation, json_t *resource, const struct field *fields);

/* Whether people will read it. */
bool output_is_table(const struct invocation *invocation);

/* Text of a member, NULL unless it is there. */
const char *text_of(const json_t *object, const char *name);

/* "user" as "User", for values that are lower case on the wire. */
const char *capitalized(const char *text, struct arena *arena);

#endif
