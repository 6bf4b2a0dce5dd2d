#include "schedule.h"

#include <string.h>

#include "array.h"
#include "dn.h"

/* A work in the making. Where it changes a group, with the members who go and who come. */
struct draft {
    struct work work;
    const char *key;       /* of the entry that it is about */
    const char *other_key; /* of the name that it gives the entry; NULL: none */
    struct bytes *removed;
    size_t removed_count;
    struct bytes *added;
    size_t added_count;
};

struct drafts {
    struct arena *arena;
    struct draft *items;
    size_t count;
};

static const char *key_of(struct arena *arena, const char *dn)
{
    const char *key = dn_key(arena, dn);

    return key ? key : dn;
}

static const char *other_key_of(struct arena *arena, const struct plan_step *step)
{
    if (step->verb != PLAN_RENAME)
        return NULL;
    return key_of(arena, dn_join(arena, step->rdn, dn_parent(arena, step->dn)));
}

static bool is_about(const struct draft *draft, const char *key)
{
    return key && (strcmp(draft->key, key) == 0 ||
                   (draft->other_key && strcmp(draft->other_key, key) == 0));
}

static struct draft *find(const struct drafts *drafts, const char *key, const char *other_key)
{
    for (size_t i = 0; i < drafts->count; i++) {
        if (is_about(&drafts->items[i], key) || is_about(&drafts->items[i], other_key))
            return &drafts->items[i];
    }
    return NULL;
}

/* --------------------------------------------------------------------- members */

static bool changes_members(const struct plan_step *step)
{
    return step->verb == PLAN_ADD_MEMBER || step->verb == PLAN_REMOVE_MEMBER;
}

static void add_values(struct arena *arena, struct bytes **values, size_t *count,
                       const struct modification *modification)
{
    for (size_t i = 0; i < modification->count; i++) {
        *values = array_room(arena, *values, *count, sizeof(**values));
        (*values)[(*count)++] = modification->values[i];
    }
}

static void take_members(struct arena *arena, struct draft *draft, const struct plan_step *step)
{
    if (!changes_members(step))
        return;
    for (size_t i = 0; i < step->count; i++) {
        if (step->modifications[i].verb == MODIFICATION_DELETE)
            add_values(arena, &draft->removed, &draft->removed_count, &step->modifications[i]);
        else
            add_values(arena, &draft->added, &draft->added_count, &step->modifications[i]);
    }
}

static bool may_merge(const struct draft *draft, const struct plan_step *step)
{
    return changes_members(&draft->work.step) && changes_members(step) &&
           draft->removed_count + draft->added_count + step->count <= PLAN_MEMBERS_MAX;
}

/* Who leaves does so before anybody comes: a name that both do stays. */
static void merge_members(struct arena *arena, struct draft *draft)
{
    struct plan_step *step = &draft->work.step;
    const char *attribute = step->modifications[0].attribute;
    struct modification *modifications = arena_alloc(arena, 2 * sizeof(*modifications));

    step->verb = PLAN_CHANGE_MEMBERS;
    step->modifications = modifications;
    step->count = 0;
    if (draft->removed_count)
        modifications[step->count++] = (struct modification){MODIFICATION_DELETE, attribute,
                                                             draft->removed, draft->removed_count};
    if (draft->added_count)
        modifications[step->count++] =
            (struct modification){MODIFICATION_ADD, attribute, draft->added, draft->added_count};
}

/* ---------------------------------------------------------------------- rounds */

static void join(struct drafts *drafts, struct draft *draft, const struct plan_step *step,
                 size_t run)
{
    struct work *work = &draft->work;

    take_members(drafts->arena, draft, step);
    work->runs = array_room(drafts->arena, work->runs, work->run_count, sizeof(*work->runs));
    work->runs[work->run_count++] = run;
}

static void schedule(struct drafts *drafts, const struct plan_step *step, size_t run)
{
    const char *key = key_of(drafts->arena, step->dn);
    const char *other_key = other_key_of(drafts->arena, step);
    struct draft *draft = find(drafts, key, other_key);

    if (draft && !may_merge(draft, step))
        return;
    if (!draft) {
        drafts->items =
            array_room(drafts->arena, drafts->items, drafts->count, sizeof(*drafts->items));
        draft = &drafts->items[drafts->count++];
        *draft = (struct draft){.work = {.step = *step}, .key = key, .other_key = other_key};
    }
    join(drafts, draft, step, run);
}

struct round schedule_round(const struct plan_run *runs, const size_t *at, size_t count,
                            struct arena *arena)
{
    struct drafts drafts = {.arena = arena};
    struct round round = {NULL, 0};

    for (size_t i = 0; i < count; i++) {
        if (at[i] < runs[i].plan->count)
            schedule(&drafts, &runs[i].plan->steps[at[i]], i);
    }
    round.works = arena_alloc(arena, drafts.count * sizeof(*round.works));
    for (size_t i = 0; i < drafts.count; i++) {
        if (drafts.items[i].work.run_count > 1)
            merge_members(arena, &drafts.items[i]);
        round.works[round.count++] = drafts.items[i].work;
    }
    return round;
}
