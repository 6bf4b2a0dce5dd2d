#include <string.h>

#include "bridge/base/text.h"
#include "bridge/client/client.h"
#include "duration.h"
#include "new_token.h"
#include "output.h"
#include "request.h"

static const char *joined(const json_t *list, struct arena *arena)
{
    struct text words = {.arena = arena};
    size_t i;
    json_t *word;

    json_array_foreach (list, i, word)
        if (json_is_string(word))
            text_add_format(&words, "%s%s", words.size ? " " : "", json_string_value(word));
    return words.data;
}

static const char *grants_text(const json_t *connection, struct arena *arena)
{
    return joined(json_object_get(connection, "grants"), arena);
}

static const char *domains_text(const json_t *connection, struct arena *arena)
{
    return joined(json_object_get(connection, "domains"), arena);
}

static const char *tokens_text(const json_t *connection, struct arena *arena)
{
    return arena_printf(arena, "%zu", json_array_size(json_object_get(connection, "tokens")));
}

/* The token that has most of something: NULL when none has any. */
static const json_t *last_by(const json_t *connection, const char *member)
{
    const json_t *last = NULL;
    size_t i;
    json_t *token;

    json_array_foreach (json_object_get(connection, "tokens"), i, token) {
        const char *text = text_of(token, member);

        if (text && (!last || strcmp(text, text_of(last, member)) > 0))
            last = token;
    }
    return last;
}

/* When nobody can come in any more: the end of the token that lives longest. */
static const char *expires_text(const json_t *connection, struct arena *arena)
{
    (void)arena;
    return text_of(last_by(connection, "expires"), "expires");
}

static const char *until_end_text(const json_t *connection, struct arena *arena)
{
    return duration_until_end(last_by(connection, "expires"), arena);
}

static const char *used_text(const json_t *connection, struct arena *arena)
{
    (void)arena;
    return text_of(last_by(connection, "lastUsed"), "lastUsed");
}

static const char *token_text(const json_t *token, struct arena *arena)
{
    const char *id = text_of(token, "id"), *expires = text_of(token, "expires");
    const char *end = duration_until_end(token, arena), *used = text_of(token, "lastUsed");

    return arena_printf(arena, "%s, expires %s (%s), %s%s", id ? id : "-", expires ? expires : "-",
                        end ? end : "-", used ? "last used " : "not used yet", used ? used : "");
}

static const struct field fields[] = {
    {"name", {"name"}, NULL},          {"carrier", {"carrier"}, NULL},
    {"grants", {NULL}, grants_text},   {"accounts", {"accounts"}, NULL},
    {"tokens", {NULL}, tokens_text},   {"expires", {NULL}, expires_text},
    {"used", {NULL}, used_text},       {"created", {"created"}, NULL},
    {"domains", {NULL}, domains_text}, {NULL, {NULL}, NULL},
};

/* What fits into 80 columns. */
static const struct field table_fields[] = {
    {"name", {"name"}, NULL},
    {"grants", {NULL}, grants_text},
    {"accounts", {"accounts"}, NULL},
    {"tokens", {NULL}, tokens_text},
    {"expires", {NULL}, until_end_text},
    {"last used", {NULL}, used_text},
    {NULL, {NULL}, NULL},
};

/* For people one is told of token by token. */
static const struct field line_fields[] = {
    {"name", {"name"}, NULL},
    {"carrier", {"carrier"}, NULL},
    {"grants", {NULL}, grants_text},
    {"domains", {NULL}, domains_text},
    {"accounts", {"accounts"}, NULL},
    {"created", {"created"}, NULL},
    {NULL, {NULL}, NULL},
};

static const struct field token_fields[] = {
    {"token", {NULL}, token_text},
    {NULL, {NULL}, NULL},
};

static void print_connection(struct invocation *invocation, const json_t *connection)
{
    size_t i;
    json_t *token;

    if (!output_is_table(invocation)) {
        output_one(invocation, connection, fields);
        return;
    }
    output_one(invocation, connection, line_fields);
    json_array_foreach (json_object_get(connection, "tokens"), i, token)
        output_one(invocation, token, token_fields);
}

static const char *path_of(const struct invocation *invocation, const char *action)
{
    return arena_printf(invocation->arena, "/admin/v1/connections/%s%s",
                        client_escape(invocation->arena, invocation->argument), action);
}

