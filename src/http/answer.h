#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "exchange.h"

/* Answer with a SCIM error (RFC 7644 section 3.12), in place of whatever was to be answered. */
void answer_failure(struct exchange *exchange, enum status status, const struct problem *problem);

/* Hand the answer to libmicrohttpd. MHD_NO ends the connection. */
enum MHD_Result answer_send(struct exchange *exchange);

#endif
