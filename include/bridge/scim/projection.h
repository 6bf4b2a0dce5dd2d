#ifndef BRIDGE_SCIM_PROJECTION_H
#define BRIDGE_SCIM_PROJECTION_H

#include "bridge/scim/filter.h"

/* Which attributes an answer carries (RFC 7644 section 3.9). */
struct projection;

/*
 * attributes, excluded - the request's parameters: comma separated paths, or
 *                        NULL. Names that the type does not have are ignored.
 * projection           - NULL when nothing was asked for: the stored bytes go
 *                        out as they are.
 *
 * STATUS_INVALID_VALUE  both were given
 */
enum status projection_parse(const char *attributes, const char *excluded,
                             const struct scim_resource_type *type, struct arena *arena,
                             struct projection **projection, struct problem *problem);

/*
 * What of `resource` is to be answered, by the schema's `returned` rules: always
 * stays, never goes, request comes only when named. New; the caller's to
 * json_decref. `schemas` and `id` always stay. `projection` may be NULL.
 */
json_t *projection_apply(const struct projection *projection, const json_t *resource,
                         const struct scim_resource_type *type);

/* Whether the answer may carry this attribute of the core schema, so that it need not be loaded. */
bool projection_wants(const struct projection *projection, const char *attribute);

#endif
