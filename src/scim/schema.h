#ifndef SCIM_SCHEMA_H
#define SCIM_SCHEMA_H

#include "bridge/scim/schema.h"

/* Whether a schema extends a resource type, so that its attributes stand under its URN. */
bool schema_is_extension(const struct scim_schema *schema);

/* The object that holds a schema's attributes in a resource; NULL where there is none. */
json_t *schema_part(const struct scim_schema *schema, const json_t *resource);

/* The same, made where it is missing. */
json_t *schema_make_part(const struct scim_schema *schema, json_t *resource);

/* What a request may write: neither readOnly nor writeOnly, whose values must not reach the store.
 */
bool attribute_is_writable(const struct scim_attribute *attribute);

/* Words of RFC 7643 section 7 for messages: "boolean". */
const char *scim_type_word(enum scim_type type);

#endif
