#include "user.h"

#include <string.h>

#include "request.h"

/* ------------------------------------------------------------------- create */

/* Nothing is put for what is NULL or empty. */
static void put_text(json_t *object, const char *name, const char *text)
{
    if (text && *text)
        (void)json_object_set_new(object, name, json_string(text));
}

static void put_unless_empty(json_t *object, const char *name, json_t *value)
{
    if (json_object_size(value) > 0)
        (void)json_object_set(object, name, value);
    json_decref(value);
}

static json_t *new_email(const char *address)
{
    return json_pack("{s:s, s:s, s:b}", "value", address, "type", "work", "primary", 1);
}

static json_t *new_user(const struct invocation *invocation)
{
    const char *const *options = invocation->options;
    json_t *name = json_object(), *extension = json_object();
    json_t *user = json_pack("{s:[s,s], s:s, s:b}", "schemas",
                             "urn:ietf:params:scim:schemas:core:2.0:User", BRIDGE_USER, "userName",
                             invocation->argument, "active", !options[OPTION_INACTIVE]);

    put_text(name, "givenName", options[OPTION_GIVEN_NAME]);
    put_text(name, "familyName", options[OPTION_FAMILY_NAME]);
    put_unless_empty(user, "name", name);
    put_text(user, "displayName", options[OPTION_DISPLAY_NAME]);
    if (options[OPTION_EMAIL] && *options[OPTION_EMAIL])
        (void)json_object_set_new(user, "emails",
                                  json_pack("[o]", new_email(options[OPTION_EMAIL])));
    put_text(extension, "role",
             options[OPTION_BREAK_GLASS] && !options[OPTION_ROLE] ? "admin" : options[OPTION_ROLE]);
    if (options[OPTION_BREAK_GLASS])
        (void)json_object_set_new(extension, "breakGlass", json_true());
    put_text(extension, "site", options[OPTION_SITE]);
    put_unless_empty(user, BRIDGE_USER, extension);
    return user;
}

enum status user_create_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body = new_user(invocation);
    json_auto_t *user = NULL;
    enum status status = request_send(invocation, "POST", "/scim/v2/Users", body, &user, problem);

    if (!status)
        output_changed(invocation, user, user_fields(invocation));
    return status;
}

/* -------------------------------------------------------------------- change */

static const struct {
    enum option option;
    const char *path;
} attributes[] = {
    {OPTION_GIVEN_NAME, "name.givenName"}, {OPTION_FAMILY_NAME, "name.familyName"},
    {OPTION_DISPLAY_NAME, "displayName"},  {OPTION_ROLE, BRIDGE_USER ":role"},
    {OPTION_SITE, BRIDGE_USER ":site"},
};

/* Replace it by a text, or take it away when that is empty. */
static void add_text(json_t *operations, const char *path, const char *text)
{
    json_t *operation =
        *text ? json_pack("{s:s, s:s, s:s}", "op", "replace", "path", path, "value", text)
              : json_pack("{s:s, s:s}", "op", "remove", "path", path);

    (void)json_array_append_new(operations, operation);
}

static bool has_primary_email(const json_t *user)
{
    size_t i;
    json_t *email;

    json_array_foreach (json_object_get(user, "emails"), i, email)
        if (json_is_true(json_object_get(email, "primary")))
            return true;
    return false;
}

/* The primary address; others stay. */
static void add_email(json_t *operations, const json_t *user, const char *address)
{
    bool has_one = has_primary_email(user);

    if (!*address)
        add_text(operations, has_one ? "emails[primary eq true]" : "emails", "");
    else if (has_one)
        add_text(operations, "emails[primary eq true].value", address);
    else
        (void)json_array_append_new(operations, json_pack("{s:s, s:s, s:[o]}", "op", "add", "path",
                                                          "emails", "value", new_email(address)));
}

static json_t *operations_of(const struct invocation *invocation, const json_t *user)
{
    const char *const *options = invocation->options;
    const char *role = options[OPTION_ROLE];
    json_t *operations = json_array();

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (options[attributes[i].option])
            add_text(operations, attributes[i].path, options[attributes[i].option]);
    if (options[OPTION_EMAIL])
        add_email(operations, user, options[OPTION_EMAIL]);
    /* An administrator is at no site, so the one that was is left with the old role. */
    if (role && strcmp(role, "admin") == 0 && !options[OPTION_SITE] &&
        text_of(user_extension(user), "site"))
        add_text(operations, BRIDGE_USER ":site", "");
    return operations;
}

