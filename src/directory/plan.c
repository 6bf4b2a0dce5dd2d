#include "bridge/directory/plan.h"

#include "array.h"
#include "bridge/base/text.h"
#include "dn.h"
#include "plan_step.h"

#define MEMBER "member"

/* A plan in the making. */
struct draft {
    const struct projection_settings *settings;
    const struct person_desired *desired;
    const struct person_actual *actual;
    struct arena *arena;
    struct plan *plan;
    const char *dn; /* of the person's entry, after the steps so far */
};

static const char *const verb_names[] = {
    [PLAN_ADD_ENTRY] = "add entry",
    [PLAN_RENAME] = "rename",
    [PLAN_MODIFY] = "modify",
    [PLAN_LOCK] = "lock",
    [PLAN_UNLOCK] = "unlock",
    [PLAN_CREATE_GROUP] = "create group",
    [PLAN_ADD_MEMBER] = "add member",
    [PLAN_REMOVE_MEMBER] = "remove member",
    [PLAN_CHANGE_MEMBERS] = "change members of",
    [PLAN_DELETE_ENTRY] = "delete entry",
};

struct plan_step *step_add(struct plan *plan, struct arena *arena, enum plan_verb verb,
                           const char *dn, const char *reason)
{
    struct plan_step *step;

    plan->steps = array_room(arena, plan->steps, plan->count, sizeof(*step));
    step = &plan->steps[plan->count++];
    *step = (struct plan_step){.verb = verb, .dn = dn, .reason = reason};
    return step;
}

/* --------------------------------------------------------------- attributes */

static bool has_value(const struct entry_attribute *attribute, struct bytes value)
{
    for (size_t i = 0; i < attribute->count; i++) {
        if (bytes_equal(attribute->values[i], value))
            return true;
    }
    return false;
}

static bool is_same(const struct entry_attribute *desired, const struct entry_attribute *actual)
{
    size_t desired_count = desired ? desired->count : 0;
    size_t actual_count = actual ? actual->count : 0;

    if (desired_count != actual_count)
        return false;
    for (size_t i = 0; i < desired_count; i++) {
        if (!has_value(actual, desired->values[i]))
            return false;
    }
    return true;
}

/* The attribute that the RDN is made of changes by renaming: only values beside that one count. */
static bool has_nothing_but(const struct entry_attribute *attribute, const char *value)
{
    for (size_t i = 0; attribute && i < attribute->count; i++) {
        if (!text_equal_folded(attribute->values[i].data, value))
            return false;
    }
    return true;
}

static bool has_drifted(struct arena *arena, const struct entry *desired,
                        const struct entry *actual, const char *name)
{
    const char *naming_value = dn_rdn_value(arena, actual->dn, name);

    if (naming_value)
        return !has_nothing_but(entry_find(actual, name), naming_value);
    return !is_same(entry_find(desired, name), entry_find(actual, name));
}

void step_attributes(struct plan *plan, struct arena *arena, const char *dn,
                     const struct entry *desired, const struct entry *actual,
                     const char *const *owned)
{
    struct modification *modifications = NULL;
    size_t count = 0;
    struct text names = {.arena = arena};
    struct plan_step *step;

    for (; *owned; owned++) {
        const struct entry_attribute *wanted = entry_find(desired, *owned);

        if (!has_drifted(arena, desired, actual, *owned))
            continue;
        modifications = array_room(arena, modifications, count, sizeof(*modifications));
        modifications[count++] =
            (struct modification){MODIFICATION_REPLACE, *owned, wanted ? wanted->values : NULL,
                                  wanted ? wanted->count : 0};
        text_add_format(&names, "%s%s", names.size ? ", " : "", *owned);
    }
    if (!count)
        return;
    text_add(&names, count == 1 ? " differs" : " differ");
    step = step_add(plan, arena, PLAN_MODIFY, dn, names.data);
    step->modifications = modifications;
    step->count = count;
}

