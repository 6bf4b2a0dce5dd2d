#include "status.h"

#include <string.h>

#include "output.h"
#include "request.h"

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

/* Who has only the one named default need not know of organizations. */
static bool is_default(const char *organization)
{
    return !organization || strcmp(organization, "default") == 0;
}

/* NULL: the answer does not say which there are. */
static const json_t *alarms_of(const json_t *status)
{
    const json_t *alarms = json_object_get(status, "alarms");

    return json_is_array(alarms) ? alarms : NULL;
}

const json_t *status_alarm(const json_t *status, const char *name)
{
    size_t i;
    const json_t *alarm;

    json_array_foreach (alarms_of(status), i, alarm) {
        const char *found = text_of(alarm, "name");

        if (found && strcmp(found, name) == 0)
            return alarm;
    }
    return NULL;
}

static bool has_alarm(const json_t *status)
{
    return !alarms_of(status) || json_array_size(alarms_of(status)) > 0;
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

/* What is no alarm, but waits for a person all the same. */
static const char *calm_text(const json_t *status, struct arena *arena)
{
    const char *state = text_of(json_object_get(status, "directory"), "state");
    const char *name = text_of(status, "organization");

    if (state && strcmp(state, "connecting") == 0)
        return "nothing, the directory is being connected to";
    if (!state || strcmp(state, "none") != 0)
        return "nothing";
    return is_default(name)
               ? "set directory.uri; until then changes wait in the outbox"
               : arena_printf(arena,
                              "set organizations.%s.directory.uri, and what goes with it, in the "
                              "configuration; until then changes wait in the outbox",
                              name);
}

static const char *advice_text(const json_t *status, struct arena *arena)
{
    json_auto_t *others = status_others(status);
    const char *advice = text_of(json_array_get(alarms_of(status), 0), "advice");

    if (!alarms_of(status))
        return "look into the daemon's log";
    if (advice)
        return arena_strdup(arena, advice);
    if (have_alarm(others))
        return "see what the organizations below say; of one alone more is told by: rolebridge "
               "status --organization NAME";
    return calm_text(status, arena);
}

static const char *parked_text(const json_t *parked, struct arena *arena)
{
    const char *kind = text_of(parked, "kind"), *name = text_of(parked, "name");
    const char *id = text_of(parked, "id"), *detail = text_of(parked, "detail");

    return arena_printf(arena, "%s %s (%s): %s", kind ? kind : "", name ? name : "-", id ? id : "-",
                        detail ? detail : "-");
}

static const char *alarm_text(const json_t *alarm, struct arena *arena)
{
    const char *detail = text_of(alarm, "detail"), *advice = text_of(alarm, "advice");
    const char *since = text_of(alarm, "since");

    return arena_printf(arena, "%s%s%s; %s", detail ? detail : "-", since ? ", since " : "",
                        since ? since : "", advice ? advice : "-");
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

static const struct field alarm_fields[] = {
    {"alarm", {NULL}, alarm_text},
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
        print_each(invocation, alarms_of(answer), alarm_fields);
        print_each(invocation, json_object_get(answer, "parked"), parked_fields);
        print_each(invocation, others, organization_fields);
    }
    if (has_alarm(answer) || have_alarm(others))
        invocation->exit_code = CLI_ALARMS;
    return STATUS_OK;
}
