/* Tokens of programs: an administrator's, and those that read the metrics. */
#include <string.h>

#include "credentials.h"
#include "handlers.h"

static const char admin_scope[] = "admin";
static const char metrics_scope[] = "metrics";

static json_t *named_json(struct exchange *exchange, const struct token *token)
{
    json_t *json = token_json(exchange, token);
    const char *scope = token->kind == PRINCIPAL_METRICS ? metrics_scope : admin_scope;

    (void)json_object_set_new(json, "name", json_string(token->name));
    (void)json_object_set_new(json, "scope", json_string(scope));
    return json;
}

struct showing {
    struct exchange *exchange;
    json_t *list;
};

static bool add_token(void *context, const struct token *token)
{
    const struct showing *showing = context;

    (void)json_array_append_new(showing->list, named_json(showing->exchange, token));
    return true;
}

enum status tokens_list(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct showing showing = {.exchange = exchange};
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    showing.list = json_array();
    token_each(txn, 0, exchange_arena(exchange), add_token, &showing);
    return request_answer_read(exchange, txn, json_pack("{s:o}", "tokens", showing.list), problem);
}

static enum status answer_created(struct exchange *exchange, struct problem *problem)
{
    const struct token_request *request = request_argument(exchange);
    json_t *json = named_json(exchange, &request->token);

    (void)problem;
    (void)json_object_set_new(json, "token", json_string(request->secret));
    request_answer_json(exchange, 201, "application/json", json);
    return STATUS_OK;
}

/* The metrics are of all organizations together: no one of them gives them away. */
static enum status read_scope(const struct exchange *exchange, const json_t *body,
                              struct token_request *request, struct problem *problem)
{
    const char *scope = NULL;
    enum status status = request_text(body, "scope", &scope, problem);

    if (status || !scope)
        return status;
    request->is_for_metrics = strcmp(scope, metrics_scope) == 0;
    if (!request->is_for_metrics && strcmp(scope, admin_scope) != 0)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "there is no scope \"%s\"; a token is for %s or %s", scope, admin_scope,
                           metrics_scope);
    if (request->is_for_metrics && request_principal(exchange)->kind != PRINCIPAL_CONTROL)
        return problem_set(problem, STATUS_FORBIDDEN,
                           "the metrics are of all organizations; use the control socket");
    return STATUS_OK;
}

enum status tokens_create(struct exchange *exchange, struct problem *problem)
{
    struct token_request *request = token_request_new(exchange);
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    if (status || (status = request_text(body, "name", &request->name, problem)) ||
        (status = token_read_life(body, request, problem)) ||
        (status = read_scope(exchange, body, request, problem)))
        return status;
    if (!request->name)
        return problem_set(problem, STATUS_INVALID_VALUE, "a token needs a name");
    request_commit(exchange, token_issue, request, answer_created);
    return STATUS_OK;
}

enum status tokens_revoke(struct exchange *exchange, struct problem *problem)
{
    struct token_request *request = token_request_new(exchange);

    (void)problem;
    request->name = exchange_segment(exchange, "name");
    request_commit(exchange, token_revoke, request, request_answer_nothing);
    return STATUS_OK;
}
