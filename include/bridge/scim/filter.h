#ifndef BRIDGE_SCIM_FILTER_H
#define BRIDGE_SCIM_FILTER_H

#include <jansson.h>
#include <stdbool.h>

#include "bridge/base/arena.h"
#include "bridge/base/status.h"
#include "bridge/scim/schema.h"

struct filter;

/*
 * An attribute path (RFC 7644 section 3.5.2 figure 1): an attribute of one
 * schema, optionally one of its sub-attributes, optionally only those values
 * that a filter selects.
 */
struct scim_path {
    const struct scim_schema *schema;       /* the resource type's own for common attributes */
    const struct scim_attribute *attribute; /* NULL: the path names a whole extension */
    const struct filter *value_filter;      /* NULL: all values */
    const struct scim_attribute *sub;       /* NULL: the attribute itself */
};

enum filter_kind { FILTER_AND, FILTER_OR, FILTER_NOT, FILTER_COMPARE, FILTER_VALUE_PATH };
enum filter_operator {
    FILTER_EQ,
    FILTER_NE,
    FILTER_CO,
    FILTER_SW,
    FILTER_EW,
    FILTER_GT,
    FILTER_GE,
    FILTER_LT,
    FILTER_LE,
    FILTER_PR
};

/* A node of the tree. */
struct filter {
    enum filter_kind kind;
    const struct filter *left;  /* AND, OR, NOT (only left) */
    const struct filter *right; /* AND, OR */
    struct scim_path path;      /* COMPARE; VALUE_PATH: path.value_filter selects, path.sub is NULL.
                                   Inside a value filter: attribute is the sub-attribute */
    enum filter_operator op;    /* COMPARE */
    const json_t *value;        /* COMPARE; the arena owns it. Of a dateTime: microseconds */
    const char *folded;         /* the value folded, where it is text and case does not count */
};

enum {
    FILTER_LENGTH_MAX = 4096,
    FILTER_DEPTH_MAX = 16,
    FILTER_TERMS_MAX = 64,
    PATH_SIZE_MAX = 256
};

/*
 * Parse a SCIM filter (RFC 7644 section 3.4.2.2), the whole grammar. Names and
 * operators are matched without letter case; `members eq "x"` and `manager eq
 * "x"` mean their `.value`. A quoted "True" compares with a boolean.
 *
 * text    - UTF-8; not kept after the call.
 * arena   - owns the tree and all that it points to.
 * problem - on failure names the column, counted from 1, and what was expected.
 *
 * STATUS_INVALID_FILTER  bad grammar, an unknown attribute, an operator that does
 *                        not go with the type, or beyond the limits above
 */
enum status filter_parse(const char *text, const struct scim_resource_type *type,
                         struct arena *arena, const struct filter **filter,
                         struct problem *problem);

/* Text by the schema's case rule: folded as Unicode says where case does not count. */
bool filter_matches(const struct filter *filter, const json_t *resource);

/* Whether one value of a multi-valued complex attribute matches a path's value filter. */
bool filter_matches_value(const struct filter *value_filter, const json_t *value);

/*
 * The value that `filter` demands of an attribute, for an index to start from:
 * an `eq` term that stands alone or under nothing but `and`, whose path is
 * `attribute` or `attribute.sub`, or a value path such as
 * emails[type eq "work" and value eq "x"] or emails[type eq "work"].value eq "x".
 * NULL when it demands none. The names are spelled as the schema spells them.
 */
const char *filter_demands(const struct filter *filter, const char *attribute, const char *sub);

/*
 * Parse an attribute path as PATCH and projections use it. Schema URNs in front
 * are matched without letter case, the resource type's own URN may be left out,
 * and so may an extension's where only one extension has the attribute (Entra
 * sends "manager").
 *
 * STATUS_INVALID_PATH  bad grammar or too long
 * STATUS_NO_TARGET     well formed, but no such attribute; a caller that ignores
 *                      unknown attributes tells the two apart
 */
enum status path_parse(const char *text, const struct scim_resource_type *type, struct arena *arena,
                       struct scim_path *path, struct problem *problem);

/*
 * Each value that a path selects in a resource, in their order: of a multi-valued
 * attribute those that the value filter matches. Return false to stop. Borrowed.
 */
typedef bool path_visit(void *context, const json_t *value);
void path_each(const struct scim_path *path, const json_t *resource, path_visit *visit,
               void *context);

/* The first of them; NULL where there is none. */
const json_t *path_value(const struct scim_path *path, const json_t *resource);

#endif
