#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/clock.h"
#include "certificate.h"
#include "pem.h"

enum { DAY = 86400, FILE_MOST = 64 * 1024 };

static char folder[] = "/tmp/certificate-XXXXXX";
static char chain_path[64], key_path[64];
static struct identity issuer, server, other;

static int make_identities(void **state)
{
    int64_t now = clock_now();

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(chain_path, sizeof(chain_path), "%s/chain.pem", folder);
    (void)snprintf(key_path, sizeof(key_path), "%s/key.pem", folder);
    issuer = identity_new(NULL, now - DAY, now + DAY);
    server = identity_new(&issuer, now - DAY, now + DAY);
    other = identity_new(&issuer, now - DAY, now + DAY);
    return 0;
}

static int drop_identities(void **state)
{
    (void)state;
    identity_clear(&issuer);
    identity_clear(&server);
    identity_clear(&other);
    return rmdir(folder);
}

static int remove_files(void **state)
{
    (void)state;
    (void)unlink(chain_path);
    (void)unlink(key_path);
    return 0;
}

static void given_the_files(const struct identity *certificate, const struct identity *key)
{
    remove_files(NULL);
    identity_add_certificate(certificate, chain_path);
    identity_save_key(key, key_path, NULL);
}

static void given_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

/* `subject` is how the message begins, `words` are in it. */
static void assert_refused(const char *subject, const char *path, const char *words)
{
    SCOPED(certificate_clear) struct certificate certificate;
    struct problem problem = {0};
    char start[128];

    (void)snprintf(start, sizeof(start), "%s %s ", subject, path);
    assert_int_equal(certificate_load(chain_path, key_path, &certificate, &problem),
                     STATUS_CONFIGURATION);
    if (strncmp(problem.detail, start, strlen(start)) != 0 || !strstr(problem.detail, words))
        fail_msg("\"%s\" does not say of %s: %s", problem.detail, path, words);
}

static void assert_accepted(void)
{
    SCOPED(certificate_clear) struct certificate certificate;
    struct problem problem = {0};

    if (certificate_load(chain_path, key_path, &certificate, &problem))
        fail_msg("%s", problem.detail);
    assert_non_null(strstr(certificate.chain, "BEGIN CERTIFICATE"));
    assert_non_null(strstr(certificate.key, "BEGIN PRIVATE KEY"));
}

/* ----------------------------------------------------------------------- tests */

static void a_certificate_is_taken_with_its_key(void **state)
{
    (void)state;
    given_the_files(&server, &server);

    assert_accepted();
    assert_int_equal(chmod(key_path, 0400), 0);
    assert_int_equal(chmod(chain_path, 0644), 0);
    assert_accepted();
}

static void those_above_it_may_follow_in_the_file(void **state)
{
    (void)state;
    given_the_files(&server, &server);
    identity_add_certificate(&issuer, chain_path);

    assert_accepted();
}

static void the_key_of_another_certificate_is_refused(void **state)
{
    (void)state;
    given_the_files(&server, &other);

    assert_refused("key file", key_path, "is not the key of the certificate");
}

static void a_certificate_that_has_expired_is_refused(void **state)
{
    struct identity late = identity_new(&issuer, clock_now() - 2 * DAY, clock_now() - DAY);

    (void)state;
    given_the_files(&late, &late);
    identity_add_certificate(&issuer, chain_path);

    assert_refused("certificate file", chain_path, "expired at 20");
    assert_refused("certificate file", chain_path, "renew the certificate");
    identity_clear(&late);
}

static void a_certificate_that_is_not_valid_yet_is_refused(void **state)
{
    struct identity early = identity_new(&issuer, clock_now() + DAY, clock_now() + 2 * DAY);

    (void)state;
    given_the_files(&early, &early);

    assert_refused("certificate file", chain_path, "is not valid before 20");
    identity_clear(&early);
}

static void a_key_that_others_can_reach_is_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0644, 0610, 0620, 0602, 0601, 0666};

    (void)state;
    given_the_files(&server, &server);

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(key_path, modes[i]), 0);
        assert_refused("key file", key_path, "chmod 600");
    }
}

static void a_key_with_a_passphrase_is_refused(void **state)
{
    (void)state;
    given_the_files(&server, &server);
    identity_save_key(&server, key_path, "hunter2");

    assert_refused("key file", key_path, "without a passphrase");
}

static void what_is_no_pem_is_refused(void **state)
{
    static const char *const noise[] = {
        "",
        "\n",
        "certificate",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
        given_the_files(&server, &server);
        given_text(key_path, noise[i]);
        assert_refused("key file", key_path, "no private key");
        given_text(chain_path, noise[i]);
        assert_refused("certificate file", chain_path, "no certificate");
    }
}

static void a_file_that_cannot_be_read_is_named_with_the_reason(void **state)
{
    (void)state;
    assert_refused("certificate file", chain_path, "cannot be read: No such file");
    identity_add_certificate(&server, chain_path);
    assert_refused("key file", key_path, "cannot be read: No such file");
    assert_int_equal(mkfifo(key_path, 0600), 0);
    assert_refused("key file", key_path, "is not a regular file");
    identity_add_certificate(&server, chain_path);
    assert_int_equal(truncate(chain_path, FILE_MOST + 1), 0);
    assert_refused("certificate file", chain_path, "larger than 64 KiB");
}

static void clearing_twice_does_no_harm(void **state)
{
    struct certificate certificate;

    (void)state;
    given_the_files(&server, &server);
    assert_int_equal(certificate_load(chain_path, key_path, &certificate, NULL), STATUS_OK);

    certificate_clear(&certificate);
    certificate_clear(&certificate);

    assert_null(certificate.key);
}

#define FILED(test) cmocka_unit_test_teardown(test, remove_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILED(a_certificate_is_taken_with_its_key),
        FILED(those_above_it_may_follow_in_the_file),
        FILED(the_key_of_another_certificate_is_refused),
        FILED(a_certificate_that_has_expired_is_refused),
        FILED(a_certificate_that_is_not_valid_yet_is_refused),
        FILED(a_key_that_others_can_reach_is_refused),
        FILED(a_key_with_a_passphrase_is_refused),
        FILED(what_is_no_pem_is_refused),
        FILED(a_file_that_cannot_be_read_is_named_with_the_reason),
        FILED(clearing_twice_does_no_harm),
    };

    return cmocka_run_group_tests(tests, make_identities, drop_identities);
}
