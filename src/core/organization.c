#include "bridge/core/organization.h"

#include <string.h>

#include "bridge/base/text.h"
#include "bridge/core/journal.h"
#include "bridge/core/outbox.h"
#include "bridge/store/key.h"
#include "bridge/store/record.h"

enum { RECORD_VERSION = 1 };

/* ------------------------------------------------------------------------------ records */

static void record_save(struct store_txn *txn, const struct organization *organization,
                        struct arena *arena)
{
    struct store_key key = key_of(organization->number);
    struct record_writer writer = record_write(arena, RECORD_VERSION);

    record_put_text(&writer, organization->name);
    record_put_u64(&writer, (uint64_t)organization->created_at);
    store_put(txn, STORE_ORGANIZATION, key_bytes(&key), record_bytes(&writer));
}

static bool record_decode(struct bytes value, uint32_t number, struct arena *arena,
                          struct organization *organization)
{
    struct record_reader reader = record_read(value, RECORD_VERSION);

    organization->number = number;
    organization->name = record_take_text(&reader, arena);
    organization->created_at = (int64_t)record_take_u64(&reader);
    return !reader.is_damaged;
}

bool organization_load(struct store_txn *txn, uint32_t number, struct arena *arena,
                       struct organization *organization)
{
    struct store_key key = key_of(number);
    struct bytes value;

    return store_get(txn, STORE_ORGANIZATION, key_bytes(&key), &value) &&
           record_decode(value, number, arena, organization);
}

/* ------------------------------------------------------------------------------ walking */

struct walk {
    struct arena *arena;
    organization_visit *visit;
    void *context;
};

static bool visit_record(void *context, struct bytes key, struct bytes value)
{
    const struct walk *walk = context;
    struct organization organization;

    if (!record_decode(value, key_organization(key), walk->arena, &organization))
        return true;
    return walk->visit(walk->context, &organization);
}

void organization_each(struct store_txn *txn, struct arena *arena, organization_visit *visit,
                       void *context)
{
    struct walk walk = {arena, visit, context};

    store_scan(txn, STORE_ORGANIZATION, (struct bytes){0}, (struct bytes){0}, visit_record, &walk);
}

/* There are few: what is looked for is found by looking at all. */
struct search {
    const char *name;
    struct organization *found;
    bool is_found;
    size_t count; /* of those that were looked at */
};

static bool visit_named(void *context, const struct organization *organization)
{
    struct search *search = context;

    search->count++;
    if (strcmp(organization->name, search->name) != 0)
        return true;
    *search->found = *organization;
    search->is_found = true;
    return false;
}

static struct search search_for(struct store_txn *txn, const char *name, struct arena *arena,
                                struct organization *organization)
{
    struct search search = {.name = name, .found = organization};

    organization_each(txn, arena, visit_named, &search);
    return search;
}

bool organization_find(struct store_txn *txn, const char *name, struct arena *arena,
                       struct organization *organization)
{
    return search_for(txn, name, arena, organization).is_found;
}

/* ------------------------------------------------------------------------------- create */

uint32_t organization_number(struct store_txn *txn)
{
    return (uint32_t)store_sequence(txn);
}

static enum status write(struct store_txn *txn, struct organization_request *request,
                         struct problem *problem)
{
    struct journal journal =
        journal_begin(request->arena, request->actor, "organization.create", request->name);

    request->organization = (struct organization){
        .number = store_organization(txn),
        .name = request->name,
        .created_at = request->actor->now,
    };
    record_save(txn, &request->organization, request->arena);
    outbox_add(txn, OUTBOX_ORGANIZATION, 0, OUTBOX_ORDINARY, request->actor, request->arena);
    journal_end(&journal, txn);
    return store_status(txn, problem);
}

static enum status check(struct store_txn *txn, const struct organization_request *request,
                         struct problem *problem)
{
    struct organization other;
    struct search search;

    if (!text_is_label(request->name))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "\"%s\" cannot name an organization; use 1 to %d of a-z, 0-9 and -",
                           request->name, LABEL_MAX);
    search = search_for(txn, request->name, request->arena, &other);
    if (search.is_found)
        return problem_set(problem, STATUS_UNIQUENESS, "there is an organization %s already",
                           request->name);
    if (search.count >= ORGANIZATIONS_MAX)
        return problem_set(problem, STATUS_CONFLICT,
                           "there are %d organizations, and more are not possible",
                           ORGANIZATIONS_MAX);
    if (!store_organization(txn) ||
        organization_load(txn, store_organization(txn), request->arena, &other))
        return problem_set(problem, STATUS_BUSY, "the organization's number is taken; try again");
    return STATUS_OK;
}

enum status organization_create(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct organization_request *request = argument;
    enum status status = check(txn, request, problem);

    return status ? status : write(txn, request, problem);
}

static enum status create_default(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct organization_request *request = argument;

    if (organization_load(txn, ORGANIZATION_DEFAULT, request->arena, &request->organization))
        return store_status(txn, problem);
    return write(txn, request, problem);
}

enum status core_init(struct store *store, int64_t now, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct actor actor = {.name = "init", .now = now};
    struct organization_request request = {.actor = &actor, .arena = arena, .name = "default"};

    return store_update(store, ORGANIZATION_DEFAULT, create_default, &request, problem);
}

enum status organization_check(struct store_txn *txn, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct organization organization;

    if (organization_load(txn, ORGANIZATION_DEFAULT, arena, &organization))
        return STATUS_OK;
    return store_missing(txn, problem, "organization", "default");
}
