#include "bridge/scim/patch.h"

#include <stdio.h>
#include <string.h>

#include "bridge/base/text.h"
#include "json.h"
#include "parser.h"
#include "resource.h"
#include "schema.h"

enum { PLACE_SIZE = 40 };

/* What reads one request. */
struct reader {
    const struct scim_resource_type *type;
    struct arena *arena;
    struct patch *patch;
    size_t capacity;
    size_t values_max;      /* of one operation */
    char place[PLACE_SIZE]; /* of the operation that is being read, for messages */
    struct problem *problem;
};

/* One operation as it was sent, or one member of an operation without a path. */
struct request {
    enum patch_verb verb;
    const json_t *value; /* NULL where there is none */
};

/*
 * null and an empty text clear an attribute in a replace, but not these: no
 * provider means to take them away like this (Entra sends no null at all), and
 * templates send empty texts for what they do not know.
 */
static const struct {
    const char *schema;
    const char *attribute; /* NULL: the whole extension */
} never_cleared[] = {
    {SCIM_URN_USER, "userName"}, {SCIM_URN_USER, "active"}, {SCIM_URN_BRIDGE, "role"},
    {SCIM_URN_BRIDGE, "site"},   {SCIM_URN_BRIDGE, NULL},
};

static bool may_be_cleared(const struct scim_path *path)
{
    for (size_t i = 0; i < sizeof(never_cleared) / sizeof(*never_cleared); i++) {
        const char *name = path->attribute ? path->attribute->name : "";
        const char *other = never_cleared[i].attribute ? never_cleared[i].attribute : "";

        if (strcmp(path->schema->id, never_cleared[i].schema) == 0 && strcmp(name, other) == 0)
            return false;
    }
    return true;
}

/* A failure with the operation in front. */
static enum status refuse(const struct reader *reader, const struct problem *why)
{
    return problem_set(reader->problem, why->status, "%s%s", reader->place, why->detail);
}

static enum status refuse_value(const struct reader *reader, const struct scim_path *path,
                                const char *reason)
{
    const char *name = path->attribute ? path->attribute->name : path->schema->id;

    return problem_set(reader->problem, STATUS_INVALID_VALUE, "%s%s: %s", reader->place, name,
                       reason);
}

static enum status add_operation(struct reader *reader, enum patch_verb verb,
                                 const struct scim_path *path, json_t *value)
{
    struct patch *patch = reader->patch;

    if (value)
        json_take(reader->arena, value);
    if (patch->count == PATCH_OPERATIONS_MAX)
        return problem_set(reader->problem, STATUS_TOO_MANY,
                           "more than %d operations: send them in several requests",
                           PATCH_OPERATIONS_MAX);
    if (patch->count == reader->capacity) {
        struct patch_operation *operations;

        reader->capacity = reader->capacity ? reader->capacity * 2 : 8;
        operations = arena_alloc(reader->arena, reader->capacity * sizeof(*operations));
        if (patch->count)
            memcpy(operations, patch->operations, patch->count * sizeof(*operations));
        patch->operations = operations;
    }
    patch->operations[patch->count++] = (struct patch_operation){verb, *path, value};
    return STATUS_OK;
}

/* Whether the path ends at all values of a multi-valued attribute. */
static bool is_list(const struct scim_path *path)
{
    return path->attribute->is_multi_valued && !path->sub && !path->value_filter;
}

static enum status convert(struct reader *reader, const struct scim_path *path, const json_t *value,
                           json_t **converted)
{
    struct problem why = {0};
    enum status status = is_list(path) ? resource_value(value, path_leaf(path), converted, &why)
                                       : resource_element(value, path_leaf(path), converted, &why);

    return status ? refuse(reader, &why) : STATUS_OK;
}

static enum status check_count(const struct reader *reader, const struct scim_path *path,
                               const json_t *value)
{
    if (json_array_size(value) <= reader->values_max)
        return STATUS_OK;
    return problem_set(reader->problem, STATUS_TOO_MANY,
                       "%smore than %zu values of %s: send them in several requests", reader->place,
                       reader->values_max, path_leaf(path)->name);
}

static enum status read_clearing(struct reader *reader, const struct scim_path *path)
{
    if (!may_be_cleared(path))
        return STATUS_OK;
    return add_operation(reader, PATCH_REMOVE, path, NULL);
}

