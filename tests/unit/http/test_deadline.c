#include "unit.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "exchange.h"
#include "open_gate.h"
#include "ordinary_limits.h"
#include "server.h"
#include "wire.h"

/* The one deadline that a test is about is short; the server's clock ticks in quarters of a second.
 */
enum { SHORT_MS = 400, LATEST_MS = 15000, PACE_MS = 20, STOP_MS = 5000 };
enum { BODY_MAX = 1 << 20, LARGE_SIZE = 32 << 20, LARGE_MS = 20 };

#define HOST "Host: bridge.example\r\n"

static struct http_server *server;

/* -------------------------------------------------------------------- handlers */

static enum status thing_get(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 200, "text/plain", bytes_of_text("here"), (struct bytes){0});
    return STATUS_OK;
}

static enum status thing_is_large(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 200, "text/plain",
                    bytes_of(arena_alloc(exchange_arena(exchange), LARGE_SIZE), LARGE_SIZE),
                    (struct bytes){0});
    return STATUS_OK;
}

static enum status deadline_show(struct exchange *exchange, struct problem *problem)
{
    bool is_timed = atomic_load(&exchange->peer->deadline_ms) != 0;

    (void)problem;
    exchange_answer(exchange, 200, "text/plain", bytes_of_text(is_timed ? "timed" : "untimed"),
                    (struct bytes){0});
    return STATUS_OK;
}

static const struct route routes[] = {
    {"GET", "/thing", 0, thing_get},
    {"POST", "/thing", 0, thing_get},
    {"GET", "/large", 0, thing_is_large},
    {"POST", "/deadline", 0, deadline_show},
};

static void start(struct http_limits limits)
{
    const struct http_settings settings = {
        .address = "127.0.0.1",
        .limits = limits,
        .control_group = (gid_t)-1,
        .routes = routes,
        .route_count = sizeof(routes) / sizeof(*routes),
        .gate = open_gate,
    };

    assert_int_equal(http_start(&settings, &server, NULL), STATUS_OK);
}

static int stop(void **state)
{
    (void)state;
    http_stop(server, STOP_MS);
    server = NULL;
    return 0;
}

static const struct http_limits patient = ORDINARY_LIMITS(BODY_MAX);

/* -------------------------------------------------------------------- dribbling */

/* Send one byte after another until the server ends it; for how long that was. */
static int64_t dribble(struct wire *wire, char byte)
{
    struct pollfd other = {.fd = wire->fd, .events = POLLIN};
    int64_t began = clock_boot_ms();

    while (!wire->has_ended && clock_boot_ms() - began < LATEST_MS) {
        wire_send_bytes(wire, &byte, 1);
        if (poll(&other, 1, PACE_MS) == 1)
            (void)wire_fill(wire);
    }
    return clock_boot_ms() - began;
}

#define POST_CHUNKS "POST /thing HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
    const char *name;
    const char *beginning;
    size_t limit; /* where in the limits the one is that cuts it short */
    char byte;
} dribblers[] = {
    {"nothing of a request line", "", offsetof(struct http_limits, header_ms), '\n'},
    {"a request line", "GET /", offsetof(struct http_limits, header_ms), 'x'},
    {"a header", "GET /thing HTTP/1.1\r\n" HOST "X: ", offsetof(struct http_limits, header_ms),
     'x'},
    {"a body", "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n",
     offsetof(struct http_limits, body_ms), 'x'},
    {"a chunk", POST_CHUNKS "10000\r\n", offsetof(struct http_limits, body_ms), 'x'},
    {"the size of a chunk", POST_CHUNKS, offsetof(struct http_limits, body_ms), '0'},
    {"a trailer", POST_CHUNKS "0\r\nX: ", offsetof(struct http_limits, body_ms), 'x'},
    {"a later request line", "GET /thing HTTP/1.1\r\n" HOST "\r\nGET /",
     offsetof(struct http_limits, idle_ms), 'x'},
    {"a later header", "GET /thing HTTP/1.1\r\n" HOST "\r\nGET /thing HTTP/1.1\r\n" HOST "X: ",
     offsetof(struct http_limits, header_ms), 'x'},
};

static void whoever_dribbles_is_cut_however_busily(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(dribblers) / sizeof(*dribblers); i++) {
        struct http_limits limits = patient;
        int64_t took;

        *(int64_t *)(void *)((char *)&limits + dribblers[i].limit) = SHORT_MS;
        start(limits);
        {
            SCOPED(wire_close) struct wire wire = wire_open(http_port(server));

            wire_send(&wire, dribblers[i].beginning);
            took = dribble(&wire, dribblers[i].byte);
        }
        stop(NULL);
        if (took >= LATEST_MS)
            fail_msg("%s: never cut", dribblers[i].name);
        if (took < SHORT_MS - PACE_MS)
            fail_msg("%s: cut after %d ms", dribblers[i].name, (int)took);
    }
}

/* ------------------------------------------------------------------------ silence */

static void a_connection_that_is_idle_is_closed(void **state)
{
    struct http_limits limits = patient;

    (void)state;
    limits.idle_ms = SHORT_MS;
    start(limits);
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};
    reply = wire_ask(&wire, "GET /thing HTTP/1.1\r\n" HOST "\r\n");

    assert_int_equal(reply.status, 200);
    assert_true(wire_ends(&wire));
}

static void await_nobody(void)
{
    int64_t until = clock_boot_ms() + LATEST_MS;

    while (peers_count(&server->network.peers) > 0) {
        assert_true(clock_boot_ms() < until);
        (void)poll(NULL, 0, PACE_MS);
    }
}

/* More than the buffers of both sides hold, so that the server can only wait. */
static void an_answer_that_is_not_read_ends_the_connection(void **state)
{
    struct http_limits limits = patient;

    (void)state;
    limits.answer_ms = LARGE_MS;
    start(limits);
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    wire_send(&wire, "GET /large HTTP/1.1\r\n" HOST "\r\n");

    await_nobody();
}

/* A byte now and then is progress, but no end. */
static void an_answer_that_is_read_too_slowly_ends_the_connection(void **state)
{
    struct http_limits limits = patient;
    int64_t until = clock_boot_ms() + LATEST_MS;
    char byte;

    (void)state;
    limits.answer_ms = LARGE_MS;
    start(limits);
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    wire_send(&wire, "GET /large HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(recv(wire.fd, &byte, 1, 0), 1);

    while (peers_count(&server->network.peers) > 0) {
        assert_true(clock_boot_ms() < until);
        (void)poll(NULL, 0, PACE_MS);
        assert_int_equal(recv(wire.fd, &byte, 1, 0), 1);
    }
}

/* ---------------------------------------------------------------------------- work */

static void what_the_server_itself_needs_has_no_deadline(void **state)
{
    (void)state;
    start(patient);
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};
    reply = wire_ask(&wire, "POST /deadline HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1");

    assert_string_equal(reply.body, "untimed");
}

#define STOPPED(test) cmocka_unit_test_teardown(test, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_dribbles_is_cut_however_busily),
        STOPPED(a_connection_that_is_idle_is_closed),
        STOPPED(an_answer_that_is_not_read_ends_the_connection),
        STOPPED(an_answer_that_is_read_too_slowly_ends_the_connection),
        STOPPED(what_the_server_itself_needs_has_no_deadline),
    };

    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
