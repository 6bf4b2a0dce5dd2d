#include "apply_group.h"

#include <ldap.h>
#include <string.h>

#include "bridge/base/text.h"
#include "members.h"
#include "result.h"

/* ------------------------------------------------------------------- members */

enum status modify_with_placeholder(struct directory *directory,
                                    const struct projection_settings *settings,
                                    const struct plan_step *step, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct bytes placeholder = bytes_of_text(projection_placeholder_dn(settings, arena));
    struct modification *modifications =
        arena_alloc(arena, (step->count + 1) * sizeof(*modifications));

    modifications[0] = (struct modification){MODIFICATION_ADD, "member", &placeholder, 1};
    memcpy(&modifications[1], step->modifications, step->count * sizeof(*modifications));
    return directory_modify(directory, step->dn, modifications, step->count + 1, problem);
}

static enum status read_members(struct directory *directory, const char *dn, struct arena *arena,
                                struct member_set *members, struct problem *problem)
{
    static const char *const attributes[] = {"member", NULL};
    const struct entry_attribute *attribute;
    struct problem missing = {0};
    struct entry *entry = NULL;
    enum status status = directory_read(directory, dn, attributes, arena, &entry, &missing);

    if (status)
        return problem_set(problem, status == STATUS_NOT_FOUND ? STATUS_CONFLICT : status, "%s",
                           missing.detail);
    attribute = entry_find(entry, "member");
    *members =
        member_set(arena, attribute ? attribute->values : NULL, attribute ? attribute->count : 0);
    return STATUS_OK;
}

/* One value that is there already, or gone already, spoils the whole: send the others. */
static enum status settle(struct directory *directory, const char *dn,
                          const struct member_change *change, struct arena *arena,
                          struct problem *problem)
{
    struct member_set members = {NULL, 0};
    struct member_change left;
    enum status status = read_members(directory, dn, arena, &members, problem);

    if (status)
        return status;
    left = member_change_left(change, &members, arena);
    if (left.count == 0)
        return STATUS_OK;
    return directory_modify(directory, dn, left.modifications, left.count, problem);
}

static enum status send_change(struct directory *directory,
                               const struct projection_settings *settings, const char *dn,
                               const struct member_change *change, struct arena *arena,
                               struct problem *problem)
{
    const struct plan_step step = {
        .dn = dn, .modifications = change->modifications, .count = change->count};
    struct problem answer = {0};
    enum status status =
        directory_modify(directory, dn, change->modifications, change->count, &answer);

    if (status == STATUS_CONFLICT)
        return settle(directory, dn, change, arena, problem);
    if (status && directory_last_code(directory) == LDAP_OBJECT_CLASS_VIOLATION)
        return modify_with_placeholder(directory, settings, &step, problem);
    if (status)
        return problem_set(problem, status, "%s", answer.detail);
    return STATUS_OK;
}

static bool is_too_large(const struct directory *directory, enum status status)
{
    return status == STATUS_DIRECTORY_REFUSED &&
           directory_last_code(directory) == LDAP_ADMINLIMIT_EXCEEDED;
}

/* In one go if the server lets us, in ever smaller parts if it does not. */
static enum status send_in_parts(struct directory *directory,
                                 const struct projection_settings *settings, const char *dn,
                                 const struct member_change *change, struct problem *problem)
{
    const size_t total = member_change_size(change);
    size_t size = total;
    size_t sent = 0;

    while (sent < total) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct problem answer = {0};
        struct member_change part = member_change_part(change, sent, size, arena);
        enum status status = send_change(directory, settings, dn, &part, arena, &answer);

        if (status == STATUS_OK)
            sent += size;
        else if (size > 1 && is_too_large(directory, status))
            size /= 2;
        else
            return problem_set(problem, status, "%s", answer.detail);
    }
    return STATUS_OK;
}

enum status apply_members(struct directory *directory, const struct projection_settings *settings,
                          const struct plan_step *step, struct problem *problem)
{
    const struct member_change change = {step->modifications, step->count};

    return send_in_parts(directory, settings, step->dn, &change, problem);
}

/* -------------------------------------------------------------------- groups */

/* The first member of a new group is the placeholder: alone it is a group, too. */
static enum status add_in_parts(struct directory *directory,
                                const struct projection_settings *settings,
                                const struct entry *entry, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry_attribute *attributes = arena_alloc(arena, entry->count * sizeof(*attributes));
    const struct entry small = {entry->dn, attributes, entry->count};
    struct modification rest = {.verb = MODIFICATION_ADD, .attribute = "member"};
    const struct member_change change = {&rest, 1};
    enum status status;

    for (size_t i = 0; i < entry->count; i++) {
        attributes[i] = entry->attributes[i];
        if (!text_equal_ascii(attributes[i].name, "member"))
            continue;
        rest.values = attributes[i].values + 1;
        rest.count = attributes[i].count - 1;
        attributes[i].count = 1;
    }
    if ((status = directory_add(directory, &small, problem)))
        return status;
    return send_in_parts(directory, settings, entry->dn, &change, problem);
}

enum status apply_new_group(struct directory *directory, const struct projection_settings *settings,
                            const struct plan_step *step, struct problem *problem)
{
    struct problem answer = {0};
    enum status status = directory_add(directory, step->entry, &answer);

    if (is_too_large(directory, status))
        return add_in_parts(directory, settings, step->entry, problem);
    return status ? problem_set(problem, status, "%s", answer.detail) : STATUS_OK;
}

/* "No such entry" is no success until a read has shown it. */
enum status apply_deletion(struct directory *directory, const struct projection_settings *settings,
                           const struct plan_step *step, struct problem *problem)
{
    static const char *const no_attributes[] = {LDAP_NO_ATTRS, NULL};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct problem answer = {0};
    struct entry *entry = NULL;
    enum status status = directory_delete(directory, step->dn, &answer);

    (void)settings;
    if (status == STATUS_CONFLICT &&
        directory_read(directory, step->dn, no_attributes, arena, &entry, NULL) == STATUS_NOT_FOUND)
        return STATUS_OK;
    return status ? problem_set(problem, status, "%s", answer.detail) : STATUS_OK;
}
