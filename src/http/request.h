#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <microhttpd.h>
#include <stddef.h>

/* What libmicrohttpd calls in the course of a request; `context` is the struct http_server. */

/* The request line is there: makes the exchange. */
void *request_begin(void *context, const char *target, struct MHD_Connection *connection);

/* Headers, body, end of the body, and after each suspension. */
enum MHD_Result request_continue(void *context, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *data,
                                 size_t *size, void **exchange);

/* Whatever became of it. Frees the exchange. */
void request_end(void *context, struct MHD_Connection *connection, void **exchange,
                 enum MHD_RequestTerminationCode reason);

#endif
