#include "fuzz.h"

#include "bridge/scim/patch.h"
#include "bridge/scim/resource.h"

/* What a patch leaves can be stored, and read again as it is. */
static void patch(const json_t *request, const struct scim_resource_type *type)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *resource = json_deep_copy(fuzz_resource());
    json_auto_t *stored = NULL;
    struct problem problem = {0};
    struct patch *patch;

    if (patch_parse(request, type, arena, &patch, &problem) ||
        patch_apply(patch, resource, type, &problem)) {
        fuzz_must_explain(&problem);
        return;
    }
    fuzz_must(patch->count <= PATCH_VALUES_MAX, "a patch has its limits");
    stored = json_loads(resource_encode(resource, type, arena).data, 0, NULL);
    fuzz_must(json_is_object(stored), "what is stored is a document");
}

/* Any JSON is a patch or is refused. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_auto_t *json = fuzz_json(bytes_of(data, size));

    for (enum scim_kind kind = 0; json && kind < SCIM_KIND_COUNT; kind++)
        patch(json, fuzz_type(kind));
    return 0;
}
