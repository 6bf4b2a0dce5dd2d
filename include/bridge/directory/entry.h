#ifndef BRIDGE_DIRECTORY_ENTRY_H
#define BRIDGE_DIRECTORY_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "bridge/base/arena.h"
#include "bridge/base/bytes.h"

/* Values of one attribute (RFC 4511 section 4.1.7); options such as ;range are not in the name. */
struct entry_attribute {
    const char *name;
    struct bytes *values; /* each with a NUL behind it that its size does not count */
    size_t count;
};

/* An entry: desired, or as it was read. All of it lives in one arena. */
struct entry {
    const char *dn;
    struct entry_attribute *attributes;
    size_t count;
};

struct entry *entry_new(struct arena *arena, const char *dn);

/* Add a value; the attribute is made when it is new. Texts are copied. */
void entry_add(struct arena *arena, struct entry *entry, const char *name, const char *value);

/* By name without letter case; NULL when absent. */
const struct entry_attribute *entry_find(const struct entry *entry, const char *name);

/* The first value as text; NULL when absent. */
const char *entry_text(const struct entry *entry, const char *name);

/* ---------------------------------------------------------------------- DNs */

/*
 * The DN of an entry below `parent` whose RDN is name=value. The value may be
 * any text: it is built by libldap's DN functions, never by printing (D14).
 */
char *dn_below(struct arena *arena, const char *name, const char *value, const char *parent);

/* The RDN alone: name=value, escaped. */
char *dn_rdn(struct arena *arena, const char *name, const char *value);

/* False when it cannot be parsed (RFC 4514). */
bool dn_is_valid(const char *dn);

/* Without regard to letter case and to space that does not count. */
bool dn_equal(const char *left, const char *right);

/* Whether `dn` is `base` or below it. */
bool dn_is_within(const char *dn, const char *base);

/* A value as it must stand in a search filter (RFC 4515 section 3). */
char *filter_escape(struct arena *arena, const char *value);

#endif
