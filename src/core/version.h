#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * Whether a request's If-Match (RFC 9110 section 13.1.1) lets it change a resource
 * of this version; NULL and "*" let it change any. Weak or not makes no difference.
 */
static inline bool version_matches(const char *if_match, uint64_t version)
{
    char tag[32];

    (void)snprintf(tag, sizeof(tag), "W/\"%" PRIu64 "\"", version);
    return !if_match || strcmp(if_match, "*") == 0 || strcmp(if_match, tag) == 0 ||
           strcmp(if_match, tag + 2) == 0;
}

#endif
