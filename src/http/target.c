#include "target.h"

#include <stdbool.h>
#include <string.h>

#include "bridge/base/text.h"

enum { CONTROL_END = 0x20, DELETE_CHARACTER = 0x7F };

/* Text on its way from the wire, and where it goes. */
struct decoding {
    const char *from;
    const char *end;
    char *to;
};

static bool is_control(int c)
{
    return c < CONTROL_END || c == DELETE_CHARACTER;
}

static bool is_alphanumeric(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte behind an escape, which is passed; -1 when it is none or a control. */
static int take_escape(struct decoding *decoding)
{
    int high, low;

    if (decoding->end - decoding->from < 3)
        return -1;
    high = hex_digit(decoding->from[1]);
    low = hex_digit(decoding->from[2]);
    if (high < 0 || low < 0 || is_control(high << 4 | low))
        return -1;
    decoding->from += 3;
    return high << 4 | low;
}

/* RFC 3986 pchar, less the semicolon, which some servers cut a path at. */
static bool is_path_character(char c)
{
    return is_alphanumeric(c) || (c && strchr("-._~!$&'()*+,=:@", c));
}

static bool take_path_escape(struct decoding *decoding)
{
    int c = take_escape(decoding);

    if (c < 0 || is_alphanumeric(c) || c == '.' || c == '/' || c == '\\')
        return false;
    *decoding->to++ = (char)c;
    return true;
}

static bool take_segment(struct decoding *decoding)
{
    while (decoding->from < decoding->end && *decoding->from != '/') {
        if (*decoding->from == '%') {
            if (!take_path_escape(decoding))
                return false;
        } else if (is_path_character(*decoding->from)) {
            *decoding->to++ = *decoding->from++;
        } else {
            return false;
        }
    }
    return true;
}

static bool is_dot_segment(const char *start, const char *end)
{
    size_t size = (size_t)(end - start);

    return (size == 1 || size == 2) && memcmp(start, "..", size) == 0;
}

/* Segments and the single slashes before them; the caller's buffer is zeroed. */
static bool path_decode(struct bytes raw, char *path)
{
    struct decoding decoding = {raw.data, (const char *)raw.data + raw.size, path};

    if (raw.size == 0 || *decoding.from != '/')
        return false;
    while (decoding.from < decoding.end) {
        char *start;

        while (decoding.from < decoding.end && *decoding.from == '/')
            decoding.from++;
        if (decoding.from == decoding.end)
            break;
        *decoding.to++ = '/';
        start = decoding.to;
        if (!take_segment(&decoding) || is_dot_segment(start, decoding.to))
            return false;
    }
    if (decoding.to == path)
        *path = '/';
    return text_is_utf8(path) && !text_has_control(path);
}

/* A name or a value of the query; NULL when it cannot be taken. */
static const char *query_decode(struct arena *arena, struct bytes raw)
{
    char *text = arena_alloc(arena, raw.size + 1);
    struct decoding decoding = {raw.data, (const char *)raw.data + raw.size, text};

    while (decoding.from < decoding.end) {
        int c = (unsigned char)*decoding.from;

        if (c == '%') {
            if ((c = take_escape(&decoding)) < 0)
                return NULL;
        } else {
            if (is_control(c) || c == ' ')
                return NULL;
            decoding.from++;
            c = c == '+' ? ' ' : c;
        }
        *decoding.to++ = (char)c;
    }
    return text_is_utf8(text) ? text : NULL;
}

static bool parameter_decode(struct arena *arena, struct bytes raw, struct parameter *parameter)
{
    const char *start = raw.data;
    const char *equals = memchr(start, '=', raw.size);
    size_t name_size = equals ? (size_t)(equals - start) : raw.size;

    parameter->name = query_decode(arena, bytes_of(start, name_size));
    parameter->value = "";
    if (equals)
        parameter->value = query_decode(arena, bytes_of(equals + 1, raw.size - name_size - 1));
    return parameter->name && parameter->value;
}

static size_t count_of(const char *text, char c)
{
    size_t count = 0;

    while ((text = strchr(text, c))) {
        count++;
        text++;
    }
    return count;
}

static bool query_parse(struct arena *arena, const char *query, struct target *target)
{
    target->parameters =
        arena_alloc(arena, (count_of(query, '&') + 1) * sizeof(*target->parameters));
    while (*query) {
        size_t size = strcspn(query, "&");

        if (size > 0 && !parameter_decode(arena, bytes_of(query, size),
                                          &target->parameters[target->parameter_count++]))
            return false;
        query += size;
        query += *query == '&';
    }
    return true;
}

enum status target_parse(struct arena *arena, const char *raw, struct target *target,
                         struct problem *problem)
{
    size_t size = strlen(raw);
    size_t path_size = strcspn(raw, "?");
    char *path;

    if (size > TARGET_SIZE_MAX)
        return problem_set(problem, STATUS_TARGET_TOO_LONG,
                           "the request target is longer than %d bytes; ask with a shorter filter",
                           TARGET_SIZE_MAX);
    path = arena_alloc(arena, path_size + 1);
    if (!path_decode(bytes_of(raw, path_size), path))
        return problem_set(problem, STATUS_INVALID_SYNTAX,
                           "the path of the request is not one that this server takes: it begins "
                           "with a slash, has no dot segments, and escapes only what must be");
    target->path = path;
    if (raw[path_size] == '?' && !query_parse(arena, raw + path_size + 1, target))
        return problem_set(problem, STATUS_INVALID_SYNTAX,
                           "the query of the request is not percent-encoded UTF-8 text");
    return STATUS_OK;
}

const char *target_parameter(const struct target *target, const char *name)
{
    for (size_t i = 0; i < target->parameter_count; i++)
        if (strcmp(target->parameters[i].name, name) == 0)
            return target->parameters[i].value;
    return NULL;
}
