#include "resource.h"

#include <string.h>

#include "bridge/base/instant.h"
#include "bridge/base/text.h"
#include "json.h"
#include "parser.h"
#include "schema.h"
#include "values.h"

/*
 * Other names for sub-attributes, taken where the value does not have the
 * schema's own: Entra labels app roles with displayName, OneLogin's templates
 * name a manager by managerId.
 */
static const struct {
    const char *sent;
    const char *meant;
} synonyms[] = {
    {"displayName", "display"},
    {"managerId", "value"},
};

const struct scim_attribute *sub_attribute_of(const struct scim_attribute *attribute,
                                              const json_t *value, const char *name)
{
    const struct scim_attribute *sub = scim_attribute_find(attribute->sub, name);

    for (size_t i = 0; !sub && i < sizeof(synonyms) / sizeof(*synonyms); i++) {
        if (text_equal_ascii(name, synonyms[i].sent) && !json_member(value, synonyms[i].meant))
            return scim_attribute_find(attribute->sub, synonyms[i].meant);
    }
    return sub;
}

bool value_is_blank(const json_t *value)
{
    return json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0);
}

const json_t *resource_unwrap(const json_t *value, const struct scim_attribute *attribute)
{
    for (;;) {
        const json_t *inner = NULL;

        if (json_array_size(value) == 1)
            inner = json_array_get(value, 0);
        else if (json_is_object(value) && attribute && attribute->type != SCIM_COMPLEX)
            inner = json_member(value, "value");
        if (!inner)
            return value;
        value = inner;
    }
}

static enum status refuse(const json_t *value, const struct scim_attribute *attribute,
                          struct problem *problem)
{
    static const char *const wanted[] = {
        [SCIM_STRING] = "a text",
        [SCIM_BOOLEAN] = "true or false",
        [SCIM_INTEGER] = "a whole number",
        [SCIM_DECIMAL] = "a number",
        [SCIM_DATETIME] = "a date and time such as 2026-01-31T08:00:00Z",
        [SCIM_REFERENCE] = "a text",
        [SCIM_BINARY] = "a text in base64",
        [SCIM_COMPLEX] = "an object",
    };
    char excerpt[JSON_EXCERPT_SIZE];
    const char *got =
        attribute->returned == SCIM_NEVER ? "something else" : json_excerpt(value, excerpt);

    return problem_set(problem, STATUS_INVALID_VALUE, "%s: expected %s, got %s", attribute->name,
                       wanted[attribute->type], got);
}

/* In the schema's spelling, where it lists the value; whether another will do is the caller's. */
static json_t *new_text(const json_t *value, const struct scim_attribute *attribute)
{
    const char *text = json_string_value(value);

    for (size_t i = 0; attribute->canonical_values && attribute->canonical_values[i]; i++) {
        if (text_equal_ascii(attribute->canonical_values[i], text))
            return json_string(attribute->canonical_values[i]);
    }
    return json_deep_copy(value);
}

static json_t *new_boolean(const json_t *value)
{
    const char *text = json_string_value(value);

    if (json_is_boolean(value))
        return json_deep_copy(value);
    if (text && text_equal_ascii(text, "true"))
        return json_true();
    if (text && text_equal_ascii(text, "false"))
        return json_false();
    return NULL;
}

static json_t *new_datetime(const json_t *value)
{
    int64_t instant;

    if (!json_is_string(value) || !instant_parse(json_string_value(value), &instant))
        return NULL;
    return json_deep_copy(value);
}

/* NULL when the value is of another type. */
static json_t *new_simple(const json_t *value, const struct scim_attribute *attribute)
{
    switch (attribute->type) {
    case SCIM_BOOLEAN:
        return new_boolean(value);
    case SCIM_INTEGER:
        return json_is_integer(value) ? json_deep_copy(value) : NULL;
    case SCIM_DECIMAL:
        return json_is_number(value) ? json_deep_copy(value) : NULL;
    case SCIM_DATETIME:
        return new_datetime(value);
    case SCIM_STRING:
    case SCIM_REFERENCE:
    case SCIM_BINARY:
    case SCIM_COMPLEX:
        break;
    }
    return json_is_string(value) ? new_text(value, attribute) : NULL;
}

