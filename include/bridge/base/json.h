#ifndef BRIDGE_BASE_JSON_H
#define BRIDGE_BASE_JSON_H

#include <jansson.h>

#include "bridge/base/bytes.h"
#include "bridge/base/status.h"

/*
 * The two ways from bytes to JSON: json_read for what somebody else wrote,
 * json_stored for what we wrote ourselves. Nothing else calls jansson's loaders.
 */

struct json_limits {
    size_t depth;  /* of lists and objects in each other */
    size_t values; /* in all, lists and objects counted as well */
    size_t text;   /* bytes of one text, or of a name, as they are written */
};

/*
 * Read JSON (RFC 8259) that comes from outside: any one value, nothing but
 * blanks behind it. The limits are kept before anything is built, in one pass
 * that takes no memory. A name may stand in an object once, whatever its letter
 * case: whoever looks for "active" would find one of "active" and "Active".
 * Also refused: bytes that are no UTF-8, NUL in a text, numbers beyond 64 bits.
 *
 * json    - the caller's, to json_decref; NULL on failure.
 * problem - says what is wrong and where, but quotes nothing except names: there
 *           may be a password.
 *
 * STATUS_INVALID_SYNTAX
 */
enum status json_read(struct bytes bytes, const struct json_limits *limits, json_t **json,
                      struct problem *problem);

/* What the store or the program itself holds. The caller's; NULL when it is damaged. */
json_t *json_stored(struct bytes bytes);

#endif
