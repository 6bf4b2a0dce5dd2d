#ifndef HTTP_CERTIFICATE_H
#define HTTP_CERTIFICATE_H

#include <stdint.h>

#include "bridge/base/status.h"

/*
 * TLS 1.2 and 1.3, with forward secrecy and authenticated encryption only: what
 * identity providers offer. In GnuTLS's words.
 */
#define TLS_PRIORITIES                                              \
    "NORMAL:%SERVER_PRECEDENCE:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" \
    ":-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA"                              \
    ":-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD"

/* A certificate with those above it, and its private key: PEM. NULL where there is none. */
struct certificate {
    char *chain;
    char *key;
    int64_t ends_at; /* the certificate is valid until then, in seconds since the epoch */
};

/*
 * Read both from their files and see that they can serve: they belong together,
 * the certificate is valid by the clock, nobody but its owner can read the key.
 *
 * certificate - to be cleared, whatever comes back.
 *
 * STATUS_CONFIGURATION  says which file, and what is wrong with it
 */
enum status certificate_load(const char *chain_path, const char *key_path,
                             struct certificate *certificate, struct problem *problem);

/* Wipes the key. */
void certificate_clear(struct certificate *certificate);

#endif
