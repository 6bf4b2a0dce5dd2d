#ifndef BRIDGE_CLIENT_CLIENT_H
#define BRIDGE_CLIENT_CLIENT_H

#include <jansson.h>
#include <stdint.h>

#include "bridge/base/arena.h"
#include "bridge/base/status.h"

/* Where the daemon is: its control socket, or a URL with a token. */
struct client {
    const char *socket_path;  /* NULL when `url` is used */
    const char *url;          /* https://bridge.example.org: see client_check_url */
    const char *token;        /* NULL on the control socket */
    const char *ca_file;      /* PEM: who may vouch for `url`; NULL: those the system trusts */
    const char *organization; /* whose; NULL: the token's, or on the socket the default one */
    int timeout_seconds;      /* for the whole request */
    const char *config_path;  /* how the daemon is started, for the words; NULL: the usual one */
};

struct client_answer {
    long status;  /* HTTP */
    json_t *body; /* NULL when there was none; the caller's to json_decref */
};

/*
 * Whether a token may be sent there: by HTTPS to any host, by plain HTTP to this
 * machine alone, and with nothing but a host, a port and a path in it.
 *
 * STATUS_INVALID_VALUE  says what is wrong with it, and never shows a password in it
 */
enum status client_check_url(const char *url, struct problem *problem);

/*
 * Send a request and read its answer: JSON, at most 16 MiB. Connecting, with the
 * handshake of TLS, takes at most 5 seconds. The server's certificate is always
 * verified, no redirection is followed, and no proxy sees what is not encrypted.
 * An answer of 400 and above comes back as the status that it stands for, with the
 * server's `detail` as the problem.
 *
 * path - "/scim/v2/Users?filter=..."; escaped: see client_escape.
 * body - may be NULL; borrowed.
 *
 * STATUS_UNREACHABLE    no daemon there, one whose certificate is refused, or no answer
 *                       in time; says what to do
 * STATUS_FORBIDDEN      the socket is there and may not be opened, too
 * STATUS_INVALID_VALUE  the URL, the token or the organization's name cannot be one, too
 * STATUS_CONFIGURATION  `ca_file` cannot be used
 * STATUS_INTERNAL       what answered is not the daemon: no JSON, too large, a redirection
 */
enum status client_request(const struct client *client, const char *method, const char *path,
                           const json_t *body, struct client_answer *answer,
                           struct problem *problem);

/*
 * When the certificate ends that a server shows, whoever has signed it: in seconds
 * since the epoch. Nothing but the handshake is sent.
 */
enum status client_certificate_end(const char *url, int64_t *at, struct problem *problem);

/* A text as it must stand in a query or a path segment (RFC 3986 section 2.3). */
char *client_escape(struct arena *arena, const char *text);

#endif
