#include <string.h>

#include "bridge/scim/patch.h"
#include "bridge/scim/resource.h"
#include "json.h"
#include "parser.h"
#include "resource.h"
#include "schema.h"
#include "values.h"

/*
 * One operation at one resource. `part` holds the attributes of the path's
 * schema; `list` is what a multi-valued attribute has.
 */

static enum status check_immutable(const struct scim_attribute *attribute, const json_t *present,
                                   const json_t *value, struct problem *problem)
{
    if (attribute->mutability != SCIM_IMMUTABLE || !present ||
        (value && json_equal(present, value)))
        return STATUS_OK;
    return problem_set(problem, STATUS_MUTABILITY, "%s cannot be changed once it has a value",
                       attribute->name);
}

/* `value` NULL takes the member away. */
static enum status set_member(json_t *object, const struct scim_attribute *attribute,
                              const json_t *value, struct problem *problem)
{
    const json_t *present = json_object_get(object, attribute->name);
    enum status status = check_immutable(attribute, present, value, problem);

    if (status)
        return status;
    if (value)
        json_object_set_new(object, attribute->name, json_deep_copy(value));
    else
        json_object_del(object, attribute->name);
    return STATUS_OK;
}

/* Set the sub-attributes that `value` has and leave the others. */
static enum status merge(json_t *object, const struct scim_attribute *attribute,
                         const json_t *value, struct problem *problem)
{
    const struct scim_attribute *sub;

    for (sub = attribute->sub; sub->name; sub++) {
        const json_t *member = json_object_get(value, sub->name);
        enum status status = member ? set_member(object, sub, member, problem) : STATUS_OK;

        if (status)
            return status;
    }
    return STATUS_OK;
}

/* An add or replace at one complex value: of one sub-attribute, or of those that are given. */
static enum status set_complex(json_t *object, const struct patch_operation *operation,
                               struct problem *problem)
{
    const struct scim_path *path = &operation->path;

    if (path->sub)
        return set_member(object, path->sub, operation->value, problem);
    return merge(object, path->attribute, operation->value, problem);
}

/* Whether a remove has left nothing of a value but what it is called. */
static bool is_shell(const json_t *value, const struct scim_attribute *attribute)
{
    static const char *const labels[] = {"type", "primary", "display"};
    size_t count = 0;

    for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
        if (json_object_get(value, labels[i]))
            count++;
    }
    return json_object_size(value) == count || complex_is_empty(value, attribute);
}

static bool is_selected(const struct scim_path *path, const json_t *value)
{
    return !path->value_filter || filter_matches_value(path->value_filter, value);
}

/* The eq terms of a filter, as the members of a value; false when it has none. */
static bool members_from_filter(const struct filter *filter, json_t *value)
{
    bool left, right;

    switch (filter->kind) {
    case FILTER_AND:
        left = members_from_filter(filter->left, value);
        right = members_from_filter(filter->right, value);
        return left || right;
    case FILTER_COMPARE:
        if (filter->op != FILTER_EQ || json_is_null(filter->value))
            return false;
        json_object_set_new(value, filter->path.attribute->name, json_deep_copy(filter->value));
        return true;
    case FILTER_OR:
    case FILTER_NOT:
    case FILTER_VALUE_PATH:
        break;
    }
    return false;
}

/*
 * The RFC answers noTarget when a filter selects nothing; Entra expects the
 * value to be made, as in emails[type eq "work"].value.
 */
static enum status make_value(json_t *list, const struct patch_operation *operation,
                              struct problem *problem)
{
    const struct scim_path *path = &operation->path;
    json_auto_t *value = json_object();
    bool is_described = !path->value_filter || members_from_filter(path->value_filter, value);
    enum status status;

    if (path->sub)
        json_object_del(value, path->sub->name); /* the operation says what it is */
    if ((status = set_complex(value, operation, problem)))
        return status;
    if (!is_described || complex_is_empty(value, path->attribute))
        return problem_set(problem, STATUS_NO_TARGET,
                           "no value of %s is selected, and the filter does not say what to make",
                           path->attribute->name);
    json_array_append(list, value);
    if (value_is_primary(value))
        values_prefer(list, value);
    return STATUS_OK;
}

/* Whether the operation itself says that what it selects is primary. */
static bool makes_primary(const struct patch_operation *operation)
{
    if (operation->path.sub)
        return strcmp(operation->path.sub->name, "primary") == 0 && json_is_true(operation->value);
    return value_is_primary(operation->value);
}

/* Of a value in the type of an attribute with sub-attributes, or of one of these. */
static size_t text_size(const json_t *value)
{
    size_t size = json_string_length(value);
    const char *name;
    json_t *member;

    json_object_foreach (json_walk(value), name, member)
        size += json_string_length(member);
    return size;
}

/* An add or replace at some values, or at a sub-attribute of them. */
static enum status set_selected(json_t *list, const struct patch_operation *operation,
                                struct problem *problem)
{
    const json_t *first = NULL;
    size_t given = text_size(operation->value), size = 0;
    json_t *value;
    size_t i;

    json_array_foreach (list, i, value) {
        enum status status;

        if (!is_selected(&operation->path, value))
            continue;
        if ((size += given) > RESOURCE_SIZE_MAX)
            return problem_set(problem, STATUS_TOO_LARGE,
                               "one operation would make more than %d bytes of %s",
                               RESOURCE_SIZE_MAX, operation->path.attribute->name);
        if ((status = set_complex(value, operation, problem)))
            return status;
        if (!first)
            first = value;
    }
    if (!first)
        return make_value(list, operation, problem);
    if (makes_primary(operation))
        values_prefer(list, first);
    return STATUS_OK;
}

