#ifndef TESTS_SUPPORT_ANY_SCIM_H
#define TESTS_SUPPORT_ANY_SCIM_H

#include <jansson.h>

#include "chance.h"

#include "bridge/base/arena.h"
#include "bridge/base/text.h"
#include "bridge/scim/filter.h"

/*
 * Random resources and filters of a resource type, made from its schema: of few
 * values, so that they meet.
 */

/* A moment as it is written, and what it is, in microseconds. */
struct any_moment {
    const char *text;
    int64_t microseconds;
};

static const struct any_moment any_moments[] = {
    {"2026-01-31T08:00:00Z", 1769846400000000},     {"2026-01-31T09:00:00+01:00", 1769846400000000},
    {"2026-01-31T08:00:00.000Z", 1769846400000000}, {"2026-01-31T08:00:00.5Z", 1769846400500000},
    {"2026-01-31T07:59:59Z", 1769846399000000},     {"1969-12-31T23:59:59Z", -1000000},
};

enum { ANY_MOMENTS = sizeof(any_moments) / sizeof(any_moments[0]) };

static inline const char *any_word(void)
{
    return ANY_OF("Ada", "ada", "ADA", "Ad", "bob", "Bob Ada", "\xC3\xA9va", "\xC3\x89VA",
                  "stra\xC3\x9F"
                  "e",
                  "STRASSE", "a\"b", "a\\b", "[x]", "(y) and z", "true", "1", "-");
}

static inline json_t *any_simple(const struct scim_attribute *attribute)
{
    size_t count = 0;

    switch (attribute->type) {
    case SCIM_BOOLEAN:
        return json_boolean(percent(50));
    case SCIM_INTEGER:
    case SCIM_DECIMAL:
        return json_integer((json_int_t)below(5) - 2);
    case SCIM_DATETIME:
        return json_string(any_moments[below(ANY_MOMENTS)].text);
    case SCIM_REFERENCE:
        return json_sprintf("https://x.example/%u", below(4));
    case SCIM_BINARY:
        return json_string(ANY_OF("AAAA", "aaaa", "QUJD"));
    case SCIM_STRING:
    case SCIM_COMPLEX:
        break;
    }
    while (attribute->canonical_values && attribute->canonical_values[count])
        count++;
    return json_string(count && percent(80) ? any_of(attribute->canonical_values, count)
                                            : any_word());
}

static inline bool is_settable(const struct scim_attribute *attribute)
{
    return attribute->mutability == SCIM_READ_WRITE;
}

/* One value. `only_settable`: as a request may bring it, with a type where there is one. */
static inline json_t *any_element(const struct scim_attribute *attribute, bool only_settable)
{
    json_t *value = json_object();

    if (attribute->type != SCIM_COMPLEX) {
        json_decref(value);
        return any_simple(attribute);
    }
    for (const struct scim_attribute *sub = attribute->sub; sub->name; sub++) {
        if ((is_settable(sub) || !only_settable) && (sub->is_required || percent(60)))
            (void)json_object_set_new(value, sub->name, any_simple(sub));
    }
    if (json_object_size(value) == 0)
        (void)json_object_set_new(value, attribute->sub[0].name, any_simple(&attribute->sub[0]));
    return value;
}

static inline json_t *any_list(const struct scim_attribute *attribute, bool only_settable)
{
    json_t *list = json_array();

    for (unsigned i = 1 + below(3); i > 0; i--)
        (void)json_array_append_new(list, any_element(attribute, only_settable));
    return list;
}

static inline json_t *any_value(const struct scim_attribute *attribute, bool only_settable)
{
    return attribute->is_multi_valued ? any_list(attribute, only_settable)
                                      : any_element(attribute, only_settable);
}

static inline void any_part(json_t *part, const struct scim_attribute *attributes)
{
    for (const struct scim_attribute *at = attributes; at->name; at++) {
        if (at->is_required || percent(40))
            (void)json_object_set_new(part, at->name, any_value(at, false));
    }
}

/* Whole, as it is answered. */
static inline json_t *any_resource(const struct scim_resource_type *type)
{
    json_t *resource = json_object();

    any_part(resource, scim_common_attributes);
    any_part(resource, type->schema->attributes);
    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++) {
        json_t *part = json_object();

        any_part(part, type->extensions[i]->attributes);
        if (json_object_size(part))
            (void)json_object_set(resource, type->extensions[i]->id, part);
        json_decref(part);
    }
    return resource;
}

/* One of them; `schema` says whose it is. */
static inline const struct scim_attribute *any_attribute(const struct scim_resource_type *type,
                                                         const struct scim_schema **schema)
{
    const struct scim_attribute *attributes;
    size_t extensions = 0;
    size_t count = 0;
    unsigned place;

    while (extensions < SCIM_EXTENSIONS_MAX && type->extensions[extensions])
        extensions++;
    place = below(4 + (unsigned)extensions);
    *schema = place < extensions ? type->extensions[place] : type->schema;
    attributes = place == extensions ? scim_common_attributes : (*schema)->attributes;
    while (attributes[count].name)
        count++;
    return &attributes[below((unsigned)count)];
}

static inline const struct scim_attribute *any_sub(const struct scim_attribute *attribute)
{
    size_t count = 0;

    while (attribute->sub[count].name)
        count++;
    return &attribute->sub[below((unsigned)count)];
}

#endif
