#include "bridge/directory/projection.h"

#include <assert.h>

#include "bridge/base/text.h"
#include "dn.h"
#include "role_name.h"
#include "value.h"

#define NAMING "cn"

char *projection_admins_dn(const struct projection_settings *settings, struct arena *arena)
{
    return dn_below(arena, NAMING, role_name_of_admins(settings), settings->roles_base);
}

char *projection_site_dn(const struct projection_settings *settings, const char *site_key,
                         struct arena *arena)
{
    return dn_below(arena, NAMING, role_name_of_site(settings, site_key, arena),
                    settings->roles_base);
}

char *projection_placeholder_dn(const struct projection_settings *settings, struct arena *arena)
{
    return dn_below(arena, NAMING, ROLE_PLACEHOLDER, settings->roles_base);
}

bool projection_is_role_dn(const struct projection_settings *settings, const char *dn)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *name = dn_rdn_value(arena, dn, NAMING);
    const char *parent = dn_parent(arena, dn);

    return name && parent && dn_equal(parent, settings->roles_base) &&
           role_name_is_ours(settings, name);
}

/* ------------------------------------------------------------------- people */

static struct bytes text_of(const json_t *resource, const char *name)
{
    const json_t *value = json_object_get(resource, name);

    return bytes_of(json_string_value(value), json_string_length(value));
}

enum status projection_person(const struct projection_settings *settings, const json_t *user,
                              struct arena *arena, struct entry **entry, struct problem *problem)
{
    const char *fault = name_fault(text_of(user, "userName"));

    if (fault)
        return problem_set(problem, STATUS_INVALID_VALUE, "userName %s and cannot name an entry",
                           fault);
    return attribute_map_apply(settings->attributes, user, settings->people_base, arena, entry,
                               problem);
}

/* ------------------------------------------------------------------- groups */

static struct entry *group_of_placeholder(const struct projection_settings *settings,
                                          const char *dn, const char *name, struct arena *arena)
{
    struct entry *entry = entry_new(arena, dn);

    entry_add(arena, entry, "objectClass", "top");
    entry_add(arena, entry, "objectClass", "groupOfNames");
    entry_add(arena, entry, NAMING, name);
    entry_add(arena, entry, "member", projection_placeholder_dn(settings, arena));
    return entry;
}

struct entry *projection_role_group(const struct projection_settings *settings, const char *dn,
                                    const char *description, struct arena *arena)
{
    const char *name = dn_rdn_value(arena, dn, NAMING);
    struct entry *entry;

    assert(name);
    entry = group_of_placeholder(settings, dn, name, arena);
    if (description && value_fits(SYNTAX_TEXT, bytes_of_text(description)))
        entry_add(arena, entry, "description", description);
    return entry;
}

static bool is_reserved(const struct projection_settings *settings, struct arena *arena,
                        const char *name)
{
    return role_name_is_ours(settings, name) ||
           strcmp(text_fold_name(arena, name), ROLE_PLACEHOLDER) == 0;
}

enum status projection_group(const struct projection_settings *settings, const json_t *group,
                             struct arena *arena, struct entry **entry, struct problem *problem)
{
    struct bytes name = text_of(group, "displayName");
    const char *fault = name_fault(name);

    assert(settings->groups_base);
    if (fault)
        return problem_set(problem, STATUS_DIRECTORY_REFUSED,
                           "displayName %s and cannot name an entry; give the group another name "
                           "at the provider",
                           fault);
    if (is_reserved(settings, arena, name.data))
        return problem_set(problem, STATUS_DIRECTORY_REFUSED,
                           "the bridge keeps the name \"%s\" for groups of its own; give the group "
                           "another name at the provider",
                           (const char *)name.data);
    *entry = group_of_placeholder(
        settings, dn_below(arena, NAMING, name.data, settings->groups_base), name.data, arena);
    return STATUS_OK;
}
