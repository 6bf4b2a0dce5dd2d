#ifndef SCIM_VALUES_H
#define SCIM_VALUES_H

#include "bridge/scim/schema.h"

/*
 * The values of a multi-valued attribute as a set. Two values are the same when
 * their `value` is the same (by its case rule) and so is their `type`, unless
 * one of them does not say; without a `value`, when they are equal objects.
 * Both take time in proportion to the two lists together.
 */

/*
 * Add copies of `more` that are not there yet; what is there takes over the
 * sub-attributes of its equal. A new primary value displaces the old one.
 */
void values_add(json_t *values, const struct scim_attribute *attribute, const json_t *more);

/* Those of `values` that are not among `taken`, as a new list. */
json_t *values_without(const json_t *values, const struct scim_attribute *attribute,
                       const json_t *taken);

/* Make `preferred` the only primary one among `values`. */
void values_prefer(json_t *values, const json_t *preferred);

/* Whether a value says that it is the primary one. */
bool value_is_primary(const json_t *value);

#endif
