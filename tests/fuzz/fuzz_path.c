#include "fuzz.h"

#include "bridge/scim/filter.h"
#include "bridge/scim/projection.h"

/* Any text is a path or is refused; what is a path selects something or nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct scim_resource_type *type = fuzz_type(size);
    const char *text = fuzz_text(arena, data, size);
    struct scim_path path;
    struct projection *projection;
    struct problem problem = {0};

    if (!path_parse(text, type, arena, &path, &problem))
        (void)path_value(&path, fuzz_resource());
    if (!projection_parse(text, NULL, type, arena, &projection, NULL))
        json_decref(projection_apply(projection, fuzz_resource(), type));
    return 0;
}
