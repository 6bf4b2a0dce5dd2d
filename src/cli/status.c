#include "status.h"

#include <string.h>

#include "duration.h"
#include "output.h"
#include "request.h"

/* What a state of the directory means to the person who reads it. */
static const struct directory_state {
    const char *name;
    const char *advice;
    bool is_alarm;
} directory_states[] = {
    {"none", NULL, false}, /* where to set one depends on whose it is */
    {"absent", "make the organization, or take it out of the configuration", true},
    {"connecting", "nothing, the directory is being connected to", false},
    {"connected", "nothing", false},
    {"unavailable", "see that the directory runs and can be reached; changes wait until it does",
     true},
    {"unusable",
     "change what the directory says; it is looked at again within a minute, and changes wait",
     true},
};

/* ------------------------------------------------------------------- fields */

/* A member of a member; 0 when it is not there. */
static json_int_t count_of(const json_t *status, const char *group, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(status, group), name));
}

static const char *size_text(json_int_t size, struct arena *arena)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double shown = (double)size;
    size_t unit = 0;

    while (shown >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        shown /= 1024;
        unit++;
    }
    return arena_printf(arena, unit ? "%.1f %s" : "%.0f %s", shown, units[unit]);
}

static const char *daemon_text(const json_t *status, struct arena *arena)
{
    const char *version = text_of(status, "version"), *started = text_of(status, "started");

    return arena_printf(arena, "%s, process %" JSON_INTEGER_FORMAT ", running since %s",
                        version ? version : "-", json_integer_value(json_object_get(status, "pid")),
                        started ? started : "-");
}

static const char *store_text(const json_t *status, struct arena *arena)
{
    const char *path = text_of(json_object_get(status, "store"), "path");

    if (!path)
        return "known on the daemon's own machine alone";
    return arena_printf(arena, "%s, %s of %s used", path,
                        size_text(count_of(status, "store", "used"), arena),
                        size_text(count_of(status, "store", "size"), arena));
}

static const char *people_text(const json_t *status, struct arena *arena)
{
    return arena_printf(
        arena,
        "%" JSON_INTEGER_FORMAT " (%" JSON_INTEGER_FORMAT " active, %" JSON_INTEGER_FORMAT
        " inactive; %" JSON_INTEGER_FORMAT " admin)",
        count_of(status, "people", "total"), count_of(status, "people", "active"),
        count_of(status, "people", "inactive"), count_of(status, "people", "admins"));
}

static const char *directory_text(const json_t *status, struct arena *arena)
{
    const json_t *directory = json_object_get(status, "directory");
    const char *state = text_of(directory, "state"), *uri = text_of(directory, "uri");
    const char *detail = text_of(directory, "detail"), *since = text_of(directory, "since");

    return arena_printf(arena, "%s%s%s%s%s%s%s", state ? state : "-", uri ? ", " : "",
                        uri ? uri : "", since ? ", since " : "", since ? since : "",
                        detail ? ": " : "", detail ? detail : "");
}

static const char *outbox_text(const json_t *status, struct arena *arena)
{
    json_int_t waiting = count_of(status, "outbox", "waiting");
    const char *oldest = waiting > 0 ? text_of(json_object_get(status, "outbox"), "oldest") : NULL;

    return arena_printf(arena,
                        "%" JSON_INTEGER_FORMAT " waiting%s%s, %" JSON_INTEGER_FORMAT " parked",
                        waiting, oldest ? ", the oldest since " : "", oldest ? oldest : "",
                        count_of(status, "outbox", "parked"));
}

/* NULL: one that this release does not know. */
static const struct directory_state *directory_state_of(const json_t *status)
{
    const char *name = text_of(json_object_get(status, "directory"), "state");

    for (size_t i = 0; name && i < sizeof(directory_states) / sizeof(directory_states[0]); i++)
        if (strcmp(directory_states[i].name, name) == 0)
            return &directory_states[i];
    return NULL;
}

static bool has_parked(const json_t *status)
{
    return count_of(status, "outbox", "parked") > 0;
}

static bool has_expiring(const json_t *status)
{
    return json_array_size(json_object_get(status, "expiring")) > 0;
}

bool status_has_directory_alarm(const json_t *status)
{
    const struct directory_state *state = directory_state_of(status);

    return !state || state->is_alarm;
}

/* Who has only the one named default need not know of organizations. */
static bool is_default(const char *organization)
{
    return !organization || strcmp(organization, "default") == 0;
}

/* Of the caller's own, or of one of the list. */
static const char *organization_of(const json_t *status)
{
    const char *own = text_of(status, "organization");

    return own ? own : text_of(status, "name");
}

const char *status_directory_advice(const json_t *status, struct arena *arena)
{
    const struct directory_state *state = directory_state_of(status);
    const char *name = organization_of(status);

    if (!state)
        return "look into the daemon's log";
    if (state->advice)
        return state->advice;
    return is_default(name)
               ? "set directory.uri; until then changes wait in the outbox"
               : arena_printf(arena,
                              "set organizations.%s.directory.uri, and what goes with it, in the "
                              "configuration; until then changes wait in the outbox",
                              name);
}

static bool has_alarm(const json_t *status)
{
    return has_parked(status) || status_has_directory_alarm(status) || has_expiring(status);
}

json_t *status_others(const json_t *status)
{
    json_t *others = json_array();
    size_t i;
    json_t *one;

    json_array_foreach (json_object_get(status, "organizations"), i, one) {
        if (!is_default(text_of(one, "name")))
            (void)json_array_append(others, one);
    }
    return others;
}

