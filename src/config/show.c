#include "bridge/base/arena.h"
#include "reader.h"
#include "setting.h"

static void show_setting(const struct reader *reader, const struct scope *scope,
                         const struct setting *setting, config_visit *visit, void *context)
{
    const void *field = setting_field(setting, reader->config, scope->organization);
    const struct config_value value = {
        .name = arena_printf(reader->arena, "%s%s", scope->prefix, setting->name),
        .value = setting_format(setting, field, reader->arena),
        .line = scope->given[setting - settings].line,
    };

    visit(context, &value);
}

/* The daemon's own settings are shown once, with those of the first organization. */
static void show_scope(const struct reader *reader, const struct scope *scope, config_visit *visit,
                       void *context)
{
    bool is_top = scope == reader->scopes;

    for (const struct setting *setting = settings; setting < settings + setting_count; setting++)
        if (is_top || setting->owner == SETTING_OF_ORGANIZATION)
            show_setting(reader, scope, setting, visit, context);
}

enum status config_show(const char *path, config_visit *visit, void *context,
                        struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(config_clear) struct config config;
    struct reader reader = {
        .document = {.path = path, .arena = arena, .problem = problem},
        .arena = arena,
        .config = &config,
    };
    enum status status = reader_load(&reader);

    if (status)
        return status;
    for (size_t i = 0; i < config.organization_count; i++)
        show_scope(&reader, &reader.scopes[i], visit, context);
    return STATUS_OK;
}
