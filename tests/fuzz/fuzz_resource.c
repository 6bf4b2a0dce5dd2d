#include "fuzz.h"

#include "bridge/scim/resource.h"

static const char *encode(const json_t *resource, const struct scim_resource_type *type,
                          struct arena *arena)
{
    return resource_encode(resource, type, arena).data;
}

/* Reading what has been stored changes nothing. */
static void read_resource(const json_t *body, const struct scim_resource_type *type)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *resource = NULL;
    json_auto_t *stored = NULL;
    json_auto_t *again = NULL;
    struct problem problem = {0};
    const char *first;

    if (resource_read(body, type, &resource, &problem)) {
        fuzz_must_explain(&problem);
        return;
    }
    (void)resource_check(resource, type, &problem);
    first = encode(resource, type, arena);
    stored = json_loads(first, 0, NULL);
    fuzz_must(!json_object_get(stored, "password"), "a password is never stored");
    fuzz_must(!resource_read(stored, type, &again, NULL), "what is stored can be read");
    fuzz_must(strcmp(first, encode(again, type, arena)) == 0, "what is stored stays as it is");
}

/* Any JSON is a resource or is refused. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_auto_t *json = fuzz_json(bytes_of(data, size));

    for (enum scim_kind kind = 0; json && kind < SCIM_KIND_COUNT; kind++)
        read_resource(json, fuzz_type(kind));
    return 0;
}
