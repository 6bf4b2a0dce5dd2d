#include "bridge/config/config.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "setting.h"

static const char head[] =
    "# The configuration of Rolebridge.\n"
    "#\n"
    "# Every setting is here with its default, or with an example if it has none, behind a #.\n"
    "# Take the # away from those that you change. Relative paths start from this folder.\n";

static void print_setting(const struct setting *setting, struct arena *arena, FILE *out)
{
    const char *value = setting->fallback ? setting->fallback : setting->example;

    fprintf(out, "\n  # %s:\n  # %s", setting->help, setting_expected(setting, arena));
    if (setting->required_by)
        fprintf(out, "; must be given with %s", setting->required_by);
    fprintf(out, "; %s\n", setting->fallback ? "this is the default" : "unset by default");
    fprintf(out, "  #%s: %s\n", setting_key(setting), value);
}

void config_sample(FILE *out)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *section = "";

    fputs(head, out);
    for (const struct setting *setting = settings; setting < settings + setting_count; setting++) {
        size_t size = strcspn(setting->name, ".");

        if (!setting_is_in(setting, section)) {
            section = arena_text(arena, bytes_of(setting->name, size));
            fprintf(out, "\n%s:\n", section);
        }
        print_setting(setting, arena, out);
    }
}
