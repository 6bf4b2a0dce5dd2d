#include "bridge/directory/attribute_map.h"

#include <ctype.h>
#include <stdlib.h>

#include "array.h"
#include "bridge/base/text.h"
#include "bridge/directory/account.h"
#include "dn.h"
#include "source.h"
#include "value.h"

/* An attribute gets the values of the first of its sources that gives any. */
enum { SOURCES_MAX = 4, ROWS_MAX = 100 };

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"

struct mapping {
    const char *attribute;
    enum syntax syntax;
    struct source sources[SOURCES_MAX];
    size_t count;
};

struct attribute_map {
    struct arena *arena; /* owns all of it */
    struct mapping *mappings;
    size_t count;
    const char **names;    /* of the attributes; ended by NULL */
    struct mapping naming; /* what the RDN is made of, and the first of the mappings */
};

static const struct {
    const char *attribute;
    const char *sources[SOURCES_MAX];
} defaults[] = {
    {"uid", {"userName"}},
    {"cn", {"displayName", "name.formatted", "{name.givenName} {name.familyName}", "userName"}},
    {"sn", {"name.familyName", "last(displayName)", "userName"}},
    {"givenName", {"name.givenName"}},
    {"displayName", {"displayName"}},
    {"mail",
     {"{emails[primary eq true].value}", "{emails[type eq \"work\"].value}", "{emails.value}"}},
    {"title", {"title"}},
    {"employeeNumber", {ENTERPRISE "employeeNumber"}},
    {"telephoneNumber", {"{phoneNumbers[type eq \"work\"].value}"}},
    {"mobile", {"{phoneNumbers[type eq \"mobile\"].value}"}},
    {"preferredLanguage", {"preferredLanguage"}},
    {"departmentNumber", {ENTERPRISE "department"}},
};

enum { DEFAULT_COUNT = sizeof(defaults) / sizeof(defaults[0]) };

/* Attributes whose syntax is not text of any kind. */
static const struct {
    const char *attribute;
    enum syntax syntax;
} syntaxes[] = {
    {"mail", SYNTAX_IA5},         {"telephoneNumber", SYNTAX_PRINTABLE},
    {"mobile", SYNTAX_PRINTABLE}, {"homePhone", SYNTAX_PRINTABLE},
    {"pager", SYNTAX_PRINTABLE},  {"facsimileTelephoneNumber", SYNTAX_PRINTABLE},
};

/* Without these the server takes no entry. */
static const char *const musts[] = {"cn", "sn", NULL};

/* Attributes that are the bridge's by other rules, or the server's. */
static const struct {
    const char *attribute;
    const char *why;
} kept[] = {
    {"objectClass", "the bridge gives entries their classes"},
    {"userPassword", "passwords are never attributes of a person here"},
    {"unicodePwd", "passwords are never attributes of a person here"},
    {"member", "role and site decide who is in which group"},
    {"uniqueMember", "role and site decide who is in which group"},
    {"memberOf", "role and site decide who is in which group"},
    {"nsAccountLock", "it locks accounts"},
    {"userAccountControl", "it locks accounts"},
    {"entryUUID", "the server gives it"},
    {"entryDN", "the server gives it"},
};

static bool is_among(const char *name, const char *const *names)
{
    while (*names && !text_equal_ascii(*names, name))
        names++;
    return *names;
}

/* -------------------------------------------------------------------- making */

/* What goes into a map while it is made. */
struct draft {
    struct attribute_map *map;
    const struct account_profile *profile;
    struct problem *problem;
};

/* RFC 4512 section 1.4: keystring. */
static bool is_attribute_name(const char *name)
{
    if (!isalpha((unsigned char)*name))
        return false;
    while (isalnum((unsigned char)*name) || *name == '-')
        name++;
    return *name == '\0';
}

static enum status check_attribute(const struct draft *draft, const char *name)
{
    if (!is_attribute_name(name))
        return problem_set(draft->problem, STATUS_CONFIGURATION,
                           "%s: not the name of an attribute: letters, digits and hyphens, the "
                           "first a letter",
                           name);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (text_equal_ascii(kept[i].attribute, name))
            return problem_set(draft->problem, STATUS_CONFIGURATION, "%s cannot be mapped: %s",
                               name, kept[i].why);
    }
    if (is_among(name, account_attributes(draft->profile)))
        return problem_set(draft->problem, STATUS_CONFIGURATION,
                           "%s cannot be mapped: it locks accounts", name);
    return STATUS_OK;
}

