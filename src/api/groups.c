/* Providers look for groups before they push any: a well-formed question gets an empty list. */
#include "handlers.h"
#include "query.h"

enum status groups_list(struct exchange *exchange, struct problem *problem)
{
    struct list list = list_begin(exchange_arena(exchange));
    struct query query;
    enum status status = query_parse(exchange, scim_resource_type(SCIM_GROUP), &query, problem);

    if (status)
        return status;
    exchange_answer(exchange, 200, NULL, list_end(&list, 0, &query.page), (struct bytes){0});
    return STATUS_OK;
}

enum status groups_show(struct exchange *exchange, struct problem *problem)
{
    return problem_set(problem, STATUS_NOT_FOUND, "no group %s", exchange_segment(exchange, "id"));
}