/* In a replace, a null or an empty text inside a complex value clears that sub-attribute. */
static enum status read_blank_subs(struct reader *reader, const struct scim_path *path,
                                   const json_t *value)
{
    const char *name;
    json_t *member;

    json_object_foreach (json_walk(value), name, member) {
        const struct scim_attribute *sub = sub_attribute_of(path->attribute, value, name);
        struct scim_path target = *path;
        enum status status;

        if (!sub || sub->is_required || !attribute_is_writable(sub) || !value_is_blank(member))
            continue;
        target.sub = sub;
        if ((status = add_operation(reader, PATCH_REMOVE, &target, NULL)))
            return status;
    }
    return STATUS_OK;
}

/* add, or replace with a value that says something. */
static enum status read_stated(struct reader *reader, const struct scim_path *path,
                               const struct request *request)
{
    const struct scim_attribute *leaf = path_leaf(path);
    const json_t *value = request->value;
    json_t *converted;
    enum status status = convert(reader, path, value, &converted);

    if (status)
        return status;
    if (request->verb == PATCH_REPLACE && leaf->type == SCIM_COMPLEX && !is_list(path))
        status = read_blank_subs(reader, path, resource_unwrap(value, leaf));
    if (status || converted)
        return status ? status : add_operation(reader, request->verb, path, converted);
    if (request->verb == PATCH_REPLACE && is_list(path))
        return refuse_value(reader, path, "none of the values can be read");
    return STATUS_OK;
}

static enum status read_setting(struct reader *reader, const struct scim_path *path,
                                const struct request *request)
{
    if (!request->value)
        return refuse_value(reader, path, "the value is missing");
    if (!value_is_blank(request->value))
        return read_stated(reader, path, request);
    if (request->verb == PATCH_ADD)
        return STATUS_OK; /* says nothing */
    return read_clearing(reader, path);
}

/*
 * Entra's older form and JumpCloud remove members by the attribute's path with
 * the members as values: it takes these, never all. What cannot be read takes none.
 */
static enum status read_removal(struct reader *reader, const struct scim_path *path,
                                const struct request *request)
{
    const json_t *value = request->value;
    json_t *converted = NULL;
    enum status status;

    if (!value || !is_list(path))
        return add_operation(reader, PATCH_REMOVE, path, NULL);
    if ((status = convert(reader, path, value, &converted)))
        return status;
    if (!converted)
        return refuse_value(reader, path, "none of the values to remove can be read");
    return add_operation(reader, PATCH_REMOVE, path, converted);
}

static enum status read_members(struct reader *reader, const struct scim_schema *schema,
                                const struct request *request);

/* The whole of a schema: an extension, or the resource type's own. */
static enum status read_schema(struct reader *reader, const struct scim_path *path,
                               const struct request *request)
{
    struct request inner = *request;

    if (request->verb == PATCH_REMOVE) {
        if (schema_is_extension(path->schema))
            return add_operation(reader, PATCH_REMOVE, path, NULL);
        return problem_set(reader->problem, STATUS_NO_TARGET,
                           "%sa remove names an attribute, not the whole resource", reader->place);
    }
    inner.value = resource_unwrap(request->value, NULL);
    if (inner.value && value_is_blank(inner.value))
        return request->verb == PATCH_REPLACE && schema_is_extension(path->schema)
                   ? read_clearing(reader, path)
                   : STATUS_OK;
    if (!json_is_object(inner.value))
        return refuse_value(reader, path, "expected an object with attributes");
    return read_members(reader, path->schema, &inner);
}

static enum status read_target(struct reader *reader, const struct scim_path *path,
                               const struct request *request)
{
    enum status status;

    if (!path->attribute)
        return read_schema(reader, path, request);
    if (strcmp(path->attribute->name, "id") == 0)
        reader->patch->id = json_string_value(request->value);
    if (!attribute_is_writable(path->attribute) || !attribute_is_writable(path_leaf(path)))
        return STATUS_OK;
    if ((status = check_count(reader, path, request->value)))
        return status;
    if (request->verb == PATCH_REMOVE)
        return read_removal(reader, path, request);
    return read_setting(reader, path, request);
}

/* A member's name is a path of its own; a name that is none names nothing of ours. */
static enum status read_member(struct reader *reader, const struct scim_schema *schema,
                               const char *name, const struct request *request)
{
    struct problem why = {0};
    struct scim_path path;
    enum status status = path_parse_within(name, reader->type, schema, reader->arena, &path, &why);

    if (status == STATUS_INVALID_PATH && strchr(name, '['))
        return refuse(reader, &why);
    return status ? STATUS_OK : read_target(reader, &path, request);
}

static enum status read_members(struct reader *reader, const struct scim_schema *schema,
                                const struct request *request)
{
    const char *name;
    json_t *value;

    json_object_foreach (json_walk(request->value), name, value) {
        struct request member = {request->verb, value};
        enum status status = read_member(reader, schema, name, &member);

        if (status)
            return status;
    }
    return STATUS_OK;
}

