#ifndef BRIDGE_AUTH_CHECK_H
#define BRIDGE_AUTH_CHECK_H

#include "bridge/core/check.h"

/*
 * Whether the table of tokens goes together: each is whole, and of an organization and a
 * connection that are there; a use is noted of a token that is there. The part of the
 * check of a store that core, which knows no tokens, cannot do.
 *
 * STATUS_INTERNAL  the store cannot be read; what was reported until then stands
 */
enum status check_tokens(struct store *store, check_report *report, void *context, uint64_t *count,
                         struct problem *problem);

#endif
