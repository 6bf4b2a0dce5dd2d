#ifndef BRIDGE_DIRECTORY_ACCOUNT_H
#define BRIDGE_DIRECTORY_ACCOUNT_H

#include "bridge/directory/connection.h"

/*
 * How a kind of directory server says that an account may not be used: data,
 * one row a kind in account.c.
 */
struct account_profile;

/* By its name in the configuration ("openldap"); NULL when there is none. */
const struct account_profile *account_profile(const char *name);

/* The names, for error messages: "openldap, ...". */
const char *account_profile_names(void);

/* Which attributes must be read to judge; ended by NULL. */
const char *const *account_attributes(const struct account_profile *profile);

/* The attribute that identifies an entry for life: entryUUID. */
const char *account_identity(const struct account_profile *profile);

/* How many operations on different entries such a server is given at once. */
size_t account_window(const struct account_profile *profile);

enum account_state {
    ACCOUNT_UNLOCKED,
    ACCOUNT_LOCKED,      /* every mark that the profile sets is there */
    ACCOUNT_HALF_LOCKED, /* some are missing: a password change takes one away (directories.md 0.1)
                          */
};
enum account_state account_state(const struct account_profile *profile, const struct entry *entry);

/* What makes an account locked, or unlocked, whatever it is now. The arena owns it. */
void account_lock(const struct account_profile *profile, struct arena *arena,
                  const struct modification **modifications, size_t *count);
void account_unlock(const struct account_profile *profile, struct arena *arena,
                    const struct modification **modifications, size_t *count);

#endif
