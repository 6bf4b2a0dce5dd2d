#include "fuzz.h"

#include "bridge/scim/filter.h"
#include "bridge/scim/projection.h"

static void read_path(const char *text, const struct scim_resource_type *type, struct arena *arena)
{
    struct scim_path path;
    struct problem problem = {0};

    if (path_parse(text, type, arena, &path, &problem)) {
        fuzz_must_explain(&problem);
        return;
    }
    fuzz_must(strlen(text) <= PATH_SIZE_MAX, "a long path is refused");
    (void)path_value(&path, fuzz_resource());
}

/* Projecting what was projected changes nothing: the rules of RFC 7643 section 7 stay. */
static void project(const char *attributes, const char *excluded,
                    const struct scim_resource_type *type, struct arena *arena)
{
    struct projection *projection;
    json_auto_t *once = NULL;
    json_auto_t *twice = NULL;

    if (projection_parse(attributes, excluded, type, arena, &projection, NULL))
        return;
    once = projection_apply(projection, fuzz_resource(), type);
    twice = projection_apply(projection, once, type);
    fuzz_must(json_equal(once, twice), "a projection of a projection is the same");
}

/* Any UTF-8 text is a path or is refused; what is a path selects something or nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (enum scim_kind kind = 0; kind < SCIM_KIND_COUNT; kind++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        const char *text = fuzz_text(arena, data, size);

        if (!text_is_utf8(text))
            return 0;
        read_path(text, fuzz_type(kind), arena);
        project(text, NULL, fuzz_type(kind), arena);
        project(NULL, text, fuzz_type(kind), arena);
    }
    return 0;
}
