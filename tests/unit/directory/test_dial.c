#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bridge/base/clock.h"
#include "dial.h"

/* Listeners that accept nothing: connections to them stay in the queue, until that is full. */

enum { LIMIT_MS = 1000, GRACE_MS = 900, FILLERS_MAX = 64 };

static struct {
    struct directory directory;
    struct directory_settings settings;
    struct problem problem;
    char uri[128];
    int listener;
    int fillers[FILLERS_MAX];
    int filler_count;
    sem_t names; /* one is resolved whenever this is posted */
    bool is_resolver_silent;
    const char *addresses[4]; /* of any name */
    int address_count;
} given;

/* ---------------------------------------------------------------- name server */

/* The linker puts these in front of the system's own. */
int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **addresses);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **addresses);

/* Threads that ask for a name; nobody waits for one that is late but the end of the test. */
static atomic_int asking;

static int find_addresses(const char *port, struct addrinfo **addresses)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo **end = addresses;

    if (given.is_resolver_silent)
        (void)sem_wait(&given.names);
    for (int i = 0; i < given.address_count; i++) {
        assert_int_equal(__real_getaddrinfo(given.addresses[i], port, &numeric, end), 0);
        end = &(*end)->ai_next;
    }
    return given.address_count ? 0 : EAI_NONAME;
}

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **addresses)
{
    int code;

    if (hints->ai_flags & AI_NUMERICHOST)
        return __real_getaddrinfo(host, port, hints, addresses);
    atomic_fetch_add(&asking, 1);
    code = find_addresses(port, addresses);
    atomic_fetch_sub(&asking, 1);
    return code;
}

/* ------------------------------------------------------------------- listeners */

static void given_a_port(int backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    given.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(given.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(given.listener, backlog), 0);
    assert_int_equal(getsockname(given.listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(given.uri, sizeof(given.uri), "ldap://127.0.0.1:%d", ntohs(address.sin_port));
}

static void lead_to(const char *host)
{
    char *port = strrchr(given.uri, ':');
    char moved[sizeof(given.uri)];

    (void)snprintf(moved, sizeof(moved), "ldap://%s%s", host, port);
    memcpy(given.uri, moved, sizeof(moved));
}

/* Until the kernel answers no more: as if a filter took every packet. */
static void fill(const struct sockaddr *address, socklen_t size)
{
    for (given.filler_count = 0; given.filler_count < FILLERS_MAX;) {
        int filler = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        struct sockaddr_storage peer;
        socklen_t peer_size = sizeof(peer);

        given.fillers[given.filler_count++] = filler;
        (void)connect(filler, address, size);
        if (getpeername(filler, (struct sockaddr *)&peer, &peer_size))
            return;
    }
    fail_msg("the queue of a listener does not fill");
}

static void given_a_port_that_is_filtered(void)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);

    given_a_port(0);
    assert_int_equal(getsockname(given.listener, (struct sockaddr *)&address, &size), 0);
    fill((struct sockaddr *)&address, size);
}

static void given_a_socket_that_nobody_serves(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    given.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(given.listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(given.listener, 0), 0);
    fill((struct sockaddr *)&address, sizeof(address));
}

static int begin(void **state)
{
    (void)state;
    memset(&given, 0, sizeof(given));
    given.directory.uri = given.uri;
    given.directory.socket = -1;
    given.directory.operation_seconds = 30;
    given.directory.interrupt = interrupt_new();
    given.settings.uri = given.uri;
    given.listener = -1;
    return sem_init(&given.names, 0, 0);
}

static int end(void **state)
{
    (void)state;
    if (given.directory.socket >= 0)
        (void)close(given.directory.socket);
    for (int i = 0; i < given.filler_count; i++)
        (void)close(given.fillers[i]);
    if (given.listener >= 0)
        (void)close(given.listener);
    interrupt_free(given.directory.interrupt);
    (void)sem_post(&given.names);
    while (atomic_load(&asking) > 0)
        (void)sched_yield();
    return 0;
}

/* ------------------------------------------------------------------- when, then */

static enum status dial_at(int64_t deadline)
{
    struct call call = {.directory = &given.directory,
                        .operation = OPERATION_CONNECT,
                        .deadline = deadline,
                        .problem = &given.problem};

    given.problem = (struct problem){0};
    return dial(&call, &given.settings);
}

static void assert_no_answer_in_time(const char *words)
{
    int64_t begun_at = clock_boot_ms();

    assert_int_equal(dial_at(begun_at + LIMIT_MS), STATUS_DIRECTORY_UNAVAILABLE);
    assert_true(clock_boot_ms() - begun_at < LIMIT_MS + GRACE_MS);
    assert_int_equal(given.directory.socket, -1);
    if (!strstr(given.problem.detail, words))
        fail_msg("\"%s\" does not say %s", given.problem.detail, words);
}