static enum syntax syntax_of(const char *name)
{
    for (size_t i = 0; i < sizeof(syntaxes) / sizeof(syntaxes[0]); i++) {
        if (text_equal_ascii(syntaxes[i].attribute, name))
            return syntaxes[i].syntax;
    }
    return SYNTAX_TEXT;
}

static struct mapping *find_mapping(const struct attribute_map *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++) {
        if (text_equal_ascii(map->mappings[i].attribute, name))
            return &map->mappings[i];
    }
    return NULL;
}

static enum status add_source(const struct draft *draft, struct mapping *mapping, const char *text)
{
    struct problem reason = {0};

    if (source_parse(text, draft->map->arena, &mapping->sources[mapping->count++], &reason))
        return problem_set(draft->problem, STATUS_CONFIGURATION, "%s: %s", mapping->attribute,
                           reason.detail);
    return STATUS_OK;
}

static struct mapping new_mapping(const struct draft *draft, const char *name)
{
    return (struct mapping){.attribute = arena_strdup(draft->map->arena, name),
                            .syntax = syntax_of(name)};
}

static struct mapping *append(struct attribute_map *map, struct mapping mapping)
{
    map->mappings = array_room(map->arena, map->mappings, map->count, sizeof(*map->mappings));
    map->mappings[map->count] = mapping;
    return &map->mappings[map->count++];
}

/* attribute=source */
static enum status read_rdn(const struct draft *draft, const char *rdn)
{
    struct arena *arena = draft->map->arena;
    const char *equals = strchr(rdn, '=');
    char *name;
    enum status status;

    if (!equals)
        return problem_set(draft->problem, STATUS_CONFIGURATION,
                           "%s: expected an attribute, = and a source, as in uid={userName}", rdn);
    name = arena_text(arena, bytes_of(rdn, (size_t)(equals - rdn)));
    if ((status = check_attribute(draft, name)))
        return status;
    draft->map->naming = new_mapping(draft, name);
    if ((status = add_source(draft, &draft->map->naming, equals + 1)))
        return status;
    if (draft->map->naming.sources[0].kind == SOURCE_PATH)
        return problem_set(draft->problem, STATUS_CONFIGURATION,
                           "%s: entries are named by one value; write the path in braces", rdn);
    (void)append(draft->map, draft->map->naming);
    return STATUS_OK;
}

static enum status add_defaults(const struct draft *draft)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; !status && i < DEFAULT_COUNT; i++) {
        struct mapping *mapping;

        if (find_mapping(draft->map, defaults[i].attribute))
            continue; /* it names the entries */
        mapping = append(draft->map, new_mapping(draft, defaults[i].attribute));
        for (int j = 0; !status && j < SOURCES_MAX && defaults[i].sources[j]; j++)
            status = add_source(draft, mapping, defaults[i].sources[j]);
    }
    return status;
}

/* Without a source; it has its place all the same. */
static enum status remove_row(const struct draft *draft, const char *name)
{
    struct attribute_map *map = draft->map;
    struct mapping *mapping = find_mapping(map, name);

    if (is_among(name, musts))
        return problem_set(draft->problem, STATUS_CONFIGURATION,
                           "%s cannot be left out: no entry is without it", name);
    if (!mapping)
        return problem_set(draft->problem, STATUS_CONFIGURATION,
                           "%s is not written by the bridge anyway; take the line out", name);
    memmove(mapping, mapping + 1,
            (size_t)(map->mappings + map->count - mapping - 1) * sizeof(*mapping));
    map->count--;
    return STATUS_OK;
}

static enum status set_row(const struct draft *draft, const struct attribute_row *row)
{
    struct mapping *mapping = find_mapping(draft->map, row->attribute);
    enum status status = check_attribute(draft, row->attribute);

