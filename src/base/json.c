#include "bridge/base/json.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/text.h"

/* ------------------------------------------------------------------------- limits */

/*
 * One walk over the bytes. Whether they are JSON is for jansson to say; as far as
 * they are, it counts what jansson would build.
 */
struct scan {
    const struct json_limits *limits;
    const char *begin;
    const char *at;
    const char *end;
    size_t depth;
    size_t values;
    bool is_due; /* what begins next counts: a value, or the name of one */
    struct problem *problem;
};

enum { PLACE_SIZE = 48 };

static const char *place_of(int line, int column, char out[PLACE_SIZE])
{
    if (line == 1)
        (void)snprintf(out, PLACE_SIZE, "column %d", column);
    else
        (void)snprintf(out, PLACE_SIZE, "line %d column %d", line, column);
    return out;
}

/* "nested more than 32 levels deep", for example. */
static enum status exceed(const struct scan *scan, const char *what, size_t limit, const char *unit)
{
    char place[PLACE_SIZE];
    int line = 1, column = 1;

    for (const char *c = scan->begin; c < scan->at; c++) {
        column += ((unsigned char)*c & 0xC0) != 0x80; /* characters, not bytes */
        if (*c == '\n') {
            line++;
            column = 1;
        }
    }
    return problem_set(scan->problem, STATUS_INVALID_SYNTAX, "%smore than %zu %s, at %s", what,
                       limit, unit, place_of(line, column, place));
}

static enum status count_value(struct scan *scan)
{
    scan->values += scan->is_due;
    scan->is_due = false;
    return scan->values > scan->limits->values ? exceed(scan, "", scan->limits->values, "values")
                                               : STATUS_OK;
}

static enum status take_opening(struct scan *scan)
{
    enum status status = count_value(scan);

    if (status)
        return status;
    if (++scan->depth > scan->limits->depth)
        return exceed(scan, "nested ", scan->limits->depth, "levels deep");
    scan->is_due = true;
    scan->at++;
    return STATUS_OK;
}

static const char *closing_quote(const char *at, const char *end)
{
    for (; at < end && *at != '"'; at++)
        at += *at == '\\' && at + 1 < end;
    return at;
}

static enum status take_text(struct scan *scan)
{
    const char *first = scan->at + 1;
    const char *closing = closing_quote(first, scan->end);
    enum status status = count_value(scan);

    if (status)
        return status;
    if ((size_t)(closing - first) > scan->limits->text)
        return exceed(scan, "a text of ", scan->limits->text, "bytes");
    scan->at = closing < scan->end ? closing + 1 : scan->end;
    return STATUS_OK;
}

static enum status take(struct scan *scan)
{
    enum status status = STATUS_OK;

    switch (*scan->at) {
    case '{':
    case '[':
        return take_opening(scan);
    case '"':
        return take_text(scan);
    case '}':
    case ']':
        scan->depth -= scan->depth > 0;
        scan->is_due = false;
        break;
    case ',':
        scan->is_due = true;
        break;
    case ':':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        break;
    default:
        status = count_value(scan);
    }
    scan->at++;
    return status;
}

static enum status check_limits(struct bytes bytes, const struct json_limits *limits,
                                struct problem *problem)
{
    struct scan scan = {.limits = limits,
                        .begin = bytes.data,
                        .at = bytes.data,
                        .end = (const char *)bytes.data + bytes.size,
                        .is_due = true,
                        .problem = problem};
    enum status status = STATUS_OK;

    while (!status && scan.at < scan.end)
        status = take(&scan);
    return status;
}

/* -------------------------------------------------------------------------- names */

enum { FEW_NAMES = 16 };

static enum status check_names(json_t *value, struct problem *problem);

static int order_of_names(const void *left, const void *right)
{
    return strcasecmp(*(const char *const *)left, *(const char *const *)right);
}

static void free_names(const char ***names)
{
    free(*names);
}

/* Puts them in order. */
static enum status check_unique(const char **names, size_t count, struct problem *problem)
{
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

static enum status check_object(json_t *object, struct problem *problem)
{
    size_t count = 0, size = json_object_size(object);
    const char *few[FEW_NAMES];
    SCOPED(free_names)
    const char **many = size > FEW_NAMES ? heap_alloc(size, sizeof(*many)) : NULL;
    const char **names = many ? many : few;
    const char *name;
    json_t *value;

    json_object_foreach (object, name, value) {
        enum status status = check_names(value, problem);

        if (status)
            return status;
        names[count++] = name;
    }
    return check_unique(names, count, problem);
}

/* As deep as the limit lets it be. */
static enum status check_names(json_t *value, struct problem *problem)
{
    enum status status = STATUS_OK;
    size_t i;
    json_t *element;

    if (json_is_object(value))
        return check_object(value, problem);
    json_array_foreach (value, i, element) {
        if ((status = check_names(element, problem)))
            break;
    }
    return status;
}

/* ------------------------------------------------------------------------ reading */

/* Jansson's own words quote what stands there. */
static const char *reason_of(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_premature_end_of_input:
        return "it ends too early";
    case json_error_end_of_input_expected:
        return "something follows behind its end";
    case json_error_invalid_utf8:
        return "bytes that are no UTF-8";
    case json_error_duplicate_key:
        return "a name that stands in the same object already";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a NUL character";
    case json_error_numeric_overflow:
        return "a number that is too large";
    default:
        return "unexpected here";
    }
}

static enum status parse(struct bytes bytes, json_t **json, struct problem *problem)
{
    json_error_t error;
    char place[PLACE_SIZE];

    *json = json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (*json)
        return STATUS_OK;
    return problem_set(problem, STATUS_INVALID_SYNTAX, "no JSON at %s: %s",
                       place_of(error.line, error.column, place), reason_of(&error));
}

static void release(json_t **json)
{
    json_decref(*json);
}

enum status json_read(struct bytes bytes, const struct json_limits *limits, json_t **json,
                      struct problem *problem)
{
    SCOPED(release) json_t *read = NULL;
    enum status status;

    *json = NULL;
    if (bytes.size == 0)
        return problem_set(problem, STATUS_INVALID_SYNTAX, "no JSON: it is empty");
    if ((status = check_limits(bytes, limits, problem)) ||
        (status = parse(bytes, &read, problem)) || (status = check_names(read, problem)))
        return status;
    *json = json_incref(read);
    return STATUS_OK;
}

json_t *json_stored(struct bytes bytes)
{
    return bytes.size ? json_loadb(bytes.data, bytes.size, 0, NULL) : NULL;
}
