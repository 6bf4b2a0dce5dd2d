#include "bridge/directory/projection.h"

#include <assert.h>

#include "bridge/base/text.h"
#include "dn.h"
#include "value.h"

/* The role templates: cn={ADMINS} and cn={SITE_PREFIX}{site key}, below roles_base. */
#define NAMING      "cn"
#define ADMINS      "admins"
#define SITE_PREFIX "site-"
#define PLACEHOLDER "rolebridge-placeholder"

char *projection_admins_dn(const struct projection_settings *settings, struct arena *arena)
{
    return dn_below(arena, NAMING, ADMINS, settings->roles_base);
}

char *projection_site_dn(const struct projection_settings *settings, const char *site_key,
                         struct arena *arena)
{
    return dn_below(arena, NAMING, arena_printf(arena, SITE_PREFIX "%s", site_key),
                    settings->roles_base);
}

char *projection_placeholder_dn(const struct projection_settings *settings, struct arena *arena)
{
    return dn_below(arena, NAMING, PLACEHOLDER, settings->roles_base);
}

/* As servers compare names: without letter case, width and outer space. */
static const char *fold_name(struct arena *arena, const char *name)
{
    return text_fold_name(arena, name);
}

static bool is_role_name(struct arena *arena, const char *name)
{
    const char *folded = fold_name(arena, name);

    return strcmp(folded, ADMINS) == 0 || strncmp(folded, SITE_PREFIX, strlen(SITE_PREFIX)) == 0;
}

bool projection_is_role_dn(const struct projection_settings *settings, const char *dn)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *name = dn_rdn_value(arena, dn, NAMING);
    const char *parent = dn_parent(arena, dn);

    return name && parent && dn_equal(parent, settings->roles_base) && is_role_name(arena, name);
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

static bool is_reserved(struct arena *arena, const char *name)
{
    return is_role_name(arena, name) || strcmp(fold_name(arena, name), PLACEHOLDER) == 0;
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
    if (is_reserved(arena, name.data))
        return problem_set(problem, STATUS_DIRECTORY_REFUSED,
                           "the bridge keeps the name \"%s\" for groups of its own; give the group "
                           "another name at the provider",
                           (const char *)name.data);
    *entry = group_of_placeholder(
        settings, dn_below(arena, NAMING, name.data, settings->groups_base), name.data, arena);
    return STATUS_OK;
}
