#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/status.h"

enum { HEADER_COUNT_MAX = 64, HEADER_SIZE_MAX = 16384 };

struct header {
    const char *name;
    const char *value;
};

/* In the order they came. `size` is what they took on the wire. */
struct headers {
    const struct header *items;
    size_t count;
    size_t size;
};

/* How much body follows the headers. */
struct framing {
    bool is_chunked;
    uint64_t content_length; /* 0 when chunked */
};

bool framing_has_body(const struct framing *framing);

/* What the name of a header and a method must be (RFC 9110 section 5.6.2). */
bool header_is_token(const char *text);

/* The first of this name, without regard to letter case; NULL when absent. */
const char *headers_find(const struct headers *headers, const char *name);

/*
 * The gate on headers. A request that two servers in a row could read
 * differently (RFC 9112 section 11.2) is refused here, since libmicrohttpd
 * takes it: more than one length, a length beside chunks, names that are no
 * tokens, a second host. Leaves the framing, of which nothing is in doubt. What
 * cannot be seen from here (a bare line feed, a folded line, a NUL in a value) matters only
 * behind a proxy that forwards it unchanged; nginx and HAProxy do not.
 *
 * version - "HTTP/1.1" or "HTTP/1.0"; all others are refused.
 *
 * STATUS_HEADERS_TOO_LARGE  more than HEADER_COUNT_MAX or HEADER_SIZE_MAX
 * STATUS_INVALID_SYNTAX     anything else
 */
enum status headers_check(const struct headers *headers, const char *version,
                          struct framing *framing, struct problem *problem);

/* JSON in one of its two names, or no type at all; whatever the parameters. */
bool headers_body_is_json(const struct headers *headers);

/* The client takes application/json and none of the forms of application/scim+json. */
bool headers_want_plain_json(const struct headers *headers);

#endif
