#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "open_gate.h"
#include "ordinary_limits.h"
#include "server.h"
#include "wire.h"

enum { CONNECTIONS = 8, MANY = 40, STOP_MS = 5000, APPEAR_MS = 15000, PACE_MS = 5 };

#define GET  "GET /thing HTTP/1.1\r\nHost: bridge.example\r\n\r\n"
#define LATE "GET /later HTTP/1.1\r\nHost: bridge.example\r\n\r\n"

static char folder[] = "/tmp/door-XXXXXX";
static char control_path[64];
static struct http_server *server;

/* Exchanges that wait to be resumed. */
static struct {
    pthread_mutex_t mutex;
    struct exchange *exchanges[CONNECTIONS];
    size_t count;
} waiting = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static enum status answer(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 200, "text/plain", bytes_of_text("here"), (struct bytes){0});
    return STATUS_OK;
}

static enum status suspend(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_suspend(exchange, answer, NULL);
    pthread_mutex_lock(&waiting.mutex);
    waiting.exchanges[waiting.count++] = exchange;
    pthread_mutex_unlock(&waiting.mutex);
    return STATUS_OK;
}

static const struct route routes[] = {{"GET", "/thing", 0, answer}, {"GET", "/later", 0, suspend}};

static void start(size_t connections, size_t per_address)
{
    struct http_settings settings = {
        .address = "127.0.0.1",
        .limits = ORDINARY_LIMITS(1000),
        .control_path = control_path,
        .control_group = (gid_t)-1,
        .routes = routes,
        .route_count = sizeof(routes) / sizeof(*routes),
        .gate = open_gate,
    };

    settings.limits.connections = connections;
    settings.limits.connections_per_address = per_address;
    waiting.count = 0;
    assert_int_equal(http_start(&settings, &server, NULL), STATUS_OK);
}

static int stop(void **state)
{
    (void)state;
    http_stop(server, STOP_MS);
    server = NULL;
    return 0;
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(control_path, sizeof(control_path), "%s/control", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* --------------------------------------------------------------------- the crowd */

static void pause_until(bool (*is_so)(size_t), size_t count)
{
    int64_t until = clock_boot_ms() + APPEAR_MS;

    while (!is_so(count)) {
        assert_true(clock_boot_ms() < until);
        (void)poll(NULL, 0, PACE_MS);
    }
}

static bool are_waited_for(size_t count)
{
    struct peers *peers = &server->network.peers;
    size_t found = 0;

    pthread_mutex_lock(&peers->mutex);
    for (struct peer *peer = peers->lists[PEER_WAITED_FOR].first; peer; peer = peer->next)
        found++;
    pthread_mutex_unlock(&peers->mutex);
    return found == count;
}

static bool are_suspended(size_t count)
{
    bool are;

    pthread_mutex_lock(&waiting.mutex);
    are = waiting.count == count;
    pthread_mutex_unlock(&waiting.mutex);
    return are;
}

static bool are_left(size_t count)
{
    return peers_count(&server->network.peers) == count;
}

/* Connect, say nothing, and see that it has come in before the next one does. */
static void crowd_in(struct wire *wires, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wires[i] = wire_open(http_port(server));
        pause_until(are_waited_for, i + 1);
    }
}

static void crowd_out(struct wire *wires, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wire_close(&wires[i]);
}

static int status_of(struct wire *wire, const char *request)
{
    SCOPED(reply_clear) struct reply reply = wire_ask(wire, request);

    return reply.status;
}

static int status_of_newcomer(void)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));

    return status_of(&wire, GET);
}

static bool is_open(const struct wire *wire)
{
    struct pollfd other = {.fd = wire->fd, .events = POLLIN};

    return poll(&other, 1, 0) == 0;
}

/* ------------------------------------------------------------------------- tests */

