#include "bridge/scim/projection.h"

#include <string.h>

#include "bridge/base/text.h"
#include "json.h"
#include "schema.h"

struct projection {
    bool is_exclusion;
    struct scim_path *paths;
    size_t count;
};

/* How much of an attribute is to be answered. */
enum extent { EXTENT_NONE, EXTENT_SOME, EXTENT_ALL };

static void add_name(struct projection *projection, const char *name,
                     const struct scim_resource_type *type, struct arena *arena)
{
    struct scim_path *path = &projection->paths[projection->count];

    if (!path_parse(name, type, arena, path, NULL))
        projection->count++;
}

static void add_names(struct projection *projection, const char *names,
                      const struct scim_resource_type *type, struct arena *arena)
{
    size_t commas = 0;
    char *rest = arena_strdup(arena, names);
    char *name;

    for (const char *c = names; *c; c++)
        commas += *c == ',';
    projection->paths = arena_alloc(arena, (commas + 1) * sizeof(*projection->paths));
    while ((name = strsep(&rest, ",")))
        add_name(projection, name, type, arena);
}

enum status projection_parse(const char *attributes, const char *excluded,
                             const struct scim_resource_type *type, struct arena *arena,
                             struct projection **projection, struct problem *problem)
{
    bool has_attributes = attributes && *attributes;
    bool has_excluded = excluded && *excluded;
    struct projection *parsed;

    *projection = NULL;
    if (has_attributes && has_excluded)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "attributes and excludedAttributes do not go together: leave one out");
    if (!has_attributes && !has_excluded)
        return STATUS_OK;
    parsed = arena_alloc(arena, sizeof(*parsed));
    parsed->is_exclusion = has_excluded;
    add_names(parsed, has_excluded ? excluded : attributes, type, arena);
    *projection = parsed;
    return STATUS_OK;
}

/* How much of an attribute, or of a sub-attribute, the request's names cover. */
static enum extent named(const struct projection *projection, const struct scim_schema *schema,
                         const struct scim_attribute *attribute, const struct scim_attribute *sub)
{
    enum extent extent = EXTENT_NONE;

    for (size_t i = 0; projection && i < projection->count; i++) {
        const struct scim_path *path = &projection->paths[i];

        if (path->schema != schema || (path->attribute && path->attribute != attribute))
            continue;
        if (!path->attribute || !path->sub || path->sub == sub)
            return EXTENT_ALL;
        extent = EXTENT_SOME;
    }
    return extent;
}

/* By the `returned` rule of an attribute and how much of it the request names. */
static enum extent by_rule(const struct projection *projection, enum scim_returned returned,
                           enum extent covered)
{
    bool is_exclusion = projection && projection->is_exclusion;
    bool is_selection = projection && !is_exclusion;

    switch (returned) {
    case SCIM_ALWAYS:
        return EXTENT_ALL;
    case SCIM_NEVER:
        return EXTENT_NONE;
    case SCIM_ON_REQUEST:
        return is_selection ? covered : EXTENT_NONE;
    case SCIM_BY_DEFAULT:
        break;
    }
    if (is_selection)
        return covered;
    if (is_exclusion && covered != EXTENT_NONE)
        return covered == EXTENT_ALL ? EXTENT_NONE : EXTENT_SOME;
    return EXTENT_ALL;
}

/* One schema's attributes of one resource, on their way into the answer. */
struct cut {
    const struct projection *projection;
    const struct scim_schema *schema;
};

static json_t *cut_object(const struct cut *cut, const struct scim_attribute *attribute,
                          json_t *value)
{
    json_t *kept = json_object();
    const struct scim_attribute *sub;

    for (sub = attribute->sub; sub && sub->name; sub++) {
        json_t *member = json_object_get(value, sub->name);
        enum extent covered = named(cut->projection, cut->schema, attribute, sub);

        if (member && by_rule(cut->projection, sub->returned,
                              covered == EXTENT_ALL ? EXTENT_ALL : EXTENT_NONE) == EXTENT_ALL)
            json_object_set(kept, sub->name, member);
    }
    return kept;
}

static json_t *cut_value(const struct cut *cut, const struct scim_attribute *attribute,
                         json_t *value)
{
    json_t *kept;
    json_t *element;
    size_t i;

    if (!json_is_array(value))
        return cut_object(cut, attribute, value);
    kept = json_array();
    json_array_foreach (value, i, element) {
        json_auto_t *part = cut_object(cut, attribute, element);

        if (json_object_size(part) > 0)
            json_array_append(kept, part);
    }
    return kept;
}

static void keep_attribute(const struct cut *cut, const struct scim_attribute *attribute,
                           json_t *value, json_t *kept)
{
    enum extent covered = named(cut->projection, cut->schema, attribute, NULL);
    enum extent extent = by_rule(cut->projection, attribute->returned, covered);
    json_auto_t *part = extent == EXTENT_SOME ? cut_value(cut, attribute, value) : NULL;

    if (extent == EXTENT_ALL)
        json_object_set(kept, attribute->name, value);
    if (json_object_size(part) + json_array_size(part) > 0)
        json_object_set(kept, attribute->name, part);
}

static void keep_extension(const struct cut *cut, const json_t *part, json_t *kept)
{
    json_auto_t *inner = json_object();
    const char *name;
    json_t *value;

    json_object_foreach (json_walk(part), name, value) {
        const struct scim_attribute *attribute = scim_attribute_find(cut->schema->attributes, name);

        if (attribute)
            keep_attribute(cut, attribute, value, inner);
    }
    if (json_object_size(inner) > 0)
        json_object_set(kept, cut->schema->id, inner);
}

json_t *projection_apply(const struct projection *projection, const json_t *resource,
                         const struct scim_resource_type *type)
{
    json_t *kept = json_object();
    const char *name;
    json_t *value;

    json_object_foreach (json_walk(resource), name, value) {
        const struct scim_schema *extension = scim_schema_of(type, name);
        const struct scim_attribute *attribute = scim_attribute_find(scim_common_attributes, name);
        struct cut cut = {projection, extension ? extension : type->schema};

        if (!attribute)
            attribute = scim_attribute_find(type->schema->attributes, name);
        if (extension)
            keep_extension(&cut, value, kept);
        else if (attribute)
            keep_attribute(&cut, attribute, value, kept);
    }
    return kept;
}

bool projection_wants(const struct projection *projection, const char *attribute)
{
    bool is_named = false;

    if (!projection)
        return true;
    for (size_t i = 0; i < projection->count; i++) {
        const struct scim_path *path = &projection->paths[i];
        bool is_whole = !path->sub || !projection->is_exclusion;
        bool covers = path->attribute ? text_equal_ascii(path->attribute->name, attribute)
                                      : !schema_is_extension(path->schema);

        is_named = is_named || (is_whole && covers);
    }
    return is_named != projection->is_exclusion;
}
