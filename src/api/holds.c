/* What waits for a person's word. */
#include "bridge/core/hold.h"
#include "bridge/core/organization.h"
#include "credentials.h"
#include "handlers.h"

/* ------------------------------------------------------------------------------ showing */

static json_t *hold_json(const struct hold *hold)
{
    bool is_decided = hold->state != HOLD_WAITING;

    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:s?, s:s?, s:s?}", "id", hold->id, "kind",
                     hold_kind_name(hold->kind), "state", hold_state_name(hold->state), "opened",
                     timestamp_json(hold->opened_at), "detail", hold->detail, "decided",
                     is_decided ? timestamp_json(hold->decided_at) : json_null(), "by",
                     is_decided ? hold->decided_by : NULL, "reason",
                     is_decided ? hold->reason : NULL, "advice",
                     is_decided ? NULL : hold_kind_advice(hold->kind));
}

static bool add_hold(void *context, const struct hold *hold)
{
    (void)json_array_append_new(context, hold_json(hold));
    return true;
}

enum status holds_list(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status = request_snapshot(exchange, &txn, problem);
    json_t *list;

    if (status)
        return status;
    list = json_array();
    hold_each(txn, exchange_arena(exchange), add_hold, list);
    return request_answer_read(exchange, txn, json_pack("{s:o}", "holds", list), problem);
}

/* The hold that the path names. */
static enum status find(struct exchange *exchange, struct store_txn **txn, struct hold *hold,
                        struct problem *problem)
{
    const char *id = exchange_segment(exchange, "id");
    enum status status = request_snapshot(exchange, txn, problem);

    if (!status && !hold_find(*txn, id, exchange_arena(exchange), hold))
        status = store_missing(*txn, problem, "hold", id);
    return status;
}

enum status holds_show(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct hold hold;
    enum status status = find(exchange, &txn, &hold, problem);

    return status ? status : request_answer_read(exchange, txn, hold_json(&hold), problem);
}

/* ------------------------------------------------------------------------------ deciding */

/* In whose journal it stands. */
static enum status find_organization(struct exchange *exchange, uint32_t *organization,
                                     struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct hold hold;
    enum status status = find(exchange, &txn, &hold, problem);

    if (!status)
        *organization = hold_is_of_daemon(hold.kind) ? ORGANIZATION_DEFAULT
                                                     : request_principal(exchange)->organization;
    return status;
}

static enum status answer_decided(struct exchange *exchange, struct problem *problem)
{
    const struct hold_request *request = request_argument(exchange);

    (void)problem;
    request_answer_json(exchange, 200, "application/json", hold_json(&request->hold));
    return STATUS_OK;
}

static enum status decide(struct exchange *exchange, store_change *change, struct problem *problem)
{
    struct arena *arena = exchange_arena(exchange);
    struct hold_request *request = arena_alloc(arena, sizeof(*request));
    uint32_t organization = 0;
    json_t *body = NULL;
    enum status status = find_organization(exchange, &organization, problem);

    if (status || (status = request_json(exchange, &body, problem)) ||
        (status = request_text(body, "reason", &request->reason, problem)))
        return status;
    request->actor = request_actor(exchange);
    request->arena = arena;
    request->id = exchange_segment(exchange, "id");
    request_commit_in(exchange, organization, change, request, answer_decided);
    return STATUS_OK;
}

enum status holds_allow(struct exchange *exchange, struct problem *problem)
{
    return decide(exchange, hold_allow, problem);
}

enum status holds_refuse(struct exchange *exchange, struct problem *problem)
{
    return decide(exchange, hold_refuse, problem);
}
