#include "array.h"
#include "members.h"
#include "plan_step.h"

/* A plan for a pushed group in the making. */
struct draft {
    const struct group_desired *desired;
    const char *placeholder;
    struct arena *arena;
    struct plan *plan;
};

static struct member_set wanted_members(const struct draft *draft)
{
    const struct group_desired *desired = draft->desired;
    struct bytes *values = arena_alloc(draft->arena, desired->member_count * sizeof(*values));
    struct member_set wanted;

    for (size_t i = 0; i < desired->member_count; i++)
        values[i] = bytes_of_text(desired->members[i]);
    wanted = member_set(draft->arena, values, desired->member_count);
    (void)member_set_remove(&wanted, draft->placeholder);
    return wanted;
}

static struct member_set members_of(const struct draft *draft, const struct entry *entry)
{
    const struct entry_attribute *attribute = entry_find(entry, "member");

    return member_set(draft->arena, attribute ? attribute->values : NULL,
                      attribute ? attribute->count : 0);
}

static size_t count_of(const struct member_change *change, enum modification_verb verb)
{
    size_t count = 0;

    for (size_t i = 0; i < change->count; i++) {
        if (change->modifications[i].verb == verb)
            count += change->modifications[i].count;
    }
    return count;
}

static void plan_part(const struct draft *draft, const char *dn, const struct member_change *part)
{
    const char *reason =
        arena_printf(draft->arena, "%zu to remove, %zu to add", count_of(part, MODIFICATION_DELETE),
                     count_of(part, MODIFICATION_ADD));
    struct plan_step *step = step_add(draft->plan, draft->arena, PLAN_CHANGE_MEMBERS, dn, reason);

    step->modifications = part->modifications;
    step->count = part->count;
}

static size_t fitting(const struct member_change *change, size_t first)
{
    return member_change_fitting(change, first, PLAN_MEMBERS_MAX, PLAN_MEMBERS_BYTES_MAX);
}

static void plan_parts(const struct draft *draft, const char *dn,
                       const struct member_change *change, size_t first)
{
    const size_t total = member_change_size(change);

    while (first < total) {
        size_t size = fitting(change, first);
        struct member_change part = member_change_part(change, first, size, draft->arena);

        plan_part(draft, dn, &part);
        first += size;
    }
}

/* First of all, since a group without it could not lose its last member. */
static void plan_placeholder(const struct draft *draft, const char *dn)
{
    struct plan_step *step =
        step_add(draft->plan, draft->arena, PLAN_CHANGE_MEMBERS, dn, "the placeholder is missing");
    struct modification *modification = arena_alloc(draft->arena, sizeof(*modification));
    struct bytes *value = arena_alloc(draft->arena, sizeof(*value));

    *value = bytes_of_text(draft->placeholder);
    *modification = (struct modification){MODIFICATION_ADD, "member", value, 1};
    step->modifications = modification;
    step->count = 1;
}

static struct entry *copy_entry(struct arena *arena, const struct entry *entry)
{
    struct entry *copy = entry_new(arena, entry->dn);

    for (size_t i = 0; i < entry->count; i++) {
        const struct entry_attribute *attribute = &entry->attributes[i];

        for (size_t j = 0; j < attribute->count; j++)
            entry_add_bytes(arena, copy, attribute->name, attribute->values[j]);
    }
    return copy;
}

static void plan_new_group(const struct draft *draft)
{
    const struct member_set wanted = wanted_members(draft);
    const struct member_set nobody = {NULL, 0};
    struct member_change change = member_difference(&wanted, &nobody, draft->arena);
    struct entry *entry = copy_entry(draft->arena, draft->desired->entry);
    const size_t at_once = fitting(&change, 0);

    for (size_t i = 0; i < at_once; i++)
        entry_add_bytes(draft->arena, entry, "member", change.modifications[0].values[i]);
    step_add(draft->plan, draft->arena, PLAN_CREATE_GROUP, entry->dn, "there is no such group")
        ->entry = entry;
    plan_parts(draft, entry->dn, &change, at_once);
}

static void plan_existing_group(const struct draft *draft, const struct entry *actual)
{
    static const char *const owned[] = {"cn", NULL};
    const struct entry *desired = draft->desired->entry;
    const struct member_set wanted = wanted_members(draft);
    struct member_set members = members_of(draft, actual);
    struct member_change change;
    const char *dn;

    if (!member_set_remove(&members, draft->placeholder))
        plan_placeholder(draft, actual->dn);
    change = member_difference(&wanted, &members, draft->arena);
    plan_parts(draft, actual->dn, &change, 0);
    dn = step_rename(draft->plan, draft->arena, actual->dn, desired->dn, "displayName has changed");
    step_attributes(draft->plan, draft->arena, dn, desired, actual, owned);
}

struct plan *plan_group(const struct projection_settings *settings,
                        const struct group_desired *desired, const struct group_actual *actual,
                        struct arena *arena)
{
    struct draft draft = {desired, projection_placeholder_dn(settings, arena), arena,
                          arena_alloc(arena, sizeof(struct plan))};

    if (desired->entry && actual->entry)
        plan_existing_group(&draft, actual->entry);
    else if (desired->entry)
        plan_new_group(&draft);
    else if (actual->entry)
        step_add(draft.plan, arena, PLAN_DELETE_ENTRY, actual->entry->dn, "the group is gone");
    return draft.plan;
}
