#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/status.h"
#include "bridge/scim/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline char *fuzz_text(struct arena *arena, const uint8_t *data, size_t size)
{
    return arena_text(arena, bytes_of(data, size));
}

/* The size decides, so that the input stays what it is. */
static inline const struct scim_resource_type *fuzz_type(size_t size)
{
    if (scim_load(NULL))
        abort();
    return scim_resource_type(size % SCIM_KIND_COUNT);
}

/* Something of everything. */
static inline const json_t *fuzz_resource(void)
{
    static json_t *resource;

    if (!resource)
        resource = json_loads(
            "{\"id\":\"U1\",\"externalId\":\"E\",\"userName\":\"ada\",\"active\":true,"
            "\"displayName\":\"\\u00dcnal\",\"name\":{\"familyName\":\"L\"},\"userCount\":3,"
            "\"emails\":[{\"value\":\"a@x\",\"type\":\"work\",\"primary\":true},{\"value\":\"b\"}],"
            "\"members\":[{\"value\":\"U1\"},{\"value\":\"U2\"}],"
            "\"meta\":{\"created\":\"2026-01-31T08:00:00Z\"},"
            "\"" SCIM_URN_ENTERPRISE "\":{\"manager\":{\"value\":\"M\"}},"
            "\"" SCIM_URN_BRIDGE "\":{\"role\":\"user\",\"blocked\":false}}",
            0, NULL);
    return resource;
}

#endif