const char *step_rename(struct plan *plan, struct arena *arena, const char *dn,
                        const char *desired_dn, const char *reason)
{
    const char *rdn = dn_first_rdn(arena, desired_dn);
    const char *old_rdn = dn_first_rdn(arena, dn);
    const char *parent = dn_parent(arena, dn);

    if (!rdn || !old_rdn || !parent || dn_equal(rdn, old_rdn))
        return dn;
    step_add(plan, arena, PLAN_RENAME, dn, reason)->rdn = rdn;
    return dn_join(arena, rdn, parent);
}

/* --------------------------------------------------------------- membership */

static bool has_dn(const char *const *dns, size_t count, const char *dn)
{
    for (size_t i = 0; i < count; i++) {
        if (dn_equal(dns[i], dn))
            return true;
    }
    return false;
}

static struct modification member_change(struct arena *arena, enum modification_verb verb,
                                         const char *member)
{
    struct bytes *value = arena_alloc(arena, sizeof(*value));

    *value = bytes_of_text(member);
    return (struct modification){verb, MEMBER, value, 1};
}

static void plan_member(struct draft *draft, enum plan_verb verb, const char *group,
                        const char *reason)
{
    struct plan_step *step = step_add(draft->plan, draft->arena, verb, group, reason);
    struct modification *modification = arena_alloc(draft->arena, sizeof(*modification));

    *modification = member_change(
        draft->arena, verb == PLAN_ADD_MEMBER ? MODIFICATION_ADD : MODIFICATION_DELETE, draft->dn);
    step->modifications = modification;
    step->count = 1;
}

/* Both in one change, so that the person is never out of the group. */
static void plan_new_name(struct draft *draft, const char *group, const char *old_dn)
{
    struct plan_step *step =
        step_add(draft->plan, draft->arena, PLAN_ADD_MEMBER, group, "the entry has another name");
    struct modification *modifications = arena_alloc(draft->arena, 2 * sizeof(*modifications));

    modifications[0] = member_change(draft->arena, MODIFICATION_DELETE, old_dn);
    modifications[1] = member_change(draft->arena, MODIFICATION_ADD, draft->dn);
    step->modifications = modifications;
    step->count = 2;
}

static bool is_wanted(const struct draft *draft, const char *group)
{
    const struct person_desired *desired = draft->desired;

    return (desired->entry || desired->is_misfit) && desired->is_active &&
           has_dn(desired->groups, desired->group_count, group);
}

static void plan_unwanted_groups(struct draft *draft, const char *reason)
{
    const struct person_actual *actual = draft->actual;

    for (size_t i = 0; i < actual->group_count; i++) {
        if (projection_is_role_dn(draft->settings, actual->groups[i]) &&
            !is_wanted(draft, actual->groups[i]))
            plan_member(draft, PLAN_REMOVE_MEMBER, actual->groups[i], reason);
    }
}

static void plan_wanted_groups(struct draft *draft)
{
    const struct person_desired *desired = draft->desired;

    for (size_t i = 0; i < desired->group_count; i++) {
        if (!has_dn(draft->actual->groups, draft->actual->group_count, desired->groups[i]))
            plan_member(draft, PLAN_ADD_MEMBER, desired->groups[i], "role and site ask for it");
    }
}

/* -------------------------------------------------------------------- entry */

static void plan_lock(struct draft *draft, const char *reason)
{
    const struct account_profile *profile = draft->settings->profile;
    struct plan_step *step;

    switch (account_state(profile, draft->actual->entry)) {
    case ACCOUNT_LOCKED:
        return;
    case ACCOUNT_HALF_LOCKED:
        reason = "the lock is incomplete";
        break;
    case ACCOUNT_UNLOCKED:
        break;
    }
    step = step_add(draft->plan, draft->arena, PLAN_LOCK, draft->dn, reason);
    account_lock(profile, draft->arena, &step->modifications, &step->count);
}

static void plan_unlock(struct draft *draft)
{
    const struct account_profile *profile = draft->settings->profile;
    struct plan_step *step;

    if (account_state(profile, draft->actual->entry) == ACCOUNT_UNLOCKED)
        return;
    step = step_add(draft->plan, draft->arena, PLAN_UNLOCK, draft->dn, "the account is active");
    account_unlock(profile, draft->arena, &step->modifications, &step->count);
}

