#include "bridge/directory/account.h"

#include <string.h>

#include "bridge/base/text.h"

enum { MARKS_MAX = 2 };

/* An attribute with the value that the bridge gives it to lock an account; without it: unlocked. */
struct mark {
    const char *attribute;
    const char *value;
};

struct account_profile {
    const char *name;
    const char *identity;
    const char *attributes[MARKS_MAX + 1]; /* of the marks, ended by NULL */
    struct mark marks[MARKS_MAX];
    size_t mark_count;
    size_t window;
};

static const struct account_profile profiles[] = {
    {
        /*
         * slapo-ppolicy(5). Two marks, since a new password takes the first one
         * away. A time other than this one in pwdAccountLockedTime is a lock-out
         * after failed attempts, and not the bridge's.
         */
        .name = "openldap",
        .identity = "entryUUID",
        .attributes = {"pwdAccountLockedTime", "pwdEndTime", NULL},
        .marks = {{"pwdAccountLockedTime", "000001010000Z"}, {"pwdEndTime", "19700101000000Z"}},
        .mark_count = 2,
        .window = 8,
    },
};

const struct account_profile *account_profile(const char *name)
{
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        if (text_equal_ascii(profiles[i].name, name))
            return &profiles[i];
    }
    return NULL;
}

const char *account_profile_names(void)
{
    return "openldap";
}

const char *const *account_attributes(const struct account_profile *profile)
{
    return profile->attributes;
}

const char *account_identity(const struct account_profile *profile)
{
    return profile->identity;
}

size_t account_window(const struct account_profile *profile)
{
    return profile->window;
}

static bool has_mark(const struct entry *entry, const struct mark *mark)
{
    const char *value = entry_text(entry, mark->attribute);

    return value && strcmp(value, mark->value) == 0;
}

enum account_state account_state(const struct account_profile *profile, const struct entry *entry)
{
    size_t found = 0;

    for (size_t i = 0; i < profile->mark_count; i++)
        found += has_mark(entry, &profile->marks[i]);
    if (found == profile->mark_count)
        return ACCOUNT_LOCKED;
    return found ? ACCOUNT_HALF_LOCKED : ACCOUNT_UNLOCKED;
}

/* Replacing needs no knowledge of what is there, so doing it again changes nothing. */
static struct modification *replace_marks(const struct account_profile *profile,
                                          struct arena *arena)
{
    struct modification *modifications =
        arena_alloc(arena, profile->mark_count * sizeof(*modifications));

    for (size_t i = 0; i < profile->mark_count; i++)
        modifications[i] = (struct modification){.verb = MODIFICATION_REPLACE,
                                                 .attribute = profile->marks[i].attribute};
    return modifications;
}

void account_lock(const struct account_profile *profile, struct arena *arena,
                  const struct modification **modifications, size_t *count)
{
    struct modification *marks = replace_marks(profile, arena);

    for (size_t i = 0; i < profile->mark_count; i++) {
        struct bytes *value = arena_alloc(arena, sizeof(*value));

        *value = bytes_of_text(profile->marks[i].value);
        marks[i].values = value;
        marks[i].count = 1;
    }
    *modifications = marks;
    *count = profile->mark_count;
}

void account_unlock(const struct account_profile *profile, struct arena *arena,
                    const struct modification **modifications, size_t *count)
{
    *modifications = replace_marks(profile, arena);
    *count = profile->mark_count;
}
