#ifndef BRIDGE_SCIM_DISCOVERY_H
#define BRIDGE_SCIM_DISCOVERY_H

#include "bridge/base/arena.h"
#include "bridge/base/bytes.h"
#include "bridge/scim/schema.h"

/*
 * The discovery documents (RFC 7644 section 4) as finished bytes in the arena.
 * They tell what is true of this service.
 *
 * changes_passwords - whether a `password` that is sent has an effect.
 * base  - the SCIM base URL without a trailing slash, for meta.location.
 * kinds - a bit (1u << kind) for each resource type that the caller may use;
 *         the others are left out.
 */
struct bytes discovery_service_config(const char *base, bool changes_passwords,
                                      struct arena *arena);
struct bytes discovery_resource_types(const char *base, unsigned kinds, struct arena *arena);
struct bytes discovery_schemas(const char *base, unsigned kinds, struct arena *arena);

/* One of them by its name or URN; a NULL `data` where there is none. */
struct bytes discovery_resource_type(const char *base, unsigned kinds, const char *name,
                                     struct arena *arena);
struct bytes discovery_schema(const char *base, unsigned kinds, const char *urn,
                              struct arena *arena);

#endif
