#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "bridge/directory/canary.h"
#include "bridge/scim/schema.h"
#include "slapd.h"

/*
 * The protected ways to a server, a real one, and what there is on the way to
 * it that must not be trusted: a wire between the two that keeps what we say.
 */

enum { LIMIT_SECONDS = 2, LIMIT_MS = 2000, GRACE_MS = 1500, SKIPPED = 77, HEARD_MAX = 65536 };

/* RFC 4511 section 4.14: the request, and an answer with each of two result codes. */
static const char start_tls_request[] = "\x30\x1D\x02\x01\x01\x77\x18\x80\x16"
                                        "1.3.6.1.4.1.1466.20037";
static const char start_tls_done[] = "\x30\x0C\x02\x01\x01\x78\x07\x0A\x01\x00\x04\x00\x04\x00";
static const char start_tls_refused[] = "\x30\x0C\x02\x01\x01\x78\x07\x0A\x01\x02\x04\x00\x04\x00";
static const char start_tls_referred[] = "\x30\x0C\x02\x01\x01\x78\x07\x0A\x01\x0A\x04\x00\x04\x00";

/* That a bind went well, which nobody asked for. */
static const char bind_done[] = "\x30\x0C\x02\x01\x02\x61\x07\x0A\x01\x00\x04\x00\x04\x00";

struct words {
    const char *data;
    size_t size;
};

#define WORDS(array)             \
    {                            \
        array, sizeof(array) - 1 \
    }

static struct {
    struct slapd slapd;
    struct directory_settings settings;
    struct projection_settings projection;
    struct arena *arena;

    int listener;
    char wire_uri[64];
    pthread_t thread;
    bool has_thread;
    atomic_bool is_over;
    int server_port;         /* of the server behind the wire; 0: there is none */
    struct words answers[2]; /* of the wire itself, the first to the first that is said */
    bool dribbles;           /* a byte of TLS now and then, after the answers */
    bool hangs_up;           /* after the answers */
    char heard[HEARD_MAX];
    size_t heard_size;
} given;

/* ----------------------------------------------------------------- the wire */

static void hear(const char *bytes, size_t size)
{
    if (size > HEARD_MAX - given.heard_size)
        size = HEARD_MAX - given.heard_size;
    memcpy(given.heard + given.heard_size, bytes, size);
    given.heard_size += size;
}

/* What has come in the next tenth of a second: 0 is the end, below that nothing yet. */
static ssize_t receive(int descriptor, char *bytes, size_t size)
{
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};

    if (poll(&ready, 1, 100) <= 0)
        return -1;
    size = (size_t)recv(descriptor, bytes, size, 0);
    return (ssize_t)size < 0 ? 0 : (ssize_t)size;
}

static bool hear_next(int client)
{
    char bytes[4096];
    ssize_t size = -1;

    while (size < 0 && !given.is_over)
        size = receive(client, bytes, sizeof(bytes));
    if (size > 0)
        hear(bytes, (size_t)size);
    return size > 0;
}

static void answer(int client)
{
    for (size_t i = 0; i < 2 && given.answers[i].data; i++) {
        if (i == 0 && !hear_next(client))
            return;
        (void)send(client, given.answers[i].data, given.answers[i].size, MSG_NOSIGNAL);
    }
    for (size_t i = 0; given.dribbles && !given.is_over; i++) {
        char bytes[4096];
        ssize_t size = receive(client, bytes, sizeof(bytes));
        const char record[] = "\x16\x03\x03\x40\x00\x02\x00\x3F\xFC\x03\x03";

        if (size == 0)
            return;
        if (size > 0)
            hear(bytes, (size_t)size);
        (void)send(client, record + i % (sizeof(record) - 1), 1, MSG_NOSIGNAL);
    }
    while (!given.hangs_up && hear_next(client))
        ;
}

static int call_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)given.server_port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)connect(server, (struct sockaddr *)&address, sizeof(address));
    return server;
}

static bool pass_on(int from, int to, bool is_heard)
{
    char bytes[4096];
    ssize_t size = recv(from, bytes, sizeof(bytes), 0);

    if (size <= 0)
        return false;
    if (is_heard)
        hear(bytes, (size_t)size);
    return send(to, bytes, (size_t)size, MSG_NOSIGNAL) == size;
}

static void pass_all(int client)
{
    int server = call_server();
    bool is_open = true;

    while (is_open && !given.is_over) {
        struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};

        (void)poll(ends, 2, 20);
        if (ends[0].revents)
            is_open = pass_on(client, server, true);
        if (is_open && ends[1].revents)
            is_open = pass_on(server, client, false);
    }
    (void)close(server);
}

