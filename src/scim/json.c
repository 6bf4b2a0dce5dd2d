#include "json.h"

#include <stdio.h>
#include <string.h>

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
