#include "role_name.h"

#include "bridge/base/text.h"

#define ADMINS "admins"
#define SITE   "site-{key}"
#define KEY    "{key}"

const char *role_name_of_admins(const struct projection_settings *settings)
{
    return settings->admins_group ? settings->admins_group : ADMINS;
}

static const char *site_template(const struct projection_settings *settings)
{
    return settings->site_group ? settings->site_group : SITE;
}

/* What stands before and behind the key. */
struct surroundings {
    const char *before;
    const char *behind;
};

static struct surroundings surroundings_of(const char *template, struct arena *arena)
{
    const char *key = strstr(template, KEY);

    return (struct surroundings){arena_text(arena, bytes_of(template, (size_t)(key - template))),
                                 key + strlen(KEY)};
}

char *role_name_of_site(const struct projection_settings *settings, const char *site_key,
                        struct arena *arena)
{
    struct surroundings around = surroundings_of(site_template(settings), arena);

    return arena_printf(arena, "%s%s%s", around.before, site_key, around.behind);
}

static bool can_be_a_sites(const char *template, const char *folded, struct arena *arena)
{
    struct surroundings around = surroundings_of(template, arena);
    const char *before = text_fold_name(arena, around.before);
    const char *behind = text_fold_name(arena, around.behind);
    size_t size = strlen(folded);

    return size >= strlen(before) + strlen(behind) &&
           strncmp(folded, before, strlen(before)) == 0 &&
           strcmp(folded + size - strlen(behind), behind) == 0;
}

bool role_name_is_ours(const struct projection_settings *settings, const char *name)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *folded = text_fold_name(arena, name);
    const char *admins = text_fold_name(arena, role_name_of_admins(settings));

    return strcmp(folded, admins) == 0 || can_be_a_sites(site_template(settings), folded, arena);
}

/* -------------------------------------------------------------------- checking */

/* Servers drop such space, or take two for one: the names would not be what they seem. */
static bool has_loose_space(const char *text)
{
    size_t size = strlen(text);

    return size > 0 && (text[0] == ' ' || text[size - 1] == ' ' || strstr(text, "  "));
}

static enum status check_site(const char *template, struct arena *arena, struct problem *problem)
{
    struct surroundings around;

    if (!strstr(template, KEY))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "\"%s\" has no {key}, by which the groups of sites differ", template);
    around = surroundings_of(template, arena);
    if (!*around.before && !*around.behind)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "{key} alone could make any name; put something before or behind it");
    if (strpbrk(around.before, "{}") || strpbrk(around.behind, "{}"))
        return problem_set(problem, STATUS_CONFIGURATION, "\"%s\" has braces besides {key}",
                           template);
    if (has_loose_space(around.before) || has_loose_space(around.behind))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "\"%s\" has white space at an end, beside {key}, or doubled", template);
    if (can_be_a_sites(template, ROLE_PLACEHOLDER, arena))
        return problem_set(problem, STATUS_CONFIGURATION, "\"%s\" could make " ROLE_PLACEHOLDER,
                           template);
    return STATUS_OK;
}

static enum status check_admins(const char *admins, const char *template, struct arena *arena,
                                struct problem *problem)
{
    const char *folded = text_fold_name(arena, admins);

    if (strpbrk(admins, "{}") || has_loose_space(admins))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "\"%s\" has braces, or white space at an end or doubled", admins);
    if (strcmp(folded, ROLE_PLACEHOLDER) == 0 || can_be_a_sites(template, folded, arena))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "\"%s\" could be the group of a site, or is the placeholder", admins);
    return STATUS_OK;
}

enum status projection_check_names(const char *admins_group, const char *site_group,
                                   bool *is_site_at_fault, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    enum status status = check_site(site_group, arena, problem);

    *is_site_at_fault = status != STATUS_OK;
    return status ? status : check_admins(admins_group, site_group, arena, problem);
}