static void *serve(void *nothing)
{
    int client = accept(given.listener, NULL, NULL);

    (void)nothing;
    if (client < 0)
        return NULL;
    if (given.server_port)
        pass_all(client);
    else
        answer(client);
    (void)close(client);
    return NULL;
}

static void given_a_listener(const char *scheme)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    given.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(given.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(given.listener, 8), 0);
    assert_int_equal(getsockname(given.listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(given.wire_uri, sizeof(given.wire_uri), "%s://127.0.0.1:%d", scheme,
                   ntohs(address.sin_port));
    given.settings.uri = given.wire_uri;
    given.settings.starts_tls = strcmp(scheme, "ldap") == 0;
    given.settings.connect_seconds = 1;
}

static void given_a_wire(const char *scheme)
{
    given_a_listener(scheme);
    given.is_over = false;
    assert_int_equal(pthread_create(&given.thread, NULL, serve, NULL), 0);
    given.has_thread = true;
}

static void given_a_wire_to(const char *uri)
{
    given.server_port = atoi(strrchr(uri, ':') + 1);
    given_a_wire("ldap");
}

/* What has been heard is whole afterwards. */
static void cut_wire(void)
{
    given.is_over = true;
    if (given.listener >= 0)
        (void)shutdown(given.listener, SHUT_RDWR);
    if (given.has_thread)
        (void)pthread_join(given.thread, NULL);
    if (given.listener >= 0)
        (void)close(given.listener);
    given.has_thread = false;
    given.listener = -1;
}

/* ----------------------------------------------------------------- fixtures */

static int start(enum slapd_certificate certificate)
{
    if (scim_load(NULL) || !slapd_start_with_tls(&given.slapd, SLAPD_POLICY, certificate))
        return -1;
    given.projection = (struct projection_settings){.people_base = SLAPD_PEOPLE,
                                                    .roles_base = SLAPD_ROLES,
                                                    .profile = account_profile("openldap")};
    return 0;
}

static int start_trusted(void **state)
{
    (void)state;
    return start(SLAPD_CERTIFICATE);
}

static int start_expired(void **state)
{
    (void)state;
    return start(SLAPD_CERTIFICATE_EXPIRED);
}

static int start_as_another(void **state)
{
    (void)state;
    return start(SLAPD_CERTIFICATE_OF_ANOTHER);
}

static int start_without(void **state)
{
    (void)state;
    return start(SLAPD_NO_CERTIFICATE);
}

static int stop(void **state)
{
    (void)state;
    slapd_stop(&given.slapd);
    scim_unload();
    return 0;
}

static int begin(void **state)
{
    (void)state;
    given.arena = arena_new();
    given.listener = -1;
    given.server_port = 0;
    given.dribbles = false;
    given.hangs_up = false;
    given.heard_size = 0;
    memset(given.answers, 0, sizeof(given.answers));
    given.settings = (struct directory_settings){.uri = given.slapd.tls_uri,
                                                 .ca_file = given.slapd.ca_file,
                                                 .bind_dn = SLAPD_SERVICE,
                                                 .password_file = given.slapd.password_file,
                                                 .connect_seconds = LIMIT_SECONDS,
                                                 .operation_seconds = LIMIT_SECONDS};
    return 0;
}

static int end(void **state)
{
    (void)state;
    cut_wire();
    arena_release(&given.arena);
    return 0;
}

static void given_start_tls(void)
{
    given.settings.uri = given.slapd.uri;
    given.settings.starts_tls = true;
}

static void given_external(void)
{
    given.settings.uri = given.slapd.socket_uri;
    given.settings.starts_tls = false;
    given.settings.binds_externally = true;
    given.settings.bind_dn = NULL;
    given.settings.password_file = NULL;
}

/* ------------------------------------------------------------------- checks */

/* That the canary passes says that we write as the service account, and that others can bind. */
static void assert_in_service(void)
{
    SCOPED(directory_release) struct directory *directory = NULL;
    struct problem problem = {0};

    if (directory_open(&given.settings, &directory, &problem) ||
        canary_check(directory, &given.settings, &given.projection, &problem))
        fail_msg("%s", problem.detail);
}

static enum status open_directory(struct problem *problem)
{
    SCOPED(directory_release) struct directory *directory = NULL;

    return directory_open(&given.settings, &directory, problem);
}

static void assert_words(const struct problem *problem, const char *word)
{
    if (!strstr(problem->detail, word))
        fail_msg("\"%s\" does not say %s", problem->detail, word);
}

/* Both ways in: as ourselves and as somebody else. */
static void assert_refused(enum status status, const char *word)
{
    struct problem problem = {0};
    struct problem tried = {0};

    assert_int_equal(open_directory(&problem), status);
    assert_words(&problem, word);
    assert_int_equal(directory_try_bind(&given.settings, SLAPD_SERVICE, SLAPD_PASSWORD, &tried),
                     status);
    assert_words(&tried, word);
}

static bool heard_contains(const char *text)
{
    size_t size = strlen(text);

    for (size_t i = 0; i + size <= given.heard_size; i++) {
        if (memcmp(given.heard + i, text, size) == 0)
            return true;
    }
    return false;
}

/* After the request for StartTLS there is nothing, or TLS records (RFC 8446 section 5.1). */
static void assert_nothing_in_clear(void)
{
    size_t i = sizeof(start_tls_request) - 1;

    cut_wire();
    assert_true(given.heard_size >= i);
    assert_memory_equal(given.heard, start_tls_request, i);
    while (i < given.heard_size) {
        const unsigned char *record = (const unsigned char *)given.heard + i;

        assert_true(given.heard_size - i >= 5);
        assert_in_range(record[0], 0x14, 0x17);
        assert_int_equal(record[1], 0x03);
        i += 5 + (size_t)(record[3] << 8 | record[4]);
    }
    assert_int_equal(i, given.heard_size);
    assert_false(heard_contains("uid="));
    assert_false(heard_contains(SLAPD_PASSWORD));
}

static void assert_only_the_request(void)
{
    cut_wire();
    assert_int_equal(given.heard_size, sizeof(start_tls_request) - 1);
    assert_memory_equal(given.heard, start_tls_request, given.heard_size);
}

static int64_t processor_ms(void)
{
    struct timespec used;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

static void assert_unavailable_in_time(const char *word)
{
    int64_t begun_at = clock_boot_ms();
    int64_t used = processor_ms();
    struct problem problem = {0};

    assert_int_equal(open_directory(&problem), STATUS_DIRECTORY_UNAVAILABLE);

    assert_true(clock_boot_ms() - begun_at < LIMIT_MS + GRACE_MS);
    assert_true(processor_ms() - used < LIMIT_MS / 2); /* it slept */
    assert_words(&problem, word);
}

/* ------------------------------------------------------------------ trusted */

static void ldaps_serves_with_a_certificate_that_can_be_trusted(void **state)
{
    (void)state;
    assert_in_service();
}

static void start_tls_serves_with_a_certificate_that_can_be_trusted(void **state)
{
    (void)state;
    given_start_tls();
    assert_in_service();
}

static void the_user_of_the_process_is_known_by_the_socket(void **state)
{
    (void)state;
    given_external();
    assert_in_service();
}

static void another_ca_vouches_for_nobody_here(void **state)
{
    (void)state;
    given.settings.ca_file = given.slapd.other_ca_file;
    assert_refused(STATUS_CONFIGURATION, "directory.ca_file");
    given_start_tls();
    assert_refused(STATUS_CONFIGURATION, "directory.ca_file");
}

static void a_ca_file_that_is_missing_or_empty_is_named(void **state)
{
    (void)state;
    given.settings.ca_file = "/nowhere/ca.pem";
    assert_refused(STATUS_CONFIGURATION, "/nowhere/ca.pem");
    given.settings.ca_file = "/dev/null";
    assert_refused(STATUS_CONFIGURATION, "directory.ca_file");
}

static void a_wrong_password_is_wrong_over_tls_as_well(void **state)
{
    (void)state;
    assert_int_equal(directory_try_bind(&given.settings, SLAPD_SERVICE, "wrong", NULL),
                     STATUS_UNAUTHORIZED);
    given_start_tls();
    assert_int_equal(directory_try_bind(&given.settings, SLAPD_SERVICE, "wrong", NULL),
                     STATUS_UNAUTHORIZED);
    given_external();
    assert_int_equal(directory_try_bind(&given.settings, SLAPD_SERVICE, "wrong", NULL),
                     STATUS_UNAUTHORIZED);
}

static void external_takes_no_password_besides(void **state)
{
    (void)state;
    given_external();
    given.settings.bind_dn = SLAPD_SERVICE;
    assert_int_equal(open_directory(NULL), STATUS_CONFIGURATION);
    given.settings.bind_dn = NULL;
    given.settings.password_file = given.slapd.password_file;
    assert_int_equal(open_directory(NULL), STATUS_CONFIGURATION);
}

/* ldaps:// to the port for ldap://, where slapd takes a handshake for nonsense and hangs up. */
static void a_port_without_tls_is_no_way_in(void **state)
{
    (void)state;
    (void)snprintf(given.wire_uri, sizeof(given.wire_uri), "ldaps%s", strchr(given.slapd.uri, ':'));
    given.settings.uri = given.wire_uri;

    assert_unavailable_in_time("hung up");
}

static void what_goes_over_the_wire_is_tls(void **state)
{
    (void)state;
    given_a_wire_to(given.slapd.uri);

    assert_int_equal(open_directory(NULL), STATUS_OK);

    assert_nothing_in_clear();
    assert_true(given.heard_size > 500);
}

/* It would be one in clear, and nobody bound. */
static void a_connection_that_was_lost_is_not_made_again(void **state)
{
    static const char *const attributes[] = {"1.1", NULL};
    SCOPED(directory_release) struct directory *directory = NULL;
    struct entry *entry = NULL;

    (void)state;
    given_a_wire_to(given.slapd.uri);
    assert_int_equal(directory_open(&given.settings, &directory, NULL), STATUS_OK);
    given.is_over = true;
    (void)pthread_join(given.thread, NULL);
    given.has_thread = false;

    for (int i = 0; i < 3; i++)
        assert_int_equal(
            directory_read(directory, SLAPD_PEOPLE, attributes, given.arena, &entry, NULL),
            STATUS_DIRECTORY_UNAVAILABLE);

    (void)fcntl(given.listener, F_SETFL, O_NONBLOCK);
    assert_int_equal(accept(given.listener, NULL, NULL), -1);
    assert_nothing_in_clear();
}

/* --------------------------------------------------------------- not trusted */

static void a_certificate_that_has_expired_is_refused(void **state)
{
    (void)state;
    assert_refused(STATUS_CONFIGURATION, "valid today");
    given_start_tls();
    assert_refused(STATUS_CONFIGURATION, "valid today");
}

static void a_certificate_of_another_host_is_refused(void **state)
{
    (void)state;
    assert_refused(STATUS_CONFIGURATION, "host name in directory.uri");
    given_start_tls();
    assert_refused(STATUS_CONFIGURATION, "host name in directory.uri");
}

static void nothing_is_told_to_another_host(void **state)
{
    (void)state;
    given_a_wire_to(given.slapd.uri);

    assert_int_equal(open_directory(NULL), STATUS_CONFIGURATION);

    assert_nothing_in_clear();
}

static void a_server_without_a_certificate_gets_no_password(void **state)
{
    struct problem problem = {0};

    (void)state;
    given_a_wire_to(given.slapd.uri);
    given.settings.ca_file = "/dev/null";

    assert_int_equal(open_directory(&problem), STATUS_CONFIGURATION);

    assert_words(&problem, "StartTLS");
    assert_only_the_request();
}

/* -------------------------------------------------------------- on the wire */

static void a_start_tls_that_is_refused_is_the_end(void **state)
{
    struct problem problem = {0};

    (void)state;
    given.answers[0] = (struct words)WORDS(start_tls_refused);
    given_a_wire("ldap");

    assert_int_equal(open_directory(&problem), STATUS_CONFIGURATION);

    assert_words(&problem, "StartTLS at ldap://127.0.0.1");
    assert_words(&problem, "ldaps://");
    assert_only_the_request();
}

static void a_start_tls_that_refers_elsewhere_is_the_end(void **state)
{
    (void)state;
    given.answers[0] = (struct words)WORDS(start_tls_referred);
    given_a_wire("ldap");

    assert_int_equal(open_directory(NULL), STATUS_CONFIGURATION);

    assert_only_the_request();
}

static void a_plain_answer_in_place_of_a_handshake_is_the_end(void **state)
{
    struct problem problem = {0};

    (void)state;
    given.answers[0] = (struct words)WORDS(start_tls_done);
    given.answers[1] = (struct words)WORDS(bind_done);
    given_a_wire("ldap");

    assert_int_equal(open_directory(&problem), STATUS_CONFIGURATION);

    assert_words(&problem, "certificate");
    assert_nothing_in_clear();
}

static void a_server_that_hangs_up_in_place_of_a_handshake_is_unavailable(void **state)
{
    (void)state;
    given.answers[0] = (struct words)WORDS(start_tls_done);
    given.hangs_up = true;
    given_a_wire("ldap");

    assert_unavailable_in_time("hung up");

    assert_nothing_in_clear();
}

static void a_start_tls_without_answer_ends_in_time(void **state)
{
    (void)state;
    given_a_wire("ldap");

    assert_unavailable_in_time("in time");

    assert_only_the_request();
}

static void a_handshake_without_answer_ends_in_time_after_start_tls(void **state)
{
    (void)state;
    given.answers[0] = (struct words)WORDS(start_tls_done);
    given_a_wire("ldap");

    assert_unavailable_in_time("TLS handshake at");

    assert_nothing_in_clear();
}

static void a_handshake_without_answer_ends_in_time_with_ldaps(void **state)
{
    (void)state;
    given_a_listener("ldaps"); /* the kernel accepts, and nobody reads */

    assert_unavailable_in_time("TLS handshake at");
}

static void a_handshake_that_dribbles_wins_no_time(void **state)
{
    (void)state;
    given.dribbles = true;
    given_a_wire("ldaps");
    assert_unavailable_in_time("TLS handshake at");
    cut_wire();

    given.heard_size = 0;
    given.answers[0] = (struct words)WORDS(start_tls_done);
    given_a_wire("ldap");
    assert_unavailable_in_time("TLS handshake at");
    assert_nothing_in_clear();
}

static void trying_a_bind_has_the_same_limit(void **state)
{
    int64_t begun_at = clock_boot_ms();

    (void)state;
    given_a_listener("ldaps");

    assert_int_equal(directory_try_bind(&given.settings, SLAPD_SERVICE, SLAPD_PASSWORD, NULL),
                     STATUS_DIRECTORY_UNAVAILABLE);

    assert_true(clock_boot_ms() - begun_at < LIMIT_MS + GRACE_MS);
}

static void nobody_there_is_known_at_once(void **state)
{
    int64_t begun_at = clock_boot_ms();
    struct problem problem = {0};

    (void)state;
    given_a_listener("ldaps");
    cut_wire();

    assert_int_equal(open_directory(&problem), STATUS_DIRECTORY_UNAVAILABLE);

    assert_true(clock_boot_ms() - begun_at < GRACE_MS);
    assert_words(&problem, given.wire_uri);
}

/* Larger than any socket buffer: a blocking write would wait for a reader. */
static void a_request_that_nobody_reads_ends_in_time(void **state)
{
    enum { HUGE = 16 * 1024 * 1024 };
    SCOPED(directory_release) struct directory *directory = NULL;
    struct entry *entry = entry_new(given.arena, "cn=a," SLAPD_PEOPLE);
    char *value = arena_alloc(given.arena, HUGE + 1);
    int64_t begun_at;

    (void)state;
    memset(value, 'x', HUGE);
    entry_add(given.arena, entry, "cn", value);
    assert_int_equal(directory_open(&given.settings, &directory, NULL), STATUS_OK);
    slapd_freeze(&given.slapd);
    begun_at = clock_boot_ms();

    assert_int_equal(directory_add(directory, entry, NULL), STATUS_DIRECTORY_UNAVAILABLE);
    directory_release(&directory);

    slapd_thaw(&given.slapd);
    assert_true(clock_boot_ms() - begun_at < LIMIT_MS + GRACE_MS);
}

static void *thaw(void *nothing)
{
    const struct timespec pause = {.tv_nsec = 500 * 1000 * 1000};

    (void)nothing;
    (void)nanosleep(&pause, NULL);
    slapd_thaw(&given.slapd);
    return NULL;
}

static void a_request_that_is_read_late_arrives_whole(void **state)
{
    enum { LARGE = 4 * 1024 * 1024 - 1024 }; /* slapd takes no more than 4 MiB */
    SCOPED(directory_release) struct directory *directory = NULL;
    char *value = arena_alloc(given.arena, LARGE + 1);
    struct bytes description = {value, LARGE};
    struct modification change = {MODIFICATION_REPLACE, "description", &description, 1};
    struct problem problem = {0};
    enum status status;
    pthread_t thread;

    (void)state;
    memset(value, 'x', LARGE);
    assert_int_equal(directory_open(&given.settings, &directory, NULL), STATUS_OK);
    slapd_freeze(&given.slapd);
    assert_int_equal(pthread_create(&thread, NULL, thaw, NULL), 0);

    status = directory_modify(directory, SLAPD_PEOPLE, &change, 1, &problem);

    (void)pthread_join(thread, NULL);
    if (status)
        fail_msg("%s", problem.detail);
}

static void a_frozen_server_holds_nobody_longer_than_the_limit(void **state)
{
    static const char *const attributes[] = {"1.1", NULL};
    SCOPED(directory_release) struct directory *directory = NULL;
    struct entry *entry = NULL;
    int64_t begun_at;

    (void)state;
    assert_int_equal(directory_open(&given.settings, &directory, NULL), STATUS_OK);
    slapd_freeze(&given.slapd);
    begun_at = clock_boot_ms();
    assert_int_equal(directory_read(directory, SLAPD_PEOPLE, attributes, given.arena, &entry, NULL),
                     STATUS_DIRECTORY_UNAVAILABLE);
    directory_release(&directory);
    assert_true(clock_boot_ms() - begun_at < LIMIT_MS + GRACE_MS);
    assert_unavailable_in_time("TLS handshake at");
    given_start_tls();
    assert_unavailable_in_time("no answer in time");
    slapd_thaw(&given.slapd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest trusted[] = {
    TEST(ldaps_serves_with_a_certificate_that_can_be_trusted),
    TEST(start_tls_serves_with_a_certificate_that_can_be_trusted),
    TEST(the_user_of_the_process_is_known_by_the_socket),
    TEST(another_ca_vouches_for_nobody_here),
    TEST(a_ca_file_that_is_missing_or_empty_is_named),
    TEST(a_wrong_password_is_wrong_over_tls_as_well),
    TEST(external_takes_no_password_besides),
    TEST(a_port_without_tls_is_no_way_in),
    TEST(what_goes_over_the_wire_is_tls),
    TEST(a_connection_that_was_lost_is_not_made_again),
    TEST(a_start_tls_that_is_refused_is_the_end),
    TEST(a_start_tls_that_refers_elsewhere_is_the_end),
    TEST(a_plain_answer_in_place_of_a_handshake_is_the_end),
    TEST(a_server_that_hangs_up_in_place_of_a_handshake_is_unavailable),
    TEST(a_start_tls_without_answer_ends_in_time),
    TEST(a_handshake_without_answer_ends_in_time_after_start_tls),
    TEST(a_handshake_without_answer_ends_in_time_with_ldaps),
    TEST(a_handshake_that_dribbles_wins_no_time),
    TEST(trying_a_bind_has_the_same_limit),
    TEST(nobody_there_is_known_at_once),
    TEST(a_request_that_nobody_reads_ends_in_time),
    TEST(a_request_that_is_read_late_arrives_whole),
    TEST(a_frozen_server_holds_nobody_longer_than_the_limit),
};

static const struct CMUnitTest expired[] = {TEST(a_certificate_that_has_expired_is_refused)};

static const struct CMUnitTest as_another[] = {
    TEST(a_certificate_of_another_host_is_refused),
    TEST(nothing_is_told_to_another_host),
};

static const struct CMUnitTest without[] = {TEST(a_server_without_a_certificate_gets_no_password)};

/* Every test runs under settings of the host that would make it trust anybody. */
static const char *const host_settings[][2] = {
    {"LDAPTLS_REQCERT", "never"},
    {"LDAPTLS_REQSAN", "never"},
    {"LDAPTLS_CACERTDIR", "/nowhere"},
    {"LDAPTLS_CERT", "/nowhere/cert.pem"},
    {"LDAPTLS_KEY", "/nowhere/key.pem"},
    {"LDAPTLS_CRLFILE", "/nowhere/crl.pem"},
    {"LDAPTLS", "hard"},
};

static void given_a_host_with_settings(void)
{
    for (size_t i = 0; i < sizeof(host_settings) / sizeof(host_settings[0]); i++)
        (void)setenv(host_settings[i][0], host_settings[i][1], 1);
}

int main(void)
{
    int failed;

    if (!slapd_is_installed()) {
        (void)fprintf(stderr, "skipped: the package slapd is not installed\n");
        return SKIPPED;
    }
    given_a_host_with_settings();
    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return 1;
    failed = cmocka_run_group_tests(trusted, start_trusted, stop);
    failed += cmocka_run_group_tests(expired, start_expired, stop);
    failed += cmocka_run_group_tests(as_another, start_as_another, stop);
    failed += cmocka_run_group_tests(without, start_without, stop);
    return failed;
}
