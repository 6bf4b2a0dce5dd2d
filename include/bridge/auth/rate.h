#ifndef BRIDGE_AUTH_RATE_H
#define BRIDGE_AUTH_RATE_H

#include "bridge/auth/principal.h"

/*
 * How often each token may ask: so many requests at once, and so many a second
 * after that. It keeps the time at which all a token's room is free again, and
 * forgets a token when that is past, so that its memory is fixed: where more tokens
 * than it has places for are busy, the one that has asked least begins anew. Any
 * thread may call.
 */
struct token_rate;

/* per_second - 0: as often as it likes. The caller's, to token_rate_free. */
struct token_rate *token_rate_new(uint64_t per_second, uint64_t burst);
void token_rate_free(struct token_rate *rate); /* takes NULL */

/* Whether the token may ask now, which then counts. `now_us` as from clock_boot_us. */
bool token_rate_admit(struct token_rate *rate, const unsigned char id[TOKEN_ID_SIZE],
                      int64_t now_us);

#endif