static void a_port_that_is_there_is_connected_to(void **state)
{
    (void)state;
    given_a_port(8);

    assert_int_equal(dial_at(clock_boot_ms() + LIMIT_MS), STATUS_OK);

    assert_true(given.directory.socket >= 0);
}

static void nobody_at_the_port_is_known_at_once(void **state)
{
    (void)state;
    given_a_port(8);
    (void)close(given.listener);
    given.listener = -1;

    assert_no_answer_in_time("refused");
}

static void a_port_that_is_filtered_is_given_up_in_time(void **state)
{
    (void)state;
    given_a_port_that_is_filtered();

    assert_no_answer_in_time("no answer in time");
}

static void a_socket_that_nobody_serves_is_given_up_in_time(void **state)
{
    char path[64];

    (void)state;
    (void)snprintf(path, sizeof(path), "/tmp/bridge-dial-%d", (int)getpid());
    given_a_socket_that_nobody_serves(path);
    (void)snprintf(given.uri, sizeof(given.uri), "ldapi://%%2Ftmp%%2Fbridge-dial-%d",
                   (int)getpid());

    assert_no_answer_in_time("no answer in time");

    (void)unlink(path);
}

static void a_name_that_nobody_resolves_is_given_up_in_time(void **state)
{
    (void)state;
    given_a_port(8);
    lead_to("ldap.example.org");
    given.is_resolver_silent = true;

    assert_no_answer_in_time("not resolved");

    (void)sem_post(&given.names); /* the thread that was left alone ends by itself */
}

static void a_name_that_is_unknown_is_said_to_be(void **state)
{
    (void)state;
    given_a_port(8);
    lead_to("ldap.example.org");

    assert_no_answer_in_time("not resolved");
}

static void the_next_address_of_a_name_is_tried(void **state)
{
    (void)state;
    given_a_port(8);
    lead_to("ldap.example.org");
    given.addresses[given.address_count++] = "127.0.0.2";
    given.addresses[given.address_count++] = "127.0.0.1";

    assert_int_equal(dial_at(clock_boot_ms() + LIMIT_MS), STATUS_OK);
}

static void the_addresses_of_a_name_share_one_limit(void **state)
{
    (void)state;
    given_a_port_that_is_filtered();
    lead_to("ldap.example.org");
    while (given.address_count < 4)
        given.addresses[given.address_count++] = "127.0.0.1";

    assert_no_answer_in_time("no answer in time");
}

/* ------------------------------------------------------------------ interrupts */

static void *raise_when_connecting(void *nothing)
{
    const struct timespec pause = {.tv_nsec = 100000000};

    (void)nanosleep(&pause, NULL); /* whether before or after it begins: it must end */
    interrupt_raise(given.directory.interrupt);
    return nothing;
}

static void who_is_connecting_is_interrupted(void **state)
{
    pthread_t thread;
    int64_t begun_at = clock_boot_ms();

    (void)state;
    given_a_port_that_is_filtered();
    assert_int_equal(pthread_create(&thread, NULL, raise_when_connecting, NULL), 0);

    assert_int_equal(dial_at(begun_at + 30 * LIMIT_MS), STATUS_DIRECTORY_UNAVAILABLE);

    assert_true(clock_boot_ms() - begun_at < LIMIT_MS + GRACE_MS);
    (void)pthread_join(thread, NULL);
}

static void after_an_interrupt_nobody_connects(void **state)
{
    (void)state;
    given_a_port(8);
    interrupt_raise(given.directory.interrupt);

    assert_no_answer_in_time("interrupted");

    (void)fcntl(given.listener, F_SETFL, O_NONBLOCK);
    assert_int_equal(accept(given.listener, NULL, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_port_that_is_there_is_connected_to, begin, end),
        cmocka_unit_test_setup_teardown(nobody_at_the_port_is_known_at_once, begin, end),
        cmocka_unit_test_setup_teardown(a_port_that_is_filtered_is_given_up_in_time, begin, end),
        cmocka_unit_test_setup_teardown(a_socket_that_nobody_serves_is_given_up_in_time, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_name_that_nobody_resolves_is_given_up_in_time, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_name_that_is_unknown_is_said_to_be, begin, end),
        cmocka_unit_test_setup_teardown(the_next_address_of_a_name_is_tried, begin, end),
        cmocka_unit_test_setup_teardown(the_addresses_of_a_name_share_one_limit, begin, end),
        cmocka_unit_test_setup_teardown(who_is_connecting_is_interrupted, begin, end),
        cmocka_unit_test_setup_teardown(after_an_interrupt_nobody_connects, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
