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

/* As the server compares names: without letter case and outer space. */
static bool is_role_name(struct arena *arena, const char *name)
{
    const char *folded = text_fold(arena, text_trim(arena, name));

    return strcmp(folded, ADMINS) == 0 || strncmp(folded, SITE_PREFIX, strlen(SITE_PREFIX)) == 0;
}

bool projection_is_role_dn(const struct projection_settings *settings, const char *dn)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *name = dn_rdn_value(arena, dn, NAMING);
    const char *parent = dn_parent(arena, dn);

    return name && parent && dn_equal(parent, settings->roles_base) && is_role_name(arena, name);
}

struct entry *projection_role_group(const struct projection_settings *settings, const char *dn,
                                    const char *description, struct arena *arena)
{
    struct entry *entry = entry_new(arena, dn);
    const char *name = dn_rdn_value(arena, dn, NAMING);

    assert(name);
    entry_add(arena, entry, "objectClass", "top");
    entry_add(arena, entry, "objectClass", "groupOfNames");
    entry_add(arena, entry, NAMING, name);
    entry_add(arena, entry, "member", projection_placeholder_dn(settings, arena));
    if (description && value_fits(SYNTAX_TEXT, bytes_of_text(description)))
        entry_add(arena, entry, "description", description);
    return entry;
}
