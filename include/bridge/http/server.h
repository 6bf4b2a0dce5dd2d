#ifndef BRIDGE_HTTP_SERVER_H
#define BRIDGE_HTTP_SERVER_H

#include <stdint.h>
#include <sys/types.h>

#include "bridge/http/exchange.h"

/*
 * Who may come in. Called once a request, with the headers read and not one
 * byte of the body; a failure is the answer, and the body is never read.
 */
typedef enum status http_gate(struct exchange *exchange, unsigned scope, struct problem *problem);

/*
 * How much one side may ask, and for how long; all times are from a beginning to
 * an end, however much is sent meanwhile. What a request's line and headers may
 * be is fixed: TARGET_SIZE_MAX, HEADER_SIZE_MAX, HEADER_COUNT_MAX.
 */
struct http_limits {
    size_t body_size;   /* bytes */
    size_t connections; /* at once, the control socket's apart; when there are as many, whoever
                           has been waited for longest is closed for the next one */
    size_t connections_per_address; /* or for each /64 network of IPv6; 0: any number */
    int64_t header_ms;              /* from the start of a connection, the handshake of TLS with
                                       it, or from a later request line, to the end of the headers */
    int64_t body_ms;                /* from there to the end of the body */
    int64_t answer_ms; /* until an answer is taken; as much again for each further MiB of it */
    int64_t idle_ms;   /* between two requests */
};

struct http_settings {
    const char *address;          /* to listen on; without TLS a loopback address */
    uint16_t port;                /* 0 takes a free one: see http_port */
    const char *certificate_path; /* of the certificate's chain, in PEM; NULL: no TLS */
    const char *key_path;         /* of its private key */
    int64_t *certificate_ends_at; /* where http_start notes it before it serves; or NULL */
    const char *public_url;       /* NULL: what the client calls us */
    const char *control_path;     /* of the control socket; NULL: none */
    gid_t control_group;          /* besides root and our own user; (gid_t)-1: no group */
    struct http_limits limits;
    const struct route *routes;
    size_t route_count;
    http_gate *gate;
    void *context; /* for exchange_context */
};

struct http_server;

/*
 * Listen and answer, on threads of its own. Every failure of a request that can
 * be read, whoever found it, is answered as a SCIM error in JSON; to bytes that
 * are no HTTP, or far beyond the limits, libmicrohttpd says so itself and closes.
 * A control socket that a dead process left behind is replaced, one that
 * somebody answers on is not. Call it before there are other threads that make
 * files: the control socket is made under a umask of its own.
 *
 * settings - copied; what it points to must outlive the server.
 *
 * STATUS_CONFIGURATION  the address, a path, the certificate or its key cannot be
 *                       used; says why
 * STATUS_CONFLICT       somebody else listens there
 * STATUS_INTERNAL       no threads or descriptors left
 */
enum status http_start(const struct http_settings *settings, struct http_server **server,
                       struct problem *problem);

/* The most descriptors that a server with these limits has open at once. */
size_t http_descriptors(const struct http_limits *limits);

uint16_t http_port(const struct http_server *server);

/*
 * Take no new connections, let the exchanges under way end, then close. Those
 * that are suspended must be resumed by somebody: stop the server while the
 * store still commits. Waits at most `timeout_ms` for exchanges that are not
 * suspended. Takes NULL.
 */
void http_stop(struct http_server *server, int timeout_ms);

#endif
