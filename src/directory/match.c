#include "bridge/directory/match.h"

#include <stdlib.h>

#include "array.h"
#include "bridge/base/text.h"

struct protection {
    struct arena *arena;
    const char **dns;
    size_t dn_count;
    const char **filters;
    size_t filter_count;
};

/* -------------------------------------------------------------- protection */

/* Parentheses of a value are escaped, so all that are there must pair up. */
static bool is_filter(const char *text)
{
    size_t size = strlen(text);
    int depth = 0;

    for (size_t i = 0; i < size; i++) {
        depth += (text[i] == '(') - (text[i] == ')');
        if (depth == 0 && i + 1 < size)
            return false;
    }
    return size > 2 && depth == 0 && text[0] == '(';
}

static void keep(struct arena *arena, const char ***list, size_t *count, const char *text)
{
    *list = array_room(arena, *list, *count, sizeof(**list));
    (*list)[(*count)++] = arena_strdup(arena, text);
}

enum status protection_new(const char *const *texts, size_t count, struct protection **made,
                           size_t *fault, struct problem *problem)
{
    struct arena *arena = arena_new();
    struct protection *protection = arena_alloc(arena, sizeof(*protection));

    protection->arena = arena;
    for (*fault = 0; *fault < count; ++*fault) {
        const char *text = texts[*fault];

        if (is_filter(text)) {
            keep(arena, &protection->filters, &protection->filter_count, text);
        } else if (*text != '(' && *text && dn_is_valid(text)) {
            keep(arena, &protection->dns, &protection->dn_count, text);
        } else {
            protection_free(protection);
            return problem_set(problem, STATUS_CONFIGURATION,
                               "\"%s\" is neither a DN nor a filter in parentheses", text);
        }
    }
    *made = protection;
    return STATUS_OK;
}

void protection_free(struct protection *protection)
{
    if (protection)
        arena_free(protection->arena);
}

/* ------------------------------------------------------------------- search */

/* One look for one person's entry. */
struct look {
    struct directory *directory;
    const struct projection_settings *settings;
    struct arena *arena;
    struct problem *problem;
    const char *key; /* what the entry is known by, as a filter */
};

static const char *identity_of(const struct look *look, const struct entry *entry)
{
    const char *identity = entry_text(entry, account_identity(look->settings->profile));

    return identity ? identity : "";
}

static const char *identity_filter(const struct look *look, const struct entry *entry)
{
    return arena_printf(look->arena, "(%s=%s)", account_identity(look->settings->profile),
                        filter_escape(look->arena, identity_of(look, entry)));
}

static enum status search(const struct look *look, const char *base, const char *filter,
                          struct entry_list *found)
{
    const struct account_profile *profile = look->settings->profile;
    const char *const *marks = account_attributes(profile);
    const char **names = NULL;
    size_t count = 0;

    for (; *marks; marks++)
        keep(look->arena, &names, &count, *marks);
    keep(look->arena, &names, &count, account_identity(profile));
    names = array_room(look->arena, names, count, sizeof(*names));
    names[count] = NULL;
    return directory_search(look->directory, base, filter, names, look->arena, found,
                            look->problem);
}

/* "Nobody" is believed only of an answer that shows what must be there: the base. */
static enum status read_base(const struct look *look, struct entry **base)
{
    const char *const names[] = {account_identity(look->settings->profile), NULL};
    const char *dn = look->settings->people_base;
    struct problem reason = {0};
    enum status status = directory_read(look->directory, dn, names, look->arena, base, &reason);

    if (status && status != STATUS_NOT_FOUND)
        return problem_set(look->problem, status, "%s", reason.detail);
    if (status || !*identity_of(look, *base))
        return problem_set(look->problem, STATUS_DIRECTORY_REFUSED,
                           "%s cannot be read, so that nobody can be looked for below it; let the "
                           "bridge's account read and search it",
                           dn);
    return STATUS_OK;
}

static size_t leave_out(const struct look *look, struct entry_list *found, const struct entry *base)
{
    size_t count = found->count;

    found->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(identity_of(look, found->entries[i]), identity_of(look, base)) != 0)
            found->entries[found->count++] = found->entries[i];
    }
    return count - found->count;
}