bool complex_is_empty(const json_t *value, const struct scim_attribute *attribute)
{
    for (const struct scim_attribute *sub = attribute->sub; sub && sub->name; sub++) {
        if (sub->is_required && !json_object_get(value, sub->name))
            return true;
    }
    return json_object_size(value) == 0;
}

static enum status read_sub(const json_t *owner, const char *name, const json_t *value,
                            const struct scim_attribute *attribute, json_t *complex,
                            struct problem *problem)
{
    const struct scim_attribute *sub = sub_attribute_of(attribute, owner, name);
    json_t *converted = NULL;
    enum status status;

    if (!sub || !attribute_is_writable(sub))
        return STATUS_OK;
    status = resource_value(value, sub, &converted, problem);
    if (!status && converted)
        json_object_set_new(complex, sub->name, converted);
    return status;
}

/* A bare text is the `value` of a complex attribute. */
static enum status read_bare(const json_t *value, const struct scim_attribute *attribute,
                             json_t *complex, struct problem *problem)
{
    if (!json_is_string(value) || !scim_attribute_find(attribute->sub, "value"))
        return refuse(value, attribute, problem);
    return read_sub(NULL, "value", value, attribute, complex, problem);
}

static enum status read_complex(const json_t *value, const struct scim_attribute *attribute,
                                json_t **converted, struct problem *problem)
{
    json_auto_t *complex = json_object();
    const char *name;
    json_t *member;

    if (!json_is_object(value)) {
        enum status status = read_bare(value, attribute, complex, problem);

        if (status)
            return status;
    }
    json_object_foreach (json_walk(value), name, member) {
        enum status status = read_sub(value, name, member, attribute, complex, problem);

        if (status)
            return status;
    }
    if (!complex_is_empty(complex, attribute))
        *converted = json_incref(complex);
    return STATUS_OK;
}

enum status resource_element(const json_t *value, const struct scim_attribute *attribute,
                             json_t **converted, struct problem *problem)
{
    *converted = NULL;
    value = resource_unwrap(value, attribute);
    if (value_is_blank(value))
        return STATUS_OK;
    if (json_is_array(value))
        return problem_set(problem, STATUS_INVALID_VALUE, "%s: takes one value, got %zu",
                           attribute->name, json_array_size(value));
    if (attribute->type == SCIM_COMPLEX)
        return read_complex(value, attribute, converted, problem);
    *converted = new_simple(value, attribute);
    return *converted ? STATUS_OK : refuse(value, attribute, problem);
}

static enum status read_elements(const json_t *list, const struct scim_attribute *attribute,
                                 json_t *elements, struct problem *problem)
{
    const json_t *value;
    size_t i;

    json_array_foreach (list, i, value) {
        json_t *element;
        enum status status = resource_element(value, attribute, &element, problem);

        if (status)
            return status;
        if (element)
            json_array_append_new(elements, element);
    }
    return STATUS_OK;
}

static enum status read_list(const json_t *value, const struct scim_attribute *attribute,
                             json_t **converted, struct problem *problem)
{
    json_auto_t *wrapped = json_array();
    json_auto_t *elements = json_array();
    json_auto_t *list = json_array();
    enum status status;

    if (!json_is_array(value)) {
        json_array_append(wrapped, json_walk(value));
        value = wrapped;
    }
    if ((status = read_elements(value, attribute, elements, problem)))
        return status;
    values_add(list, attribute, elements);
    if (json_array_size(list) > 0 || json_array_size(value) == 0)
        *converted = json_incref(list);
    return STATUS_OK;
}

enum status resource_value(const json_t *value, const struct scim_attribute *attribute,
                           json_t **converted, struct problem *problem)
{
    *converted = NULL;
    if (attribute->is_multi_valued)
        return read_list(value, attribute, converted, problem);
    return resource_element(value, attribute, converted, problem);
}

