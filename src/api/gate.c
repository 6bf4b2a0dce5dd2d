/* The one place that decides who comes in (I13: deny by default). */
#include <strings.h>

#include "bridge/base/clock.h"
#include "request.h"

static enum status identify(struct exchange *exchange, struct principal *principal,
                            struct problem *problem)
{
    static const char scheme[] = "Bearer ";
    SCOPED(store_release) struct store_txn *txn = NULL;
    const char *header = exchange_header(exchange, "Authorization");
    struct api *api = request_api(exchange);
    int64_t now = clock_now();
    enum status status;

    if (exchange_is_control(exchange)) {
        *principal = principal_of_control();
        return STATUS_OK;
    }
    if (!header || strncasecmp(header, scheme, sizeof(scheme) - 1) != 0)
        header = scheme; /* an empty token: the same refusal as for a wrong one */
    if ((status = store_begin(api->store, 0, &txn, problem)) ||
        (status = principal_of_token(txn, header + sizeof(scheme) - 1, now,
                                     exchange_arena(exchange), principal, problem)))
        return status;
    token_usage_note(api->usage, principal->token_id, now);
    return STATUS_OK;
}

enum status api_gate(struct exchange *exchange, unsigned scope, struct problem *problem)
{
    struct principal *principal;
    enum status status;

    if (scope == SCOPE_NONE)
        return STATUS_OK;
    principal = arena_alloc(exchange_arena(exchange), sizeof(*principal));
    if ((status = identify(exchange, principal, problem)))
        return status;
    exchange_set_principal(exchange, principal);
    if (scope == SCOPE_ADMIN && principal->kind == PRINCIPAL_CONNECTION)
        return problem_set(problem, STATUS_FORBIDDEN,
                           "the token of a connection reaches Users, Groups and, for reading, "
                           "Sites; use an administrator's token or the control socket");
    return STATUS_OK;
}
