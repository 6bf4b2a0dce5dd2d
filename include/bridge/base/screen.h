#ifndef BRIDGE_BASE_SCREEN_H
#define BRIDGE_BASE_SCREEN_H

#include "bridge/base/text.h"

/* Text as it stands on a terminal. */

/* How many columns it takes. */
size_t screen_width(const char *text);

/*
 * Add text that a terminal cannot take for a command and a reader not for
 * another line or another order of letters: controls, line separators, marks
 * of direction and bytes that are no UTF-8 become \n, \x1b or \u202e.
 */
void screen_add(struct text *text, const char *more);

#endif
