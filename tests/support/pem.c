#include "pem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SERIAL = 1, PEM_SIZE = 4096 };

static void must(int code)
{
    if (code < 0) {
        (void)fprintf(stderr, "GnuTLS: %s\n", gnutls_strerror(code));
        abort();
    }
}

static void append(const char *path, const char *mode, const void *data, size_t size)
{
    FILE *file = fopen(path, mode);

    if (!file || fwrite(data, 1, size, file) != size || fclose(file) || chmod(path, 0600))
        abort();
}

struct identity identity_new(const struct identity *issuer, int64_t from, int64_t until)
{
    static unsigned char serial = SERIAL;
    struct identity made;

    must(gnutls_x509_privkey_init(&made.key));
    must(gnutls_x509_privkey_generate(made.key, GNUTLS_PK_ECDSA,
                                      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    must(gnutls_x509_crt_init(&made.certificate));
    must(gnutls_x509_crt_set_version(made.certificate, 3));
    must(gnutls_x509_crt_set_key(made.certificate, made.key));
    must(gnutls_x509_crt_set_serial(made.certificate, &serial, sizeof(serial)));
    must(gnutls_x509_crt_set_dn(made.certificate, issuer ? "CN=localhost" : "CN=issuer", NULL));
    must(gnutls_x509_crt_set_basic_constraints(made.certificate, !issuer, -1));
    must(gnutls_x509_crt_set_activation_time(made.certificate, from));
    must(gnutls_x509_crt_set_expiration_time(made.certificate, until));
    must(gnutls_x509_crt_sign2(made.certificate, issuer ? issuer->certificate : made.certificate,
                               issuer ? issuer->key : made.key, GNUTLS_DIG_SHA256, 0));
    serial++;
    return made;
}

void identity_clear(struct identity *identity)
{
    gnutls_x509_crt_deinit(identity->certificate);
    gnutls_x509_privkey_deinit(identity->key);
    *identity = (struct identity){0};
}

void identity_add_certificate(const struct identity *identity, const char *path)
{
    char pem[PEM_SIZE];
    size_t size = sizeof(pem);

    must(gnutls_x509_crt_export(identity->certificate, GNUTLS_X509_FMT_PEM, pem, &size));
    append(path, "a", pem, size);
}

void identity_save_key(const struct identity *identity, const char *path, const char *passphrase)
{
    char pem[PEM_SIZE];
    size_t size = sizeof(pem);

    must(gnutls_x509_privkey_export_pkcs8(
        identity->key, GNUTLS_X509_FMT_PEM, passphrase,
        passphrase ? GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN, pem, &size));
    append(path, "w", pem, size);
}
