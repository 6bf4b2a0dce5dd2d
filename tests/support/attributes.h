#ifndef TESTS_SUPPORT_ATTRIBUTES_H
#define TESTS_SUPPORT_ATTRIBUTES_H

#include "bridge/directory/account.h"
#include "bridge/directory/attribute_map.h"

/* A map without rows of a configuration. After scim_load; the caller's to free. */
static inline struct attribute_map *attribute_map_usual(void)
{
    const struct attribute_rows rows = {.rdn = "uid={userName}"};
    struct attribute_map *map = NULL;

    (void)attribute_map_new(&rows, account_profile("openldap"), &map, NULL, NULL);
    return map;
}

#endif
