#ifndef BRIDGE_DIRECTORY_PROJECTION_H
#define BRIDGE_DIRECTORY_PROJECTION_H

#include <jansson.h>

#include "bridge/directory/account.h"
#include "bridge/directory/attribute_map.h"

/*
 * What the directory should hold: pure functions from the store's side to DNs
 * and entries. The settings say where.
 */
struct protection;
struct projection_settings {
    const char *people_base;
    const char *roles_base;
    const char *groups_base;  /* NULL: pushed groups are not projected */
    const char *admins_group; /* what names the administrators' group; NULL: admins */
    const char *site_group;   /* and a site's, with {key} in it; NULL: site-{key} */
    const struct account_profile *profile;
    const struct attribute_map *attributes; /* of people's entries */
    const char *match; /* mail or uid, by which an entry that is there already is taken for a
                          person's: see match.h; NULL: none is */
    const struct protection *protection; /* of entries that are never taken; NULL: of none */
    bool removes_deleted; /* whose account is deleted loses the entry that the bridge made */
};

/*
 * The entry of a person (inetOrgPerson, below people_base) from the SCIM user, as
 * the attribute map says.
 *
 * STATUS_INVALID_VALUE  no userName, or a value that no DN can hold
 */
enum status projection_person(const struct projection_settings *settings, const json_t *user,
                              struct arena *arena, struct entry **entry, struct problem *problem);

/*
 * Whether these two can be admins_group and site_group: every site has a name of its
 * own, and none that of the administrators or of the placeholder.
 *
 * STATUS_CONFIGURATION  says what is wrong, and with which of them
 */
enum status projection_check_names(const char *admins_group, const char *site_group,
                                   bool *is_site_at_fault, struct problem *problem);

/* cn={admins_group}; cn={site_group} */
char *projection_admins_dn(const struct projection_settings *settings, struct arena *arena);
char *projection_site_dn(const struct projection_settings *settings, const char *site_key,
                         struct arena *arena);

/* Whether a role template could have produced this DN: such groups are the bridge's own. */
bool projection_is_role_dn(const struct projection_settings *settings, const char *dn);

/*
 * The entry that the bridge owns to stand in every role group, since a
 * groupOfNames cannot be empty. It is locked for ever, and tells at start-up
 * whether locks work here: see canary.h.
 */
char *projection_placeholder_dn(const struct projection_settings *settings, struct arena *arena);

/* A role group with nobody but the placeholder in it. `description` may be NULL. */
struct entry *projection_role_group(const struct projection_settings *settings, const char *dn,
                                    const char *description, struct arena *arena);

/*
 * The entry of a pushed group (groupOfNames, cn={displayName} below groups_base,
 * which must be set) from the SCIM group, with nobody but the placeholder in it.
 *
 * STATUS_DIRECTORY_REFUSED  the name is one that the bridge keeps for itself, in
 *                           whatever container and letter case, or no entry can
 *                           have it; the words say what to do
 */
enum status projection_group(const struct projection_settings *settings, const json_t *group,
                             struct arena *arena, struct entry **entry, struct problem *problem);

#endif
