#include "bridge/core/association.h"

#include <stddef.h>

#include "bridge/base/text.h"

static const char *const role_names[] = {
    [ROLE_USER] = "user",
    [ROLE_ADMIN] = "admin",
};

const char *role_name(enum role role)
{
    return role_names[role];
}

bool role_parse(const char *text, enum role *role)
{
    for (enum role known = ROLE_USER; known <= ROLE_ADMIN; known++) {
        if (text_equal_folded(text, role_names[known])) {
            *role = known;
            return true;
        }
    }
    return false;
}

/* Why an assertion cannot be applied; STATUS_OK when it can. */
static enum status judge(const struct assertion *assertion, unsigned stated, enum role role,
                         struct problem *problem)
{
    bool needs_site = role == ROLE_USER;

    if (stated & STATED_ROLE && assertion->role && role == ROLE_NONE)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "role \"%s\" is not known here; send \"admin\" or \"user\"",
                           assertion->role);
    if ((stated & STATED_SITE || needs_site) && assertion->site && !assertion->site_row)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "site \"%s\" does not exist; create it first, or send the name or key "
                           "of one that does",
                           assertion->site);
    if (needs_site && !assertion->site)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "role \"user\" needs a site; send site together with role");
    return STATUS_OK;
}

enum status association_derive(const struct assertion *assertion, unsigned stated,
                               struct association *association, struct problem *problem)
{
    enum role role = ROLE_NONE;
    enum status status;

    *association = (struct association){0};
    if (assertion->role)
        (void)role_parse(assertion->role, &role);
    if (stated && (status = judge(assertion, stated, role, problem)))
        return status;
    if (role == ROLE_USER && !assertion->site_row)
        return STATUS_OK;
    association->role = role;
    association->site_row = role == ROLE_USER ? assertion->site_row : 0;
    return STATUS_OK;
}