static void plan_rename(struct draft *draft)
{
    if (draft->desired->is_adopted)
        return;
    draft->dn = step_rename(draft->plan, draft->arena, draft->dn, draft->desired->entry->dn,
                            "userName has changed");
}

/* Who shrinks has left the others by then. */
static bool is_still_in(const struct draft *draft, const char *group)
{
    return projection_is_role_dn(draft->settings, group) &&
           (draft->desired->is_growing || is_wanted(draft, group));
}

static void plan_rename_in_groups(struct draft *draft)
{
    const char *old_dn = draft->dn;

    plan_rename(draft);
    for (size_t i = 0; draft->dn != old_dn && i < draft->actual->group_count; i++) {
        if (is_still_in(draft, draft->actual->groups[i]))
            plan_new_name(draft, draft->actual->groups[i], old_dn);
    }
}

/* What the bridge may say of an entry that it has not made: not its name, nor what is unknown. */
static const char *const *adopted_names(const struct draft *draft)
{
    const char *const *names = attribute_map_names(draft->settings->attributes);
    const char **kept = NULL;
    size_t count = 0;

    for (names++; *names; names++) { /* the first is what the bridge names entries by */
        if (dn_rdn_value(draft->arena, draft->actual->entry->dn, *names) ||
            !entry_find(draft->desired->entry, *names))
            continue;
        kept = array_room(draft->arena, kept, count, sizeof(*kept));
        kept[count++] = *names;
    }
    kept = array_room(draft->arena, kept, count, sizeof(*kept));
    kept[count] = NULL;
    return kept;
}

static void plan_own_attributes(struct draft *draft)
{
    const char *const *names = draft->desired->is_adopted
                                   ? adopted_names(draft)
                                   : attribute_map_names(draft->settings->attributes);

    step_attributes(draft->plan, draft->arena, draft->dn, draft->desired->entry,
                    draft->actual->entry, names);
}

/* ------------------------------------------------------------------ persons */

/* Whoever adds an entry of that name by hand must not find the groups of somebody else. */
static void plan_leftovers(struct draft *draft)
{
    plan_unwanted_groups(draft, "left over from an entry that is gone");
}

static void plan_newcomer(struct draft *draft)
{
    struct plan_step *step = step_add(draft->plan, draft->arena, PLAN_ADD_ENTRY, draft->dn,
                                      "the account is active and has no entry");

    step->entry = draft->desired->entry;
    plan_leftovers(draft);
    plan_wanted_groups(draft);
}

static void plan_active(struct draft *draft)
{
    const char *reason = "role and site do not ask for it";

    if (!draft->desired->is_growing)
        plan_unwanted_groups(draft, reason);
    plan_rename_in_groups(draft);
    plan_own_attributes(draft);
    plan_wanted_groups(draft);
    if (draft->desired->is_growing)
        plan_unwanted_groups(draft, reason);
    plan_unlock(draft);
}

static void plan_inactive(struct draft *draft)
{
    const char *reason = draft->desired->entry ? "the account is inactive" : "the account is gone";

    plan_lock(draft, reason);
    plan_unwanted_groups(draft, reason);
    if (draft->desired->is_removed)
        step_add(draft->plan, draft->arena, PLAN_DELETE_ENTRY, draft->dn, reason);
    if (!draft->desired->entry)
        return;
    plan_rename(draft);
    plan_own_attributes(draft);
}

/* Nobody can say how the entry should be, but who has lost a role is to leave its groups. */
static void plan_misfit(struct draft *draft)
{
    if (!draft->desired->is_growing)
        plan_unwanted_groups(draft, "role and site do not ask for it");
}

struct plan *plan_person(const struct projection_settings *settings,
                         const struct person_desired *desired, const struct person_actual *actual,
                         struct arena *arena)
{
    struct draft draft = {settings, desired, actual, arena, arena_alloc(arena, sizeof(struct plan)),
                          NULL};
    bool is_active = desired->entry && desired->is_active;

    if (actual->entry)
        draft.dn = actual->entry->dn;
    else
        draft.dn = is_active ? desired->entry->dn : actual->dn;