static bool have_alarm(const json_t *organizations)
{
    size_t i;
    json_t *one;

    json_array_foreach (organizations, i, one)
        if (has_alarm(one))
            return true;
    return false;
}

static const char *advice_text(const json_t *status, struct arena *arena)
{
    json_auto_t *others = status_others(status);

    if (status_has_directory_alarm(status))
        return status_directory_advice(status, arena);
    if (has_parked(status))
        return "correct what the parked changes say; each is tried again after 5 minutes to 6 "
               "hours, or with the next change of the same person or site";
    if (has_expiring(status))
        return "replace what expires, before it lets nobody in any more";
    if (have_alarm(others))
        return "see what the organizations below say; of one alone more is told by: rolebridge "
               "status --organization NAME";
    return status_directory_advice(status, arena);
}

static const char *parked_text(const json_t *parked, struct arena *arena)
{
    const char *kind = text_of(parked, "kind"), *name = text_of(parked, "name");
    const char *id = text_of(parked, "id"), *detail = text_of(parked, "detail");

    return arena_printf(arena, "%s %s (%s): %s", kind ? kind : "", name ? name : "-", id ? id : "-",
                        detail ? detail : "-");
}

/* With the command that mends it. */
static const char *expiring_text(const json_t *expiring, struct arena *arena)
{
    const char *kind = text_of(expiring, "kind"), *name = text_of(expiring, "name");
    const char *expires = text_of(expiring, "expires"), *end = duration_until_end(expiring, arena);
    bool is_connection = kind && strcmp(kind, "Connection") == 0;

    return arena_printf(arena, "the %s %s, %s (%s); %s %s", is_connection ? "connection" : "token",
                        name ? name : "-", expires ? expires : "-", end ? end : "-",
                        is_connection ? "rolebridge connection rotate"
                                      : "make another, then: rolebridge token revoke",
                        name ? name : "-");
}

static const struct field own_fields[] = {
    {"organization", {"organization"}, NULL},
    {NULL, {NULL}, NULL},
};

/* Another organization in one line. */
static const char *organization_text(const json_t *organization, struct arena *arena)
{
    const char *name = text_of(organization, "name");
    bool is_there = json_is_object(json_object_get(organization, "outbox"));

    return arena_printf(arena, "%s: %s%s%s", name ? name : "-", directory_text(organization, arena),
                        is_there ? "; " : "", is_there ? outbox_text(organization, arena) : "");
}

static const struct field organization_fields[] = {
    {"organization", {NULL}, organization_text},
    {NULL, {NULL}, NULL},
};

static const struct field fields[] = {
    {"daemon", {NULL}, daemon_text},       {"store", {NULL}, store_text},
    {"people", {NULL}, people_text},       {"sites", {"sites"}, NULL},
    {"directory", {NULL}, directory_text}, {"outbox", {NULL}, outbox_text},
    {"to do", {NULL}, advice_text},        {NULL, {NULL}, NULL},
};

/* One fact a cell, for programs; of what is parked only the number fits into a line. */
static const struct field csv_fields[] = {
    {"version", {"version"}, NULL},
    {"pid", {"pid"}, NULL},
    {"started", {"started"}, NULL},
    {"store", {"store", "path"}, NULL},
    {"store used", {"store", "used"}, NULL},
    {"store size", {"store", "size"}, NULL},
    {"people", {"people", "total"}, NULL},
    {"active", {"people", "active"}, NULL},
    {"inactive", {"people", "inactive"}, NULL},
    {"admins", {"people", "admins"}, NULL},
    {"sites", {"sites"}, NULL},
    {"directory", {"directory", "state"}, NULL},
    {"uri", {"directory", "uri"}, NULL},
    {"since", {"directory", "since"}, NULL},
    {"detail", {"directory", "detail"}, NULL},
    {"waiting", {"outbox", "waiting"}, NULL},
    {"parked", {"outbox", "parked"}, NULL},
    {"oldest", {"outbox", "oldest"}, NULL},
    {"organization", {"organization"}, NULL},
    {NULL, {NULL}, NULL},
};

static const struct field expiring_fields[] = {
    {"expiring", {NULL}, expiring_text},
    {NULL, {NULL}, NULL},
};

static const struct field parked_fields[] = {
    {"parked", {NULL}, parked_text},
    {NULL, {NULL}, NULL},
};

static void print_each(struct invocation *invocation, const json_t *list,
                       const struct field *list_fields)
{
    size_t i;
    json_t *one;

    json_array_foreach (list, i, one)
        output_one(invocation, one, list_fields);
}

enum status status_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *answer = NULL;
    json_auto_t *others = NULL;
    enum status status =
        request_send(invocation, "GET", "/admin/v1/status", NULL, &answer, problem);

    if (status)
        return status;
    others = status_others(answer);
    if (output_is_table(invocation) && !is_default(text_of(answer, "organization")))
        output_one(invocation, answer, own_fields);
    output_one(invocation, answer, output_is_table(invocation) ? fields : csv_fields);
    if (output_is_table(invocation)) {
        print_each(invocation, json_object_get(answer, "parked"), parked_fields);
        print_each(invocation, json_object_get(answer, "expiring"), expiring_fields);
        print_each(invocation, others, organization_fields);
    }
    if (has_alarm(answer) || have_alarm(others))
        invocation->exit_code = CLI_ALARMS;
    return STATUS_OK;
}