static void up_to_the_limit_everybody_stays(void **state)
{
    struct wire wires[CONNECTIONS];

    (void)state;
    start(CONNECTIONS, 0);
    crowd_in(wires, CONNECTIONS);

    for (size_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(status_of(&wires[i], GET), 200);
    crowd_out(wires, CONNECTIONS);
}

static void beyond_it_the_one_waited_for_longest_makes_room(void **state)
{
    struct wire wires[CONNECTIONS];
    SCOPED(wire_close) struct wire newcomer = {0};

    (void)state;
    start(CONNECTIONS, 0);
    crowd_in(wires, CONNECTIONS);
    assert_int_equal(status_of(&wires[0], GET), 200); /* so the next one has been for longest */

    newcomer = wire_open(http_port(server));
    assert_int_equal(status_of(&newcomer, GET), 200);

    assert_true(wire_ends(&wires[1]));
    assert_true(is_open(&wires[0]));
    for (size_t i = 2; i < CONNECTIONS; i++)
        assert_true(is_open(&wires[i]));
    crowd_out(wires, CONNECTIONS);
}

static void a_silent_crowd_keeps_nobody_out(void **state)
{
    struct wire wires[MANY];

    (void)state;
    start(CONNECTIONS, 0);
    crowd_in(wires, CONNECTIONS);
    for (size_t i = CONNECTIONS; i < MANY; i++) {
        wires[i] = wire_open(http_port(server));
        assert_true(wire_ends(&wires[i - CONNECTIONS]));
        pause_until(are_waited_for, CONNECTIONS);
    }

    assert_int_equal(status_of_newcomer(), 200);
    crowd_out(wires, MANY);
}

static void whoever_is_served_stays_and_the_newcomer_is_refused(void **state)
{
    struct wire wires[CONNECTIONS];

    (void)state;
    start(CONNECTIONS, 0);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        wires[i] = wire_open(http_port(server));
        wire_send(&wires[i], LATE);
    }
    pause_until(are_suspended, CONNECTIONS);

    assert_int_equal(status_of_newcomer(), 0);

    for (size_t i = 0; i < CONNECTIONS; i++)
        exchange_resume(waiting.exchanges[i]);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        SCOPED(reply_clear) struct reply reply = wire_read(&wires[i], true);

        assert_int_equal(reply.status, 200);
    }
    assert_int_equal(status_of_newcomer(), 200);
    crowd_out(wires, CONNECTIONS);
}

static void an_address_has_its_own_limit(void **state)
{
    struct wire wires[CONNECTIONS];

    (void)state;
    start(CONNECTIONS, CONNECTIONS / 2);
    crowd_in(wires, CONNECTIONS / 2);

    assert_int_equal(status_of_newcomer(), 0);
    for (size_t i = 0; i < CONNECTIONS / 2; i++)
        assert_true(is_open(&wires[i]));

    wire_close(&wires[0]);
    pause_until(are_left, CONNECTIONS / 2 - 1);
    assert_int_equal(status_of_newcomer(), 200);
    crowd_out(wires + 1, CONNECTIONS / 2 - 1);
}

static void the_control_socket_is_reached_when_the_port_is_full(void **state)
{
    struct wire wires[CONNECTIONS];
    SCOPED(wire_close) struct wire control = {0};

    (void)state;
    start(CONNECTIONS, 0);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        wires[i] = wire_open(http_port(server));
        wire_send(&wires[i], LATE);
    }
    pause_until(are_suspended, CONNECTIONS);

    control = wire_open_control(control_path);
    assert_int_equal(status_of(&control, GET), 200);

    for (size_t i = 0; i < CONNECTIONS; i++)
        exchange_resume(waiting.exchanges[i]);
    crowd_out(wires, CONNECTIONS);
}

/* -------------------------------------------------------------------- descriptors */

static struct rlimit let_descriptors_run_out(void)
{
    struct rlimit before, none;
    int next = dup(STDERR_FILENO); /* the lowest that is free */

    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    return before;
}

static struct wire unconnected(void)
{
    return wire_of(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static void connect_to_server(const struct wire *wire)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(http_port(server)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    assert_int_equal(connect(wire->fd, (const struct sockaddr *)&address, sizeof(address)), 0);
}

static void without_descriptors_the_one_waited_for_longest_makes_room(void **state)
{
    SCOPED(wire_close) struct wire silent = {0};
    SCOPED(wire_close) struct wire newcomer = unconnected();
    struct rlimit before;

    (void)state;
    start(CONNECTIONS, 0);
    crowd_in(&silent, 1);
    before = let_descriptors_run_out();

    connect_to_server(&newcomer);
    assert_int_equal(status_of(&newcomer, GET), 200);

    assert_true(wire_ends(&silent));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static int64_t processor_ms(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* Half a processor would be one thread that tries again and again. */
static void without_descriptors_the_server_waits_at_rest(void **state)
{
    SCOPED(wire_close) struct wire newcomer = unconnected();
    struct pollfd answered = {.fd = newcomer.fd, .events = POLLIN};
    struct rlimit before;
    int64_t used;

    (void)state;
    start(CONNECTIONS, 0);
    before = let_descriptors_run_out();
    connect_to_server(&newcomer);
    wire_send(&newcomer, GET);
    used = processor_ms();

    assert_int_equal(poll(&answered, 1, 1500), 0);

    assert_in_range(processor_ms() - used, 0, 750);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    SCOPED(reply_clear) struct reply reply = wire_read(&newcomer, true);
    assert_int_equal(reply.status, 200);
}

#define STOPPED(test) cmocka_unit_test_teardown(test, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STOPPED(up_to_the_limit_everybody_stays),
        STOPPED(beyond_it_the_one_waited_for_longest_makes_room),
        STOPPED(a_silent_crowd_keeps_nobody_out),
        STOPPED(whoever_is_served_stays_and_the_newcomer_is_refused),
        STOPPED(an_address_has_its_own_limit),
        STOPPED(the_control_socket_is_reached_when_the_port_is_full),
        STOPPED(without_descriptors_the_one_waited_for_longest_makes_room),
        STOPPED(without_descriptors_the_server_waits_at_rest),
    };

    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
