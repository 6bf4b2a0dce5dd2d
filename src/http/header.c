#include "header.h"

#include <string.h>
#include <strings.h>

#include "bridge/base/text.h"

/* Any of these twice is two answers to one question. */
static const char *const single_headers[] = {
    "Host",          "Content-Length", "Transfer-Encoding",
    "Authorization", "Content-Type",   "Rolebridge-Organization"};

enum { CONTENT_LENGTH_DIGITS_MAX = 18, HOST_SIZE_MAX = 255 };

bool framing_has_body(const struct framing *framing)
{
    return framing->is_chunked || framing->content_length > 0;
}

const char *headers_find(const struct headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++)
        if (text_equal_ascii(headers->items[i].name, name))
            return headers->items[i].value;
    return NULL;
}

static size_t count_of(const struct headers *headers, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < headers->count; i++)
        count += text_equal_ascii(headers->items[i].name, name);
    return count;
}

/* RFC 9110 section 5.6.2. */
bool header_is_token(const char *text)
{
    return *text && text[strspn(text, "!#$%&'*+-.^_`|~0123456789"
                                      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] == 0;
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c < ' ' && c != '\t') || c == 0x7F)
            return true;
    }
    return false;
}

static enum status check_form(const struct headers *headers, struct problem *problem)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (!header_is_token(headers->items[i].name))
            return problem_set(problem, STATUS_INVALID_SYNTAX, "the name of header %zu is no token",
                               i + 1);
        if (has_control(headers->items[i].value))
            return problem_set(problem, STATUS_INVALID_SYNTAX,
                               "the value of header %s has control characters",
                               headers->items[i].name);
    }
    return STATUS_OK;
}

static enum status check_single(const struct headers *headers, struct problem *problem)
{
    for (size_t i = 0; i < sizeof(single_headers) / sizeof(*single_headers); i++)
        if (count_of(headers, single_headers[i]) > 1)
            return problem_set(problem, STATUS_INVALID_SYNTAX, "more than one header %s",
                               single_headers[i]);
    return STATUS_OK;
}

/* It becomes part of the URLs that are answered, so it is held to what a host can be. */
static enum status check_host(const struct headers *headers, bool is_required,
                              struct problem *problem)
{
    const char *host = headers_find(headers, "Host");
    size_t size = host ? strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._:[]")
                       : 0;

    if (!host && !is_required)
        return STATUS_OK;
    if (!host)
        return problem_set(problem, STATUS_INVALID_SYNTAX, "the header Host is missing");
    if (size == 0 || host[size] || size > HOST_SIZE_MAX)
        return problem_set(problem, STATUS_INVALID_SYNTAX, "the header Host names no host");
    return STATUS_OK;
}

static enum status read_length(const char *text, uint64_t *length, struct problem *problem)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || text[digits])
        return problem_set(problem, STATUS_INVALID_SYNTAX, "Content-Length is not a number");
    if (digits > CONTENT_LENGTH_DIGITS_MAX)
        return problem_set(problem, STATUS_INVALID_SYNTAX, "Content-Length has %zu digits", digits);
    for (size_t i = 0; i < digits; i++)
        *length = *length * 10 + (uint64_t)(text[i] - '0');
    return STATUS_OK;
}

static enum status read_framing(const struct headers *headers, bool may_be_chunked,
                                struct framing *framing, struct problem *problem)
{
    const char *coding = headers_find(headers, "Transfer-Encoding");
    const char *length = headers_find(headers, "Content-Length");

    if (coding && length)
        return problem_set(problem, STATUS_INVALID_SYNTAX,
                           "Content-Length and Transfer-Encoding contradict each other");
    if (coding && (!may_be_chunked || !text_equal_ascii(coding, "chunked")))
        return problem_set(problem, STATUS_INVALID_SYNTAX,
                           "the only Transfer-Encoding taken is chunked, in HTTP/1.1");
    framing->is_chunked = coding != NULL;
    return length ? read_length(length, &framing->content_length, problem) : STATUS_OK;
}

enum status headers_check(const struct headers *headers, const char *version,
                          struct framing *framing, struct problem *problem)
{
    bool is_current = strcmp(version, "HTTP/1.1") == 0;
    enum status status;

    if (!is_current && strcmp(version, "HTTP/1.0") != 0)
        return problem_set(problem, STATUS_INVALID_SYNTAX, "speak HTTP/1.1 or HTTP/1.0");
    if (headers->count > HEADER_COUNT_MAX || headers->size > HEADER_SIZE_MAX)
        return problem_set(problem, STATUS_HEADERS_TOO_LARGE,
                           "the headers are more than %d or larger than %d bytes", HEADER_COUNT_MAX,
                           HEADER_SIZE_MAX);
    if ((status = check_form(headers, problem)))
        return status;
    if ((status = check_single(headers, problem)))
        return status;
    if ((status = check_host(headers, is_current, problem)))
        return status;
    return read_framing(headers, is_current, framing, problem);
}

/* The element of a list of media types, without its parameters, is this type. */
static bool is_type(const char *element, size_t size, const char *type)
{
    size_t length = strlen(type);

    while (size > 0 && (*element == ' ' || *element == '\t')) {
        element++;
        size--;
    }
    return size >= length && strncasecmp(element, type, length) == 0 &&
           strspn(element + length, " \t") >= size - length;
}

static bool list_has_type(const char *list, const char *type)
{
    while (*list) {
        if (is_type(list, strcspn(list, ",;"), type))
            return true;
        list += strcspn(list, ",");
        list += *list == ',';
    }
    return false;
}

bool headers_body_is_json(const struct headers *headers)
{
    const char *value = headers_find(headers, "Content-Type");
    size_t size = value ? strcspn(value, ";") : 0;

    return !value || is_type(value, size, "application/scim+json") ||
           is_type(value, size, "application/json");
}

bool headers_want_plain_json(const struct headers *headers)
{
    const char *accept = headers_find(headers, "Accept");

    return accept && list_has_type(accept, "application/json") &&
           !list_has_type(accept, "application/scim+json") &&
           !list_has_type(accept, "application/*") && !list_has_type(accept, "*/*");
}
