#ifndef SCIM_RESOURCE_H
#define SCIM_RESOURCE_H

#include "bridge/scim/resource.h"

/* The same as resource_value, for one of the values of a multi-valued attribute. */
enum status resource_element(const json_t *value, const struct scim_attribute *attribute,
                             json_t **converted, struct problem *problem);

/* One of one, and the `value` of an object where no object belongs. Borrowed. */
const json_t *resource_unwrap(const json_t *value, const struct scim_attribute *attribute);

/* Whether a value says that there is none: null, an empty text, an empty list. */
bool value_is_blank(const json_t *value);

/* The sub-attribute that a member of a complex value means, by its own or another name. */
const struct scim_attribute *sub_attribute_of(const struct scim_attribute *attribute,
                                              const json_t *value, const char *name);

/* Whether nothing is left of a complex value that would mean something. */
bool complex_is_empty(const json_t *value, const struct scim_attribute *attribute);

#endif
