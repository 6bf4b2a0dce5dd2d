#include "bridge/core/connection.h"

#include <string.h>

#include "credentials.h"
#include "handlers.h"

/* -------------------------------------------------------------------------------- showing */

struct showing {
    struct exchange *exchange;
    struct store_txn *txn;
    json_t *list;
};

static bool add_token(void *context, const struct token *token)
{
    const struct showing *showing = context;

    (void)json_array_append_new(showing->list, token_json(showing->exchange, token));
    return true;
}

static json_t *grants_json(unsigned grants)
{
    json_t *json = json_array();

    for (enum role role = ROLE_USER; role <= ROLE_ADMIN; role++) {
        if (grants & 1u << role)
            (void)json_array_append_new(json, json_string(role_name(role)));
    }
    return json;
}

static json_t *domains_json(const struct connection *connection)
{
    json_t *json = json_array();

    for (size_t i = 0; i < connection->domain_count; i++)
        (void)json_array_append_new(json, json_string(connection->domains[i]));
    return json;
}

static json_t *connection_json(struct exchange *exchange, struct store_txn *txn,
                               const struct connection *connection)
{
    struct showing tokens = {exchange, txn, json_array()};
    json_t *json = json_object();

    token_each(txn, connection->number, exchange_arena(exchange), add_token, &tokens);
    (void)json_object_set_new(json, "name", json_string(connection->name));
    (void)json_object_set_new(json, "carrier", json_string(connection->carrier));
    (void)json_object_set_new(json, "grants", grants_json(connection->grants));
    (void)json_object_set_new(json, "domains", domains_json(connection));
    (void)json_object_set_new(json, "accounts",
                              json_integer(connection_accounts(txn, connection->number)));
    (void)json_object_set_new(json, "created", timestamp_json(connection->created_at));
    (void)json_object_set_new(json, "tokens", tokens.list);
    return json;
}

static bool add_connection(void *context, const struct connection *connection)
{
    const struct showing *showing = context;

    (void)json_array_append_new(showing->list,
                                connection_json(showing->exchange, showing->txn, connection));
    return true;
}

enum status connections_list(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct showing showing = {.exchange = exchange};
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    showing.txn = txn;
    showing.list = json_array();
    connection_each(txn, exchange_arena(exchange), add_connection, &showing);
    return request_answer_read(exchange, txn, json_pack("{s:o}", "connections", showing.list),
                               problem);
}

enum status connections_show(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const char *name = exchange_segment(exchange, "name");
    struct connection connection;
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    if (!connection_find(txn, name, exchange_arena(exchange), &connection))
        return store_missing(txn, problem, "connection", name);
    return request_answer_read(exchange, txn, connection_json(exchange, txn, &connection), problem);
}

/* ----------------------------------------------------------------------- create and rotate */

/* A connection and its token, in one change. */
struct provision {
    struct connection_request connection;
    struct token_request *token;
};

static struct provision *new_provision(struct exchange *exchange)
{
    struct provision *provision = arena_alloc(exchange_arena(exchange), sizeof(*provision));

    provision->token = token_request_new(exchange);
    provision->token->connection = &provision->connection.connection;
    provision->connection.actor = provision->token->actor;
    provision->connection.arena = provision->token->arena;
    return provision;
}

static enum status answer_with(struct exchange *exchange, int http, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct provision *provision = request_argument(exchange);
    enum status status = request_snapshot(exchange, &txn, problem);
    json_t *json;

    if (status)
        return status;
    json = connection_json(exchange, txn, &provision->connection.connection);
    (void)json_object_set_new(json, "token", json_string(provision->token->secret));
    request_answer_json(exchange, http, "application/json", json);
    return STATUS_OK;
}

static enum status answer_created(struct exchange *exchange, struct problem *problem)
{
    return answer_with(exchange, 201, problem);
}

static enum status answer_rotated(struct exchange *exchange, struct problem *problem)
{
    return answer_with(exchange, 200, problem);
}

static enum status create(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct provision *provision = argument;
    enum status status = connection_create(txn, &provision->connection, problem);

    return status ? status : token_issue(txn, provision->token, problem);
}

static enum status rotate(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct provision *provision = argument;
    struct connection_request *request = &provision->connection;

    if (!connection_find(txn, request->name, request->arena, &request->connection))
        return store_missing(txn, problem, "connection", request->name);
    return token_issue(txn, provision->token, problem);
}

static enum status read_grants(const json_t *body, struct connection_request *request,
                               struct problem *problem)
{
    const json_t *given = json_object_get(body, "grants");

    request->sets_grants = given;
    if (given && !json_is_array(given))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "grants must be a list of \"user\" and \"admin\"");
    for (size_t i = 0; i < json_array_size(given); i++) {
        const char *name = json_string_value(json_array_get(given, i));
        enum role role;

        if (!name || !role_parse(name, &role))
            return problem_set(
                problem, STATUS_INVALID_VALUE,
                "grants has a role that is not known here; send \"user\", \"admin\"");
        request->grants |= 1u << role;
    }
    return STATUS_OK;
}

