#include "site.h"

#include "bridge/base/text.h"
#include "bridge/client/client.h"
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

/* A site is meant by its name, in any letter case, or by its key. */
static bool is_called(const json_t *site, const char *written)
{
    const char *name = text_of(site, "displayName"), *key = text_of(site, "key");

    return (name && text_equal_folded(name, written)) || (key && text_equal_folded(key, written));
}

enum status site_look_up(struct invocation *invocation, const char *written, json_t **site,
                         struct problem *problem)
{
    json_auto_t *sites = NULL;
    enum status status = request_all(invocation, "/scim/v2/Sites", NULL, &sites, problem);
    size_t i;
    json_t *candidate;

    if (status)
        return status;
    json_array_foreach (sites, i, candidate) {
        if (is_called(candidate, written)) {
            *site = json_incref(candidate);
            return STATUS_OK;
        }
    }
    return problem_set(problem, STATUS_NOT_FOUND, "there is no site %s; see: rolebridge site list",
                       written);
}

static const char *site_path(const json_t *site, struct arena *arena)
{
    const char *id = text_of(site, "id");

    return arena_printf(arena, "/scim/v2/Sites/%s", client_escape(arena, id ? id : ""));
}

enum status site_rename_run(struct invocation *invocation, struct problem *problem)
{
    const char *name = invocation->options[OPTION_TO];
    json_auto_t *body = NULL;
    json_auto_t *site = NULL;
    json_auto_t *changed = NULL;
    enum status status;

    if (!name)
        return usage_fail(invocation, problem, "what is it called from now on? give --to NAME");
    if ((status = site_look_up(invocation, invocation->argument, &site, problem)))
        return status;
    body = json_pack("{s:[s], s:[{s:s, s:s, s:s}]}", "schemas",
                     "urn:ietf:params:scim:api:messages:2.0:PatchOp", "Operations", "op", "replace",
                     "path", "displayName", "value", name);
    status = request_send(invocation, "PATCH", site_path(site, invocation->arena), body, &changed,
                          problem);
    if (!status)
        output_changed(invocation, changed, fields);
    return status;
}

enum status site_delete_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *site = NULL;
    enum status status = site_look_up(invocation, invocation->argument, &site, problem);

    if (!status)
        status = request_send(invocation, "DELETE", site_path(site, invocation->arena), NULL, NULL,
                              problem);
    if (!status)
        message_print(invocation, "%s is deleted; its group stays in the directory, empty",
                      invocation->argument);
    return status;
}
