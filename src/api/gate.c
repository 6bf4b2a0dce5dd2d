/* The one place that decides who comes in (I13: deny by default). */
#include <string.h>
#include <strings.h>

#include "bridge/base/clock.h"
#include "bridge/core/organization.h"
#include "request.h"
#include "resource.h"

/* Which organization is meant; NULL: the caller's only one, or the default one. */
static const char *wanted_organization(const struct exchange *exchange)
{
    return exchange_header(exchange, "Rolebridge-Organization");
}

static enum status identify_control(struct exchange *exchange, struct store_txn *txn,
                                    struct principal *principal, struct problem *problem)
{
    const char *wanted = wanted_organization(exchange);
    struct organization organization = {.number = ORGANIZATION_DEFAULT};

    if (wanted && !organization_find(txn, wanted, exchange_arena(exchange), &organization))
        return store_missing(txn, problem, "organization", wanted);
    *principal = principal_of_control(organization.number);
    return STATUS_OK;
}

/* For a token there are no organizations but its own. */
static enum status check_organization(struct exchange *exchange, struct store_txn *txn,
                                      const struct principal *principal, struct problem *problem)
{
    const char *wanted = wanted_organization(exchange);
    struct organization organization;

    if (!wanted ||
        (organization_load(txn, principal->organization, exchange_arena(exchange), &organization) &&
         strcmp(organization.name, wanted) == 0))
        return STATUS_OK;
    return store_missing(txn, problem, "organization", wanted);
}

static enum status identify_token(struct exchange *exchange, struct store_txn *txn,
                                  struct principal *principal, struct problem *problem)
{
    static const char scheme[] = "Bearer ";
    const char *header = exchange_header(exchange, "Authorization");
    int64_t now = clock_now();
    enum status status;

    if (!header || strncasecmp(header, scheme, sizeof(scheme) - 1) != 0)
        header = scheme; /* an empty token: the same refusal as for a wrong one */
    if ((status = principal_of_token(txn, header + sizeof(scheme) - 1, now,
                                     exchange_arena(exchange), principal, problem)))
        return status;
    token_usage_note(request_api(exchange)->usage, principal->token_id, now);
    if (!token_rate_admit(request_api(exchange)->rate, principal->token_id, clock_boot_us()))
        return problem_set(
            problem, STATUS_TOO_MANY_REQUESTS,
            "this token asks more often than scim.requests_per_second and scim.burst "
            "allow; try again in a second");
    return check_organization(exchange, txn, principal, problem);
}

static enum status identify(struct exchange *exchange, struct principal *principal,
                            struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status = store_begin(request_api(exchange)->store, 0, &txn, problem);

    if (status)
        return status;
    return exchange_is_control(exchange) ? identify_control(exchange, txn, principal, problem)
                                         : identify_token(exchange, txn, principal, problem);
}

#define REACHES(scope) (1u << SCOPE_##scope)

static const unsigned reach[] = {
    [PRINCIPAL_CONNECTION] = REACHES(PROVISION),
    [PRINCIPAL_ADMINISTRATOR] = REACHES(PROVISION) | REACHES(ADMIN),
    [PRINCIPAL_CONTROL] = REACHES(PROVISION) | REACHES(ADMIN) | REACHES(CONTROL) | REACHES(METRICS),
    [PRINCIPAL_METRICS] = REACHES(METRICS),
};

/* Who is to come instead: what the others are told. */
static const char *const refusals[] = {
    [SCOPE_PROVISION] = "this token reads the metrics, and nothing else",
    [SCOPE_ADMIN] = "the token of a connection reaches Users, Groups and, for reading, Sites, and "
                    "one for the metrics these alone; use an administrator's token or the control "
                    "socket",
    [SCOPE_CONTROL] = "a token reaches its own organization alone; use the control socket",
    [SCOPE_METRICS] = "the metrics are of all organizations; use a token that is made for them "
                      "(rolebridge token create NAME --metrics) or the control socket",
};

static enum status check_scope(const struct principal *principal, unsigned scope,
                               struct problem *problem)
{
    if (reach[principal->kind] & (1u << scope))
        return STATUS_OK;
    return problem_set(problem, STATUS_FORBIDDEN, "%s", refusals[scope]);
}

/* A group may come with all its members. */
static void allow_large_body(struct exchange *exchange)
{
    const struct kind *kind = resource_kind(exchange);

    if (kind && kind->apart)
        exchange_allow_body(exchange, LARGE_BODY_SIZE);
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
    allow_large_body(exchange);
    return check_scope(principal, scope, problem);
}
