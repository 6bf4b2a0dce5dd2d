#ifndef TESTS_SUPPORT_SCHEMAS_H
#define TESTS_SUPPORT_SCHEMAS_H

#include "bridge/scim/schema.h"

/* Group setup and teardown of the tests that need the schemas. */
static inline int load_schemas(void **state)
{
    (void)state;
    return scim_load(NULL) ? -1 : 0;
}

static inline int unload_schemas(void **state)
{
    (void)state;
    scim_unload();
    return 0;
}

#endif
