#include "dn.h"

#include <ldap.h>

#include "bridge/base/status.h"
#include "bridge/base/text.h"
#include "bridge/directory/entry.h"

/*
 * A DN in libldap's form: RDNs, each of which is a list of assertions
 * name=value, both lists ended by NULL. The empty DN has no list at all.
 */
static void release_dn(LDAPDN *dn)
{
    ldap_dnfree(*dn);
}

static void release_text(char **text)
{
    ldap_memfree(*text);
}

static bool parse(const char *dn, LDAPDN *parsed)
{
    return dn && ldap_str2dn(dn, parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS;
}

static size_t rdn_count(LDAPDN dn)
{
    size_t count = 0;

    while (dn && dn[count])
        count++;
    return count;
}

/* ------------------------------------------------------------------ writing */

/* NULL when libldap cannot write the value in the form that `flags` ask for. */
static char *format_rdn(struct arena *arena, const char *name, const char *value, unsigned flags)
{
    LDAPAVA assertion = {
        .la_attr = {strlen(name), arena_strdup(arena, name)},
        .la_value = {strlen(value), arena_strdup(arena, value)},
        .la_flags = flags,
    };
    LDAPAVA *rdn[] = {&assertion, NULL};
    SCOPED(release_text) char *text = NULL;

    if (ldap_rdn2str(rdn, &text, LDAP_DN_FORMAT_LDAPV3 | LDAP_DN_PRETTY) != LDAP_SUCCESS)
        return NULL;
    return arena_strdup(arena, text);
}

/* What is not UTF-8 has no text form: it is written in hexadecimal (RFC 4514 section 2.4). */
char *dn_rdn(struct arena *arena, const char *name, const char *value)
{
    char *rdn = format_rdn(arena, name, value, LDAP_AVA_STRING);

    return rdn ? rdn : format_rdn(arena, name, value, LDAP_AVA_BINARY);
}

char *dn_join(struct arena *arena, const char *rdn, const char *parent)
{
    return *parent ? arena_printf(arena, "%s,%s", rdn, parent) : arena_strdup(arena, rdn);
}

char *dn_below(struct arena *arena, const char *name, const char *value, const char *parent)
{
    return dn_join(arena, dn_rdn(arena, name, value), parent);
}

/* ------------------------------------------------------------------ reading */

bool dn_is_valid(const char *dn)
{
    SCOPED(release_dn) LDAPDN parsed = NULL;

    return parse(dn, &parsed);
}

char *dn_parent(struct arena *arena, const char *dn)
{
    SCOPED(release_dn) LDAPDN parsed = NULL;
    SCOPED(release_text) char *text = NULL;

    if (!parse(dn, &parsed))
        return NULL;
    if (rdn_count(parsed) < 2)
        return arena_strdup(arena, "");
    if (ldap_dn2str(parsed + 1, &text, LDAP_DN_FORMAT_LDAPV3 | LDAP_DN_PRETTY) != LDAP_SUCCESS)
        return NULL;
    return arena_strdup(arena, text);
}

char *dn_first_rdn(struct arena *arena, const char *dn)
{
    SCOPED(release_dn) LDAPDN parsed = NULL;
    SCOPED(release_text) char *text = NULL;

    if (!parse(dn, &parsed) || rdn_count(parsed) == 0)
        return NULL;
    if (ldap_rdn2str(parsed[0], &text, LDAP_DN_FORMAT_LDAPV3 | LDAP_DN_PRETTY) != LDAP_SUCCESS)
        return NULL;
    return arena_strdup(arena, text);
}

static struct bytes bytes_of_berval(struct berval value)
{
    return bytes_of(value.bv_val, value.bv_len);
}

char *dn_rdn_value(struct arena *arena, const char *dn, const char *name)
{
    SCOPED(release_dn) LDAPDN parsed = NULL;
    LDAPAVA **assertions;

    if (!parse(dn, &parsed) || rdn_count(parsed) == 0)
        return NULL;
    assertions = parsed[0];
    if (assertions[1] || (assertions[0]->la_flags & LDAP_AVA_BINARY))
        return NULL;
    if (!text_equal_ascii(assertions[0]->la_attr.bv_val, name))
        return NULL;
    return arena_text(arena, bytes_of_berval(assertions[0]->la_value));
}

/* ---------------------------------------------------------------- comparing */

/* Without outer space and with one space for each run of them (RFC 4518 section 2.6.1). */
static char *squeeze(struct arena *arena, struct bytes value)
{
    const char *from = value.data;
    char *squeezed = arena_alloc(arena, value.size + 1);
    size_t size = 0;

    for (size_t i = 0; i < value.size; i++) {
        if (from[i] != ' ')
            squeezed[size++] = from[i];
        else if (size > 0 && squeezed[size - 1] != ' ')
            squeezed[size++] = ' ';
    }
    if (size > 0 && squeezed[size - 1] == ' ')
        squeezed[size - 1] = '\0';
    return squeezed;
}

static bool is_text(const LDAPAVA *assertion)
{
    struct berval value = assertion->la_value;

    return !(assertion->la_flags & LDAP_AVA_BINARY) &&
           (value.bv_len == 0 || !memchr(value.bv_val, '\0', value.bv_len));
}

static bool assertion_equal(struct arena *arena, const LDAPAVA *left, const LDAPAVA *right)
{
    struct bytes left_value = bytes_of_berval(left->la_value);
    struct bytes right_value = bytes_of_berval(right->la_value);

    if (!text_equal_ascii(left->la_attr.bv_val, right->la_attr.bv_val))
        return false;
    if (is_text(left) != is_text(right))
        return false;
    if (!is_text(left))
        return bytes_equal(left_value, right_value);
    return text_equal_folded(squeeze(arena, left_value), squeeze(arena, right_value));
}

static bool has_assertion(struct arena *arena, LDAPRDN rdn, const LDAPAVA *wanted)
{
    for (size_t i = 0; rdn[i]; i++) {
        if (assertion_equal(arena, rdn[i], wanted))
            return true;
    }
    return false;
}

/* The order of a multi-valued RDN says nothing (RFC 4512 section 2.3.1). */
static bool rdn_equal(struct arena *arena, LDAPRDN left, LDAPRDN right)
{
    size_t left_count = 0;
    size_t right_count = 0;

    for (; left[left_count]; left_count++) {
        if (!has_assertion(arena, right, left[left_count]))
            return false;
    }
    while (right[right_count])
        right_count++;
    return left_count == right_count;
}

/* Whether the last RDNs of `dn`, as many as `base` has, are those of `base`. */
static bool ends_with(LDAPDN dn, LDAPDN base)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    size_t count = rdn_count(base);
    size_t skipped = rdn_count(dn) - count;

    for (size_t i = 0; i < count; i++) {
        if (!rdn_equal(arena, dn[skipped + i], base[i]))
            return false;
    }
    return true;
}

bool dn_equal(const char *left, const char *right)
{
    SCOPED(release_dn) LDAPDN left_parsed = NULL;
    SCOPED(release_dn) LDAPDN right_parsed = NULL;

    return parse(left, &left_parsed) && parse(right, &right_parsed) &&
           rdn_count(left_parsed) == rdn_count(right_parsed) &&
           ends_with(left_parsed, right_parsed);
}

bool dn_is_within(const char *dn, const char *base)
{
    SCOPED(release_dn) LDAPDN parsed = NULL;
    SCOPED(release_dn) LDAPDN base_parsed = NULL;

    return parse(dn, &parsed) && parse(base, &base_parsed) &&
           rdn_count(parsed) >= rdn_count(base_parsed) && ends_with(parsed, base_parsed);
}

/* ------------------------------------------------------------------ filters */

char *filter_escape(struct arena *arena, const char *value)
{
    struct berval in = {strlen(value), arena_strdup(arena, value)};
    struct berval out = {0};
    char *escaped;

    if (ldap_bv2escaped_filter_value(&in, &out) != 0)
        return arena_strdup(arena, ""); /* out of memory: matches nothing */
    escaped = arena_text(arena, bytes_of_berval(out));
    ldap_memfree(out.bv_val);
    return escaped;
}
