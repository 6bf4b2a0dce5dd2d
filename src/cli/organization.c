#include "output.h"
#include "request.h"

static const struct field fields[] = {
    {"name", {"name"}, NULL},
    {"created", {"created"}, NULL},
    {"directory", {"directory", "state"}, NULL},
    {"waiting", {"outbox", "waiting"}, NULL},
    {"parked", {"outbox", "parked"}, NULL},
    {NULL, {NULL}, NULL},
};

static const struct field created_fields[] = {
    {"name", {"name"}, NULL},
    {"created", {"created"}, NULL},
    {NULL, {NULL}, NULL},
};

enum status organization_list_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *answer = NULL;
    enum status status =
        request_send(invocation, "GET", "/admin/v1/organizations", NULL, &answer, problem);

    if (!status)
        output_list(invocation, json_object_get(answer, "organizations"), fields);
    return status;
}

enum status organization_create_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body = json_pack("{s:s}", "name", invocation->argument);
    json_auto_t *organization = NULL;
    enum status status =
        request_send(invocation, "POST", "/admin/v1/organizations", body, &organization, problem);

    if (!status)
        output_changed(invocation, organization, created_fields);
    return status;
}