static bool is_text_list(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return false;
    return json_is_array(list);
}

static enum status read_domains(const json_t *body, struct connection_request *request,
                                struct problem *problem)
{
    const json_t *given = json_object_get(body, "domains");
    const char **domains;

    if (!given)
        return STATUS_OK;
    if (!is_text_list(given))
        return problem_set(problem, STATUS_INVALID_VALUE, "domains must be a list of texts");
    request->sets_domains = true;
    request->domain_count = json_array_size(given);
    request->domains = domains =
        arena_alloc(request->arena, request->domain_count * sizeof(*domains));
    for (size_t i = 0; i < request->domain_count; i++)
        domains[i] = json_string_value(json_array_get(given, i));
    return STATUS_OK;
}

/* What create and edit have in common. */
static enum status read_rights(const json_t *body, struct connection_request *request,
                               struct problem *problem)
{
    enum status status = read_grants(body, request, problem);

    return status ? status : read_domains(body, request, problem);
}

enum status connections_create(struct exchange *exchange, struct problem *problem)
{
    struct provision *provision = new_provision(exchange);
    struct connection_request *request = &provision->connection;
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    if (status || (status = request_text(body, "name", &request->name, problem)) ||
        (status = request_text(body, "carrier", &request->carrier, problem)) ||
        (status = read_rights(body, request, problem)) ||
        (status = token_read_life(body, provision->token, problem)))
        return status;
    if (!request->name)
        return problem_set(problem, STATUS_INVALID_VALUE, "a connection needs a name");
    if (!request->sets_grants)
        request->grants = 1u << ROLE_USER;
    request_commit(exchange, create, provision, answer_created);
    return STATUS_OK;
}

/* What is left out is as it always was, and so may the body be. */
static enum status read_rotation(struct exchange *exchange, struct token_request *request,
                                 struct problem *problem)
{
    json_t *body = NULL;
    enum status status;

    if (exchange_body(exchange).size == 0)
        return STATUS_OK;
    if ((status = request_json(exchange, &body, problem)) ||
        (status = token_read_life(body, request, problem)))
        return status;
    request->ends_other = json_object_get(body, "grace") != NULL;
    return request_seconds(body, "grace", &request->grace, problem);
}

enum status connections_rotate(struct exchange *exchange, struct problem *problem)
{
    struct provision *provision = new_provision(exchange);
    enum status status = read_rotation(exchange, provision->token, problem);

    if (status)
        return status;
    provision->connection.name = exchange_segment(exchange, "name");
    request_commit(exchange, rotate, provision, answer_rotated);
    return STATUS_OK;
}

/* ----------------------------------------------------------------------------------- edit */

static enum status answer_edited(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct connection_request *request = request_argument(exchange);
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    request_answer_json(exchange, 200, "application/json",
                        connection_json(exchange, txn, &request->connection));
    return STATUS_OK;
}

enum status connections_edit(struct exchange *exchange, struct problem *problem)
{
    struct connection_request *request = &new_provision(exchange)->connection;
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    if (status || (status = read_rights(body, request, problem)))
        return status;
    request->name = exchange_segment(exchange, "name");
    request_commit(exchange, connection_edit, request, answer_edited);
    return STATUS_OK;
}

/* --------------------------------------------------------------------------------- delete */

static enum status delete_with_tokens(struct store_txn *txn, void *argument,
                                      struct problem *problem)
{
    struct provision *provision = argument;
    enum status status = connection_delete(txn, &provision->connection, problem);

    return status ? status : token_revoke_all(txn, provision->token, problem);
}

static enum status read_disposal(const char *text, enum connection_disposal *disposal,
                                 struct problem *problem)
{
    static const char *const names[] = {
        [CONNECTION_KEEP_NONE] = "",
        [CONNECTION_RELEASE] = "release",
        [CONNECTION_DEACTIVATE] = "deactivate",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text ? text : "", names[i]) == 0) {
            *disposal = (enum connection_disposal)i;
            return STATUS_OK;
        }
    }
    return problem_set(problem, STATUS_INVALID_VALUE,
                       "accounts must be \"release\" or \"deactivate\"");
}

enum status connections_delete(struct exchange *exchange, struct problem *problem)
{
    struct provision *provision = new_provision(exchange);
    enum status status = read_disposal(exchange_parameter(exchange, "accounts"),
                                       &provision->connection.disposal, problem);

    if (status)
        return status;
    provision->connection.name = exchange_segment(exchange, "name");
    request_commit(exchange, delete_with_tokens, provision, request_answer_nothing);
    return STATUS_OK;
}
