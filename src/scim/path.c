#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/text.h"
#include "parser.h"
#include "schema.h"

static int column_of(const struct parser *parser, const char *at)
{
    int column = 1;

    for (const char *c = parser->text; c < at; c++)
        column += ((unsigned char)*c & 0xC0) != 0x80; /* characters, not bytes */
    return column;
}

enum status parser_refuse(const struct parser *parser, const char *at, const char *format, ...)
{
    char reason[PROBLEM_DETAIL_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    return problem_set(parser->problem, parser->refusal, "column %d: %s", column_of(parser, at),
                       reason);
}

void parser_skip_spaces(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

bool parser_take(struct parser *parser, char wanted)
{
    if (*parser->at != wanted)
        return false;
    parser->at++;
    return true;
}

static const char name_characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-$";
static const char path_characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-$.:";

static char *take_token(struct parser *parser, const char *characters)
{
    size_t size = strspn(parser->at, characters);
    char *token = arena_text(parser->arena, bytes_of(parser->at, size));

    parser->at += size;
    return token;
}

static bool is_name(const char *name)
{
    bool starts_well = *name && !strchr("0123456789_-", *name);

    return starts_well && name[strspn(name, name_characters)] == '\0';
}

static void note_unknown(struct parser *parser, const char *at)
{
    if (!parser->unknown)
        parser->unknown = at;
}

/* Whether `token` is the URN of a schema or starts with it; `rest` is what follows the colon. */
static bool starts_with_urn(const char *token, const struct scim_schema *schema, const char **rest)
{
    size_t size = strlen(schema->id);

    if (strncasecmp(token, schema->id, size) != 0 || (token[size] && token[size] != ':'))
        return false;
    *rest = token + size + (token[size] == ':');
    return true;
}

static const struct scim_schema *schema_by_prefix(const struct scim_resource_type *type,
                                                  const char *token, const char **rest)
{
    if (starts_with_urn(token, type->schema, rest))
        return type->schema;
    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++) {
        if (starts_with_urn(token, type->extensions[i], rest))
            return type->extensions[i];
    }
    return NULL;
}

/* In `schema`, which for the resource type's own includes what every resource has. */
static bool find_in(const struct scim_resource_type *type, const struct scim_schema *schema,
                    const char *name, struct scim_path *path)
{
    const struct scim_attribute *attribute = scim_attribute_find(schema->attributes, name);

    if (!attribute && schema == type->schema)
        attribute = scim_attribute_find(scim_common_attributes, name);
    if (attribute)
        *path = (struct scim_path){.schema = schema, .attribute = attribute};
    return attribute != NULL;
}

/* Entra sends the attributes of extensions without the URN: taken where only one has the name. */
static bool find_anywhere(const struct scim_resource_type *type, const char *name,
                          struct scim_path *path)
{
    size_t found = 0;

    if (find_in(type, type->schema, name, path))
        return true;
    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++)
        found += find_in(type, type->extensions[i], name, path);
    return found == 1;
}

static bool find_attribute(const struct parser *parser, const struct scim_schema *schema,
                           const char *name, struct scim_path *path)
{
    bool found = schema ? find_in(parser->type, schema, name, path)
                        : find_anywhere(parser->type, name, path);

    if (!found)
        *path = (struct scim_path){0};
    return found;
}

static void find_sub(struct parser *parser, const char *at, const char *name,
                     struct scim_path *path)
{
    const struct scim_attribute *sub =
        path->attribute ? scim_attribute_find(path->attribute->sub, name) : NULL;

    path->sub = sub;
    if (!sub)
        note_unknown(parser, at);
}

/* What stands behind the URN: name ["." name]. */
static enum status resolve_names(struct parser *parser, const char *at,
                                 const struct scim_schema *schema, bool is_known, char *names,
                                 struct scim_path *path)
{
    char *sub = strchr(names, '.');

    if (sub)
        *sub++ = '\0';
    if (!is_name(names) || (sub && !is_name(sub)))
        return parser_refuse(parser, at, "expected the name of an attribute");
    if (!is_known || !find_attribute(parser, schema, names, path))
        note_unknown(parser, at);
    if (sub)
        find_sub(parser, at, sub, path);
    return STATUS_OK;
}

static enum status resolve(struct parser *parser, const char *at, char *token,
                           struct scim_path *path)
{
    const char *rest = token;
    const struct scim_schema *schema = schema_by_prefix(parser->type, token, &rest);
    char *last_colon = strrchr(token, ':');

    if (schema && strlen(token) == strlen(schema->id)) {
        *path = (struct scim_path){.schema = schema};
        return STATUS_OK;
    }
    if (schema)
        return resolve_names(parser, at, schema, true, token + (rest - token), path);
    if (last_colon)
        return resolve_names(parser, at, NULL, false, last_colon + 1, path);
    return resolve_names(parser, at, parser->schema, true, token, path);
}

