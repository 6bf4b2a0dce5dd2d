#include "bridge/client/client.h"
#include "duration.h"
#include "new_token.h"
#include "output.h"
#include "request.h"

static const struct field fields[] = {
    {"name", {"name"}, NULL},       {"id", {"id"}, NULL},           {"scope", {"scope"}, NULL},
    {"created", {"created"}, NULL}, {"expires", {"expires"}, NULL}, {"used", {"lastUsed"}, NULL},
    {NULL, {NULL}, NULL},
};

/* What fits into 80 columns. */
static const struct field table_fields[] = {
    {"name", {"name"}, NULL},          {"id", {"id"}, NULL},
    {"scope", {"scope"}, NULL},        {"expires", {NULL}, duration_until_end},
    {"last used", {"lastUsed"}, NULL}, {NULL, {NULL}, NULL},
};

enum status token_list_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *answer = NULL;
    enum status status =
        request_send(invocation, "GET", "/admin/v1/tokens", NULL, &answer, problem);

    if (!status)
        output_list(invocation, json_object_get(answer, "tokens"),
                    output_is_table(invocation) ? table_fields : fields);
    return status;
}

enum status token_create_run(struct invocation *invocation, struct problem *problem)
{
    const char *scope = invocation->options[OPTION_METRICS] ? "metrics" : "admin";
    json_auto_t *body = json_pack("{s:s, s:s}", "name", invocation->argument, "scope", scope);
    json_auto_t *token = NULL;
    SCOPED(new_file_release) struct new_file file = {0};
    enum status status =
        duration_put(invocation, OPTION_EXPIRES, "--expires", body, "lifetime", problem);

    if (status || (status = new_token_open(&file, invocation, problem)))
        return status;
    if ((status = request_send(invocation, "POST", "/admin/v1/tokens", body, &token, problem)))
        return status;
    return new_token_keep(&file, invocation, token, problem);
}

enum status token_revoke_run(struct invocation *invocation, struct problem *problem)
{
    const char *path = arena_printf(invocation->arena, "/admin/v1/tokens/%s",
                                    client_escape(invocation->arena, invocation->argument));
    enum status status = request_send(invocation, "DELETE", path, NULL, NULL, problem);

    if (!status)
        message_print(invocation, "the token %s is revoked", invocation->argument);
    return status;
}
