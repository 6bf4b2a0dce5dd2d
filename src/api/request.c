#include "request.h"

#include <stdlib.h>

#include "bridge/base/clock.h"
#include "bridge/base/json.h"

struct api *request_api(const struct exchange *exchange)
{
    return exchange_context(exchange);
}

const struct principal *request_principal(const struct exchange *exchange)
{
    return exchange_principal(exchange);
}

const struct actor *request_actor(struct exchange *exchange)
{
    static const enum actor_kind kinds[] = {
        [PRINCIPAL_CONNECTION] = ACTOR_CONNECTION,
        [PRINCIPAL_ADMINISTRATOR] = ACTOR_ADMINISTRATOR,
        [PRINCIPAL_CONTROL] = ACTOR_CONTROL,
        [PRINCIPAL_METRICS] = ACTOR_ADMINISTRATOR, /* who changes nothing */
    };
    const struct principal *principal = request_principal(exchange);
    struct actor *actor = arena_alloc(exchange_arena(exchange), sizeof(*actor));

    *actor = (struct actor){
        .kind = kinds[principal->kind],
        .connection = principal->connection,
        .name = principal->name,
        .peer = exchange_peer(exchange),
        .request_id = exchange_id(exchange),
        .now = clock_now(),
    };
    return actor;
}

const char *request_scim_base(struct exchange *exchange)
{
    return arena_printf(exchange_arena(exchange), "%s/scim/v2", exchange_base(exchange));
}

enum status request_snapshot(struct exchange *exchange, struct store_txn **txn,
                             struct problem *problem)
{
    return store_begin(request_api(exchange)->store, request_principal(exchange)->organization, txn,
                       problem);
}

/* ------------------------------------------------------------------------------ reading */

static void release_json(void *pointer)
{
    json_decref(pointer);
}

json_t *request_own(struct exchange *exchange, json_t *json)
{
    if (json)
        arena_take(exchange_arena(exchange), json, release_json);
    return json;
}

enum { VALUES_MAX = 100000 };

enum status request_json_up_to(struct exchange *exchange, size_t values, json_t **json,
                               struct problem *problem)
{
    const struct json_limits limits = {.depth = 32, .values = values, .text = 65536};
    struct bytes body = exchange_body(exchange);
    struct problem why = {0};

    if (body.size == 0)
        return problem_set(problem, STATUS_INVALID_SYNTAX, "the request needs a JSON body");
    if (json_read(body, &limits, json, &why))
        return problem_set(problem, STATUS_INVALID_SYNTAX, "the body: %s", why.detail);
    (void)request_own(exchange, *json);
    if (!json_is_object(*json))
        return problem_set(problem, STATUS_INVALID_SYNTAX, "the body must be a JSON object");
    return STATUS_OK;
}

enum status request_json(struct exchange *exchange, json_t **json, struct problem *problem)
{
    return request_json_up_to(exchange, VALUES_MAX, json, problem);
}

enum status request_text(const json_t *body, const char *name, const char **text,
                         struct problem *problem)
{
    const json_t *value = json_object_get(body, name);

    *text = json_string_value(value);
    if (value && !*text)
        return problem_set(problem, STATUS_INVALID_VALUE, "%s must be a text", name);
    return STATUS_OK;
}

enum status request_seconds(const json_t *body, const char *name, int64_t *seconds,
                            struct problem *problem)
{
    const json_t *value = json_object_get(body, name);

    if (value && !json_is_integer(value))
        return problem_set(problem, STATUS_INVALID_VALUE, "%s must be a number of seconds", name);
    if (value)
        *seconds = json_integer_value(value);
    return STATUS_OK;
}

/* --------------------------------------------------------------------------- committing */

struct commit {
    struct exchange *exchange;
    const struct principal *principal;
    uint32_t organization;
    int64_t now;
    store_change *change;
    void *argument;
    route_handler *answer;
    enum status status;
    struct problem problem;
};

/* The caller is asked for once more, so that a revoked token commits nothing. */
static enum status verified_change(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct commit *commit = argument;
    enum status status = principal_verify(txn, commit->principal, commit->now,
                                          exchange_arena(commit->exchange), problem);

    return status ? status : commit->change(txn, commit->argument, problem);
}

static void on_done(void *context, enum status status, const struct problem *problem)
{
    struct commit *commit = context;

    commit->status = status;
    if (status && problem)
        commit->problem = *problem;
    exchange_resume(commit->exchange);
}

static enum status resumed(struct exchange *exchange, struct problem *problem)
{
    const struct commit *commit = exchange_work(exchange);
    const struct api *api = request_api(exchange);

    if (commit->status)
        return problem_set(problem, commit->status, "%s", commit->problem.detail);
    api->changed(api->context, commit->organization);
    return commit->answer(exchange, problem);
}

void request_commit_in(struct exchange *exchange, uint32_t organization, store_change *change,
                       void *argument, route_handler *answer)
{
    struct commit *commit = arena_alloc(exchange_arena(exchange), sizeof(*commit));
    struct store *store = request_api(exchange)->store;
    bool may_wait = exchange_is_suspended(exchange);

    commit->exchange = exchange;
    commit->principal = request_principal(exchange);
    commit->organization = organization;
    commit->now = clock_now();
    commit->change = change;
    commit->argument = argument;
    commit->answer = answer;
    exchange_suspend(exchange, resumed, commit);
    if (may_wait)
        commit->status =
            store_update(store, organization, verified_change, commit, &commit->problem);
    else
        store_submit(store, organization, verified_change, commit, on_done, commit);
}

void request_commit(struct exchange *exchange, store_change *change, void *argument,
                    route_handler *answer)
{
    request_commit_in(exchange, request_principal(exchange)->organization, change, argument,
                      answer);
}

void *request_argument(const struct exchange *exchange)
{
    const struct commit *commit = exchange_work(exchange);

    return commit->argument;
}

/* ---------------------------------------------------------------------------- answering */

void request_answer_json(struct exchange *exchange, int status, const char *type, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    json_decref(json);
    if (text)
        arena_take(exchange_arena(exchange), text, free);
    exchange_answer(exchange, status, type, bytes_of_text(text ? text : "null"), (struct bytes){0});
}

enum status request_answer_read(struct exchange *exchange, struct store_txn *txn, json_t *json,
                                struct problem *problem)
{
    enum status status = store_status(txn, problem);

    if (status)
        json_decref(json);
    else
        request_answer_json(exchange, 200, "application/json", json);
    return status;
}

enum status request_answer_nothing(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 204, NULL, (struct bytes){0}, (struct bytes){0});
    return STATUS_OK;
}
