#include "output.h"
#include "request.h"

static const struct field fields[] = {
    {"name", {"displayName"}, NULL},        {"key", {"key"}, NULL}, {"users", {"userCount"}, NULL},
    {"description", {"description"}, NULL}, {NULL, {NULL}, NULL},
};

enum status site_list_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *sites = NULL;
    enum status status = request_all(invocation, "/scim/v2/Sites", NULL, &sites, problem);

    if (!status)
        output_list(invocation, sites, fields);
    return status;
}

enum status site_create_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body = json_pack("{s:[s], s:s, s:s*, s:s*}", "schemas",
                                  "urn:ietf:params:scim:schemas:bridge:2.0:Site", "displayName",
                                  invocation->argument, "key", invocation->options[OPTION_KEY],
                                  "description", invocation->options[OPTION_DESCRIPTION]);
    json_auto_t *site = NULL;
    enum status status = request_send(invocation, "POST", "/scim/v2/Sites", body, &site, problem);

    if (!status)
        output_changed(invocation, site, fields);
    return status;
}
