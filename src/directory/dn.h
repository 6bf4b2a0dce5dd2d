#ifndef DIRECTORY_DN_H
#define DIRECTORY_DN_H

#include <stdbool.h>

#include "bridge/base/arena.h"

/* The DN without its first RDN; "" at the top, NULL when `dn` cannot be parsed. */
char *dn_parent(struct arena *arena, const char *dn);

/* The first RDN as text; NULL when there is none. */
char *dn_first_rdn(struct arena *arena, const char *dn);

/* The value of the first RDN if that is one of `name` alone; NULL otherwise. */
char *dn_rdn_value(struct arena *arena, const char *dn, const char *name);

/*
 * The form in which two DNs are equal as texts if they name the same entry: case
 * and idle space do not count. NULL when `dn` cannot be parsed.
 */
char *dn_key(struct arena *arena, const char *dn);

/* An RDN, as dn_rdn makes it, in front of a DN that may be empty. */
char *dn_join(struct arena *arena, const char *rdn, const char *parent);

#endif
