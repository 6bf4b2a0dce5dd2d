#include "lookup.h"

static enum status by_identity(const struct lookup *lookup, const char *identity,
                               const struct entry **entry, struct problem *problem)
{
    struct entry_list found = {NULL, 0};
    char *filter = arena_printf(lookup->arena, "(%s=%s)", lookup->identifier,
                                filter_escape(lookup->arena, identity));
    enum status status = directory_search(lookup->directory, lookup->base, filter,
                                          lookup->attributes, lookup->arena, &found, problem);

    if (status)
        return status;
    if (found.count > 1)
        return problem_set(problem, STATUS_DIRECTORY_REFUSED,
                           "search %s: %zu entries answer to %s, which identifies one",
                           lookup->base, found.count, filter);
    *entry = found.count ? found.entries[0] : NULL;
    return STATUS_OK;
}

static enum status by_dn(const struct lookup *lookup, const char *dn, const struct entry **entry,
                         struct problem *problem)
{
    struct problem missing = {0};
    struct entry *found = NULL;
    enum status status =
        directory_read(lookup->directory, dn, lookup->attributes, lookup->arena, &found, &missing);

    *entry = found;
    if (status == STATUS_NOT_FOUND || status == STATUS_OK)
        return STATUS_OK;
    return problem_set(problem, status, "%s", missing.detail);
}

enum status lookup_entry(const struct lookup *lookup, const char *identity, const char *dn,
                         const struct entry **entry, struct problem *problem)
{
    if (identity)
        return by_identity(lookup, identity, entry, problem);
    return by_dn(lookup, dn, entry, problem);
}
