#ifndef BRIDGE_DIRECTORY_ATTRIBUTE_MAP_H
#define BRIDGE_DIRECTORY_ATTRIBUTE_MAP_H

#include <jansson.h>

#include "bridge/base/status.h"
#include "bridge/directory/entry.h"

/*
 * How a SCIM user becomes the attributes of a person's entry: for each attribute
 * of LDAP where its values come from. Such a source is
 *
 *   a path       (RFC 7644 section 3.5.2): emails[type eq "work"].value
 *                all the values that it selects, each once
 *   a template   "{name.givenName} {name.familyName}": one value. A path in
 *                braces stands for the first value that it selects. Nothing
 *                where no path has one; where some have none, the white space
 *                that would be left at an end, or doubled, goes as well
 *   last(path)   the last word of the first value
 *
 * Booleans become TRUE and FALSE (RFC 4517 section 3.3.3). Values that the
 * attribute's syntax does not allow, and blank ones, are left out.
 */
struct attribute_map;
struct account_profile;

/* One row of the configuration. A source of "": the bridge leaves the attribute alone. */
struct attribute_row {
    const char *attribute; /* uid, or employeeNumber: a name of RFC 4512 section 1.4, no options */
    const char *source;
};

/* What a map is made from. */
struct attribute_rows {
    const char *rdn; /* of entries, attribute=source: "uid={userName}" */
    const struct attribute_row *rows;
    size_t count;
};

/*
 * The bridge's own rows (attribute_map.c) with those given in their place and
 * beside them. cn and sn, without which there is no entry, are the userName
 * where a given source has nothing. Needs scim_load; read-only afterwards, so that any
 * thread may use it. The caller's to attribute_map_free.
 *
 * STATUS_CONFIGURATION  names the row: a source that cannot be read or that names
 *                       what is not kept with a person, or an attribute that is not
 *                       the map's to fill, with why. `fault`, which may be NULL, is
 *                       then its index; rows.count when the RDN is at fault
 */
enum status attribute_map_new(const struct attribute_rows *rows,
                              const struct account_profile *profile, struct attribute_map **map,
                              size_t *fault, struct problem *problem);
void attribute_map_free(struct attribute_map *map); /* takes NULL */

/* What the bridge owns of a person's entry, ended by NULL; all else is left alone. */
const char *const *attribute_map_names(const struct attribute_map *map);

/*
 * The entry below `base`, with these attributes and none besides.
 *
 * STATUS_INVALID_VALUE  nothing to name the entry by
 */
enum status attribute_map_apply(const struct attribute_map *map, const json_t *user,
                                const char *base, struct arena *arena, struct entry **entry,
                                struct problem *problem);

#endif
