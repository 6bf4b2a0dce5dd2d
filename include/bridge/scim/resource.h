#ifndef BRIDGE_SCIM_RESOURCE_H
#define BRIDGE_SCIM_RESOURCE_H

#include "bridge/scim/filter.h"

/*
 * A resource is a json_t object with the attribute names as the schemas spell
 * them and values of the schemas' types; an extension's attributes are a member
 * named by its URN.
 */

/*
 * Read a request's body (POST, PUT) into a resource of its own: names in the
 * schema's spelling, booleans and integers as such (text "True" is taken),
 * one-element arrays unwrapped and single values wrapped as the attribute wants,
 * a bare text for a complex value put under `value`, URN-flattened and dotted
 * names expanded, empty texts and nulls left out; an empty list stays, because a
 * PUT means something by it. Unknown names, `schemas` and readOnly attributes are
 * ignored (RFC 7644 sections 3.3 and 3.5.1). Of several primary values the first
 * stays primary, of equal values one stays. A `password` is there for the caller to
 * take out: it is neither encoded nor quoted in an error.
 *
 * A canonical value of the bridge's own attributes gets the schema's spelling. Any
 * other value comes through as it was sent: whether an unknown role is refused
 * depends on whether the account ends up active, which only the caller knows.
 *
 * body     - as json_read lets it in.
 * resource - the caller's, to json_decref.
 *
 * STATUS_INVALID_SYNTAX  not an object
 * STATUS_INVALID_VALUE   a value of the wrong type
 */
enum status resource_read(const json_t *body, const struct scim_resource_type *type,
                          json_t **resource, struct problem *problem);

/* A resource is no larger than a request that brings it whole, and of no endless lists. */
enum { RESOURCE_SIZE_MAX = 1 << 20, RESOURCE_VALUES_MAX = 1000 };

/* Bytes of a name, which is what the schema wants unique: userName, displayName of a group. */
enum { RESOURCE_NAME_MAX = 1024 };

/*
 * STATUS_INVALID_VALUE  names the first required attribute that is missing or empty, or
 *                       the first name that is too long or has control characters
 * STATUS_TOO_MANY       an attribute has more than RESOURCE_VALUES_MAX values
 */
enum status resource_check(const json_t *resource, const struct scim_resource_type *type,
                           struct problem *problem);

/*
 * A resource as it is stored, as finished bytes: "schemas" (those whose attributes
 * it has), "id", "externalId", then its attributes in the schema's order, then its
 * extensions, compact. Left out is what is composed at read time: `meta`,
 * readOnly attributes such as `groups`, and the whole bridge extension, whose role
 * and site in effect come from elsewhere; "schemas" names it all the same, and
 * `active` stays. So is what is never
 * returned. The arena owns the bytes, NUL behind them.
 */
struct bytes resource_encode(const json_t *resource, const struct scim_resource_type *type,
                             struct arena *arena);

/*
 * A copy of `value` in the type of `attribute`, or STATUS_INVALID_VALUE. The
 * caller's to json_decref. `*converted` is NULL with STATUS_OK when the value
 * says nothing (null, empty text, a complex value without the sub-attribute that
 * the schema requires). The one place that knows what providers write
 * where a type is expected; patch_parse uses it as well.
 */
enum status resource_value(const json_t *value, const struct scim_attribute *attribute,
                           json_t **converted, struct problem *problem);

#endif
