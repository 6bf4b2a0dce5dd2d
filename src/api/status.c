/* The state of the daemon, for people and for health checks. */
#include <unistd.h>

#include "alarm.h"
#include "bridge/base/json.h"
#include "bridge/core/group.h"
#include "bridge/core/outbox.h"
#include "bridge/core/site.h"
#include "bridge/core/user.h"
#include "credentials.h"
#include "handlers.h"
#include "organizations.h"

enum { PARKED_SHOWN = 20 };

static void answer_state(struct exchange *exchange, const char *state)
{
    request_answer_json(exchange, 200, "application/json", json_pack("{s:s}", "status", state));
}

enum status health_show(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    answer_state(exchange, "ok");
    return STATUS_OK;
}

enum status health_ready(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status =
        store_begin(request_api(exchange)->store, ORGANIZATION_DEFAULT, &txn, problem);

    if (!status && organization_check(txn, NULL))
        status = problem_set(problem, STATUS_BUSY, "the store does not answer");
    if (status)
        return status;
    answer_state(exchange, "ready");
    return STATUS_OK;
}

/* ---------------------------------------------------------------------------------- parts */

static json_t *store_json(const struct api *api)
{
    uint64_t used;
    uint64_t size;

    store_usage(api->store, &used, &size);
    return json_pack("{s:s, s:I, s:I}", "path", api->store_path, "used", (json_int_t)used, "size",
                     (json_int_t)size);
}

static json_t *people_json(struct store_txn *txn)
{
    struct user_counts counts = user_counts(txn);

    return json_pack("{s:I, s:I, s:I, s:I}", "total", (json_int_t)counts.total, "active",
                     (json_int_t)counts.active, "inactive",
                     (json_int_t)(counts.total - counts.active), "admins",
                     (json_int_t)counts.admins);
}

/* What a parked line is about, in words that a person finds again. */
static json_t *parked_json(struct store_txn *txn, const struct outbox_line *line,
                           struct arena *arena)
{
    static const char *const kinds[] = {[OUTBOX_ORGANIZATION] = "Organization",
                                        [OUTBOX_SITE] = "Site",
                                        [OUTBOX_USER] = "User",
                                        [OUTBOX_GROUP] = "Group"};
    json_t *json = json_pack("{s:s, s:s, s:o}", "kind", kinds[line->kind], "detail", line->refusal,
                             "since", timestamp_json(line->written_at));
    struct user user;
    struct group group;
    struct site site;

    if (line->kind == OUTBOX_USER && user_load(txn, line->row, arena, &user)) {
        json_auto_t *document = json_stored(user.document);

        (void)json_object_set_new(json, "id", json_string(user.account.id));
        (void)json_object_set(json, "name", json_object_get(document, "userName"));
    } else if (line->kind == OUTBOX_GROUP && group_load(txn, line->row, arena, &group)) {
        (void)json_object_set_new(json, "id", json_string(group.id));
        (void)json_object_set_new(json, "name", json_string(group.name));
    } else if (line->kind == OUTBOX_SITE && site_load(txn, line->row, arena, &site)) {
        (void)json_object_set_new(json, "id", json_string(site.id));
        (void)json_object_set_new(json, "name", json_string(site.name));
    }
    return json;
}

static json_t *all_parked_json(struct store_txn *txn, struct arena *arena)
{
    struct outbox_line lines[PARKED_SHOWN];
    size_t count = outbox_parked(txn, lines, PARKED_SHOWN, arena);
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(json, parked_json(txn, &lines[i], arena));
    return json;
}

/* Those of the whole daemon first: they concern everybody. */
static json_t *all_alarms_json(struct exchange *exchange, struct store_txn *txn,
                               const struct organization *organization)
{
    const struct api *api = request_api(exchange);
    struct arena *arena = exchange_arena(exchange);
    json_t *all = alarms_json(api, txn, NULL, arena);
    json_t *own = alarms_json(api, txn, organization->name, arena);

    (void)json_array_extend(all, own);
    json_decref(own);
    return all;
}

static void add_organization(struct exchange *exchange, struct store_txn *txn,
                             const struct organization *organization, json_t *json)
{
    struct arena *arena = exchange_arena(exchange);

    (void)json_object_set_new(json, "organization", json_string(organization->name));
    (void)json_object_set_new(json, "people", people_json(txn));
    (void)json_object_set_new(json, "sites", json_integer(site_count(txn)));
    (void)json_object_set_new(json, "directory",
                              directory_json(request_api(exchange), organization->name));
    (void)json_object_set_new(json, "outbox", outbox_json(txn, arena));
    (void)json_object_set_new(json, "parked", all_parked_json(txn, arena));
    (void)json_object_set_new(json, "alarms", all_alarms_json(exchange, txn, organization));
}

static json_t *state_json(struct exchange *exchange, struct store_txn *txn,
                          const struct organization *organization)
{
    bool is_control = request_principal(exchange)->kind == PRINCIPAL_CONTROL;
    const struct api *api = request_api(exchange);
    json_t *json = json_pack("{s:s, s:i, s:o}", "version", BRIDGE_VERSION, "pid", (int)getpid(),
                             "started", timestamp_json(api->started_at));

    if (is_control) /* of all organizations together */
        (void)json_object_set_new(json, "store", store_json(api));
    add_organization(exchange, txn, organization, json);
    if (is_control && organization->number == ORGANIZATION_DEFAULT)
        (void)json_object_set_new(json, "organizations",
                                  organizations_json(txn, api, exchange_arena(exchange)));
    return json;
}

enum status status_show(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    uint32_t number = request_principal(exchange)->organization;
    struct organization organization;
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    if (!organization_load(txn, number, exchange_arena(exchange), &organization))
        return store_missing(txn, problem, "organization", "of this token");
    return request_answer_read(exchange, txn, state_json(exchange, txn, &organization), problem);
}
