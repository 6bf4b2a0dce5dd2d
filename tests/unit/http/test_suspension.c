#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "bridge/http/server.h"
#include "open_gate.h"
#include "ordinary_limits.h"
#include "wire.h"

enum { MANY = 100, STOP_MS = 5000, GATHER_MS = 20000 };

#define HOST "Host: bridge.example\r\n"

static struct http_server *server;

/* The exchanges that wait, and a thread that resumes each as soon as it is there. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct exchange *waiting[MANY];
    int count;
} work = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static atomic_int answered_count;

static void work_add(struct exchange *exchange)
{
    pthread_mutex_lock(&work.mutex);
    work.waiting[work.count++] = exchange;
    pthread_cond_signal(&work.changed);
    pthread_mutex_unlock(&work.mutex);
}

/* Wait until so many are there, with a limit. */
static bool work_gather(int count)
{
    struct timespec until = {.tv_sec = clock_now() + GATHER_MS / 1000};
    bool is_there;

    pthread_mutex_lock(&work.mutex);
    while (work.count < count && pthread_cond_timedwait(&work.changed, &work.mutex, &until) == 0)
        continue;
    is_there = work.count >= count;
    pthread_mutex_unlock(&work.mutex);
    return is_there;
}

/* The last that came goes first. */
static void *resume_all(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&work.mutex);
    while (work.count > 0)
        exchange_resume(work.waiting[--work.count]);
    pthread_mutex_unlock(&work.mutex);
    return NULL;
}

static void resume_in_another_thread(void)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, resume_all, NULL), 0);
    pthread_join(thread, NULL);
}

/* -------------------------------------------------------------------- handlers */

static enum status answer_late(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    atomic_fetch_add(&answered_count, 1);
    exchange_answer(exchange, 200, NULL, bytes_of_text(exchange_work(exchange)),
                    exchange_body(exchange));
    return STATUS_OK;
}

static enum status fail_late(struct exchange *exchange, struct problem *problem)
{
    (void)exchange;
    return problem_set(problem, STATUS_STORE_FULL, "no space");
}

static enum status wait_again(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_suspend(exchange, answer_late, exchange_work(exchange));
    work_add(exchange);
    return STATUS_OK;
}

static char *named(struct exchange *exchange)
{
    return arena_strdup(exchange_arena(exchange), exchange_parameter(exchange, "n"));
}

static enum status suspend(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_suspend(exchange, answer_late, named(exchange));
    work_add(exchange);
    return STATUS_OK;
}

static enum status suspend_twice(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_suspend(exchange, wait_again, named(exchange));
    work_add(exchange);
    return STATUS_OK;
}

static enum status suspend_and_fail(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_suspend(exchange, fail_late, NULL);
    work_add(exchange);
    return STATUS_OK;
}

/* The work is done before the handler has returned. */
static enum status suspend_and_resume(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_suspend(exchange, answer_late, named(exchange));
    exchange_resume(exchange);
    return STATUS_OK;
}

static enum status answer_now(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 200, NULL, bytes_of_text("now"), (struct bytes){0});
    return STATUS_OK;
}

static const struct route routes[] = {
    {"GET", "/now", 0, answer_now},
    {"POST", "/now", 0, answer_now},
    {"GET", "/later", 0, suspend},
    {"POST", "/later", 0, suspend},
    {"GET", "/twice", 0, suspend_twice},
    {"GET", "/fails", 0, suspend_and_fail},
    {"GET", "/at-once", 0, suspend_and_resume},
};

static const struct http_settings settings = {
    .address = "127.0.0.1",
    .limits = ORDINARY_LIMITS(1000),
    .control_group = (gid_t)-1,
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(*routes),
    .gate = open_gate,
};

static int start(void **state)
{
    (void)state;
    atomic_store(&answered_count, 0);
    return http_start(&settings, &server, NULL) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server, STOP_MS);
    server = NULL;
    return 0;
}

/* ----------------------------------------------------------------------- tests */

