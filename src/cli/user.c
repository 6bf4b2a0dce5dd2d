#include "user.h"

#include <string.h>

#include "bridge/base/text.h"
#include "request.h"
#include "site.h"

/* ------------------------------------------------------------------- fields */

static bool is_active(const json_t *user)
{
    return json_is_true(json_object_get(user, "active"));
}

static bool has_role(const json_t *user, const char *role)
{
    const char *own = text_of(user_extension(user), "role");

    return own && strcmp(own, role) == 0;
}

static const char *status_text(const json_t *user, struct arena *arena)
{
    (void)arena;
    return is_active(user) ? "Active" : "Inactive";
}

static const char *role_text(const json_t *user, struct arena *arena)
{
    return capitalized(text_of(user_extension(user), "role"), arena);
}

static const char *site_text(const json_t *user, struct arena *arena)
{
    (void)arena;
    return has_role(user, "admin") ? "Organization-wide" : text_of(user_extension(user), "site");
}

static const char *source_text(const json_t *user, struct arena *arena)
{
    const char *owner = text_of(user_extension(user), "managedBy");

    (void)arena;
    if (json_is_true(json_object_get(user_extension(user), "breakGlass")))
        return "break-glass";
    return owner ? owner : "local";
}

static const char *block_text(const json_t *user, struct arena *arena)
{
    const json_t *block = json_object_get(user_extension(user), "blocked");
    const char *by = text_of(block, "by"), *since = text_of(block, "since");
    const char *reason = text_of(block, "reason");

    if (!by || !since)
        return NULL;
    return arena_printf(arena, "by %s since %s%s%s", by, since, reason ? ": " : "",
                        reason ? reason : "");
}

static const char *email_text(const json_t *user, struct arena *arena)
{
    (void)arena;
    return user_email(user);
}

static const struct field table_fields[] = {
    {"name", {"userName"}, NULL},
    {"status", {NULL}, status_text},
    {"role", {NULL}, role_text},
    {"site", {NULL}, site_text},
    {"source", {NULL}, source_text},
    {"directory", {BRIDGE_USER, "directory", "state"}, NULL},
    {NULL, {NULL}, NULL},
};

/* For programs: the values of the wire, one fact a cell, and nothing where there is nothing. */
static const struct field csv_fields[] = {
    {"name", {"userName"}, NULL},
    {"id", {"id"}, NULL},
    {"status", {BRIDGE_USER, "status"}, NULL},
    {"role", {BRIDGE_USER, "role"}, NULL},
    {"site", {BRIDGE_USER, "site"}, NULL},
    {"managed by", {BRIDGE_USER, "managedBy"}, NULL},
    {"blocked by", {BRIDGE_USER, "blocked", "by"}, NULL},
    {"display name", {"displayName"}, NULL},
    {"given name", {"name", "givenName"}, NULL},
    {"family name", {"name", "familyName"}, NULL},
    {"email", {NULL}, email_text},
    {"directory", {BRIDGE_USER, "directory", "state"}, NULL},
    {"dn", {BRIDGE_USER, "directory", "dn"}, NULL},
    {"detail", {BRIDGE_USER, "directory", "detail"}, NULL},
    {"created", {"meta", "created"}, NULL},
    {"last modified", {"meta", "lastModified"}, NULL},
    {NULL, {NULL}, NULL},
};

static const struct field show_fields[] = {
    {"name", {"userName"}, NULL},
    {"id", {"id"}, NULL},
    {"status", {NULL}, status_text},
    {"role", {NULL}, role_text},
    {"site", {NULL}, site_text},
    {"source", {NULL}, source_text},
    {"blocked", {NULL}, block_text},
    {"display name", {"displayName"}, NULL},
    {"given name", {"name", "givenName"}, NULL},
    {"family name", {"name", "familyName"}, NULL},
    {"email", {NULL}, email_text},
    {"directory", {BRIDGE_USER, "directory", "state"}, NULL},
    {"dn", {BRIDGE_USER, "directory", "dn"}, NULL},
    {"detail", {BRIDGE_USER, "directory", "detail"}, NULL},
    {"created", {"meta", "created"}, NULL},
    {"last modified", {"meta", "lastModified"}, NULL},
    {NULL, {NULL}, NULL},
};

const struct field *user_fields(const struct invocation *invocation)
{
    return output_is_table(invocation) ? table_fields : csv_fields;
}

/* --------------------------------------------------------------------- list */

static void add_condition(struct text *filter, const char *attribute, const char *value)
{
    if (filter->size)
        text_add(filter, " and ");
    text_add_format(filter, "%s eq ", attribute);
    text_add_json(filter, value);
}

/* A SCIM filter from the options; without `data` when everybody is wanted. */
static enum status make_filter(struct invocation *invocation, struct text *filter,
                               struct problem *problem)
{
    const char *status_wanted = invocation->options[OPTION_STATUS];
    const char *role = invocation->options[OPTION_ROLE];
    const char *site = invocation->options[OPTION_SITE];
    json_auto_t *found = NULL;
    enum status status;

    if (site && (status = site_look_up(invocation, site, &found, problem)))
        return status;
    if (found && text_of(found, "displayName"))
        add_condition(filter, BRIDGE_USER ":site", text_of(found, "displayName"));
    if (role)
        add_condition(filter, BRIDGE_USER ":role", role);
    if (status_wanted)
        add_condition(filter, BRIDGE_USER ":status", status_wanted);
    return STATUS_OK;
}

enum status user_list_run(struct invocation *invocation, struct problem *problem)
{
    struct text filter = {.arena = invocation->arena};
    json_auto_t *users = NULL;
    enum status status = make_filter(invocation, &filter, problem);
    const char *query = filter.data ? request_filter(invocation, filter.data) : NULL;

    if (status || (status = request_all(invocation, "/scim/v2/Users", query, &users, problem)))
        return status;
    output_list(invocation, users, user_fields(invocation));
    return STATUS_OK;
}

enum status user_show_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *user = NULL;
    enum status status = user_look_up(invocation, invocation->argument, &user, problem);

    if (!status)
        output_one(invocation, user, output_is_table(invocation) ? show_fields : csv_fields);
    return status;
}
