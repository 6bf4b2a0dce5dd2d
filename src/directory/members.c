#include "members.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "dn.h"

#define MEMBER "member"

struct member {
    const char *key; /* what they are compared by */
    struct bytes value;
};

/* ---------------------------------------------------------------------- sets */

/* What is no DN stands for itself: so it can be found, and removed. */
static const char *key_of(struct arena *arena, const char *dn)
{
    const char *key = dn_key(arena, dn);

    return key ? key : dn;
}

static int compare(const void *left, const void *right)
{
    const struct member *left_member = left;
    const struct member *right_member = right;

    return strcmp(left_member->key, right_member->key);
}

static void sort(struct member_set *set)
{
    size_t count = 0;

    if (set->count < 2)
        return;
    qsort(set->members, set->count, sizeof(set->members[0]), compare);
    for (size_t i = 1; i < set->count; i++) {
        if (compare(&set->members[count], &set->members[i]) != 0)
            set->members[++count] = set->members[i];
    }
    set->count = count + 1;
}

struct member_set member_set(struct arena *arena, const struct bytes *values, size_t count)
{
    struct member_set set = {arena_alloc(arena, count * sizeof(struct member)), count};

    for (size_t i = 0; i < count; i++)
        set.members[i] = (struct member){key_of(arena, values[i].data), values[i]};
    sort(&set);
    return set;
}

static struct member *find(const struct member_set *set, const char *dn)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct member wanted = {.key = key_of(arena, dn)};

    if (set->count == 0)
        return NULL;
    return bsearch(&wanted, set->members, set->count, sizeof(wanted), compare);
}

bool member_set_has(const struct member_set *set, const char *dn)
{
    return find(set, dn) != NULL;
}

bool member_set_remove(struct member_set *set, const char *dn)
{
    struct member *member = find(set, dn);

    if (!member)
        return false;
    set->count--;
    memmove(member, member + 1, (size_t)(set->members + set->count - member) * sizeof(*member));
    return true;
}

/* ------------------------------------------------------------------- changes */

/* A change in the making. */
struct draft {
    struct arena *arena;
    struct modification *modifications;
    size_t count;
};

static void add(struct draft *draft, enum modification_verb verb, const struct bytes *values,
                size_t count)
{
    if (count == 0)
        return;
    draft->modifications =
        array_room(draft->arena, draft->modifications, draft->count, sizeof(*draft->modifications));
    draft->modifications[draft->count++] = (struct modification){verb, MEMBER, values, count};
}

static struct member_change finish(const struct draft *draft)
{
    return (struct member_change){draft->modifications, draft->count};
}

/* The values of `left` that are not in `right`; both are in order. */
static void add_difference(struct draft *draft, enum modification_verb verb,
                           const struct member_set *left, const struct member_set *right)
{
    struct bytes *values = arena_alloc(draft->arena, left->count * sizeof(*values));
    size_t count = 0;
    size_t at = 0;

    for (size_t i = 0; i < left->count; i++) {
        while (at < right->count && compare(&right->members[at], &left->members[i]) < 0)
            at++;
        if (at == right->count || compare(&right->members[at], &left->members[i]) != 0)
            values[count++] = left->members[i].value;
    }
    add(draft, verb, values, count);
}

struct member_change member_difference(const struct member_set *desired,
                                       const struct member_set *actual, struct arena *arena)
{
    struct draft draft = {.arena = arena};

    add_difference(&draft, MODIFICATION_DELETE, actual, desired);
    add_difference(&draft, MODIFICATION_ADD, desired, actual);
    return finish(&draft);
}

static void add_left(struct draft *draft, const struct modification *modification,
                     const struct member_set *actual)
{
    bool is_removal = modification->verb == MODIFICATION_DELETE;
    struct bytes *values = arena_alloc(draft->arena, modification->count * sizeof(*values));
    size_t count = 0;

    for (size_t i = 0; i < modification->count; i++) {
        if (member_set_has(actual, modification->values[i].data) == is_removal)
            values[count++] = modification->values[i];
    }
    add(draft, modification->verb, values, count);
}

struct member_change member_change_left(const struct member_change *change,
                                        const struct member_set *actual, struct arena *arena)
{
    struct draft draft = {.arena = arena};

    for (size_t i = 0; i < change->count; i++)
        add_left(&draft, &change->modifications[i], actual);
    return finish(&draft);
}

size_t member_change_size(const struct member_change *change)
{
    size_t size = 0;

    for (size_t i = 0; i < change->count; i++)
        size += change->modifications[i].count;
    return size;
}

size_t member_change_fitting(const struct member_change *change, size_t first, size_t count,
                             size_t bytes)
{
    size_t fitting = 0;
    size_t size = 0;

    for (size_t i = 0; i < change->count; i++) {
        const struct modification *whole = &change->modifications[i];

        for (size_t j = first; j < whole->count && fitting < count; j++) {
            size += whole->values[j].size;
            if (fitting && size > bytes)
                return fitting;
            fitting++;
        }
        first -= first < whole->count ? first : whole->count;
    }
    return fitting;
}

struct member_change member_change_part(const struct member_change *change, size_t first,
                                        size_t size, struct arena *arena)
{
    struct draft draft = {.arena = arena};

    for (size_t i = 0; i < change->count; i++) {
        const struct modification *whole = &change->modifications[i];
        size_t skipped = first < whole->count ? first : whole->count;
        size_t rest = whole->count - skipped;
        size_t taken = rest < size ? rest : size;

        if (taken)
            add(&draft, whole->verb, whole->values + skipped, taken);
        first -= skipped;
        size -= taken;
    }
    return finish(&draft);
}