static void a_hundred_wait_at_once_and_each_gets_its_own_answer(void **state)
{
    struct wire wires[MANY];

    (void)state;
    for (int i = 0; i < MANY; i++) {
        char request[128];

        (void)snprintf(request, sizeof(request),
                       "POST /later?n=%d. HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n%03d", i, i);
        wires[i] = wire_open(http_port(server));
        wire_send(&wires[i], request);
    }
    assert_true(work_gather(MANY));
    assert_int_equal(atomic_load(&answered_count), 0);

    resume_in_another_thread();

    for (int i = 0; i < MANY; i++) {
        SCOPED(reply_clear) struct reply reply = wire_read(&wires[i], true);
        char expected[32];

        (void)snprintf(expected, sizeof(expected), "%d.%03d", i, i);
        assert_int_equal(reply.status, 200);
        assert_string_equal(reply.body, expected);
        wire_close(&wires[i]);
    }
}

static void others_are_answered_meanwhile(void **state)
{
    SCOPED(wire_close) struct wire waiting = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply late = {0};

    (void)state;
    wire_send(&waiting, "GET /later?n=x HTTP/1.1\r\n" HOST "\r\n");
    assert_true(work_gather(1));

    for (int i = 0; i < 4; i++) { /* more than there are threads */
        SCOPED(wire_close) struct wire other = wire_open(http_port(server));
        SCOPED(reply_clear)
        struct reply reply = wire_ask(&other, "GET /now HTTP/1.1\r\n" HOST "\r\n");

        assert_string_equal(reply.body, "now");
    }

    resume_in_another_thread();
    late = wire_read(&waiting, true);
    assert_string_equal(late.body, "x");
}

static void an_exchange_may_be_suspended_again(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    wire_send(&wire, "GET /twice?n=x HTTP/1.1\r\n" HOST "\r\n");
    assert_true(work_gather(1));
    resume_in_another_thread();
    assert_true(work_gather(1));
    resume_in_another_thread();

    reply = wire_read(&wire, true);
    assert_string_equal(reply.body, "x");
}

static void an_exchange_may_be_resumed_before_its_handler_returns(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));

    (void)state;
    for (int i = 0; i < 20; i++) {
        SCOPED(reply_clear)
        struct reply reply = wire_ask(&wire, "GET /at-once?n=x HTTP/1.1\r\n" HOST "\r\n");

        assert_string_equal(reply.body, "x");
    }
}

static void a_failure_after_the_wait_is_the_answer(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    wire_send(&wire, "GET /fails HTTP/1.1\r\n" HOST "\r\n");
    assert_true(work_gather(1));
    resume_in_another_thread();
    reply = wire_read(&wire, true);

    assert_int_equal(reply.status, 507);
    assert_non_null(strstr(reply.body, "no space"));
}

static void a_client_that_goes_away_meanwhile_does_no_harm(void **state)
{
    struct wire gone = wire_open(http_port(server));
    SCOPED(wire_close) struct wire wire = {0};
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    wire_send(&gone, "GET /later?n=x HTTP/1.1\r\n" HOST "\r\n");
    assert_true(work_gather(1));
    wire_close(&gone);
    resume_in_another_thread();

    wire = wire_open(http_port(server));
    reply = wire_ask(&wire, "GET /now HTTP/1.1\r\n" HOST "\r\n");
    assert_string_equal(reply.body, "now");
}

/* -------------------------------------------------------------------- stopping */

struct stopping {
    pthread_t thread;
    int answered_count; /* when it had stopped */
};

static void *stop_and_count(void *argument)
{
    struct stopping *stopping = argument;

    http_stop(server, STOP_MS);
    stopping->answered_count = atomic_load(&answered_count);
    return NULL;
}

