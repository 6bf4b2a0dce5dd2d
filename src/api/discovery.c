#include "bridge/scim/discovery.h"

#include "handlers.h"
#include "organizations.h"

/* Everybody who comes in may at least read all three types. */
enum { KINDS = 1u << SCIM_USER | 1u << SCIM_GROUP | 1u << SCIM_SITE };

/* RFC 7644 section 4: these endpoints take no filter. */
static enum status answer(struct exchange *exchange, struct bytes document, struct problem *problem)
{
    if (exchange_parameter(exchange, "filter"))
        return problem_set(problem, STATUS_FORBIDDEN,
                           "discovery takes no filter; read the whole list");
    if (!document.data)
        return problem_set(problem, STATUS_NOT_FOUND, "there is nothing at %s",
                           exchange_path(exchange));
    exchange_answer(exchange, 200, NULL, document, (struct bytes){0});
    return STATUS_OK;
}

enum status discovery_show_config(struct exchange *exchange, struct problem *problem)
{
    size_t size = 0;
    enum status status = password_size_min(exchange, &size, problem);

    if (status)
        return status;
    return answer(
        exchange,
        discovery_service_config(request_scim_base(exchange), size > 0, exchange_arena(exchange)),
        problem);
}

enum status discovery_list_types(struct exchange *exchange, struct problem *problem)
{
    return answer(
        exchange,
        discovery_resource_types(request_scim_base(exchange), KINDS, exchange_arena(exchange)),
        problem);
}

enum status discovery_show_type(struct exchange *exchange, struct problem *problem)
{
    return answer(exchange,
                  discovery_resource_type(request_scim_base(exchange), KINDS,
                                          exchange_segment(exchange, "name"),
                                          exchange_arena(exchange)),
                  problem);
}

enum status discovery_list_schemas(struct exchange *exchange, struct problem *problem)
{
    return answer(exchange,
                  discovery_schemas(request_scim_base(exchange), KINDS, exchange_arena(exchange)),
                  problem);
}

enum status discovery_show_schema(struct exchange *exchange, struct problem *problem)
{
    return answer(exchange,
                  discovery_schema(request_scim_base(exchange), KINDS,
                                   exchange_segment(exchange, "urn"), exchange_arena(exchange)),
                  problem);
}
