#ifndef BRIDGE_AUTH_USAGE_H
#define BRIDGE_AUTH_USAGE_H

#include "bridge/auth/principal.h"

/*
 * When each token was last used. It is kept in memory and saved now and then, so
 * that no request costs a write for it: after a crash what was not saved yet is
 * forgotten. Any thread may call; one at a time saves.
 */
struct token_usage;

/* More tokens than this, used between two savings, are not noted. */
enum { TOKEN_USAGE_MAX = 4096 };

struct token_usage *token_usage_new(void);
void token_usage_free(struct token_usage *usage); /* takes NULL */

void token_usage_note(struct token_usage *usage, const unsigned char id[TOKEN_ID_SIZE],
                      int64_t now);

/* Seconds since the epoch; 0: not since it was last saved. */
int64_t token_usage_last(struct token_usage *usage, const unsigned char id[TOKEN_ID_SIZE]);

/*
 * Put what was noted into the store, in one change; nothing to put costs none. Of
 * tokens that have ended nothing is kept. After a failure it stays noted.
 */
enum status token_usage_save(struct token_usage *usage, struct store *store,
                             struct problem *problem);

#endif
