#include "bridge/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bridge/base/text.h"

static const struct {
    int http;
    const char *scim_type;
} renderings[STATUS_COUNT] = {
    [STATUS_OK] = {200, NULL},
    [STATUS_INVALID_SYNTAX] = {400, "invalidSyntax"},
    [STATUS_INVALID_FILTER] = {400, "invalidFilter"},
    [STATUS_INVALID_PATH] = {400, "invalidPath"},
    [STATUS_INVALID_VALUE] = {400, "invalidValue"},
    [STATUS_NO_TARGET] = {400, "noTarget"},
    [STATUS_MUTABILITY] = {400, "mutability"},
    [STATUS_TOO_MANY] = {400, "tooMany"},
    [STATUS_UNIQUENESS] = {409, "uniqueness"},
    [STATUS_UNAUTHORIZED] = {401, NULL},
    [STATUS_FORBIDDEN] = {403, NULL},
    [STATUS_NOT_FOUND] = {404, NULL},
    [STATUS_METHOD_NOT_ALLOWED] = {405, NULL},
    [STATUS_CONFLICT] = {409, NULL},
    [STATUS_VERSION_MISMATCH] = {412, NULL},
    [STATUS_TOO_LARGE] = {413, NULL},
    [STATUS_TARGET_TOO_LONG] = {414, NULL},
    [STATUS_UNSUPPORTED_MEDIA] = {415, NULL},
    [STATUS_HEADERS_TOO_LARGE] = {431, NULL},
    [STATUS_STORE_FULL] = {507, NULL},
    [STATUS_TOO_MANY_REQUESTS] = {429, NULL},
    [STATUS_BUSY] = {503, NULL},
    [STATUS_TIMED_OUT] = {503, NULL},
    [STATUS_DIRECTORY_UNAVAILABLE] = {503, NULL},
    [STATUS_DIRECTORY_REFUSED] = {503, NULL},
    [STATUS_UNREACHABLE] = {503, NULL},
    [STATUS_CONFIGURATION] = {500, NULL},
    [STATUS_INTERNAL] = {500, NULL},
};

/* A cut in the middle of a UTF-8 sequence would make the whole text unreadable as JSON. */
static void cut_at_character(char *text, size_t size)
{
    size_t end = size - 1;

    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)text[end - 1] >= 0xC0)
        end--;
    text[end] = '\0';
}

/* Words of other programs may be in it. */
static void make_utf8(char *text)
{
    struct bytes rest = bytes_of_text(text);
    size_t good;

    while ((good = text_utf8_size(rest)) < rest.size) {
        text += good;
        *text++ = '?';
        rest = bytes_of(text, rest.size - good - 1);
    }
}

enum status problem_set(struct problem *problem, enum status status, const char *format, ...)
{
    va_list arguments;
    int length;

    if (!problem || problem->status != STATUS_OK)
        return status;
    problem->status = status;
    va_start(arguments, format);
    length = vsnprintf(problem->detail, sizeof(problem->detail), format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof(problem->detail))
        cut_at_character(problem->detail, sizeof(problem->detail));
    make_utf8(problem->detail);
    return status;
}

int status_http(enum status status)
{
    return renderings[status].http;
}

const char *status_scim_type(enum status status)
{
    return renderings[status].scim_type;
}
