#include <ldap.h>

#include "apply_group.h"
#include "result.h"

static const char *const no_attributes[] = {LDAP_NO_ATTRS, NULL};

/* --------------------------------------------------------------- membership */

struct membership {
    struct directory *directory;
    const struct projection_settings *settings;
    const struct plan_step *step;
    struct arena *arena;
};

static const char *member_of(const struct modification *modification)
{
    return modification->values[0].data;
}

static enum status create_group(const struct membership *membership, struct problem *problem)
{
    const struct plan_step *step = membership->step;
    struct entry *group =
        projection_role_group(membership->settings, step->dn, NULL, membership->arena);

    for (size_t i = 0; i < step->count; i++) {
        if (step->modifications[i].verb == MODIFICATION_ADD)
            entry_add(membership->arena, group, "member", member_of(&step->modifications[i]));
    }
    return directory_add(membership->directory, group, problem);
}

/* Do one change of a step unless the group is already as it asks for. */
static enum status settle(const struct membership *membership,
                          const struct modification *modification, struct problem *problem)
{
    const char *group = membership->step->dn;
    struct entry_list found = {NULL, 0};
    char *filter = arena_printf(membership->arena, "(member=%s)",
                                filter_escape(membership->arena, member_of(modification)));
    enum status status = directory_search(membership->directory, group, filter, no_attributes,
                                          membership->arena, &found, problem);

    if (status)
        return status;
    if ((found.count > 0) == (modification->verb == MODIFICATION_ADD))
        return STATUS_OK;
    return directory_modify(membership->directory, group, modification, 1, problem);
}

/* "Value exists" and "no such value" are no success until a read has shown what is there. */
static enum status settle_all(const struct membership *membership, struct problem *problem)
{
    const struct plan_step *step = membership->step;
    struct problem missing = {0};
    struct entry *group = NULL;
    enum status status = directory_read(membership->directory, step->dn, no_attributes,
                                        membership->arena, &group, &missing);

    if (status == STATUS_NOT_FOUND && step->verb == PLAN_ADD_MEMBER)
        return create_group(membership, problem);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status)
        return problem_set(problem, status, "%s", missing.detail);
    for (size_t i = 0; i < step->count; i++) {
        if ((status = settle(membership, &step->modifications[i], problem)))
            return status;
    }
    return STATUS_OK;
}

static enum status apply_membership(struct directory *directory,
                                    const struct projection_settings *settings,
                                    const struct plan_step *step, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct membership membership = {directory, settings, step, arena};
    struct problem answer = {0};
    enum status status =
        directory_modify(directory, step->dn, step->modifications, step->count, &answer);

    if (status == STATUS_CONFLICT)
        return settle_all(&membership, problem);
    if (status && directory_last_code(directory) == LDAP_OBJECT_CLASS_VIOLATION)
        return modify_with_placeholder(directory, settings, step, problem);
    if (status)
        return problem_set(problem, status, "%s", answer.detail);
    return STATUS_OK;
}

/* -------------------------------------------------------------------- plans */

static enum status apply_add(struct directory *directory,
                             const struct projection_settings *settings,
                             const struct plan_step *step, struct problem *problem)
{
    (void)settings;
    return directory_add(directory, step->entry, problem);
}

static enum status apply_rename(struct directory *directory,
                                const struct projection_settings *settings,
                                const struct plan_step *step, struct problem *problem)
{
    (void)settings;
    return directory_rename(directory, step->dn, step->rdn, problem);
}

static enum status apply_modify(struct directory *directory,
                                const struct projection_settings *settings,
                                const struct plan_step *step, struct problem *problem)
{
    (void)settings;
    return directory_modify(directory, step->dn, step->modifications, step->count, problem);
}

static step_apply *const appliers[] = {
    [PLAN_ADD_ENTRY] = apply_add,          [PLAN_RENAME] = apply_rename,
    [PLAN_MODIFY] = apply_modify,          [PLAN_LOCK] = apply_modify,
    [PLAN_UNLOCK] = apply_modify,          [PLAN_CREATE_GROUP] = apply_new_group,
    [PLAN_ADD_MEMBER] = apply_membership,  [PLAN_REMOVE_MEMBER] = apply_membership,
    [PLAN_CHANGE_MEMBERS] = apply_members, [PLAN_DELETE_ENTRY] = apply_deletion,
};

enum status plan_apply(struct directory *directory, const struct projection_settings *settings,
                       const struct plan *plan, struct problem *problem)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_step *step = &plan->steps[i];
        enum status status = appliers[step->verb](directory, settings, step, problem);

        if (status)
            return status;
    }
    return STATUS_OK;
}
