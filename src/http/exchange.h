#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <stdint.h>

#include "body.h"
#include "bridge/base/text.h"
#include "bridge/http/exchange.h"
#include "bridge/http/server.h"
#include "header.h"
#include "peer.h"
#include "target.h"

struct http_server;

/* A header of the answer, in a list; the newest first. */
struct answer_header {
    struct answer_header *next;
    const char *name;
    const char *value;
};

struct answer {
    bool is_given;
    bool closes; /* the connection, behind it */
    int status;
    const char *type;
    struct bytes body;
    struct bytes rest;
    struct answer_header *headers;
};

/*
 * How far it has come. libmicrohttpd calls the same function each time: with
 * the headers, with each piece of the body, at the end of the body, and after
 * each time that the exchange was suspended.
 */
enum exchange_stage {
    EXCHANGE_NEW,
    EXCHANGE_READING,
    EXCHANGE_REFUSED,  /* at its headers, and has no body: the connection is kept */
    EXCHANGE_HANDLING, /* a handler has been called */
    EXCHANGE_ANSWERED
};

/* From the request line to the last byte of the answer; it lies in its own arena. */
struct exchange {
    struct arena *arena;
    struct http_server *server;
    const struct http_settings *settings;
    struct MHD_Connection *connection;
    struct peer *peer;
    char id[UUID_TEXT_SIZE];
    int64_t began_us; /* by clock_boot_us */
    enum exchange_stage stage;
    bool is_under_way; /* counted by the server */

    const char *raw_target;
    const char *target_end; /* in libmicrohttpd's buffer */
    const char *method;
    struct target target;
    struct headers headers;
    struct framing framing;
    const struct route *route;
    struct body body;

    const void *principal;
    struct answer answer;

    bool is_suspended;
    route_handler *handler;
    void *work;
};

#endif
