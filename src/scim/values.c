#include "values.h"

#include <stdlib.h>

#include "bridge/base/arena.h"
#include "bridge/base/text.h"
#include "json.h"

/* Values by their keys, each also by its `value` alone. */
struct index {
    const struct scim_attribute *attribute;
    json_t *by_key;
    struct arena *arena;
};

/* How a value is looked up: `typed` is NULL where it has no type. */
struct key {
    const char *value;   /* any type will do */
    const char *typed;   /* of this type */
    const char *untyped; /* without a type */
};

static struct index index_new(const struct scim_attribute *attribute)
{
    return (struct index){.attribute = attribute, .by_key = json_object(), .arena = arena_new()};
}

static void index_clear(struct index *index)
{
    json_decref(index->by_key);
    arena_free(index->arena);
}

static const char *text_of_object(struct index *index, const json_t *value)
{
    char *dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    const char *text = arena_printf(index->arena, "=%s", dump ? dump : "");

    free(dump);
    return text;
}

static struct key key_of(struct index *index, const json_t *element)
{
    const struct scim_attribute *sub = scim_attribute_find(index->attribute->sub, "value");
    const struct scim_attribute *rule = sub ? sub : index->attribute;
    const char *value = json_string_value(sub ? json_object_get(element, "value") : element);
    const char *type = json_string_value(json_object_get(element, "type"));
    struct key key = {0};

    if (!value) {
        key.value = key.untyped = text_of_object(index, element);
        return key;
    }
    if (!rule->is_case_exact)
        value = text_fold(index->arena, value);
    key.value = arena_printf(index->arena, ":%s", value);
    key.untyped = arena_printf(index->arena, "%s\n", key.value);
    if (type)
        key.typed = arena_printf(index->arena, "%s\n%s", key.value, text_fold(index->arena, type));
    return key;
}

static json_t *index_find(const struct index *index, const struct key *key)
{
    json_t *found;

    if (!key->typed)
        return json_object_get(index->by_key, key->value);
    found = json_object_get(index->by_key, key->typed);
    return found ? found : json_object_get(index->by_key, key->untyped);
}

static void index_add(struct index *index, const struct key *key, json_t *element)
{
    json_object_set(index->by_key, key->typed ? key->typed : key->untyped, element);
    if (!json_object_get(index->by_key, key->value))
        json_object_set(index->by_key, key->value, element);
}

static void index_add_all(struct index *index, const json_t *values)
{
    size_t i;
    json_t *element;

    json_array_foreach (values, i, element) {
        struct key key = key_of(index, element);

        index_add(index, &key, element);
    }
}

/* The element that stands for `value` afterwards. */
static json_t *add_one(struct index *index, json_t *values, const json_t *value)
{
    struct key key = key_of(index, value);
    json_t *found = index_find(index, &key);
    json_auto_t *copy = json_deep_copy(value);

    if (!found) {
        json_array_append(values, copy);
        index_add(index, &key, copy);
        return json_array_get(values, json_array_size(values) - 1);
    }
    if (json_is_object(found))
        json_object_update(found, copy);
    if (key.typed) { /* what had no type has one now */
        json_object_del(index->by_key, key.untyped);
        json_object_set(index->by_key, key.typed, found);
    }
    return found;
}

void values_add(json_t *values, const struct scim_attribute *attribute, const json_t *more)
{
    SCOPED(index_clear) struct index index = index_new(attribute);
    const json_t *preferred = NULL;
    const json_t *value;
    size_t i;

    index_add_all(&index, values);
    json_array_foreach (more, i, value) {
        const json_t *element = add_one(&index, values, value);

        if (!preferred && value_is_primary(value))
            preferred = element;
    }
    if (preferred)
        values_prefer(values, preferred);
}

json_t *values_without(const json_t *values, const struct scim_attribute *attribute,
                       const json_t *taken)
{
    SCOPED(index_clear) struct index index = index_new(attribute);
    json_t *rest = json_array();
    json_t *element;
    size_t i;

    index_add_all(&index, taken);
    json_array_foreach (values, i, element) {
        struct key key = key_of(&index, element);

        if (!index_find(&index, &key))
            json_array_append(rest, element);
    }
    return rest;
}

bool value_is_primary(const json_t *value)
{
    return json_is_true(json_object_get(value, "primary"));
}

void values_prefer(json_t *values, const json_t *preferred)
{
    json_t *value;
    size_t i;

    json_array_foreach (values, i, value) {
        if (value != preferred && value_is_primary(value))
            json_object_set_new(value, "primary", json_false());
    }
}
