#ifndef BRIDGE_BASE_DOMAIN_H
#define BRIDGE_BASE_DOMAIN_H

#include <stdbool.h>

#include "bridge/base/arena.h"

/*
 * A domain of mail in the form in which domains are compared: lower-case A-labels
 * (IDNA 2008, RFC 5890). The result lives in the arena. False when it is no domain:
 * an empty or overlong label, a character that no host name has, an address.
 */
bool domain_fold(const char *text, struct arena *arena, const char **domain);

/* The same of the domain of an e-mail address: what stands behind its last @. */
bool domain_of_address(const char *address, struct arena *arena, const char **domain);

#endif
