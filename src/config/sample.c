#include "bridge/config/config.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "setting.h"

static const char head[] =
    "# The configuration of Rolebridge.\n"
    "#\n"
    "# Every setting is here with its default, or with an example if it has none, behind a #.\n"
    "# Take the # away from those that you change. Relative paths start from this folder.\n";

/* With bases of its own, so that the example can stand beside the one above. */
static const char tail[] = "\n"
                           "organizations:\n"
                           "\n"
                           "  # Other organizations, at most 63. Each has a name, of a-z, 0-9 and "
                           "-, and a directory with\n"
                           "  # the settings of the section above; on one server its bases must be "
                           "apart from all others'.\n"
                           "  #acme:\n"
                           "    #directory:\n"
                           "      #uri: ldap://127.0.0.1:389\n"
                           "      #bind_dn: cn=rolebridge,dc=example,dc=org\n"
                           "      #password_file: /etc/rolebridge/directory.password\n"
                           "      #people_base: ou=people,o=acme,dc=example,dc=org\n"
                           "      #roles_base: ou=roles,o=acme,dc=example,dc=org\n"
                           "      #groups_base: ou=groups,o=acme,dc=example,dc=org\n";

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
    fputs(tail, out);
}
