#ifndef DIRECTORY_LOOKUP_H
#define DIRECTORY_LOOKUP_H

#include "bridge/directory/connection.h"

/* Where an entry of the bridge is looked for, and what is read of it. */
struct lookup {
    struct directory *directory;
    const char *base;
    const char *identifier;        /* the attribute that identifies an entry: entryUUID */
    const char *const *attributes; /* ended by NULL */
    struct arena *arena;
};

/* By `identity` below the base if there is one, else by `dn`. *entry is NULL when there is none. */
enum status lookup_entry(const struct lookup *lookup, const char *identity, const char *dn,
                         const struct entry **entry, struct problem *problem);

#endif