/* Of the values that the path selects, take a sub-attribute away, or all. */
static enum status remove_selected(json_t *list, const struct scim_path *path,
                                   struct problem *problem)
{
    json_auto_t *rest = json_array();
    json_t *value;
    size_t i;

    json_array_foreach (list, i, value) {
        enum status status = STATUS_OK;

        if (!is_selected(path, value)) {
            json_array_append(rest, value);
            continue;
        }
        if (path->sub)
            status = set_member(value, path->sub, NULL, problem);
        if (status)
            return status;
        if (path->sub && !is_shell(value, path->attribute))
            json_array_append(rest, value);
    }
    json_array_clear(list);
    json_array_extend(list, rest);
    return STATUS_OK;
}

static enum status remove_values(json_t *list, const struct patch_operation *operation,
                                 struct problem *problem)
{
    json_auto_t *rest = NULL;

    if (!operation->value)
        return remove_selected(list, &operation->path, problem);
    rest = values_without(list, operation->path.attribute, operation->value);
    json_array_clear(list);
    json_array_extend(list, rest);
    return STATUS_OK;
}

static enum status change_list(json_t *list, const struct patch_operation *operation,
                               struct problem *problem)
{
    const struct scim_path *path = &operation->path;

    if (operation->verb == PATCH_REMOVE)
        return remove_values(list, operation, problem);
    if (path->sub || path->value_filter)
        return set_selected(list, operation, problem);
    if (operation->verb == PATCH_REPLACE)
        json_array_clear(list);
    values_add(list, path->attribute, operation->value);
    return STATUS_OK;
}

/* The values of a multi-valued attribute, made as an empty list where there are none. */
static json_t *make_list(json_t *part, const struct scim_attribute *attribute)
{
    json_t *list = json_object_get(part, attribute->name);

    if (json_is_array(list))
        return list;
    json_object_set_new(part, attribute->name, json_array());
    return json_object_get(part, attribute->name);
}

static enum status change_complex(json_t *part, const struct patch_operation *operation,
                                  struct problem *problem)
{
    const struct scim_path *path = &operation->path;
    json_t *object = json_make_object(part, path->attribute->name);

    if (operation->verb != PATCH_REMOVE)
        return set_complex(object, operation, problem);
    if (path->sub)
        return set_member(object, path->sub, NULL, problem);
    return set_member(part, path->attribute, NULL, problem);
}

static enum status change_attribute(json_t *part, const struct patch_operation *operation,
                                    struct problem *problem)
{
    const struct scim_attribute *attribute = operation->path.attribute;

    if (attribute->is_multi_valued)
        return change_list(make_list(part, attribute), operation, problem);
    if (attribute->type == SCIM_COMPLEX)
        return change_complex(part, operation, problem);
    return set_member(part, attribute, operation->value, problem);
}

/* An attribute with no value left is gone, and so is an extension with no attribute left. */
static void drop_empty(const struct scim_path *path, json_t *resource)
{
    const struct scim_attribute *attribute = path->attribute;
    json_t *part = schema_part(path->schema, resource);
    const json_t *value = json_object_get(part, attribute->name);

    if (value &&
        (value_is_blank(value) || (json_is_object(value) && complex_is_empty(value, attribute))))
        json_object_del(part, attribute->name);
    if (schema_is_extension(path->schema) && json_object_size(part) == 0)
        json_object_del(resource, path->schema->id);
}

static enum status apply(const struct patch_operation *operation, json_t *resource,
                         struct problem *problem)
{
    const struct scim_path *path = &operation->path;
    enum status status;

    if (!path->attribute) {
        json_object_del(resource, path->schema->id);
        return STATUS_OK;
    }
    status = change_attribute(schema_make_part(path->schema, resource), operation, problem);
    drop_empty(path, resource);
    return status;
}

/* Judged at the end: an attribute that one operation takes and the next one gives is there. */
static enum status check_required(const struct patch *patch, const json_t *resource,
                                  const struct scim_schema *schema, struct problem *problem)
{
    const struct scim_attribute *attribute;

    for (attribute = schema->attributes; attribute->name; attribute++) {
        if (attribute->is_required && !json_object_get(resource, attribute->name) &&
            patch_touches(patch, schema->id, attribute->name))
            return problem_set(problem, STATUS_INVALID_VALUE,
                               "%s is required and cannot be taken away", attribute->name);
    }
    return STATUS_OK;
}

/* How many values an operation goes over. */
static size_t work_of(const struct patch_operation *operation, const json_t *resource)
{
    const struct scim_path *path = &operation->path;

    if (!path->attribute || !path->attribute->is_multi_valued)
        return 0;
    return json_array_size(
        json_object_get(schema_part(path->schema, resource), path->attribute->name));
}

enum status patch_apply(const struct patch *patch, json_t *resource,
                        const struct scim_resource_type *type, struct problem *problem)
{
    size_t work = 0;

    for (size_t i = 0; i < patch->count; i++) {
        enum status status;

        work += work_of(&patch->operations[i], resource);
        if (work > PATCH_WORK_MAX)
            return problem_set(problem, STATUS_TOO_MANY,
                               "so many operations on so many values take too long: send them in "
                               "several requests");
        status = apply(&patch->operations[i], resource, problem);
        if (status)
            return status;
    }
    return check_required(patch, resource, type->schema, problem);
}