    if (status)
        return status;
    if (text_equal_ascii(row->attribute, draft->map->naming.attribute))
        return problem_set(draft->problem, STATUS_CONFIGURATION,
                           "%s cannot be mapped: it names the entries, by directory.person_rdn",
                           row->attribute);
    if (!*row->source)
        return remove_row(draft, row->attribute);
    if (!mapping)
        mapping = append(draft->map, new_mapping(draft, row->attribute));
    mapping->count = 0;
    if ((status = add_source(draft, mapping, row->source)))
        return status;
    return is_among(row->attribute, musts) ? add_source(draft, mapping, "userName") : STATUS_OK;
}

static void list_names(struct attribute_map *map)
{
    map->names = arena_alloc(map->arena, (map->count + 1) * sizeof(*map->names));
    for (size_t i = 0; i < map->count; i++)
        map->names[i] = map->mappings[i].attribute;
}

static enum status fill(const struct draft *draft, const struct attribute_rows *rows, size_t *fault)
{
    enum status status;

    *fault = rows->count;
    if ((status = read_rdn(draft, rows->rdn)) || (status = add_defaults(draft)))
        return status;
    for (*fault = 0; *fault < rows->count; ++*fault) {
        if ((status = set_row(draft, &rows->rows[*fault])))
            return status;
    }
    list_names(draft->map);
    return STATUS_OK;
}

enum status attribute_map_new(const struct attribute_rows *rows,
                              const struct account_profile *profile, struct attribute_map **map,
                              size_t *fault, struct problem *problem)
{
    struct arena *arena = arena_new();
    struct attribute_map *made = arena_alloc(arena, sizeof(*made));
    const struct draft draft = {made, profile, problem};
    size_t ignored;
    enum status status;

    made->arena = arena;
    status = fill(&draft, rows, fault ? fault : &ignored);
    if (status)
        attribute_map_free(made);
    else
        *map = made;
    return status;
}

void attribute_map_free(struct attribute_map *map)
{
    if (map)
        arena_free(map->arena);
}

const char *const *attribute_map_names(const struct attribute_map *map)
{
    return map->names;
}

/* ------------------------------------------------------------------ applying */

static const char *const classes[] = {"top", "person", "organizationalPerson", "inetOrgPerson"};

/* What one source gives for one attribute. */
struct filling {
    const struct mapping *mapping;
    struct entry *entry;
    struct arena *arena;
    size_t count;
};

/* A server takes no value twice, and compares without letter case, as a rule. */
static bool has_value(const struct filling *filling, const char *value)
{
    const struct entry_attribute *attribute =
        entry_find(filling->entry, filling->mapping->attribute);
    const char *folded = text_fold_name(filling->arena, value);

    for (size_t i = 0; attribute && i < attribute->count; i++) {
        if (strcmp(text_fold_name(filling->arena, attribute->values[i].data), folded) == 0)
            return true;
    }
    return false;
}

static void add_value(void *context, struct bytes value)
{
    struct filling *filling = context;

    if (!value_fits(filling->mapping->syntax, value) || has_value(filling, value.data))
        return;
    entry_add(filling->arena, filling->entry, filling->mapping->attribute, value.data);
    filling->count++;
}

static void fill_attribute(const struct mapping *mapping, const json_t *user, struct entry *entry,
                           struct arena *arena)
{
    struct filling filling = {mapping, entry, arena, 0};

    for (size_t i = 0; i < mapping->count && filling.count == 0; i++)
        source_each(&mapping->sources[i], user, arena, add_value, &filling);
}

enum status attribute_map_apply(const struct attribute_map *map, const json_t *user,
                                const char *base, struct arena *arena, struct entry **applied,
                                struct problem *problem)
{
    const struct mapping *naming = &map->naming;
    struct bytes name = source_first(&naming->sources[0], user, arena);
    const char *fault = value_fits(naming->syntax, name) ? name_fault(name) : "is missing";
    struct entry *entry;

    if (fault)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "%s, which is to name the entry, %s; give the person what "
                           "directory.person_rdn asks for",
                           naming->attribute, fault);
    entry = entry_new(arena, dn_below(arena, naming->attribute, name.data, base));
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        entry_add(arena, entry, "objectClass", classes[i]);
    for (size_t i = 0; i < map->count; i++)
        fill_attribute(&map->mappings[i], user, entry, arena);
    *applied = entry;
    return STATUS_OK;
}
