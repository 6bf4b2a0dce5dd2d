#include "fuzz.h"

#include "bridge/directory/account.h"
#include "bridge/directory/attribute_map.h"

#define PEOPLE "ou=people,dc=example,dc=com"

static void check_entry(const struct entry *entry)
{
    fuzz_must(dn_is_within(entry->dn, PEOPLE), "the entry is below its base");
    fuzz_must(entry_text(entry, "cn") && entry_text(entry, "sn"), "the entry has what it must");
    for (size_t i = 0; i < entry->count; i++)
        for (size_t j = 0; j < entry->attributes[i].count; j++)
            fuzz_must(entry->attributes[i].values[j].size > 0, "no value is empty");
}

/* The lines are the RDN, an attribute's name and its source. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *rdn = fuzz_text(arena, data, size);
    char *name = strchr(rdn, '\n');
    char *source = name ? strchr(name + 1, '\n') : NULL;
    struct attribute_row row = {NULL, NULL};
    const struct attribute_rows rows = {rdn, &row, 1};
    struct attribute_map *map = NULL;
    struct entry *entry = NULL;
    struct problem problem = {0};

    if (!source || !text_is_utf8(rdn))
        return 0;
    *name = *source = '\0';
    row = (struct attribute_row){name + 1, source + 1};
    (void)fuzz_type(SCIM_USER);
    if (attribute_map_new(&rows, account_profile("openldap"), &map, NULL, &problem)) {
        fuzz_must_explain(&problem);
        return 0;
    }
    if (attribute_map_apply(map, fuzz_resource(), PEOPLE, arena, &entry, &problem))
        fuzz_must_explain(&problem);
    else
        check_entry(entry);
    attribute_map_free(map);
    return 0;
}