enum status connection_list_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *answer = NULL;
    enum status status =
        request_send(invocation, "GET", "/admin/v1/connections", NULL, &answer, problem);

    if (!status)
        output_list(invocation, json_object_get(answer, "connections"),
                    output_is_table(invocation) ? table_fields : fields);
    return status;
}

enum status connection_show_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *connection = NULL;
    enum status status =
        request_send(invocation, "GET", path_of(invocation, ""), NULL, &connection, problem);

    if (!status)
        print_connection(invocation, connection);
    return status;
}

/* Takes the member. */
static void put(json_t *body, const char *name, json_t *value)
{
    (void)json_object_set_new(body, name, value);
}

/* The roles up to the highest one. */
static json_t *grants_up_to(const char *role)
{
    return json_pack("[s,s*]", "user", strcmp(role, "admin") == 0 ? role : NULL);
}

/* A comma or a space between them; none of an empty text. */
static json_t *domains_of(const char *list)
{
    static const char between[] = ", ";
    json_t *domains = json_array();

    for (list += strspn(list, between); *list; list += strspn(list, between)) {
        size_t size = strcspn(list, between);

        (void)json_array_append_new(domains, json_stringn(list, size));
        list += size;
    }
    return domains;
}

static void put_rights(const struct invocation *invocation, json_t *body)
{
    const char *grant = invocation->options[OPTION_GRANT];
    const char *domains = invocation->options[OPTION_DOMAINS];

    if (grant)
        put(body, "grants", grants_up_to(grant));
    if (domains)
        put(body, "domains", domains_of(domains));
}

enum status connection_create_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body =
        json_pack("{s:s, s:s}", "name", invocation->argument, "carrier", "extension");
    json_auto_t *connection = NULL;
    SCOPED(new_file_release) struct new_file file = {0};
    enum status status =
        duration_put(invocation, OPTION_EXPIRES, "--expires", body, "lifetime", problem);

    if (status || (status = new_token_open(&file, invocation, problem)))
        return status;
    put_rights(invocation, body);
    if ((status =
             request_send(invocation, "POST", "/admin/v1/connections", body, &connection, problem)))
        return status;
    return new_token_keep(&file, invocation, connection, problem);
}

enum status connection_edit_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body = json_object();
    json_auto_t *connection = NULL;
    enum status status;

    put_rights(invocation, body);
    if (json_object_size(body) == 0)
        return usage_fail(invocation, problem,
                          "nothing to change; see: rolebridge connection edit --help");
    status = request_send(invocation, "PATCH", path_of(invocation, ""), body, &connection, problem);
    if (!status)
        print_connection(invocation, connection);
    return status;
}

enum status connection_rotate_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body = json_object();
    json_auto_t *connection = NULL;
    SCOPED(new_file_release) struct new_file file = {0};
    enum status status =
        duration_put(invocation, OPTION_EXPIRES, "--expires", body, "lifetime", problem);

    if (status ||
        (status = duration_put(invocation, OPTION_GRACE, "--grace", body, "grace", problem)) ||
        (status = new_token_open(&file, invocation, problem)))
        return status;
    if ((status = request_send(invocation, "POST", path_of(invocation, "/.rotate"), body,
                               &connection, problem)))
        return status;
    return new_token_keep(&file, invocation, connection, problem);
}

enum status connection_delete_run(struct invocation *invocation, struct problem *problem)
{
    bool releases = invocation->options[OPTION_RELEASE];
    bool deactivates = invocation->options[OPTION_DEACTIVATE];
    const char *accounts = releases ? "?accounts=release" : "";
    struct problem refusal = {0};
    enum status status;

    if (releases && deactivates)
        return usage_fail(invocation, problem,
                          "--release and --deactivate exclude each other; give one");
    if (deactivates)
        accounts = "?accounts=deactivate";
    status =
        request_send(invocation, "DELETE", path_of(invocation, accounts), NULL, NULL, &refusal);
    if (status)
        return problem_set(
            problem, status, "%s%s", refusal.detail,
            status == STATUS_CONFLICT && !*accounts ? "; give --release or --deactivate" : "");
    message_print(invocation, "the connection %s is deleted", invocation->argument);
    return STATUS_OK;
}
