#ifndef API_CREDENTIALS_H
#define API_CREDENTIALS_H

#include "bridge/auth/token.h"
#include "request.h"

/* What connections and administrators' tokens have in common when they are shown. */

json_t *timestamp_json(int64_t at);

/* A request to issue or revoke a token, which wipes the secret with the exchange's arena. */
struct token_request *token_request_new(struct exchange *exchange);

/* id, created, expires. */
json_t *token_json(const struct token *token);

#endif
