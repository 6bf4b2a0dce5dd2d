/* What the journal says, for people: who did what to whom, when, and what became of it. */
#include <stdlib.h>
#include <string.h>

#include "bridge/base/text.h"
#include "bridge/client/client.h"
#include "output.h"
#include "request.h"
#include "user.h"

enum { LINES_DEFAULT = 50, LINES_MOST = 100000, DATE_SIZE = 10 };

/* ------------------------------------------------------------------------ wording */

/* How an event is said: the last word of "user.create". */
static const struct {
    const char *ending;
    const char *said;
} verbs[] = {
    {"create", "created"},    {"update", "changed"},
    {"delete", "deleted"},    {"deactivate", "deactivated"},
    {"restore", "restored"},  {"block", "blocked"},
    {"unblock", "unblocked"}, {"release", "released"},
    {"revoke", "revoked"},    {"prune", "pruned"},
    {"erase", "erased"},      {"adopt", "adopted"},
    {"move", "moved"},
};

static const char *verb_text(const json_t *line, struct arena *arena)
{
    const char *event = text_of(line, "event");
    const char *ending = event ? strrchr(event, '.') : NULL;

    (void)arena;
    for (size_t i = 0; ending && i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(verbs[i].ending, ending + 1) == 0)
            return verbs[i].said;
    return event;
}

/* The person, or the kind and the name of something else. */
static const char *subject_text(const json_t *line, struct arena *arena)
{
    static const char *const named_by[] = {"name", "token", "connection", "id"};
    const char *event = text_of(line, "event");
    const char *name = NULL;
    size_t kind = event ? strcspn(event, ".") : 0;

    for (size_t i = 0; !name && i < sizeof(named_by) / sizeof(named_by[0]); i++)
        name = text_of(line, named_by[i]);
    if (!event || strncmp(event, "user.", 5) == 0)
        return name;
    return arena_printf(arena, "%.*s%s%s", (int)kind, event, name ? " " : "", name ? name : "");
}

static bool is_part_of_the_head(const char *name)
{
    static const char *const names[] = {"number", "link",  "at",     "actor",      "peer",
                                        "event",  "id",    "name",   "request",    "changed",
                                        "values", "token", "erased", "unreadable", "connection"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static const char *json_text(const json_t *value, struct arena *arena)
{
    char *json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (json)
        arena_take(arena, json, free);
    return json ? json : "-";
}

/* One value: of a complex one what it is about, of a long one the size that was noted. */
static const char *single_text(const json_t *value, struct arena *arena)
{
    json_int_t size = json_integer_value(json_object_get(value, "size"));

    if (json_is_null(value))
        return "-";
    if (json_is_string(value))
        return json_string_value(value);
    if (size && json_object_get(value, "sha256"))
        return arena_printf(arena, "(%lld bytes)", (long long)size);
    if (text_of(value, "value"))
        return text_of(value, "value");
    return json_text(value, arena);
}

static const char *value_text(const json_t *value, struct arena *arena)
{
    struct text text = {.arena = arena};
    const json_t *element;
    size_t i;

    if (!json_is_array(value))
        return single_text(value, arena);
    json_array_foreach (value, i, element)
        text_add_format(&text, "%s%s", i ? ", " : "", single_text(element, arena));
    return text.size ? text.data : "-";
}

static const char *time_text(const json_t *seconds, struct arena *arena)
{
    char *text = arena_alloc(arena, TIMESTAMP_SIZE);

    timestamp_format(json_integer_value(seconds), text);
    return text;
}

static const char *count_text(const json_t *list, struct arena *arena)
{
    return arena_printf(arena, "%zu", json_array_size(list));
}

/* Members that are a value, where all others are a list of what was before and what is after. */
static const struct {
    const char *name;
    const char *(*text)(const json_t *value, struct arena *arena);
} plain_members[] = {
    {"added", count_text},  {"removed", count_text}, {"expires", time_text},
    {"grants", value_text}, {"domains", value_text},
};

/* What such a member is; NULL when it has a before and an after. */
static const char *plain_text(const char *name, const json_t *value, struct arena *arena)
{
    bool is_change = json_is_array(json_array_get(value, 0)); /* of lists */

    for (size_t i = 0; !is_change && i < sizeof(plain_members) / sizeof(plain_members[0]); i++)
        if (strcmp(plain_members[i].name, name) == 0)
            return plain_members[i].text(value, arena);
    return json_array_size(value) == 2 ? NULL : value_text(value, arena);
}

/* An attribute of an extension by its own name. */
static const char *short_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static void add_change(struct text *text, const char *name, const json_t *value)
{
    struct arena *arena = text->arena;
    const char *plain = plain_text(name, value, arena);

    text_add_format(text, "%s%s: ", text->size ? "; " : "", short_name(name));
    if (plain)
        text_add(text, plain);
    else
        text_add_format(text, "%s -> %s", value_text(json_array_get(value, 0), arena),
                        value_text(json_array_get(value, 1), arena));
}

/* What was asserted is said where nothing came of it. */
static bool is_said(const json_t *line, const char *name)
{
    bool has_effect = json_object_get(line, "role") || json_object_get(line, "site");

    return !is_part_of_the_head(name) && !(has_effect && strcmp(name, "asserted") == 0);
}

static const char *changes_text(const json_t *line, struct arena *arena)
{
    struct text text = {.arena = arena};
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)(uintptr_t)line, name, value)
        if (is_said(line, name))
            add_change(&text, name, value);
    json_object_foreach (json_object_get(line, "values"), name, value)
        add_change(&text, name, value);
    if (json_object_get(line, "erased"))
        text_add(&text, text.size ? "; (erased)" : "(erased)");
    if (json_object_get(line, "unreadable"))
        text_add(&text, text.size ? "; (unreadable)" : "(unreadable)");
    return text.data;
}

