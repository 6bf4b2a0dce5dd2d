#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/text.h"

enum { EXCERPT_MAX = 60 };

json_t *json_walk(const json_t *value)
{
    json_t *same;

    memcpy(&same, &value, sizeof(same));
    return same;
}

json_t *json_member(const json_t *object, const char *name)
{
    json_t *exact = json_object_get(object, name);
    const char *other;
    json_t *value;

    if (exact)
        return exact;
    json_object_foreach (json_walk(object), other, value) {
        if (text_equal_ascii(other, name))
            return value;
    }
    return NULL;
}

static int order_of_names(const void *left, const void *right)
{
    return strcasecmp(*(const char *const *)left, *(const char *const *)right);
}

static void free_names(const char ***names)
{
    free(*names);
}

static enum status check_object(const json_t *object, struct problem *problem)
{
    SCOPED(free_names) const char **names = heap_alloc(json_object_size(object), sizeof(*names));
    size_t count = 0;
    const char *name;
    json_t *value;

    json_object_foreach (json_walk(object), name, value) {
        enum status status = json_check_names(value, problem);

        if (status)
            return status;
        names[count++] = name;
    }
    qsort(names, count, sizeof(*names), order_of_names);
    for (size_t i = 1; i < count; i++) {
        if (text_equal_ascii(names[i - 1], names[i]))
            return problem_set(problem, STATUS_INVALID_SYNTAX,
                               "%s and %s stand in one object: names are compared without letter "
                               "case, leave one out",
                               names[i - 1], names[i]);
    }
    return STATUS_OK;
}

enum status json_check_names(const json_t *value, struct problem *problem)
{
    size_t i;
    json_t *element;

    if (json_is_object(value))
        return json_object_size(value) ? check_object(value, problem) : STATUS_OK;
    json_array_foreach (value, i, element) {
        enum status status = json_check_names(element, problem);

        if (status)
            return status;
    }
    return STATUS_OK;
}

static void release_json(void *value)
{
    json_decref(value);
}

json_t *json_take(struct arena *arena, json_t *value)
{
    arena_take(arena, value, release_json);
    return value;
}

json_t *json_make_object(json_t *object, const char *name)
{
    json_t *member = json_object_get(object, name);

    if (json_is_object(member))
        return member;
    json_object_set_new(object, name, json_object());
    return json_object_get(object, name);
}

static int add_to_text(const char *buffer, size_t size, void *text)
{
    text_add_bytes(text, bytes_of(buffer, size));
    return 0;
}

struct bytes json_encode(const json_t *value, struct arena *arena)
{
    struct text text = {.arena = arena};

    (void)json_dump_callback(value, add_to_text, &text, JSON_COMPACT);
    return bytes_of(text.data, text.size);
}

/* How much of a text fits, without a character cut in half. */
static int excerpt_size(const char *text)
{
    size_t size = strnlen(text, EXCERPT_MAX + 1);

    if (size <= EXCERPT_MAX)
        return (int)size;
    for (size = EXCERPT_MAX; size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80; size--)
        continue;
    return (int)size;
}

const char *json_excerpt(const json_t *value, char out[JSON_EXCERPT_SIZE])
{
    static const char *const words[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",  [JSON_STRING] = "a text",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };

    const char *text = json_string_value(value);

    if (text)
        (void)snprintf(out, JSON_EXCERPT_SIZE, "\"%.*s\"", excerpt_size(text), text);
    else if (json_is_integer(value))
        (void)snprintf(out, JSON_EXCERPT_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        (void)snprintf(out, JSON_EXCERPT_SIZE, "%s", value ? words[json_typeof(value)] : "nothing");
    return out;
}
