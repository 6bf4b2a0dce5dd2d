#include "organizations.h"

#include <string.h>

#include "alarm.h"
#include "bridge/core/outbox.h"
#include "credentials.h"
#include "handlers.h"

/* -------------------------------------------------------------------------------- showing */

bool directory_find(const struct api *api, const char *organization,
                    struct api_directory *directory)
{
    for (size_t i = 0; i < api->directory_count; i++) {
        api->directory(api->context, i, directory);
        if (strcmp(directory->organization, organization) == 0)
            return true;
    }
    return false;
}

enum status password_size_min(struct exchange *exchange, size_t *size, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct organization organization;
    struct api_directory directory;
    enum status status = request_snapshot(exchange, &txn, problem);

    *size = 0;
    if (status)
        return status;
    if (organization_load(txn, store_organization(txn), exchange_arena(exchange), &organization) &&
        directory_find(request_api(exchange), organization.name, &directory) && directory.uri)
        *size = directory.password_size_min;
    return store_status(txn, problem);
}

static struct api_directory directory_of(const struct api *api, const char *organization)
{
    struct api_directory directory;

    if (!directory_find(api, organization, &directory))
        directory = (struct api_directory){.state = "none", .since = api->started_at};
    return directory;
}

const char *directory_state(const struct api *api, const char *organization)
{
    return directory_of(api, organization).state;
}

json_t *directory_json(const struct api *api, const char *organization)
{
    struct api_directory directory = directory_of(api, organization);

    return json_pack("{s:s, s:s?, s:s?, s:o}", "state", directory.state, "uri", directory.uri,
                     "detail", *directory.detail ? directory.detail : NULL, "since",
                     timestamp_json(directory.since));
}

json_t *outbox_json(struct store_txn *txn, struct arena *arena)
{
    struct outbox_depth depth = outbox_depth(txn, arena);

    return json_pack("{s:I, s:I, s:o}", "waiting", (json_int_t)depth.waiting, "parked",
                     (json_int_t)depth.parked, "oldest",
                     depth.oldest_at ? timestamp_json(depth.oldest_at) : json_null());
}

/* Those that the configuration names and nobody has made. */
static void each_absent(struct store_txn *txn, const struct api *api, struct arena *arena,
                        organization_visit *visit, void *context)
{
    for (size_t i = 0; i < api->directory_count; i++) {
        struct organization organization;
        struct api_directory directory;

        api->directory(api->context, i, &directory);
        if (organization_find(txn, directory.organization, arena, &organization))
            continue;
        organization = (struct organization){.number = 0, .name = directory.organization};
        (void)visit(context, &organization);
    }
}

void organizations_each(struct store_txn *txn, const struct api *api, struct arena *arena,
                        organization_visit *visit, void *context)
{
    organization_each(txn, arena, visit, context);
    each_absent(txn, api, arena, visit, context);
}

struct showing {
    struct store_txn *txn;
    const struct api *api;
    struct arena *arena;
    json_t *list;
};

static bool add_organization(void *context, const struct organization *organization)
{
    const struct showing *showing = context;
    uint32_t own = store_organization(showing->txn);
    bool is_there = organization->number != 0;
    json_t *json = json_pack("{s:s, s:o, s:o}", "name", organization->name, "created",
                             is_there ? timestamp_json(organization->created_at) : json_null(),
                             "directory", directory_json(showing->api, organization->name));

    store_enter(showing->txn, organization->number);
    (void)json_object_set_new(json, "outbox",
                              is_there ? outbox_json(showing->txn, showing->arena) : json_null());
    (void)json_object_set_new(
        json, "alarms",
        alarms_json(showing->api, showing->txn, organization->name, showing->arena));
    store_enter(showing->txn, own);
    (void)json_array_append_new(showing->list, json);
    return true;
}

json_t *organizations_json(struct store_txn *txn, const struct api *api, struct arena *arena)
{
    struct showing showing = {txn, api, arena, json_array()};

    organizations_each(txn, api, arena, add_organization, &showing);
    return showing.list;
}

enum status organizations_list(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status = request_snapshot(exchange, &txn, problem);
    json_t *list;

    if (status)
        return status;
    list = organizations_json(txn, request_api(exchange), exchange_arena(exchange));
    return request_answer_read(exchange, txn, json_pack("{s:o}", "organizations", list), problem);
}

/* --------------------------------------------------------------------------------- create */

static enum status take_number(struct exchange *exchange, uint32_t *number, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status = request_snapshot(exchange, &txn, problem);

    if (!status)
        *number = organization_number(txn);
    return status;
}

static enum status answer_created(struct exchange *exchange, struct problem *problem)
{
    const struct organization_request *request = request_argument(exchange);
    const struct organization *organization = &request->organization;

    (void)problem;
    request_answer_json(exchange, 201, "application/json",
                        json_pack("{s:s, s:o}", "name", organization->name, "created",
                                  timestamp_json(organization->created_at)));
    return STATUS_OK;
}

enum status organizations_create(struct exchange *exchange, struct problem *problem)
{
    struct arena *arena = exchange_arena(exchange);
    struct organization_request *request = arena_alloc(arena, sizeof(*request));
    uint32_t number = 0;
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    if (status || (status = request_text(body, "name", &request->name, problem)))
        return status;
    if (!request->name)
        return problem_set(problem, STATUS_INVALID_VALUE, "an organization needs a name");
    if ((status = take_number(exchange, &number, problem)))
        return status;
    request->actor = request_actor(exchange);
    request->arena = arena;
    request_commit_in(exchange, number, organization_create, request, answer_created);
    return STATUS_OK;
}
