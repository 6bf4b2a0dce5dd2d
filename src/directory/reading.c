#include <ldap.h>

#include "array.h"
#include "bridge/base/text.h"
#include "bridge/directory/plan.h"
#include "lookup.h"
#include "window.h"

/* --------------------------------------------------------------------- people */

static void add_names(struct arena *arena, const char ***names, size_t *count,
                      const char *const *more)
{
    for (; *more; more++) {
        *names = array_room(arena, *names, *count, sizeof(**names));
        (*names)[(*count)++] = *more;
    }
}

/* All that a plan looks at: what the bridge owns, the lock, the identity. */
static const char *const *names_to_read(const struct projection_settings *settings,
                                        struct arena *arena)
{
    const char *const identity[] = {account_identity(settings->profile), NULL};
    const char **names = NULL;
    size_t count = 0;

    add_names(arena, &names, &count, attribute_map_names(settings->attributes));
    add_names(arena, &names, &count, account_attributes(settings->profile));
    add_names(arena, &names, &count, identity);
    names = array_room(arena, names, count, sizeof(*names));
    names[count] = NULL;
    return names;
}

static enum status read_entries(struct directory *directory,
                                const struct projection_settings *settings,
                                struct person_reading *readings, size_t count, struct arena *arena,
                                struct problem *problem)
{
    const struct lookup lookup = {directory, settings->profile, settings->people_base,
                                  names_to_read(settings, arena), arena};
    struct sought *sought = arena_alloc(arena, count * sizeof(*sought));
    enum status status;

    for (size_t i = 0; i < count; i++)
        sought[i] = (struct sought){.identity = readings[i].identity, .dn = readings[i].dn};
    status = lookup_entries(&lookup, sought, count, problem);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = sought[i].entry;

        readings[i].actual =
            (struct person_actual){.entry = entry, .dn = entry ? entry->dn : readings[i].dn};
        readings[i].status = sought[i].status;
        readings[i].problem = sought[i].problem;
    }
    return status;
}

static void take_groups(const struct projection_settings *settings, const struct request *request,
                        struct person_reading *reading)
{
    const char **groups = NULL;
    size_t count = 0;

    for (size_t i = 0; i < request->found.count; i++) {
        const char *dn = request->found.entries[i]->dn;

        if (!projection_is_role_dn(settings, dn))
            continue;
        groups = array_room(request->arena, groups, count, sizeof(*groups));
        groups[count++] = dn;
    }
    reading->actual.groups = groups;
    reading->actual.group_count = count;
    reading->status = request->status;
    reading->problem = request->problem;
}

static enum status read_groups(struct directory *directory,
                               const struct projection_settings *settings,
                               struct person_reading *readings, size_t count, struct arena *arena,
                               struct problem *problem)
{
    static const char *const no_attributes[] = {LDAP_NO_ATTRS, NULL};
    struct request *requests = arena_alloc(arena, count * sizeof(*requests));
    struct person_reading **asked = arena_alloc(arena, count * sizeof(struct person_reading *));
    size_t asked_count = 0;
    enum status status;

    for (size_t i = 0; i < count; i++) {
        if (readings[i].status)
            continue;
        asked[asked_count] = &readings[i];
        requests[asked_count++] = (struct request){
            .operation = OPERATION_SEARCH,
            .dn = settings->roles_base,
            .filter =
                arena_printf(arena, "(member=%s)", filter_escape(arena, readings[i].actual.dn)),
            .attributes = no_attributes,
            .arena = arena,
        };
    }
    status =
        window_run(directory, requests, asked_count, account_window(settings->profile), problem);
    for (size_t i = 0; i < asked_count; i++)
        take_groups(settings, &requests[i], asked[i]);
    return status;
}

enum status people_read(struct directory *directory, const struct projection_settings *settings,
                        struct person_reading *readings, size_t count, struct arena *arena,
                        struct problem *problem)
{
    enum status status = read_entries(directory, settings, readings, count, arena, problem);

    return status ? status : read_groups(directory, settings, readings, count, arena, problem);
}

enum status person_read(struct directory *directory, const struct projection_settings *settings,
                        const char *identity, const char *dn, struct arena *arena,
                        struct person_actual *actual, struct problem *problem)
{
    struct person_reading reading = {.identity = identity, .dn = dn};

    (void)people_read(directory, settings, &reading, 1, arena, NULL);
    *actual = reading.actual;
    return reading.status ? problem_set(problem, reading.status, "%s", reading.problem.detail)
                          : STATUS_OK;
}

/* --------------------------------------------------------------------- groups */

static bool has_class(const struct entry *entry, const char *name)
{
    const struct entry_attribute *classes = entry_find(entry, "objectClass");

    for (size_t i = 0; classes && i < classes->count; i++) {
        if (text_equal_ascii(classes->values[i].data, name))
            return true;
    }
    return false;
}

enum status group_read(struct directory *directory, const struct projection_settings *settings,
                       const char *identity, const char *dn, struct arena *arena,
                       struct group_actual *actual, struct problem *problem)
{
    const char *const attributes[] = {"objectClass", "cn", "member",
                                      account_identity(settings->profile), NULL};
    const struct lookup lookup = {directory, settings->profile, settings->groups_base, attributes,
                                  arena};
    const struct entry *entry = NULL;
    enum status status = lookup_entry(&lookup, identity, dn, &entry, problem);

    *actual = (struct group_actual){.entry = NULL};
    if (status)
        return status;
    if (entry && has_class(entry, "groupOfNames") && !entry_find(entry, "member"))
        return problem_set(problem, STATUS_DIRECTORY_REFUSED,
                           "read %s: the server shows no members of a group that cannot be empty; "
                           "give the bridge's account the right to read them",
                           entry->dn);
    actual->entry = entry;
    return STATUS_OK;
}
