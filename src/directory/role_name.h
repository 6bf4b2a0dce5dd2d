#ifndef DIRECTORY_ROLE_NAME_H
#define DIRECTORY_ROLE_NAME_H

#include "bridge/directory/projection.h"

/* The entry that stands in every role group. */
#define ROLE_PLACEHOLDER "rolebridge-placeholder"

/* What the settings' templates make. */
const char *role_name_of_admins(const struct projection_settings *settings);
char *role_name_of_site(const struct projection_settings *settings, const char *site_key,
                        struct arena *arena);

/* Whether one of the templates can make this name, as servers compare names. */
bool role_name_is_ours(const struct projection_settings *settings, const char *name);

#endif
