#include "certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/clock.h"
#include "bridge/base/text.h"

enum { FILE_SIZE_MAX = 64 * 1024 };

struct source {
    const char *what; /* for messages */
    const char *path;
    mode_t forbidden;
};

static enum status refuse(const struct source *source, const char *why, struct problem *problem)
{
    return problem_set(problem, STATUS_CONFIGURATION, "%s %s %s", source->what, source->path, why);
}

/* ----------------------------------------------------------------------- files */

static void close_release(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static enum status refuse_unreadable(const struct source *source, struct problem *problem)
{
    return problem_set(problem, STATUS_CONFIGURATION, "%s %s cannot be read: %s", source->what,
                       source->path, strerror(errno));
}

static enum status check_file(const struct source *source, int fd, struct problem *problem)
{
    struct stat file;

    if (fstat(fd, &file))
        return refuse_unreadable(source, problem);
    if (!S_ISREG(file.st_mode))
        return refuse(source, "is not a regular file", problem);
    if (file.st_mode & source->forbidden)
        return refuse(source, "can be reached by others than its owner: chmod 600 it", problem);
    if (file.st_size > FILE_SIZE_MAX)
        return refuse(source, "is larger than 64 KiB", problem);
    return STATUS_OK;
}

static enum status read_all(const struct source *source, int fd, char *text,
                            struct problem *problem)
{
    size_t size = 0;
    ssize_t got;

    do {
        got = read(fd, text + size, FILE_SIZE_MAX - size);
        if (got > 0)
            size += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got < 0 ? refuse_unreadable(source, problem) : STATUS_OK;
}

static enum status read_file(const struct source *source, char **text, struct problem *problem)
{
    /* Not blocking, for a pipe without a writer would hold us here. */
    SCOPED(close_release)
    int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum status status;

    if (fd < 0)
        return refuse_unreadable(source, problem);
    if ((status = check_file(source, fd, problem)))
        return status;
    *text = heap_alloc(FILE_SIZE_MAX + 1, 1);
    return read_all(source, fd, *text, problem);
}

/* ---------------------------------------------------------------------- checks */

struct chain {
    gnutls_x509_crt_t *items; /* that of the server first */
    unsigned count;
};

static void chain_release(struct chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++)
        gnutls_x509_crt_deinit(chain->items[i]);
    gnutls_free(chain->items);
}

static void credentials_release(gnutls_certificate_credentials_t *credentials)
{
    if (*credentials)
        gnutls_certificate_free_credentials(*credentials);
}

static gnutls_datum_t datum_of(char *text)
{
    return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)};
}

static enum status check_time(const struct source *source, gnutls_x509_crt_t leaf,
                              struct problem *problem)
{
    int64_t from = gnutls_x509_crt_get_activation_time(leaf);
    int64_t until = gnutls_x509_crt_get_expiration_time(leaf);
    int64_t now = clock_now();
    bool is_early = now < from;
    char at[TIMESTAMP_SIZE];

    if (!is_early && now <= until)
        return STATUS_OK;
    timestamp_format(is_early ? from : until, at);
    return problem_set(problem, STATUS_CONFIGURATION, "%s %s %s %s; %s", source->what, source->path,
                       is_early ? "is not valid before" : "expired at", at,
                       is_early ? "is the clock right?" : "renew the certificate");
}

static enum status check_chain(const struct source *source, struct certificate *certificate,
                               struct problem *problem)
{
    SCOPED(chain_release) struct chain chain = {0};
    const gnutls_datum_t pem = datum_of(certificate->chain);
    int code = gnutls_x509_crt_list_import2(&chain.items, &chain.count, &pem, GNUTLS_X509_FMT_PEM,
                                            GNUTLS_X509_CRT_LIST_SORT);

    if (code < 0)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "%s %s holds no certificate in PEM that can be read: %s", source->what,
                           source->path, gnutls_strerror(code));
    certificate->ends_at = gnutls_x509_crt_get_expiration_time(chain.items[0]);
    return check_time(source, chain.items[0], problem);
}

/* What libmicrohttpd will do with them. */
static int join(const struct certificate *certificate)
{
    SCOPED(credentials_release) gnutls_certificate_credentials_t credentials = NULL;
    const gnutls_datum_t chain = datum_of(certificate->chain), key = datum_of(certificate->key);
    int code = gnutls_certificate_allocate_credentials(&credentials);

    if (code < 0)
        return code;
    return gnutls_certificate_set_x509_key_mem2(credentials, &chain, &key, GNUTLS_X509_FMT_PEM,
                                                NULL, 0);
}

static enum status check_key(const struct source *source, const struct certificate *certificate,
                             struct problem *problem)
{
    int code = join(certificate);

    if (code >= 0)
        return STATUS_OK;
    if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
        return refuse(source, "is not the key of the certificate in http.certificate", problem);
    if (code == GNUTLS_E_DECRYPTION_FAILED)
        return refuse(source, "is encrypted; give the key without a passphrase", problem);
    return problem_set(problem, STATUS_CONFIGURATION,
                       "%s %s holds no private key in PEM that can be used: %s", source->what,
                       source->path, gnutls_strerror(code));
}

/* ------------------------------------------------------------------------ face */

enum status certificate_load(const char *chain_path, const char *key_path,
                             struct certificate *certificate, struct problem *problem)
{
    const struct source chain = {"certificate file", chain_path, 0};
    const struct source key = {"key file", key_path, S_IRWXG | S_IRWXO};
    enum status status;

    *certificate = (struct certificate){0};
    if ((status = read_file(&chain, &certificate->chain, problem)))
        return status;
    if ((status = read_file(&key, &certificate->key, problem)))
        return status;
    if ((status = check_chain(&chain, certificate, problem)))
        return status;
    return check_key(&key, certificate, problem);
}

void certificate_clear(struct certificate *certificate)
{
    free(certificate->chain);
    if (certificate->key)
        explicit_bzero(certificate->key, FILE_SIZE_MAX);
    free(certificate->key);
    *certificate = (struct certificate){0};
}