static const struct field table_fields[] = {
    {"when", {"at"}, NULL},
    {"who", {"actor"}, NULL},
    {"did", {NULL}, verb_text},
    {"to", {NULL}, subject_text},
    {"what changed", {NULL}, changes_text},
    {NULL, {NULL}, NULL},
};

static const struct field fields[] = {
    {"number", {"number"}, NULL}, {"at", {"at"}, NULL},
    {"actor", {"actor"}, NULL},   {"peer", {"peer"}, NULL},
    {"event", {"event"}, NULL},   {"id", {"id"}, NULL},
    {"name", {"name"}, NULL},     {"changes", {NULL}, changes_text},
    {NULL, {NULL}, NULL},
};

/* --------------------------------------------------------------------------- list */

/* A date is taken for its first second. */
static const char *time_of(const char *given, struct arena *arena)
{
    bool is_date = strlen(given) == DATE_SIZE;

    return client_escape(arena, is_date ? arena_printf(arena, "%sT00:00:00Z", given) : given);
}

/* Somebody whose account is gone is found by the id alone. */
static enum status subject_of(struct invocation *invocation, const char *name, const char **id,
                              struct problem *problem)
{
    unsigned char uuid[UUID_SIZE];
    json_auto_t *user = NULL;
    enum status status;

    *id = name;
    if (uuid_parse(name, uuid))
        return STATUS_OK;
    if ((status = user_look_up(invocation, name, &user, problem)))
        return status;
    *id = arena_strdup(invocation->arena, text_of(user, "id"));
    return STATUS_OK;
}

static enum status query_of(struct invocation *invocation, const char **query,
                            struct problem *problem)
{
    struct arena *arena = invocation->arena;
    const char *name = invocation->options[OPTION_USER];
    const char *event = invocation->options[OPTION_EVENT];
    const char *since = invocation->options[OPTION_SINCE];
    const char *until = invocation->options[OPTION_UNTIL];
    struct text text = {.arena = arena};
    const char *id = NULL;
    enum status status = name ? subject_of(invocation, name, &id, problem) : STATUS_OK;

    if (status)
        return status;
    text_add(&text, "");
    if (id)
        text_add_format(&text, "&subject=%s", client_escape(arena, id));
    if (event)
        text_add_format(&text, "&event=%s", client_escape(arena, event));
    if (since)
        text_add_format(&text, "&since=%s", time_of(since, arena));
    if (until)
        text_add_format(&text, "&until=%s", time_of(until, arena));
    *query = text.data;
    return STATUS_OK;
}

static enum status count_of(struct invocation *invocation, size_t *count, struct problem *problem)
{
    const char *given = invocation->options[OPTION_MOST];
    size_t digits = given ? strspn(given, "0123456789") : 0;

    *count = LINES_DEFAULT;
    if (!given)
        return STATUS_OK;
    *count = digits && digits < 7 && !given[digits] ? (size_t)atol(given) : 0;
    if (*count < 1 || *count > LINES_MOST)
        return usage_fail(invocation, problem, "--count is \"%.20s\"; expected 1 to %d", given,
                          LINES_MOST);
    return STATUS_OK;
}

/* The last lines, page by page from the end, until there are enough. */
static enum status fetch(struct invocation *invocation, const char *query, size_t count,
                         json_t *lines, struct problem *problem)
{
    json_int_t before = 0;

    do {
        json_auto_t *page = NULL;
        const char *path =
            arena_printf(invocation->arena, "/admin/v1/journal?before=%lld&count=%zu%s",
                         (long long)before, count - json_array_size(lines), query);
        enum status status = request_send(invocation, "GET", path, NULL, &page, problem);
        json_t *found = json_object_get(page, "lines");

        if (status)
            return status;
        for (size_t i = json_array_size(found); i > 0; i--)
            (void)json_array_insert(lines, 0, json_array_get(found, i - 1));
        before = json_integer_value(json_object_get(page, "before"));
    } while (before && json_array_size(lines) < count);
    return STATUS_OK;
}

enum status journal_list_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *lines = json_array();
    const char *query;
    size_t count;
    enum status status;

    if ((status = count_of(invocation, &count, problem)) ||
        (status = query_of(invocation, &query, problem)) ||
        (status = fetch(invocation, query, count, lines, problem)))
        return status;
    output_list(invocation, lines, output_is_table(invocation) ? table_fields : fields);
    return STATUS_OK;
}

/* -------------------------------------------------------------------------- erase */

enum status journal_erase_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *body = json_pack("{s:s}", "id", invocation->argument);
    enum status status =
        request_send(invocation, "POST", "/admin/v1/journal/.erase", body, NULL, problem);

    if (!status)
        message_print(invocation,
                      "what the journal says of %s is erased; exports that were made of it, too",
                      invocation->argument);
    return status;
}