/* The part behind the name: "[" filter "]" ["." name]. */
static enum status take_selection(struct parser *parser, struct scim_path *path)
{
    const char *at = parser->at;
    enum status status;

    if (!parser_take(parser, '['))
        return STATUS_OK;
    if (path->sub || (path->schema && !path->attribute))
        return parser_refuse(parser, at, "a filter stands behind an attribute, not here");
    if (path->attribute && !path->attribute->is_multi_valued)
        return parser_refuse(parser, at, "%s has one value: leave out the filter",
                             path->attribute->name);
    if ((status = parser_take_value_filter(parser, path->attribute, &path->value_filter)))
        return status;
    at = parser->at;
    if (parser_take(parser, '.')) {
        const char *name = take_token(parser, name_characters);

        if (!is_name(name))
            return parser_refuse(parser, at, "expected the name of a sub-attribute");
        find_sub(parser, at, name, path);
    }
    return STATUS_OK;
}

static enum status take_sub_attribute(struct parser *parser, struct scim_path *path)
{
    const char *at = parser->at;
    const char *name = take_token(parser, path_characters);
    const struct scim_attribute *owner = parser->value_of;

    if (!is_name(name))
        return parser_refuse(parser, at, "expected the name of a sub-attribute");
    *path = (struct scim_path){.attribute = scim_attribute_find(owner ? owner->sub : NULL, name)};
    if (!path->attribute)
        note_unknown(parser, at);
    return STATUS_OK;
}

enum status parser_take_path(struct parser *parser, struct scim_path *path)
{
    const char *at = parser->at;
    char *token;
    enum status status;

    *path = (struct scim_path){0};
    if (parser->is_in_value)
        return take_sub_attribute(parser, path);
    token = take_token(parser, path_characters);
    if (*token == '\0')
        return parser_refuse(parser, at, "expected the name of an attribute");
    if ((status = resolve(parser, at, token, path)))
        return status;
    return take_selection(parser, path);
}

enum status path_parse_within(const char *text, const struct scim_resource_type *type,
                              const struct scim_schema *schema, struct arena *arena,
                              struct scim_path *path, struct problem *problem)
{
    struct parser parser = {.text = text,
                            .at = text,
                            .type = type,
                            .schema = schema,
                            .arena = arena,
                            .refusal = STATUS_INVALID_PATH,
                            .problem = problem};
    enum status status;

    *path = (struct scim_path){0};
    if (strlen(text) > PATH_SIZE_MAX)
        return problem_set(problem, STATUS_INVALID_PATH, "a path of more than %d bytes: shorten it",
                           PATH_SIZE_MAX);
    parser_skip_spaces(&parser);
    if ((status = parser_take_path(&parser, path)))
        return status;
    parser_skip_spaces(&parser);
    if (*parser.at)
        return parser_refuse(&parser, parser.at, "the path should end here");
    if (parser.unknown)
        return problem_set(problem, STATUS_NO_TARGET, "%s has no attribute %s", type->name, text);
    return STATUS_OK;
}

enum status path_parse(const char *text, const struct scim_resource_type *type, struct arena *arena,
                       struct scim_path *path, struct problem *problem)
{
    return path_parse_within(text, type, NULL, arena, path, problem);
}

const struct scim_attribute *path_leaf(const struct scim_path *path)
{
    return path->sub ? path->sub : path->attribute;
}

static const json_t *value_or_sub(const struct scim_path *path, const json_t *value)
{
    return path->sub ? json_object_get(value, path->sub->name) : value;
}

static void each_element(const struct scim_path *path, const json_t *list, path_visit *visit,
                         void *context)
{
    const json_t *element;
    size_t i;

    json_array_foreach (list, i, element) {
        const json_t *value = value_or_sub(path, element);

        if (path->value_filter && !filter_matches_value(path->value_filter, element))
            continue;
        if (value && !visit(context, value))
            return;
    }
}

void path_each(const struct scim_path *path, const json_t *resource, path_visit *visit,
               void *context)
{
    const json_t *value = schema_part(path->schema, resource);

    if (path->attribute)
        value = json_object_get(value, path->attribute->name);
    if (json_is_array(value)) {
        each_element(path, value, visit, context);
        return;
    }
    value = value_or_sub(path, value);
    if (value)
        (void)visit(context, value);
}

static bool keep_first(void *context, const json_t *value)
{
    *(const json_t **)context = value;
    return false;
}

const json_t *path_value(const struct scim_path *path, const json_t *resource)
{
    const json_t *value = NULL;

    path_each(path, resource, keep_first, &value);
    return value;
}
