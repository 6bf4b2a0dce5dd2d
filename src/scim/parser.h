#ifndef SCIM_PARSER_H
#define SCIM_PARSER_H

#include "bridge/scim/filter.h"

/*
 * Filters stand in paths and paths stand in filters, so both are read by one
 * parser:
 *
 *   filter     = and *("or" and)
 *   and        = term *("and" term)
 *   term       = "not" "(" filter ")" / "(" filter ")" / path operator literal
 *              / path "pr" / path "[" filter "]"
 *   path       = [URN ":"] name ["[" filter "]"] ["." name]
 *
 * A name that the schemas do not have is noted and read over, so that bad
 * grammar and an unknown attribute can be told apart at the end.
 */
struct parser {
    const char *text;
    const char *at;
    const struct scim_resource_type *type;
    const struct scim_schema *schema;      /* names are of this one; NULL: of any of the type's */
    const struct scim_attribute *value_of; /* inside [ ]: the attribute whose values are filtered */
    bool is_in_value;                      /* inside [ ] */
    struct arena *arena;
    int depth;
    int terms;
    const char *unknown; /* where the first name stands that names nothing */
    enum status refusal; /* what bad grammar is called */
    struct problem *problem;
};

/* Fail at a place in the text, with its column. */
enum status parser_refuse(const struct parser *parser, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void parser_skip_spaces(struct parser *parser);

/* Skip one character if it is next. */
bool parser_take(struct parser *parser, char wanted);

/* An attribute path, or inside [ ] a sub-attribute. A name that is not known leaves `*path` empty.
 */
enum status parser_take_path(struct parser *parser, struct scim_path *path);

/* What stands between [ and ]. */
enum status parser_take_value_filter(struct parser *parser, const struct scim_attribute *value_of,
                                     const struct filter **filter);

/*
 * The same as path_parse, for a member of an object that belongs to `schema`:
 * names without a URN are its own.
 */
enum status path_parse_within(const char *text, const struct scim_resource_type *type,
                              const struct scim_schema *schema, struct arena *arena,
                              struct scim_path *path, struct problem *problem);

/* The attribute that a path ends at: its sub-attribute, if it has one. */
const struct scim_attribute *path_leaf(const struct scim_path *path);

#endif
