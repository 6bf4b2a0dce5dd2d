#ifndef DIRECTORY_LOOKUP_H
#define DIRECTORY_LOOKUP_H

#include "bridge/directory/account.h"

/* Where entries of the bridge are looked for, and what is read of them. */
struct lookup {
    struct directory *directory;
    const struct account_profile *profile;
    const char *base;
    const char *const *attributes; /* ended by NULL; the one that identifies is among them */
    struct arena *arena;
};

/*
 * An entry that is looked for, and what came of it. One that is not below the base is
 * not found: it may be another organization's by now.
 */
struct sought {
    const char *identity; /* by it below the base; NULL: by `dn` */
    const char *dn;
    const struct entry *entry; /* NULL: there is none, if the status is good */
    enum status status;
    struct problem problem;
};

/*
 * Many at once: those with an identity in searches for several, all of them as far
 * as the window goes. That there is none with an identity is believed only if the
 * base itself is found in the same way; else the status says what the bridge's
 * account must be allowed.
 *
 * STATUS_DIRECTORY_UNAVAILABLE  the connection is of no use any more
 */
enum status lookup_entries(const struct lookup *lookup, struct sought *sought, size_t count,
                           struct problem *problem);

/* By `identity` below the base if there is one, else by `dn`. *entry is NULL when there is none. */
enum status lookup_entry(const struct lookup *lookup, const char *identity, const char *dn,
                         const struct entry **entry, struct problem *problem);

#endif
