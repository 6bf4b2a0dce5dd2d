#ifndef BRIDGE_SCIM_PATCH_H
#define BRIDGE_SCIM_PATCH_H

#include "bridge/scim/filter.h"

enum patch_verb { PATCH_ADD, PATCH_REPLACE, PATCH_REMOVE };

/* One operation on one path. An operation without a path has become one for each of its members. */
struct patch_operation {
    enum patch_verb verb;
    struct scim_path path;
    const json_t *value; /* in the attribute's own type; NULL for remove without values */
};

struct patch {
    struct patch_operation *operations;
    size_t count;
    const char *id; /* that the request names (Okta does); NULL: none. Another one is the
                       caller's to refuse with STATUS_MUTABILITY */
};

enum { PATCH_OPERATIONS_MAX = 1000, PATCH_VALUES_MAX = 10000, PATCH_WORK_MAX = 1000000 };

/*
 * Read a PATCH request (RFC 7644 section 3.5.2) as providers send it: `op` in
 * any letter case; members of a path-less value taken as paths ("name.familyName",
 * "URN:site", nested objects); single values wrapped in an array unwrapped;
 * booleans as text; a complex value given as a bare text is its `value`; what
 * names no attribute of the type, or a readOnly one, is left out. So is an add of
 * null or an empty text, and a replace of userName, active, role or site by one of these; a replace
 * of any other attribute by null, an empty text or an empty list has become a
 * remove. Whatever cannot be read fails whole.
 *
 * request - as json_read lets it in; borrowed for as long as the patch is used.
 *
 * STATUS_INVALID_SYNTAX  no Operations, an unknown op
 * STATUS_INVALID_PATH    a path that cannot be parsed
 * STATUS_INVALID_VALUE   a value of the wrong type, named with its attribute; values
 *                        to remove that cannot be read
 * STATUS_NO_TARGET       a remove without a path
 * STATUS_TOO_MANY        beyond the limits above
 */
enum status patch_parse(const json_t *request, const struct scim_resource_type *type,
                        struct arena *arena, struct patch **patch, struct problem *problem);

/*
 * The patch that a PUT of `body` is: one replace without a path. RFC 7644 section
 * 3.5.1 lets a service read an omission either way; providers leave out what their
 * profile does not know, so silence is no statement here. The body brings a list
 * whole, so PATCH_VALUES_MAX is no limit of it.
 */
enum status patch_replace(const json_t *body, const struct scim_resource_type *type,
                          struct arena *arena, struct patch **patch, struct problem *problem);

/*
 * Apply all operations to `resource`, in order. On failure the resource is half
 * changed: apply to a copy. `add` and `replace` with a value filter that matches
 * nothing make the value from the filter's eq terms (Entra); add and replace of
 * a complex value merge; at most one value stays primary; a `remove` of a
 * multi-valued attribute with values takes only these. Removing what is not there
 * succeeds. What has no value left is gone, an extension as well.
 *
 * STATUS_NO_TARGET      a filter that matches nothing and has no eq terms to make a value from
 * STATUS_INVALID_VALUE  a required attribute taken away
 * STATUS_MUTABILITY     another value for an immutable attribute
 * STATUS_TOO_MANY       the operations go over more than PATCH_WORK_MAX values together
 * STATUS_TOO_LARGE      one operation repeats a value beyond RESOURCE_SIZE_MAX
 */
enum status patch_apply(const struct patch *patch, json_t *resource,
                        const struct scim_resource_type *type, struct problem *problem);

/* Whether any operation speaks of this attribute, of all of it, or of the whole extension. */
bool patch_touches(const struct patch *patch, const char *schema_urn, const char *attribute);

#endif
