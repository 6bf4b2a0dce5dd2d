#ifndef BRIDGE_CORE_ASSOCIATION_H
#define BRIDGE_CORE_ASSOCIATION_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/status.h"

/*
 * Role and site, apart as asserted and as effective. What the owner of an
 * account last asserted is kept as it came, through any number of
 * deactivations; the association that is in effect is derived from it.
 */
enum role { ROLE_NONE, ROLE_USER, ROLE_ADMIN };

/* The wire value: "user", "admin"; NULL for none. */
const char *role_name(enum role role);

/* Without letter case. False when there is no such role. */
bool role_parse(const char *text, enum role *role);

/* As the owner last said it. */
struct assertion {
    const char *role;  /* NULL: nothing asserted */
    const char *site;  /* a name, key or former name; NULL: nothing asserted */
    uint64_t site_row; /* the site that it meant; 0: there is none such */
};

/* In effect. An inactive account has none. */
struct association {
    enum role role;
    uint64_t site_row; /* 0 unless the role is user */
};

/* What a request may speak of. */
enum { STATED_ROLE = 1, STATED_SITE = 2, STATED_ACTIVE = 4 };

/*
 * What an assertion comes to for an account that is active: an administrator has
 * no site (one that was sent beside is remembered, not applied), a user has
 * exactly one, and who has no role is in no managed group.
 *
 * stated - what the request at hand speaks of. What it says, and what its role needs,
 *          must be right, or it is refused; what is only remembered is no reason.
 *          0 (a bare restore): what cannot be applied leaves the account without
 *          an association. A role is never guessed.
 *
 * STATUS_INVALID_VALUE  an unknown role or site, or role user without a site
 */
enum status association_derive(const struct assertion *assertion, unsigned stated,
                               struct association *association, struct problem *problem);

#endif
