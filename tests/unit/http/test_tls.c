#include "unit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "open_gate.h"
#include "ordinary_limits.h"
#include "pem.h"
#include "request.h"
#include "server.h"
#include "wire.h"

enum {
    DAY = 86400,
    STOP_MS = 5000,
    PROMPT_MS = 4000,
    APPEAR_MS = 10000,
    IMPATIENCE_MS = 300,
    SILENT_COUNT = 8
};

/* The first bytes of a handshake: a record whose other 507 bytes are still to come. */
#define HELLO_BEGINS "\x16\x03\x01\x02\x00\x01"

static char folder[] = "/tmp/tls-XXXXXX";
static char chain_path[64], key_path[64];
static struct http_server *server;

static struct http_settings settings = {
    .address = "127.0.0.1",
    .certificate_path = chain_path,
    .key_path = key_path,
    .limits = ORDINARY_LIMITS(1000),
    .control_group = (gid_t)-1,
    .gate = open_gate,
};

static int make_identity(void **state)
{
    struct identity identity = identity_new(NULL, clock_now() - DAY, clock_now() + DAY);

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(chain_path, sizeof(chain_path), "%s/chain.pem", folder);
    (void)snprintf(key_path, sizeof(key_path), "%s/key.pem", folder);
    identity_add_certificate(&identity, chain_path);
    identity_save_key(&identity, key_path, NULL);
    identity_clear(&identity);
    return 0;
}

static int drop_identity(void **state)
{
    (void)state;
    (void)unlink(chain_path);
    (void)unlink(key_path);
    return rmdir(folder);
}

static int start(void **state)
{
    struct problem problem = {0};

    (void)state;
    if (http_start(&settings, &server, &problem) == STATUS_OK)
        return 0;
    print_error("%s\n", problem.detail);
    return -1;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server, STOP_MS);
    server = NULL;
    return 0;
}

/* ----------------------------------------------------------------------- peers */

/* Until the server has accepted so many, or has closed all but so many; with a limit. */
static void await_peers(size_t count)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    int64_t until = clock_boot_ms() + APPEAR_MS;

    while (peers_count(&server->network.peers) != count) {
        assert_true(clock_boot_ms() < until);
        nanosleep(&pause, NULL);
    }
}

static int start_impatiently(void **state)
{
    struct http_limits patient = settings.limits;
    int result;

    settings.limits.header_ms = IMPATIENCE_MS;
    result = start(state);
    settings.limits = patient;
    return result;
}

static void assert_cut_at_the_deadline(const char *said, size_t size)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));

    wire_send_bytes(&wire, said, size);
    while (wire_fill(&wire)) /* an alert, perhaps */
        continue;

    assert_true(wire.has_ended);
    await_peers(0);
}

/* ----------------------------------------------------------------------- tests */

static void who_never_begins_the_handshake_is_cut(void **state)
{
    (void)state;
    assert_cut_at_the_deadline("", 0);
}

static void who_never_ends_the_handshake_is_cut(void **state)
{
    (void)state;
    assert_cut_at_the_deadline(HELLO_BEGINS, sizeof(HELLO_BEGINS) - 1);
}

static void unfinished_handshakes_do_not_hold_up_the_end(void **state)
{
    struct wire wires[SILENT_COUNT];
    int64_t began;

    (void)state;
    assert_int_equal(start(NULL), 0);
    for (int i = 0; i < SILENT_COUNT; i++) {
        wires[i] = wire_open(http_port(server));
        if (i % 2)
            wire_send_bytes(&wires[i], HELLO_BEGINS, sizeof(HELLO_BEGINS) - 1);
    }
    await_peers(SILENT_COUNT);

    began = clock_boot_ms();
    stop(NULL);

    assert_in_range(clock_boot_ms() - began, 0, PROMPT_MS);
    for (int i = 0; i < SILENT_COUNT; i++)
        wire_close(&wires[i]);
}

static void plain_http_is_not_answered(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));

    (void)state;
    wire_send(&wire, "GET /things HTTP/1.1\r\nHost: bridge.example\r\n\r\n");
    while (wire_fill(&wire))
        continue;

    assert_null(wire.size ? strstr(wire.data, "HTTP/") : NULL);
    await_peers(0);
}

/* ------------------------------------------------------------------- addresses */

static struct problem problem_at(const char *address, bool is_tls)
{
    struct http_settings there = settings;
    struct problem problem = {0};

    there.address = address;
    if (!is_tls)
        there.certificate_path = there.key_path = NULL;
    if (http_start(&there, &server, &problem) == STATUS_OK)
        stop(NULL);
    return problem;
}

static void without_a_certificate_only_loopback_is_listened_on(void **state)
{
    static const char *const foreign[] = {"0.0.0.0",  "128.0.0.1", "126.255.255.255",
                                          "::",       "192.0.2.1", "2001:db8::1",
                                          "::7f00:1", "fe80::1%lo"};
    static const char *const near[] = {"127.0.0.1", "127.255.255.254", "::1"};

    (void)state;
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        struct problem problem = problem_at(foreign[i], false);

        assert_int_equal(problem.status, STATUS_CONFIGURATION);
        assert_non_null(strstr(problem.detail, foreign[i]));
        assert_non_null(strstr(problem.detail, "http.certificate and http.key"));
        assert_non_null(strstr(problem.detail, "proxy"));
    }
    for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
        assert_null(strstr(problem_at(near[i], false).detail, "http.certificate"));
}

/* An address for documentation, which nobody has: that is all that is wrong with it then. */
static void with_a_certificate_any_address_will_do(void **state)
{
    struct problem problem = problem_at("192.0.2.1", true);

    (void)state;
    assert_non_null(strstr(problem.detail, "Cannot assign requested address"));
}

static void a_certificate_that_cannot_serve_is_said_at_the_start(void **state)
{
    struct problem problem;

    (void)state;
    assert_int_equal(chmod(key_path, 0644), 0);
    problem = problem_at("127.0.0.1", true);
    assert_int_equal(chmod(key_path, 0600), 0);

    assert_int_equal(problem.status, STATUS_CONFIGURATION);
    assert_non_null(strstr(problem.detail, "chmod 600"));
}

#define SERVED(test)    cmocka_unit_test_setup_teardown(test, start, stop)
#define IMPATIENT(test) cmocka_unit_test_setup_teardown(test, start_impatiently, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPATIENT(who_never_begins_the_handshake_is_cut),
        IMPATIENT(who_never_ends_the_handshake_is_cut),
        cmocka_unit_test(unfinished_handshakes_do_not_hold_up_the_end),
        SERVED(plain_http_is_not_answered),
        cmocka_unit_test(without_a_certificate_only_loopback_is_listened_on),
        cmocka_unit_test(with_a_certificate_any_address_will_do),
        cmocka_unit_test(a_certificate_that_cannot_serve_is_said_at_the_start),
    };

    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, make_identity, drop_identity);
}
