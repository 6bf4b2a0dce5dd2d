#include "fuzz.h"

#include <ldap.h>

#include "bridge/directory/entry.h"
#include "dn.h"

#define PEOPLE "ou=people,dc=example,dc=com"

/* What ldap_search_ext makes of the text of a filter. Exported, but in no public header. */
int ldap_pvt_put_filter(BerElement *ber, const char *filter);

/* Any value can name an entry, which is where it was put and has that name. */
static void name_entry(const char *value, struct arena *arena)
{
    const char *dn = dn_below(arena, "uid", value, PEOPLE);
    const char *read_back = dn_rdn_value(arena, dn, "uid");

    fuzz_must(dn_is_valid(dn) && dn_is_within(dn, PEOPLE), "an entry is below its base");
    fuzz_must(dn_equal(dn_parent(arena, dn), PEOPLE), "the base is its parent");
    if (text_is_utf8(value) && *value)
        fuzz_must(read_back && strcmp(read_back, value) == 0, "it has the name that was given");
}

/* Any value can be looked for: what is sent is this value and nothing besides. */
static void look_for(const char *value, struct arena *arena)
{
    const char *filter = arena_printf(arena, "(uid=%s)", filter_escape(arena, value));
    BerElement *sent = ber_alloc_t(LBER_USE_DER);
    BerElement *received;
    struct berval *bytes = NULL;
    struct berval name, sought;

    fuzz_must(ldap_pvt_put_filter(sent, filter) == 0, "the filter can be sent");
    fuzz_must(ber_flatten(sent, &bytes) == 0, "it was sent whole");
    received = ber_init(bytes);
    fuzz_must(ber_scanf(received, "{mm}", &name, &sought) != LBER_ERROR, "it is an equality");
    fuzz_must(sought.bv_len == strlen(value) && memcmp(sought.bv_val, value, sought.bv_len) == 0,
              "the value that is sent is the one that was given");
    ber_free(received, 1);
    ber_bvfree(bytes);
    ber_free(sent, 1);
}

/* Any text is a DN or is refused; of a DN, its parts make up the whole. */
static void take_apart(const char *text, struct arena *arena)
{
    const char *rdn = dn_first_rdn(arena, text);
    const char *parent = dn_parent(arena, text);

    if (!dn_is_valid(text)) {
        fuzz_must(!rdn && !parent && !dn_key(arena, text), "what is no DN has no parts");
        return;
    }
    fuzz_must(dn_equal(text, text) && dn_is_within(text, ""), "a DN is itself");
    if (!rdn || !parent)
        return;
    fuzz_must(dn_equal(dn_join(arena, rdn, parent), text), "the first RDN and the rest are all");
    fuzz_must(dn_is_within(text, parent) && !dn_is_within(parent, text), "a parent is above");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *text = fuzz_text(arena, data, size);

    name_entry(text, arena);
    look_for(text, arena);
    take_apart(text, arena);
    return 0;
}