static enum status read_pathless(struct reader *reader, const struct request *request)
{
    struct request inner = {request->verb, resource_unwrap(request->value, NULL)};

    if (request->verb == PATCH_REMOVE)
        return problem_set(reader->problem, STATUS_NO_TARGET, "%sa remove needs a path",
                           reader->place);
    if (!json_is_object(inner.value))
        return problem_set(reader->problem, STATUS_INVALID_VALUE,
                           "%swithout a path the value is an object with attributes",
                           reader->place);
    return read_members(reader, NULL, &inner);
}

static enum status read_path(struct reader *reader, const char *text, const struct request *request)
{
    struct problem why = {0};
    struct scim_path path;
    enum status status = path_parse(text, reader->type, reader->arena, &path, &why);

    if (status == STATUS_NO_TARGET)
        return STATUS_OK; /* an attribute that we do not have */
    return status ? refuse(reader, &why) : read_target(reader, &path, request);
}

static enum status read_verb(const struct reader *reader, const json_t *operation,
                             enum patch_verb *verb)
{
    static const char *const words[] = {
        [PATCH_ADD] = "add", [PATCH_REPLACE] = "replace", [PATCH_REMOVE] = "remove"};
    const json_t *op = json_member(operation, "op");
    const char *word = json_string_value(op);
    char excerpt[JSON_EXCERPT_SIZE];

    for (unsigned i = 0; word && i < sizeof(words) / sizeof(*words); i++) {
        if (text_equal_ascii(words[i], word)) {
            *verb = i;
            return STATUS_OK;
        }
    }
    return problem_set(reader->problem, STATUS_INVALID_SYNTAX,
                       "%sop is add, replace or remove, got %s", reader->place,
                       json_excerpt(op, excerpt));
}

static enum status read_operation(struct reader *reader, const json_t *operation)
{
    struct request request = {.value = json_member(operation, "value")};
    const json_t *path = json_member(operation, "path");
    enum status status = read_verb(reader, operation, &request.verb);

    if (status)
        return status;
    if (!path || value_is_blank(path))
        return read_pathless(reader, &request);
    if (!json_is_string(path))
        return problem_set(reader->problem, STATUS_INVALID_PATH, "%sthe path is no text",
                           reader->place);
    return read_path(reader, json_string_value(path), &request);
}

static enum status read_operations(struct reader *reader, const json_t *operations)
{
    const json_t *operation;
    size_t i;

    json_array_foreach (operations, i, operation) {
        enum status status;

        (void)snprintf(reader->place, sizeof(reader->place), "Operations[%zu]: ", i);
        if ((status = read_operation(reader, operation)))
            return status;
    }
    return STATUS_OK;
}

static struct reader reader_of(const struct scim_resource_type *type, struct arena *arena,
                               size_t values_max, struct problem *problem)
{
    return (struct reader){
        .type = type,
        .arena = arena,
        .patch = arena_alloc(arena, sizeof(struct patch)),
        .values_max = values_max,
        .problem = problem,
    };
}

enum status patch_parse(const json_t *request, const struct scim_resource_type *type,
                        struct arena *arena, struct patch **patch, struct problem *problem)
{
    const json_t *operations = json_member(request, "Operations");
    struct reader reader = reader_of(type, arena, PATCH_VALUES_MAX, problem);
    enum status status;

    *patch = NULL;
    if (json_array_size(operations) == 0)
        return problem_set(problem, STATUS_INVALID_SYNTAX,
                           "a PATCH is an object with a list of Operations");
    if (json_array_size(operations) > PATCH_OPERATIONS_MAX)
        return problem_set(problem, STATUS_TOO_MANY,
                           "more than %d operations: send them in several requests",
                           PATCH_OPERATIONS_MAX);
    if ((status = read_operations(&reader, operations)))
        return status;
    *patch = reader.patch;
    return STATUS_OK;
}

enum status patch_replace(const json_t *body, const struct scim_resource_type *type,
                          struct arena *arena, struct patch **patch, struct problem *problem)
{
    struct reader reader = reader_of(type, arena, SIZE_MAX, problem);
    struct request request = {PATCH_REPLACE, body};
    enum status status = read_members(&reader, NULL, &request);

    *patch = status ? NULL : reader.patch;
    return status;
}

bool patch_touches(const struct patch *patch, const char *schema_urn, const char *attribute)
{
    for (size_t i = 0; i < patch->count; i++) {
        const struct scim_path *path = &patch->operations[i].path;

        if (strcmp(path->schema->id, schema_urn) == 0 &&
            (!path->attribute || text_equal_ascii(path->attribute->name, attribute)))
            return true;
    }
    return false;
}
