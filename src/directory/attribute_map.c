#include "bridge/base/text.h"
#include "bridge/directory/projection.h"
#include "bridge/scim/filter.h"
#include "value.h"

/*
 * How a SCIM user becomes a person's entry. An attribute gets the first of its
 * sources that gives a value that fits its syntax. A source is an attribute path
 * (RFC 7644 section 3.5.2), a template of paths in braces, all of which must be
 * there, or last(path): the last word of that value.
 */

enum { SOURCES_MAX = 4 };

#define NAMING     "uid"
#define ENTERPRISE SCIM_URN_ENTERPRISE ":"
#define LAST       "last("

enum {
    UID,
    CN,
    SN,
    GIVEN_NAME,
    DISPLAY_NAME,
    MAIL,
    TITLE,
    EMPLOYEE_NUMBER,
    TELEPHONE_NUMBER,
    MOBILE,
    PREFERRED_LANGUAGE,
    DEPARTMENT_NUMBER,
    ATTRIBUTE_COUNT
};

static const char *const names[ATTRIBUTE_COUNT + 1] = {
    [UID] = NAMING,
    [CN] = "cn",
    [SN] = "sn",
    [GIVEN_NAME] = "givenName",
    [DISPLAY_NAME] = "displayName",
    [MAIL] = "mail",
    [TITLE] = "title",
    [EMPLOYEE_NUMBER] = "employeeNumber",
    [TELEPHONE_NUMBER] = "telephoneNumber",
    [MOBILE] = "mobile",
    [PREFERRED_LANGUAGE] = "preferredLanguage",
    [DEPARTMENT_NUMBER] = "departmentNumber",
};

static const struct {
    const char *sources[SOURCES_MAX];
    enum syntax syntax;
} map[ATTRIBUTE_COUNT] = {
    [UID] = {.sources = {"userName"}},
    [CN] = {.sources = {"displayName", "name.formatted", "{name.givenName} {name.familyName}",
                        "userName"}},
    [SN] = {.sources = {"name.familyName", "last(displayName)", "userName"}},
    [GIVEN_NAME] = {.sources = {"name.givenName"}},
    [DISPLAY_NAME] = {.sources = {"displayName"}},
    [MAIL] = {.sources = {"emails[primary eq true].value", "emails[type eq \"work\"].value",
                          "emails.value"},
              .syntax = SYNTAX_IA5},
    [TITLE] = {.sources = {"title"}},
    [EMPLOYEE_NUMBER] = {.sources = {ENTERPRISE "employeeNumber"}},
    [TELEPHONE_NUMBER] = {.sources = {"phoneNumbers[type eq \"work\"].value"},
                          .syntax = SYNTAX_PRINTABLE},
    [MOBILE] = {.sources = {"phoneNumbers[type eq \"mobile\"].value"}, .syntax = SYNTAX_PRINTABLE},
    [PREFERRED_LANGUAGE] = {.sources = {"preferredLanguage"}},
    [DEPARTMENT_NUMBER] = {.sources = {ENTERPRISE "department"}},
};

static const char *const classes[] = {"top", "person", "organizationalPerson", "inetOrgPerson"};

const char *const *projection_owned(void)
{
    return names;
}

/* ------------------------------------------------------------------ sources */

/* Without data where there is none. */
static struct bytes text_of(const json_t *value)
{
    if (!json_is_string(value))
        return (struct bytes){NULL, 0};
    return bytes_of(json_string_value(value), json_string_length(value));
}

static struct bytes from_path(const char *path, const json_t *user, struct arena *arena)
{
    struct scim_path parsed = {.attribute = NULL};

    if (path_parse(path, scim_resource_type(SCIM_USER), arena, &parsed, NULL))
        return (struct bytes){NULL, 0};
    return text_of(path_value(&parsed, user));
}

static struct bytes from_template(const char *template, const json_t *user, struct arena *arena)
{
    struct text text = {.arena = arena};

    while (*template) {
        size_t literal = strcspn(template, "{");
        size_t path = template[literal] ? strcspn(template + literal, "}") - 1 : 0;
        struct bytes value;

        text_add_bytes(&text, bytes_of(template, literal));
        template += literal;
        if (!*template)
            break;
        value = from_path(arena_text(arena, bytes_of(template + 1, path)), user, arena);
        if (!value.data)
            return value;
        text_add_bytes(&text, value);
        template += path + 2;
    }
    return bytes_of(text.data, text.size);
}

static struct bytes from_last_word(const char *source, const json_t *user, struct arena *arena)
{
    const char *path = source + strlen(LAST);
    struct bytes value =
        from_path(arena_text(arena, bytes_of(path, strcspn(path, ")"))), user, arena);
    const char *text;
    const char *space;

    if (!value.data)
        return value;
    text = text_trim(arena, value.data);
    space = strrchr(text, ' ');
    return bytes_of_text(space ? space + 1 : text);
}

static struct bytes from_source(const char *source, const json_t *user, struct arena *arena)
{
    if (strchr(source, '{'))
        return from_template(source, user, arena);
    if (strncmp(source, LAST, strlen(LAST)) == 0)
        return from_last_word(source, user, arena);
    return from_path(source, user, arena);
}

static void add_first(struct entry *entry, int attribute, const json_t *user, struct arena *arena)
{
    for (int i = 0; i < SOURCES_MAX && map[attribute].sources[i]; i++) {
        struct bytes value = from_source(map[attribute].sources[i], user, arena);

        if (!value.data || !value_fits(map[attribute].syntax, value))
            continue;
        entry_add(arena, entry, names[attribute], value.data);
        return;
    }
}

/* ------------------------------------------------------------------- person */

enum status projection_person(const struct projection_settings *settings, const json_t *user,
                              struct arena *arena, struct entry **projected,
                              struct problem *problem)
{
    struct bytes name = text_of(json_object_get(user, "userName"));
    const char *fault = name_fault(name);
    struct entry *entry;

    if (fault)
        return problem_set(problem, STATUS_INVALID_VALUE, "userName %s and cannot name an entry",
                           fault);
    entry = entry_new(arena, dn_below(arena, NAMING, name.data, settings->people_base));
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        entry_add(arena, entry, "objectClass", classes[i]);
    for (int i = 0; i < ATTRIBUTE_COUNT; i++)
        add_first(entry, i, user, arena);
    *projected = entry;
    return STATUS_OK;
}
