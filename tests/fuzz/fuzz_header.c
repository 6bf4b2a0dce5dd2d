#include "fuzz.h"

#include "header.h"

enum { LINES_MAX = 2 * HEADER_COUNT_MAX };

static char *take_line(char **rest)
{
    char *line = *rest;
    size_t size = strcspn(line, "\n");

    *rest = line + size + (line[size] != '\0');
    line[size] = '\0';
    return line;
}

/* As libmicrohttpd gives them: a name and what is behind the colon. */
static struct header split(char *line)
{
    size_t size = strcspn(line, ":");
    char *value = line + size + (line[size] != '\0');

    line[size] = '\0';
    return (struct header){line, value + strspn(value, " \t")};
}

static size_t count_of(const struct headers *headers, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < headers->count; i++)
        count += strcasecmp(headers->items[i].name, name) == 0;
    return count;
}

/* Of what is let in, everybody on the way sees the same request (RFC 9112 section 11.2). */
static void check(const struct headers *headers, const char *version, const struct framing *framing)
{
    const char *length = headers_find(headers, "Content-Length");
    const char *coding = headers_find(headers, "Transfer-Encoding");
    const char *host = headers_find(headers, "Host");

    fuzz_must(headers->count <= HEADER_COUNT_MAX && headers->size <= HEADER_SIZE_MAX,
              "headers have their limits");
    fuzz_must(count_of(headers, "Content-Length") + count_of(headers, "Transfer-Encoding") <= 1,
              "there is one length");
    fuzz_must(count_of(headers, "Host") <= 1 && count_of(headers, "Authorization") <= 1,
              "there is one host and one token");
    fuzz_must(host || strcmp(version, "HTTP/1.0") == 0, "there is a host");
    fuzz_must(!host || !strpbrk(host, "/?#@\\\"<> "), "the host can be a part of a URL");
    fuzz_must(framing->is_chunked == (coding != NULL), "chunks are announced");
    fuzz_must(!length || framing->content_length == strtoull(length, NULL, 10),
              "the length is the number that is there");
    for (size_t i = 0; i < headers->count; i++)
        fuzz_must(*headers->items[i].name && !strpbrk(headers->items[i].name, " \t\r:(),/") &&
                      !strpbrk(headers->items[i].value, "\r\n\x7F"),
                  "names are tokens and values are one line");
}

/* Lines are the version and the headers of a request. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *rest = fuzz_text(arena, data, size);
    const char *version = take_line(&rest);
    struct header items[LINES_MAX];
    struct headers headers = {.items = items};
    struct framing framing = {0};
    struct problem problem = {0};

    for (; *rest && headers.count < LINES_MAX; headers.count++) {
        const char *line = rest;

        items[headers.count] = split(take_line(&rest));
        headers.size += (size_t)(rest - line);
    }
    (void)headers_body_is_json(&headers);
    (void)headers_want_plain_json(&headers);
    if (headers_check(&headers, version, &framing, &problem))
        fuzz_must_explain(&problem);
    else
        check(&headers, version, &framing);
    return 0;
}
