#ifndef BRIDGE_BASE_INSTANT_H
#define BRIDGE_BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A dateTime (RFC 7643 section 2.3.5) as microseconds since the epoch, so that
 * the same moment written for two time zones compares equal. Without a zone it
 * is UTC. False when the text is none.
 */
bool instant_parse(const char *text, int64_t *microseconds);

#endif
