#include "bridge/base/text.h"
#include "output.h"
#include "request.h"
#include "user.h"

static const struct field list_fields[] = {
    {"name", {"displayName"}, NULL},
    {"id", {"id"}, NULL},
    {"last modified", {"meta", "lastModified"}, NULL},
    {NULL, {NULL}, NULL},
};

static const struct field show_fields[] = {
    {"name", {"displayName"}, NULL},
    {"id", {"id"}, NULL},
    {"external id", {"externalId"}, NULL},
    {"created", {"meta", "created"}, NULL},
    {"last modified", {"meta", "lastModified"}, NULL},
    {NULL, {NULL}, NULL},
};

enum status group_list_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *groups = NULL;
    enum status status =
        request_all(invocation, "/scim/v2/Groups", "excludedAttributes=members", &groups, problem);

    if (!status)
        output_list(invocation, groups, list_fields);
    return status;
}

static const char *equals(struct invocation *invocation, const char *attribute, const char *value)
{
    struct text filter = {.arena = invocation->arena};

    text_add_format(&filter, "%s eq ", attribute);
    text_add_json(&filter, value);
    return request_filter(invocation, filter.data);
}

/* By displayName; names are unique. */
static enum status look_up(struct invocation *invocation, const char *name, json_t **group,
                           struct problem *problem)
{
    json_auto_t *groups = NULL;
    enum status status = request_all(invocation, "/scim/v2/Groups",
                                     equals(invocation, "displayName", name), &groups, problem);

    if (status)
        return status;
    if (json_array_size(groups) == 0)
        return problem_set(problem, STATUS_NOT_FOUND,
                           "there is no group %s; see: rolebridge group list", name);
    *group = json_incref(json_array_get(groups, 0));
    return STATUS_OK;
}

/* The group itself, and for people its members as a list of users. */
enum status group_show_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *group = NULL;
    json_auto_t *members = NULL;
    const char *id;
    enum status status = look_up(invocation, invocation->argument, &group, problem);

    if (status)
        return status;
    output_one(invocation, group, show_fields);
    id = text_of(group, "id");
    if (!output_is_table(invocation) || !id)
        return STATUS_OK;
    status = request_all(invocation, "/scim/v2/Users", equals(invocation, "groups.value", id),
                         &members, problem);
    if (status)
        return status;
    fputs("\n", invocation->out);
    output_list(invocation, members, user_fields(invocation));
    return STATUS_OK;
}
