#ifndef BRIDGE_SCIM_SCHEMA_H
#define BRIDGE_SCIM_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bridge/base/status.h"

/*
 * What an attribute is (RFC 7643 sections 2 and 7). The documents in
 * scim-schemas/, embedded in the program, are the one source: reading, checking,
 * mutability, projection, filtering and /Schemas all come from them.
 *
 * The zero of each enum is the default that RFC 7643 section 2.2 gives.
 */
enum scim_type {
    SCIM_STRING,
    SCIM_BOOLEAN,
    SCIM_INTEGER,
    SCIM_DECIMAL,
    SCIM_DATETIME,
    SCIM_REFERENCE,
    SCIM_BINARY,
    SCIM_COMPLEX
};
enum scim_mutability { SCIM_READ_WRITE, SCIM_READ_ONLY, SCIM_IMMUTABLE, SCIM_WRITE_ONLY };
enum scim_returned { SCIM_BY_DEFAULT, SCIM_ALWAYS, SCIM_NEVER, SCIM_ON_REQUEST };
enum scim_uniqueness { SCIM_UNIQUE_NONE, SCIM_UNIQUE_SERVER, SCIM_UNIQUE_GLOBAL };

struct scim_attribute {
    const char *name; /* as answers spell it; input is matched without ASCII letter case */
    enum scim_type type;
    enum scim_mutability mutability;
    enum scim_returned returned;
    enum scim_uniqueness uniqueness;
    bool is_multi_valued;
    bool is_required;
    bool is_case_exact;
    const char *const *canonical_values; /* ended by NULL; NULL where any value will do */
    const struct scim_attribute *sub;    /* of a complex one; ended by a row without a name */
};

struct scim_schema {
    const char *id;                          /* the URN */
    const char *name;                        /* for people: User */
    const struct scim_attribute *attributes; /* ended by a row without a name */
    const json_t *document;                  /* as /Schemas shows it */
};

/* The resource types that this service serves (RFC 7643 section 6). */
enum scim_kind { SCIM_USER, SCIM_GROUP, SCIM_SITE, SCIM_KIND_COUNT };

enum { SCIM_EXTENSIONS_MAX = 2 };

struct scim_resource_type {
    enum scim_kind kind;
    const char *name;     /* "User" */
    const char *endpoint; /* "/Users" */
    const char *description;
    const struct scim_schema *schema;
    const struct scim_schema *extensions[SCIM_EXTENSIONS_MAX]; /* ended by NULL unless full */
};

#define SCIM_URN_USER       "urn:ietf:params:scim:schemas:core:2.0:User"
#define SCIM_URN_GROUP      "urn:ietf:params:scim:schemas:core:2.0:Group"
#define SCIM_URN_ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define SCIM_URN_BRIDGE     "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
#define SCIM_URN_SITE       "urn:ietf:params:scim:schemas:bridge:2.0:Site"

/*
 * Load the embedded documents; once, before threads start. Everything it makes
 * is read-only afterwards and lives until scim_unload.
 */
enum status scim_load(struct problem *problem);
void scim_unload(void);

/* Never NULL after scim_load. */
const struct scim_resource_type *scim_resource_type(enum scim_kind kind);

/* By URN, without letter case, among the schemas of `type`; NULL where there is none. */
const struct scim_schema *scim_schema_of(const struct scim_resource_type *type, const char *urn);

/* By name, without letter case; NULL where there is none. `attributes` may be NULL. */
const struct scim_attribute *scim_attribute_find(const struct scim_attribute *attributes,
                                                 const char *name);

/* id, externalId, meta, schemas: what every resource has and no document lists (RFC 7643 3.1). */
extern const struct scim_attribute scim_common_attributes[];

#endif
