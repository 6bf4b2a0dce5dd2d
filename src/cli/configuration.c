#include "output.h"

static void report_wrong(void *context, const char *setting, const char *path,
                         const struct problem *problem)
{
    (void)setting;
    (void)path;
    if (problem->status)
        message_print(context, "%s", problem->detail);
}

enum status config_check_run(struct invocation *invocation, struct problem *problem)
{
    const char *path = config_path(invocation);
    enum status status = config_load(path, &invocation->config, problem);
    size_t wrong;

    if (status)
        return status;
    wrong = config_check_files(&invocation->config, report_wrong, invocation);
    if (wrong)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "%s can be read, but %zu of the files that it names cannot be used",
                           path, wrong);
    fprintf(invocation->out, "%s: ok\n", path);
    return STATUS_OK;
}

static const struct field fields[] = {
    {"name", {"name"}, NULL},
    {"value", {"value"}, NULL},
    {"origin", {"origin"}, NULL},
    {NULL, {NULL}, NULL},
};

struct listing {
    const char *path;
    struct arena *arena;
    json_t *settings;
};

static void list_setting(void *context, const struct config_value *value)
{
    const struct listing *listing = context;
    const char *origin =
        value->line ? arena_printf(listing->arena, "%s:%d", listing->path, value->line) : "default";

    (void)json_array_append_new(listing->settings,
                                json_pack("{s:s, s:s?, s:s}", "name", value->name, "value",
                                          value->value, "origin", origin));
}

enum status config_show_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *list = json_array();
    struct listing listing = {config_path(invocation), invocation->arena, list};
    enum status status = config_show(listing.path, list_setting, &listing, problem);

    if (!status)
        output_list(invocation, list, fields);
    return status;
}

enum status config_sample_run(struct invocation *invocation, struct problem *problem)
{
    (void)problem;
    config_sample(invocation->out);
    return STATUS_OK;
}
