#include "fuzz.h"

#include "bridge/scim/filter.h"

/* What a filter matches its negation does not, and the other way round. */
static void negate(const char *text, bool matches, const struct scim_resource_type *type,
                   struct arena *arena)
{
    const struct filter *negation;

    if (!filter_parse(arena_printf(arena, "not (%s)", text), type, arena, &negation, NULL))
        fuzz_must(filter_matches(negation, fuzz_resource()) != matches, "not () negates");
}

static void read_filter(const char *text, const struct scim_resource_type *type)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct filter *filter;
    struct problem problem = {0};

    if (filter_parse(text, type, arena, &filter, &problem)) {
        fuzz_must_explain(&problem);
        return;
    }
    fuzz_must(strlen(text) <= FILTER_LENGTH_MAX, "a long filter is refused");
    (void)filter_demands(filter, "emails", "value");
    (void)filter_demands(filter, "userName", NULL);
    negate(text, filter_matches(filter, fuzz_resource()), type, arena);
}

/* Any UTF-8 text is a filter or is refused; what is a filter matches or does not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *text = fuzz_text(arena, data, size);

    for (enum scim_kind kind = 0; text_is_utf8(text) && kind < SCIM_KIND_COUNT; kind++)
        read_filter(text, fuzz_type(kind));
    return 0;
}