/* Takes the operations. */
static enum status change(struct invocation *invocation, const json_t *user, json_t *operations,
                          struct problem *problem)
{
    const char *path = user_path(user, invocation->arena);
    json_auto_t *body =
        json_pack("{s:[s], s:o}", "schemas", "urn:ietf:params:scim:api:messages:2.0:PatchOp",
                  "Operations", operations);
    json_auto_t *changed = NULL;
    enum status status = request_send(invocation, "PATCH", path, body, &changed, problem);

    if (!status && !changed)
        status = request_send(invocation, "GET", path, NULL, &changed, problem);
    if (!status)
        output_changed(invocation, changed, user_fields(invocation));
    return status;
}

static bool is_any_given(const struct invocation *invocation)
{
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (invocation->options[attributes[i].option])
            return true;
    return invocation->options[OPTION_EMAIL];
}

enum status user_edit_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *user = NULL;
    enum status status;

    if (!is_any_given(invocation))
        return usage_fail(invocation, problem,
                          "nothing to change; see: rolebridge user edit --help");
    if ((status = user_look_up(invocation, invocation->argument, &user, problem)))
        return status;
    return change(invocation, user, operations_of(invocation, user), problem);
}

static void add_active(json_t *operations, bool active)
{
    (void)json_array_append_new(operations, json_pack("{s:s, s:s, s:b}", "op", "replace", "path",
                                                      "active", "value", active));
}

static enum status set_active(struct invocation *invocation, bool active, struct problem *problem)
{
    json_auto_t *user = NULL;
    enum status status = user_look_up(invocation, invocation->argument, &user, problem);
    json_t *operations;

    if (status)
        return status;
    operations = operations_of(invocation, user);
    add_active(operations, active);
    return change(invocation, user, operations, problem);
}

enum status user_deactivate_run(struct invocation *invocation, struct problem *problem)
{
    return set_active(invocation, false, problem);
}

enum status user_reactivate_run(struct invocation *invocation, struct problem *problem)
{
    return set_active(invocation, true, problem);
}

/* Prints the person as they are then. */
static enum status act(struct invocation *invocation, const char *action, const json_t *body,
                       json_t **changed, struct problem *problem)
{
    json_auto_t *user = NULL;
    const char *path;
    enum status status = user_look_up(invocation, invocation->argument, &user, problem);

    if (status)
        return status;
    path = arena_printf(invocation->arena, "%s/%s", user_path(user, invocation->arena), action);
    status = request_send(invocation, "POST", path, body, changed, problem);
    if (!status)
        output_changed(invocation, *changed, user_fields(invocation));
    return status;
}

/* The first block stays, so that a second reason is not kept. */
static void tell_of_older_reason(struct invocation *invocation, const json_t *user)
{
    const json_t *block = json_object_get(user_extension(user), "blocked");
    const char *given = invocation->options[OPTION_REASON], *kept = text_of(block, "reason");
    const char *by = text_of(block, "by"), *since = text_of(block, "since");

    if (given && strcmp(given, kept ? kept : "") != 0)
        message_print(
            invocation,
            "%s is blocked already, by %s since %s; this stays, and the new reason is not "
            "kept",
            invocation->argument, by ? by : "-", since ? since : "-");
}

enum status user_block_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body = json_pack("{s:s*}", "reason", invocation->options[OPTION_REASON]);
    json_auto_t *changed = NULL;
    enum status status = act(invocation, ".block", body, &changed, problem);

    if (!status)
        tell_of_older_reason(invocation, changed);
    return status;
}

enum status user_unblock_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *changed = NULL;

    return act(invocation, ".unblock", NULL, &changed, problem);
}

enum status user_move_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body = json_pack("{s:s*}", "to", invocation->options[OPTION_TO]);
    json_auto_t *changed = NULL;

    if (!invocation->options[OPTION_TO])
        return usage_fail(invocation, problem, "--to is missing; see: rolebridge user move --help");
    return act(invocation, ".move", body, &changed, problem);
}

enum status user_delete_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *user = NULL;
    enum status status = user_look_up(invocation, invocation->argument, &user, problem);

    if (!status)
        status = request_send(invocation, "DELETE", user_path(user, invocation->arena), NULL, NULL,
                              problem);
    if (!status)
        message_print(invocation, "%s is deleted", invocation->argument);
    return status;
}
