#include <assert.h>

#include "window.h"

/* -------------------------------------------------------------------- reading */

enum status directory_read(struct directory *directory, const char *dn,
                           const char *const *attributes, struct arena *arena, struct entry **entry,
                           struct problem *problem)
{
    struct request request = {
        .operation = OPERATION_READ, .dn = dn, .attributes = attributes, .arena = arena};
    enum status status = window_ask(directory, &request, problem);

    if (status)
        return status;
    if (request.found.count != 1)
        return problem_set(problem, STATUS_DIRECTORY_REFUSED, REQUEST_NOT_SHOWN, dn);
    *entry = request.found.entries[0];
    return STATUS_OK;
}

enum status directory_search(struct directory *directory, const char *base, const char *filter,
                             const char *const *attributes, struct arena *arena,
                             struct entry_list *found, struct problem *problem)
{
    struct request request = {.operation = OPERATION_SEARCH,
                              .dn = base,
                              .filter = filter,
                              .attributes = attributes,
                              .arena = arena};
    enum status status = window_ask(directory, &request, problem);

    *found = request.found;
    return status;
}

/* -------------------------------------------------------------------- writing */

enum status directory_add(struct directory *directory, const struct entry *entry,
                          struct problem *problem)
{
    struct request request = {.operation = OPERATION_ADD, .dn = entry->dn, .entry = entry};

    return window_ask(directory, &request, problem);
}

enum status directory_modify(struct directory *directory, const char *dn,
                             const struct modification *modifications, size_t count,
                             struct problem *problem)
{
    struct request request = {
        .operation = OPERATION_MODIFY, .dn = dn, .modifications = modifications, .count = count};

    return window_ask(directory, &request, problem);
}

enum status directory_rename(struct directory *directory, const char *dn, const char *rdn,
                             struct problem *problem)
{
    struct request request = {.operation = OPERATION_RENAME, .dn = dn, .rdn = rdn};

    return window_ask(directory, &request, problem);
}

enum status directory_set_password(struct directory *directory, const char *dn,
                                   struct bytes password, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct call call = call_begin(directory, OPERATION_PASSWORD, dn, problem);
    struct berval user = {strlen(dn), arena_strdup(arena, dn)};
    struct berval fresh = {password.size, arena_text(arena, password)};
    enum status status;

    assert(password.size > 0);
    status = call_finish(
        &call, ldap_passwd(directory->ld, &user, NULL, &fresh, NULL, NULL, &call.message_id));
    explicit_bzero(fresh.bv_val, fresh.bv_len);
    return status;
}

enum status directory_delete(struct directory *directory, const char *dn, struct problem *problem)
{
    struct request request = {.operation = OPERATION_DELETE, .dn = dn};

    return window_ask(directory, &request, problem);
}
