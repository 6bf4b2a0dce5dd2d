#include "bridge/client/client.h"
#include "output.h"
#include "request.h"

static const struct field fields[] = {
    {"id", {"id"}, NULL},         {"kind", {"kind"}, NULL},     {"state", {"state"}, NULL},
    {"opened", {"opened"}, NULL}, {"detail", {"detail"}, NULL}, {"decided", {"decided"}, NULL},
    {"by", {"by"}, NULL},         {"reason", {"reason"}, NULL}, {"to do", {"advice"}, NULL},
    {NULL, {NULL}, NULL},
};

/* A line each, the longest text last. */
static const struct field table_fields[] = {
    {"id", {"id"}, NULL},         {"kind", {"kind"}, NULL},     {"state", {"state"}, NULL},
    {"opened", {"opened"}, NULL}, {"detail", {"detail"}, NULL}, {NULL, {NULL}, NULL},
};

enum status hold_list_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *answer = NULL;
    enum status status = request_send(invocation, "GET", "/admin/v1/holds", NULL, &answer, problem);

    if (!status)
        output_list(invocation, json_object_get(answer, "holds"),
                    output_is_table(invocation) ? table_fields : fields);
    return status;
}

/* The hold that the command names, or an action on it. */
static const char *path_of(const struct invocation *invocation, const char *action)
{
    return arena_printf(invocation->arena, "/admin/v1/holds/%s%s",
                        client_escape(invocation->arena, invocation->argument), action);
}

enum status hold_show_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *hold = NULL;
    enum status status =
        request_send(invocation, "GET", path_of(invocation, ""), NULL, &hold, problem);

    if (!status)
        output_one(invocation, hold, fields);
    return status;
}

static enum status decide(struct invocation *invocation, const char *action,
                          struct problem *problem)
{
    const char *reason = invocation->options[OPTION_REASON];
    json_auto_t *body = NULL;
    json_auto_t *hold = NULL;
    enum status status;

    if (!reason || !*reason)
        return usage_fail(invocation, problem,
                          "say why, for those who will ask: give --reason TEXT");
    body = json_pack("{s:s}", "reason", reason);
    status = request_send(invocation, "POST", path_of(invocation, action), body, &hold, problem);
    if (!status)
        output_one(invocation, hold, fields);
    return status;
}

enum status hold_allow_run(struct invocation *invocation, struct problem *problem)
{
    return decide(invocation, "/.allow", problem);
}

enum status hold_refuse_run(struct invocation *invocation, struct problem *problem)
{
    return decide(invocation, "/.refuse", problem);
}
