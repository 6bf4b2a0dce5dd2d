#include "fuzz.h"

#include <stdlib.h>

#include "bridge/base/json.h"
#include "bridge/scim/patch.h"
#include "bridge/scim/resource.h"

static void patch(const json_t *request, const struct scim_resource_type *type, struct arena *arena)
{
    json_auto_t *resource = json_deep_copy(fuzz_resource());
    struct problem problem = {0};
    struct patch *patch;

    if (patch_parse(request, type, arena, &patch, &problem))
        return;
    if (patch_apply(patch, resource, type, &problem))
        return;
    if (json_object_get(resource, "password"))
        abort();
    (void)resource_encode(resource, type, arena);
}

/* Reading what has been stored changes nothing. */
static void read(const json_t *body, const struct scim_resource_type *type, struct arena *arena)
{
    json_auto_t *resource = NULL;
    json_auto_t *stored = NULL;
    json_auto_t *again = NULL;
    const char *first;

    if (resource_read(body, type, &resource, NULL))
        return;
    first = resource_encode(resource, type, arena).data;
    stored = json_loads(first, 0, NULL);
    if (resource_read(stored, type, &again, NULL) ||
        strcmp(first, resource_encode(again, type, arena).data) != 0)
        abort();
}

/* Any JSON is a patch, a resource, or is refused. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct scim_resource_type *type = fuzz_type(size);
    static const struct json_limits limits = {.depth = 32, .values = 100000, .text = 65536};
    json_auto_t *json = NULL;

    if (json_read(bytes_of(data, size), &limits, &json, NULL) || !json_is_object(json))
        return 0;
    patch(json, type, arena);
    read(json, type, arena);
    return 0;
}