/* What reads one body. */
struct reader {
    const struct scim_resource_type *type;
    json_t *resource;
    struct arena *arena;
    struct problem *problem;
};

static enum status read_members(const struct reader *reader, const struct scim_schema *schema,
                                const json_t *object);

static enum status read_part(const struct reader *reader, const struct scim_schema *schema,
                             const json_t *value)
{
    char excerpt[JSON_EXCERPT_SIZE];

    value = resource_unwrap(value, NULL);
    if (value_is_blank(value))
        return STATUS_OK;
    if (!json_is_object(value))
        return problem_set(reader->problem, STATUS_INVALID_VALUE, "%s: expected an object, got %s",
                           schema->id, json_excerpt(value, excerpt));
    return read_members(reader, schema, value);
}

static void put(json_t *resource, const struct scim_path *path, json_t *converted)
{
    json_t *part = schema_make_part(path->schema, resource);
    const char *name = path_leaf(path)->name;
    json_t *present;

    if (path->sub)
        part = json_make_object(part, path->attribute->name);
    present = json_object_get(part, name);
    if (json_is_object(present) && json_is_object(converted))
        json_object_update_missing(converted, present); /* "name" beside "name.familyName" */
    json_object_set_new(part, name, converted);
}

/* A member's name is read as a path: "urn:...:User:site" and "name.familyName" are such names. */
static enum status read_member(const struct reader *reader, const struct scim_schema *schema,
                               const char *name, const json_t *value)
{
    struct scim_path path;
    json_t *converted;
    enum status status;

    if (path_parse_within(name, reader->type, schema, reader->arena, &path, NULL))
        return STATUS_OK; /* names nothing that is ours */
    if (!path.attribute)
        return read_part(reader, path.schema, value);
    if (path.value_filter || (path.sub && path.attribute->is_multi_valued) ||
        !attribute_is_writable(path.attribute) || !attribute_is_writable(path_leaf(&path)))
        return STATUS_OK;
    status = resource_value(value, path_leaf(&path), &converted, reader->problem);
    if (!status && converted)
        put(reader->resource, &path, converted);
    return status;
}

static enum status read_members(const struct reader *reader, const struct scim_schema *schema,
                                const json_t *object)
{
    const char *name;
    json_t *value;

    json_object_foreach (json_walk(object), name, value) {
        enum status status = read_member(reader, schema, name, value);

        if (status)
            return status;
    }
    return STATUS_OK;
}

enum status resource_read(const json_t *body, const struct scim_resource_type *type,
                          json_t **resource, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *read = json_object();
    struct reader reader = {type, read, arena, problem};
    enum status status;

    *resource = NULL;
    if (!json_is_object(body))
        return problem_set(problem, STATUS_INVALID_SYNTAX, "the body is no JSON object");
    if ((status = read_members(&reader, NULL, body)))
        return status;
    *resource = json_incref(read);
    return STATUS_OK;
}

static bool is_missing(const json_t *value)
{
    const char *text = json_string_value(value);

    return !value || value_is_blank(value) || (text && text[strspn(text, " \t\r\n")] == '\0');
}

/* What nobody else may have is a name: people read it, and the directory calls an entry by it. */
static enum status check_name(const struct scim_attribute *attribute, const json_t *value,
                              struct problem *problem)
{
    if (attribute->uniqueness == SCIM_UNIQUE_NONE || !json_is_string(value))
        return STATUS_OK;
    if (json_string_length(value) > RESOURCE_NAME_MAX)
        return problem_set(problem, STATUS_INVALID_VALUE, "%s is longer than %d bytes: shorten it",
                           attribute->name, RESOURCE_NAME_MAX);
    if (text_has_control(json_string_value(value)))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "%s has a control character, such as a tab or a line break: take it out",
                           attribute->name);
    return STATUS_OK;
}

