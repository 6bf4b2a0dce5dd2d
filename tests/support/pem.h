#ifndef TESTS_SUPPORT_PEM_H
#define TESTS_SUPPORT_PEM_H

#include <gnutls/x509.h>
#include <stdint.h>

/* A certificate for localhost and its key, made on the spot. */
struct identity {
    gnutls_x509_crt_t certificate;
    gnutls_x509_privkey_t key;
};

/* Valid between the two times. `issuer` NULL: it signs itself. */
struct identity identity_new(const struct identity *issuer, int64_t from, int64_t until);
void identity_clear(struct identity *identity);

/* Write it as PEM; a further certificate is added to the file, a key replaces it. */
void identity_add_certificate(const struct identity *identity, const char *path);
void identity_save_key(const struct identity *identity, const char *path, const char *passphrase);

#endif
