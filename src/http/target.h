#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include <stddef.h>

#include "bridge/base/arena.h"
#include "bridge/base/status.h"

enum { TARGET_SIZE_MAX = 8192 };

struct parameter {
    const char *name;
    const char *value; /* empty when there was no '=' */
};

struct target {
    const char *path;
    struct parameter *parameters;
    size_t parameter_count;
};

/*
 * Read a request target (RFC 9112 section 3.2, origin form only).
 *
 * There is one path for one resource: repeated and trailing slashes are the
 * only other spellings that are taken, since administrators paste base URLs with
 * either. An escape of a letter, a digit, a dot or a slash has no honest use
 * and is refused, as are dot segments. So what a proxy in front sees and what is
 * routed here cannot differ.
 *
 * In the query, + is a space (Microsoft Entra ID sends it), and a name without
 * '=' is a flag with an empty value (Entra's ?aadOptscim062020).
 *
 * STATUS_TARGET_TOO_LONG  more than TARGET_SIZE_MAX bytes
 * STATUS_INVALID_SYNTAX   anything else that cannot be taken
 */
enum status target_parse(struct arena *arena, const char *raw, struct target *target,
                         struct problem *problem);

/* NULL when absent; the first one counts. */
const char *target_parameter(const struct target *target, const char *name);

#endif