static enum status find(const struct look *look, struct entry_list *found)
{
    struct entry *base = NULL;
    enum status status = read_base(look, &base);

    if (status ||
        (status = search(
             look, look->settings->people_base,
             arena_printf(look->arena, "(|%s%s)", look->key, identity_filter(look, base)), found)))
        return status;
    if (leave_out(look, found, base) != 1)
        return problem_set(look->problem, STATUS_DIRECTORY_REFUSED,
                           "search %s: the answer does not show the base itself, so it proves "
                           "nothing; let the bridge's account search it",
                           look->settings->people_base);
    return STATUS_OK;
}

/* -------------------------------------------------------------------- judge */

static enum status refuse_protected(const struct look *look, const struct entry *entry,
                                    const char *by)
{
    return problem_set(look->problem, STATUS_DIRECTORY_REFUSED,
                       "%s matches %s, and is protected by %s; change that if the entry is this "
                       "person's after all",
                       entry->dn, look->key, by);
}

/*
 * What the entry says to the opposite of a filter is the proof: a filter that the
 * server cannot answer, or not to us, matches neither way.
 */
static enum status check_filter(const struct look *look, const struct entry *entry,
                                const char *filter)
{
    struct entry_list found = {NULL, 0};
    const char *opposite =
        arena_printf(look->arena, "(&(!%s)%s)", filter, identity_filter(look, entry));
    enum status status = search(look, entry->dn, opposite, &found);

    if (status)
        return status;
    return found.count == 1 ? STATUS_OK : refuse_protected(look, entry, filter);
}

static enum status check_protection(const struct look *look, const struct entry *entry)
{
    const struct protection *protection = look->settings->protection;
    enum status status = STATUS_OK;

    for (size_t i = 0; protection && i < protection->dn_count; i++) {
        if (dn_is_within(entry->dn, protection->dns[i]))
            return refuse_protected(look, entry, protection->dns[i]);
    }
    for (size_t i = 0; protection && !status && i < protection->filter_count; i++)
        status = check_filter(look, entry, protection->filters[i]);
    return status;
}

static enum status judge(const struct look *look, const struct entry_list *found)
{
    if (found->count > 1)
        return problem_set(
            look->problem, STATUS_DIRECTORY_REFUSED,
            "%zu entries below %s match %s, among them %s and %s; leave one, or give "
            "the person another value",
            found->count, look->settings->people_base, look->key, found->entries[0]->dn,
            found->entries[1]->dn);
    if (found->count && !*identity_of(look, found->entries[0]))
        return problem_set(look->problem, STATUS_DIRECTORY_REFUSED,
                           "%s matches %s, and does not show its %s; let the bridge's account read "
                           "that",
                           found->entries[0]->dn, look->key,
                           account_identity(look->settings->profile));
    return found->count ? check_protection(look, found->entries[0]) : STATUS_OK;
}

/* NULL where the person has nothing to be known by. */
static const char *key_of(const struct entry *desired, const char *name, struct arena *arena)
{
    const struct entry_attribute *attribute = name ? entry_find(desired, name) : NULL;
    struct text key = {.arena = arena};

    for (size_t i = 0; attribute && i < attribute->count; i++)
        text_add_format(&key, "(%s=%s)", name, filter_escape(arena, attribute->values[i].data));
    if (key.size && attribute->count > 1)
        return arena_printf(arena, "(|%s)", key.data);
    return key.data;
}

enum status person_match(struct directory *directory, const struct projection_settings *settings,
                         const struct entry *desired, struct arena *arena,
                         const struct entry **matched, struct problem *problem)
{
    const struct look look = {directory, settings, arena, problem,
                              key_of(desired, settings->match, arena)};
    struct entry_list found = {NULL, 0};
    enum status status;

    *matched = NULL;
    if (!look.key)
        return STATUS_OK;
    if ((status = find(&look, &found)) || (status = judge(&look, &found)))
        return status;
    *matched = found.count ? found.entries[0] : NULL;
    return STATUS_OK;
}