/* Asks until it is told that the server stops; false if it never is. */
static bool is_told_of_the_stop(struct wire *wire)
{
    for (int64_t until = clock_boot_ms() + GATHER_MS; clock_boot_ms() < until;) {
        SCOPED(reply_clear)
        struct reply reply = wire_ask(wire, "GET /now HTTP/1.1\r\n" HOST "\r\n");

        if (reply.status != 200)
            return reply.status == 503 || reply.status == 0;
        if (strcmp(reply_header(&reply, "Connection"), "close") == 0)
            return true;
    }
    return false;
}

static void a_stop_waits_for_those_that_are_suspended(void **state)
{
    SCOPED(wire_close) struct wire waiting = {0};
    SCOPED(wire_close) struct wire other = {0};
    SCOPED(reply_clear) struct reply first = {0}, reply = {0};
    struct stopping stopping = {0};

    (void)state;
    assert_int_equal(start(NULL), 0);
    waiting = wire_open(http_port(server));
    other = wire_open(http_port(server));
    first = wire_ask(&other, "GET /now HTTP/1.1\r\n" HOST "\r\n");
    wire_send(&waiting, "GET /twice?n=x HTTP/1.1\r\n" HOST "\r\n");
    assert_true(work_gather(1));

    assert_int_equal(pthread_create(&stopping.thread, NULL, stop_and_count, &stopping), 0);
    assert_true(is_told_of_the_stop(&other));
    resume_in_another_thread(); /* it is suspended once more, while stopping */
    assert_true(work_gather(1));
    resume_in_another_thread();

    reply = wire_read(&waiting, true);
    pthread_join(stopping.thread, NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "x");
    assert_string_equal(reply_header(&reply, "Connection"), "close");
    assert_int_equal(stopping.answered_count, 1);
}

static int64_t stop_within(int timeout_ms)
{
    int64_t began = clock_boot_ms();

    http_stop(server, timeout_ms);
    return clock_boot_ms() - began;
}

static void idle_connections_do_not_hold_up_a_stop(void **state)
{
    struct wire idle[8];

    (void)state;
    assert_int_equal(start(NULL), 0);
    for (int i = 0; i < 8; i++) {
        idle[i] = wire_open(http_port(server));
        if (i % 2) { /* half of them have asked, half have not yet */
            SCOPED(reply_clear)
            struct reply reply = wire_ask(&idle[i], "GET /now HTTP/1.1\r\n" HOST "\r\n");

            assert_int_equal(reply.status, 200);
        }
    }

    assert_true(stop_within(60000) < 10000);

    for (int i = 0; i < 8; i++)
        wire_close(&idle[i]);
}

static void a_body_that_never_comes_holds_up_a_stop_for_its_timeout_only(void **state)
{
    SCOPED(wire_close) struct wire wire = {0};
    SCOPED(reply_clear) struct reply go_on = {0};

    (void)state;
    assert_int_equal(start(NULL), 0);
    wire = wire_open(http_port(server));
    wire_send(&wire,
              "POST /now HTTP/1.1\r\n" HOST "Content-Length: 9\r\nExpect: 100-continue\r\n\r\n");
    go_on = wire_read(&wire, false);
    assert_int_equal(go_on.status, 100); /* so it has been let in */

    assert_true(stop_within(100) < 10000);
}

static void stopping_nothing_is_nothing(void **state)
{
    (void)state;
    http_stop(NULL, 0);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(a_hundred_wait_at_once_and_each_gets_its_own_answer),
        SERVED(others_are_answered_meanwhile),
        SERVED(an_exchange_may_be_suspended_again),
        SERVED(an_exchange_may_be_resumed_before_its_handler_returns),
        SERVED(a_failure_after_the_wait_is_the_answer),
        SERVED(a_client_that_goes_away_meanwhile_does_no_harm),
        cmocka_unit_test(a_stop_waits_for_those_that_are_suspended),
        cmocka_unit_test(idle_connections_do_not_hold_up_a_stop),
        cmocka_unit_test(a_body_that_never_comes_holds_up_a_stop_for_its_timeout_only),
        cmocka_unit_test(stopping_nothing_is_nothing),
    };

    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