    if (desired->is_misfit)
        plan_misfit(&draft);
    else if (actual->entry && is_active)
        plan_active(&draft);
    else if (actual->entry)
        plan_inactive(&draft);
    else if (is_active)
        plan_newcomer(&draft);
    else
        plan_leftovers(&draft);
    return draft.plan;
}

/* -------------------------------------------------------------------- names */

/* The count of steps when there is none. */
static size_t find_rename(const struct plan *plan)
{
    size_t i = 0;

    while (i < plan->count && plan->steps[i].verb != PLAN_RENAME)
        i++;
    return i;
}

const char *plan_new_dn(const struct plan *plan, struct arena *arena)
{
    const size_t place = find_rename(plan);
    const struct plan_step *step;

    if (place == plan->count)
        return NULL;
    step = &plan->steps[place];
    return dn_join(arena, step->rdn, dn_parent(arena, step->dn));
}

void plan_keep_name(struct plan *plan)
{
    plan->count = find_rename(plan);
}

struct plan *plan_vacancy(const struct projection_settings *settings, const struct vacancy *vacancy,
                          struct arena *arena)
{
    const char *const *names = attribute_map_names(settings->attributes);
    struct draft draft = {.settings = settings,
                          .arena = arena,
                          .plan = arena_alloc(arena, sizeof(struct plan)),
                          .dn = vacancy->dn};

    if (vacancy->stand_in) /* the first attribute is what the bridge names entries by */
        step_add(draft.plan, arena, PLAN_RENAME, vacancy->dn, "another person is to have the name")
            ->rdn = dn_rdn(arena, names[0], vacancy->stand_in);
    for (size_t i = 0; i < vacancy->group_count; i++)
        plan_member(&draft, PLAN_REMOVE_MEMBER, vacancy->groups[i],
                    "another person is to have the name");
    return draft.plan;
}

/* ------------------------------------------------------------------- groups */

struct plan *plan_role_group(const struct entry *desired, const struct entry *actual,
                             struct arena *arena)
{
    static const char *const owned[] = {"description", NULL};
    static const char *const nothing[] = {NULL};
    struct plan *plan = arena_alloc(arena, sizeof(*plan));

    if (!actual)
        step_add(plan, arena, PLAN_CREATE_GROUP, desired->dn, "there is no such group")->entry =
            desired;
    else
        step_attributes(plan, arena, actual->dn, desired, actual,
                        entry_find(desired, "description") ? owned : nothing);
    return plan;
}

/* -------------------------------------------------------------------- words */

/* A DN may have line ends in it, and a step is one line: they are written as RFC 4514 escapes. */
static void add_line_text(struct text *text, struct bytes words)
{
    const unsigned char *characters = words.data;

    for (size_t i = 0; i < words.size; i++) {
        if (characters[i] < 0x20 || characters[i] == 0x7F)
            text_add_format(text, "\\%02X", characters[i]);
        else
            text_add_bytes(text, bytes_of(&characters[i], 1));
    }
}

static void add_member(struct text *text, const struct plan_step *step)
{
    if (step->verb != PLAN_ADD_MEMBER && step->verb != PLAN_REMOVE_MEMBER)
        return;
    add_line_text(text, step->modifications[step->count - 1].values[0]);
    text_add(text, step->verb == PLAN_ADD_MEMBER ? " to " : " from ");
}

static void add_step(struct text *text, const struct plan_step *step)
{
    text_add_format(text, "%s ", verb_names[step->verb]);
    add_member(text, step);
    add_line_text(text, bytes_of_text(step->dn));
    if (step->rdn) {
        text_add(text, " to ");
        add_line_text(text, bytes_of_text(step->rdn));
    }
    text_add_format(text, ": %s", step->reason);
}

const char *plan_step_format(const struct plan_step *step, struct arena *arena)
{
    struct text text = {.arena = arena};

    add_step(&text, step);
    return text.data;
}

void plan_format(const struct plan *plan, struct arena *arena, char **formatted)
{
    struct text text = {.arena = arena};

    text_add(&text, "");
    for (size_t i = 0; i < plan->count; i++) {
        add_step(&text, &plan->steps[i]);
        text_add(&text, "\n");
    }
    *formatted = text.data;
}
