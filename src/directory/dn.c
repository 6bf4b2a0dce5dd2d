#include "dn.h"

#include <ldap.h>
#include <stdlib.h>

#include "array.h"
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

/* A value in hexadecimal has at least one byte (RFC 4514 section 3); libldap takes none as well. */
static bool has_bytes(LDAPRDN rdn)
{
    for (size_t i = 0; rdn[i]; i++)
        if ((rdn[i]->la_flags & LDAP_AVA_BINARY) && rdn[i]->la_value.bv_len == 0)
            return false;
    return true;
}

static bool parse(const char *dn, LDAPDN *parsed)
{
    if (!dn || ldap_str2dn(dn, parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
        return false;
    for (size_t i = 0; *parsed && (*parsed)[i]; i++)
        if (!has_bytes((*parsed)[i]))
            return false;
    return true;
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

static bool is_text(const LDAPAVA *assertion)
{
    struct berval value = assertion->la_value;

    return !(assertion->la_flags & LDAP_AVA_BINARY) &&
           (value.bv_len == 0 || !memchr(value.bv_val, '\0', value.bv_len));
}

static void add_hexadecimal(struct text *key, struct bytes value)
{
    const unsigned char *octets = value.data;

    text_add(key, "#");
    for (size_t i = 0; i < value.size; i++)
        text_add_format(key, "%02x", octets[i]);
}

/* What has a meaning in a key is escaped, so that no value can look like two. */
static void add_escaped(struct text *key, const char *value)
{
    static const char special[] = ",+#\\";

    while (*value) {
        size_t plain = strcspn(value, special);

        text_add_bytes(key, bytes_of(value, plain));
        value += plain;
        if (*value)
            text_add_format(key, "\\%02x", (unsigned char)*value++);
    }
}

static const char *assertion_key(struct arena *arena, const LDAPAVA *assertion)
{
    struct text key = {.arena = arena};
    struct bytes value = bytes_of_berval(assertion->la_value);

    text_add(&key, text_fold_name(arena, assertion->la_attr.bv_val));
    text_add(&key, "=");
    if (is_text(assertion))
        add_escaped(&key, text_fold_name(arena, arena_text(arena, value)));
    else
        add_hexadecimal(&key, value);
    return key.data;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The order of a multi-valued RDN says nothing (RFC 4512 section 2.3.1). */
static void add_rdn(struct text *key, LDAPRDN rdn)
{
    const char **assertions = NULL;
    size_t count = 0;

    for (; rdn[count]; count++) {
        assertions = array_room(key->arena, assertions, count, sizeof(*assertions));
        assertions[count] = assertion_key(key->arena, rdn[count]);
    }
    if (count > 1)
        qsort(assertions, count, sizeof(*assertions), compare_texts);
    for (size_t i = 0; i < count; i++)
        text_add_format(key, "%s%s", i ? "+" : "", assertions[i]);
}

char *dn_key(struct arena *arena, const char *dn)
{
    SCOPED(release_dn) LDAPDN parsed = NULL;
    SCOPED(arena_release) struct arena *scratch = arena_new();
    struct text key = {.arena = scratch};

    if (!parse(dn, &parsed))
        return NULL;
    text_add(&key, "");
    for (size_t i = 0; parsed && parsed[i]; i++) {
        text_add(&key, i ? "," : "");
        add_rdn(&key, parsed[i]);
    }
    return arena_strdup(arena, key.data);
}

bool dn_equal(const char *left, const char *right)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *left_key = dn_key(arena, left);
    const char *right_key = dn_key(arena, right);

    return left_key && right_key && strcmp(left_key, right_key) == 0;
}

/* A comma in a key is one between RDNs. */
bool dn_is_within(const char *dn, const char *base)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *key = dn_key(arena, dn);
    const char *base_key = dn_key(arena, base);
    size_t size = key ? strlen(key) : 0;
    size_t base_size = base_key ? strlen(base_key) : 0;

    if (!key || !base_key || size < base_size || strcmp(key + size - base_size, base_key) != 0)
        return false;
    return base_size == 0 || size == base_size || key[size - base_size - 1] == ',';
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