static enum status check_attribute(const struct scim_attribute *attribute, const json_t *value,
                                   struct problem *problem)
{
    if (attribute->is_required && is_missing(value))
        return problem_set(problem, STATUS_INVALID_VALUE, "%s is required: give it a value",
                           attribute->name);
    if (json_array_size(value) > RESOURCE_VALUES_MAX)
        return problem_set(problem, STATUS_TOO_MANY, "%s has more than %d values", attribute->name,
                           RESOURCE_VALUES_MAX);
    return check_name(attribute, value, problem);
}

static enum status check_schema(const struct scim_schema *schema, const json_t *part,
                                struct problem *problem)
{
    const struct scim_attribute *attribute = schema->attributes;
    enum status status = STATUS_OK;

    for (; !status && attribute->name; attribute++)
        status = check_attribute(attribute, json_object_get(part, attribute->name), problem);
    return status;
}

enum status resource_check(const json_t *resource, const struct scim_resource_type *type,
                           struct problem *problem)
{
    enum status status = check_schema(type->schema, resource, problem);

    for (size_t i = 0; !status && i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++) {
        const json_t *part = json_object_get(resource, type->extensions[i]->id);

        if (part)
            status = check_schema(type->extensions[i], part, problem);
    }
    return status;
}

/* The role and site in effect, and the rest of the bridge's own, are composed at read time. */
static bool is_composed(const struct scim_schema *schema)
{
    return strcmp(schema->id, SCIM_URN_BRIDGE) == 0;
}

static bool is_stored(const struct scim_attribute *attribute)
{
    return attribute_is_writable(attribute) && attribute->returned != SCIM_NEVER;
}

static json_t *stored_members(const json_t *object, const struct scim_attribute *attributes);

static json_t *stored_list(const json_t *list, const struct scim_attribute *attribute)
{
    json_t *stored = json_array();
    const json_t *value;
    size_t i;

    json_array_foreach (list, i, value)
        json_array_append_new(stored, stored_members(value, attribute->sub));
    return stored;
}

/* The value without readOnly members, these in the schema's order. A new reference. */
static json_t *stored_value(json_t *value, const struct scim_attribute *attribute)
{
    if (attribute->type != SCIM_COMPLEX)
        return json_incref(value);
    return json_is_array(value) ? stored_list(value, attribute)
                                : stored_members(value, attribute->sub);
}

static void store_members(json_t *stored, const json_t *object,
                          const struct scim_attribute *attributes)
{
    for (; attributes->name; attributes++) {
        json_t *value = json_object_get(object, attributes->name);

        if (value && is_stored(attributes) && !value_is_blank(value))
            json_object_set_new(stored, attributes->name, stored_value(value, attributes));
    }
}

static json_t *stored_members(const json_t *object, const struct scim_attribute *attributes)
{
    json_t *stored = json_object();

    store_members(stored, object, attributes);
    return stored;
}

static void store_extension(json_t *stored, json_t *schemas, const json_t *resource,
                            const struct scim_schema *extension)
{
    json_auto_t *part =
        stored_members(json_object_get(resource, extension->id), extension->attributes);

    if (json_object_size(part) == 0 && !is_composed(extension))
        return;
    json_array_append_new(schemas, json_string(extension->id));
    if (!is_composed(extension))
        json_object_set(stored, extension->id, part);
}

struct bytes resource_encode(const json_t *resource, const struct scim_resource_type *type,
                             struct arena *arena)
{
    json_auto_t *stored = json_object();
    json_t *schemas = json_array();

    json_object_set_new(stored, "schemas", schemas);
    json_array_append_new(schemas, json_string(type->schema->id));
    if (json_object_get(resource, "id"))
        json_object_set(stored, "id", json_object_get(resource, "id"));
    store_members(stored, resource, scim_common_attributes);
    store_members(stored, resource, type->schema->attributes);
    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++)
        store_extension(stored, schemas, resource, type->extensions[i]);
    return json_encode(stored, arena);
}
