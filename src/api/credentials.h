#ifndef API_CREDENTIALS_H
#define API_CREDENTIALS_H

#include "bridge/auth/token.h"
#include "request.h"

/* What connections and administrators' tokens have in common when they are shown. */

json_t *timestamp_json(int64_t at);

/* expires, and expiresIn in seconds: 0 when it has. */
void credentials_add_end(json_t *json, int64_t expires_at, int64_t now);

/* A request to issue or revoke a token, which wipes the secret with the exchange's arena. */
struct token_request *token_request_new(struct exchange *exchange);

/* How long a token is to live: `lifetime` of a body, in seconds; left out: as long as it may. */
enum status token_read_life(const json_t *body, struct token_request *request,
                            struct problem *problem);

/* id, created, expires, expiresIn and lastUsed, null until it is used. */
json_t *token_json(struct exchange *exchange, const struct token *token);

#endif
