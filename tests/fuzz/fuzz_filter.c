#include "fuzz.h"

#include "bridge/scim/filter.h"

/* Any text is a filter or is refused; what is a filter matches or does not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct filter *filter;
    struct problem problem = {0};

    if (filter_parse(fuzz_text(arena, data, size), fuzz_type(size), arena, &filter, &problem))
        return 0;
    (void)filter_matches(filter, fuzz_resource());
    (void)filter_demands(filter, "emails", "value");
    (void)filter_demands(filter, "userName", NULL);
    return 0;
}
