#include "unit.h"

#include <pthread.h>
#include <stdlib.h>

#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "bridge/http/server.h"
#include "bridge/http/work.h"
#include "open_gate.h"
#include "ordinary_limits.h"
#include "wire.h"

/* Work that goes on until it is told to end; a test sees how much of it is under way. */

enum { STOP_MS = 5000, WAIT_SECONDS = 20, THREADS = 3, ORDINARY_MAX = 3, SCANS_MAX = 2 };

#define HOST "Host: bridge.example\r\n"

static struct http_server *server;
static struct work *work;

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int begun;
    int let_go; /* of those that have begun, how many may end */
    int ended;
} gate_of_work = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void await(const int *number, int least)
{
    struct timespec until = {.tv_sec = clock_now() + WAIT_SECONDS};

    while (*number < least &&
           pthread_cond_timedwait(&gate_of_work.changed, &gate_of_work.mutex, &until) == 0)
        continue;
}

static bool has_begun(int count)
{
    bool is_so;

    pthread_mutex_lock(&gate_of_work.mutex);
    await(&gate_of_work.begun, count);
    is_so = gate_of_work.begun >= count;
    pthread_mutex_unlock(&gate_of_work.mutex);
    return is_so;
}

static int ended_count(void)
{
    int count;

    pthread_mutex_lock(&gate_of_work.mutex);
    count = gate_of_work.ended;
    pthread_mutex_unlock(&gate_of_work.mutex);
    return count;
}

static void let_go(int count)
{
    pthread_mutex_lock(&gate_of_work.mutex);
    gate_of_work.let_go += count;
    pthread_cond_broadcast(&gate_of_work.changed);
    pthread_mutex_unlock(&gate_of_work.mutex);
}

static enum status toil(struct exchange *exchange, void *argument, struct problem *problem)
{
    int mine;

    (void)problem;
    pthread_mutex_lock(&gate_of_work.mutex);
    mine = ++gate_of_work.begun;
    pthread_cond_broadcast(&gate_of_work.changed);
    await(&gate_of_work.let_go, mine);
    gate_of_work.ended++;
    pthread_mutex_unlock(&gate_of_work.mutex);
    exchange_answer(exchange, 200, NULL, bytes_of_text(argument), exchange_body(exchange));
    return STATUS_OK;
}

static enum status give_up(struct exchange *exchange, void *argument, struct problem *problem)
{
    (void)exchange;
    (void)argument;
    return problem_set(problem, STATUS_TIMED_OUT, "it took too long");
}

/* ------------------------------------------------------------------------ handlers */

static enum status submit(struct exchange *exchange, enum work_kind kind, struct problem *problem)
{
    char *name = arena_strdup(exchange_arena(exchange), exchange_parameter(exchange, "n"));

    return work_submit(work, kind, exchange, toil, name, problem);
}

static enum status do_work(struct exchange *exchange, struct problem *problem)
{
    return submit(exchange, WORK_ORDINARY, problem);
}

static enum status do_scan(struct exchange *exchange, struct problem *problem)
{
    return submit(exchange, WORK_SCAN, problem);
}

static enum status do_fail(struct exchange *exchange, struct problem *problem)
{
    return work_submit(work, WORK_ORDINARY, exchange, give_up, NULL, problem);
}

static enum status answer_now(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 200, NULL, bytes_of_text("now"), (struct bytes){0});
    return STATUS_OK;
}

static const struct route routes[] = {
    {"GET", "/now", 0, answer_now}, {"POST", "/work", 0, do_work}, {"GET", "/work", 0, do_work},
    {"GET", "/scan", 0, do_scan},   {"GET", "/fails", 0, do_fail},
};

static int start(void **state)
{
    const struct http_settings settings = {
        .address = "127.0.0.1",
        .limits = ORDINARY_LIMITS(1000),
        .control_group = (gid_t)-1,
        .routes = routes,
        .route_count = sizeof(routes) / sizeof(*routes),
        .gate = open_gate,
    };
    const struct work_settings work_settings = {
        .threads = THREADS, .at_once = {[WORK_ORDINARY] = ORDINARY_MAX, [WORK_SCAN] = SCANS_MAX}};

    (void)state;
    gate_of_work.begun = gate_of_work.let_go = gate_of_work.ended = 0;
    if (work_start(&work_settings, &work, NULL))
        return -1;
    return http_start(&settings, &server, NULL) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server, STOP_MS);
    work_stop(work);
    server = NULL;
    work = NULL;
    return 0;
}

static struct wire ask(const char *request_line)
{
    struct wire wire = wire_open(http_port(server));
    char request[256];

    (void)snprintf(request, sizeof(request), "%s HTTP/1.1\r\n" HOST "\r\n", request_line);
    wire_send(&wire, request);
    return wire;
}

/* ----------------------------------------------------------------------------- tests */

static void work_answers_its_own_exchange(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    let_go(1);
    reply = wire_ask(&wire, "POST /work?n=x. HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc");

    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "x.abc");
}

static void its_failure_is_the_answer(void **state)
{
    SCOPED(wire_close) struct wire wire = ask("GET /fails");
    SCOPED(reply_clear) struct reply reply = wire_read(&wire, true);

    (void)state;
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.body, "it took too long"));
}

static void others_are_answered_while_every_work_thread_is_busy(void **state)
{
    struct wire busy[ORDINARY_MAX];

    (void)state;
    for (int i = 0; i < ORDINARY_MAX; i++)
        busy[i] = ask("GET /work?n=x");
    assert_true(has_begun(THREADS));

    for (int i = 0; i < 4; i++) { /* more than there are HTTP threads */
        SCOPED(wire_close) struct wire other = ask("GET /now");
        SCOPED(reply_clear) struct reply reply = wire_read(&other, true);

        assert_string_equal(reply.body, "now");
    }

    let_go(ORDINARY_MAX);
    for (int i = 0; i < ORDINARY_MAX; i++) {
        SCOPED(reply_clear) struct reply reply = wire_read(&busy[i], true);

        assert_int_equal(reply.status, 200);
        wire_close(&busy[i]);
    }
}

static void a_third_scan_is_told_to_come_back(void **state)
{
    struct wire scans[SCANS_MAX];
    SCOPED(wire_close) struct wire third = {0};
    SCOPED(reply_clear) struct reply refused = {0}, taken = {0};

    (void)state;
    for (int i = 0; i < SCANS_MAX; i++)
        scans[i] = ask("GET /scan?n=x");
    assert_true(has_begun(SCANS_MAX));

    third = ask("GET /scan?n=third");
    refused = wire_read(&third, true);
    assert_int_equal(refused.status, 429);
    assert_string_equal(reply_header(&refused, "Retry-After"), "1");
    assert_non_null(strstr(refused.body, "2 lists"));

    let_go(SCANS_MAX + 1);
    for (int i = 0; i < SCANS_MAX; i++) {
        SCOPED(reply_clear) struct reply reply = wire_read(&scans[i], true);

        assert_int_equal(reply.status, 200);
        wire_close(&scans[i]);
    }
    taken = wire_ask(&third, "GET /scan?n=third HTTP/1.1\r\n" HOST "\r\n");
    assert_string_equal(taken.body, "third");
}

static void scans_leave_a_thread_to_other_work(void **state)
{
    struct wire scans[SCANS_MAX];
    SCOPED(wire_close) struct wire other = {0};
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    for (int i = 0; i < SCANS_MAX; i++)
        scans[i] = ask("GET /scan?n=x");
    assert_true(has_begun(SCANS_MAX));

    other = ask("GET /fails");
    reply = wire_read(&other, true);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.body, "it took too long"));

    let_go(SCANS_MAX);
    for (int i = 0; i < SCANS_MAX; i++)
        wire_close(&scans[i]);
}

static void what_is_too_much_is_refused_not_kept(void **state)
{
    struct wire busy[ORDINARY_MAX];

    (void)state;
    for (int i = 0; i < ORDINARY_MAX; i++)
        busy[i] = ask("GET /work?n=x");
    assert_true(has_begun(THREADS));

    for (int i = 0; i < 2; i++) {
        SCOPED(wire_close) struct wire more = ask("GET /work?n=x");
        SCOPED(reply_clear) struct reply reply = wire_read(&more, true);

        assert_int_equal(reply.status, 503);
        assert_non_null(strstr(reply.body, "under way already"));
    }

    let_go(ORDINARY_MAX);
    for (int i = 0; i < ORDINARY_MAX; i++)
        wire_close(&busy[i]);
}

static void a_client_that_goes_away_meanwhile_does_no_harm(void **state)
{
    struct wire gone = ask("GET /work?n=x");
    SCOPED(wire_close) struct wire wire = {0};
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    assert_true(has_begun(1));
    wire_close(&gone);
    let_go(1);

    wire = ask("GET /now");
    reply = wire_read(&wire, true);
    assert_string_equal(reply.body, "now");
}

/* On a connection that is there already: a server that stops takes no new one. */
static void *let_go_once_it_stops(void *context)
{
    struct wire *wire = context;
    bool is_stopping = false;

    while (!is_stopping) {
        SCOPED(reply_clear)
        struct reply reply = wire_ask(wire, "GET /now HTTP/1.1\r\n" HOST "\r\n");

        is_stopping = reply.status != 200 || *reply_header(&reply, "Connection");
    }
    let_go(THREADS + 1);
    return NULL;
}

static void a_stop_waits_for_work_that_runs_and_work_that_waits(void **state)
{
    const char *const requests[] = {"GET /scan?n=x", "GET /scan?n=x", "GET /work?n=x",
                                    "GET /work?n=x"};
    enum { COUNT = sizeof(requests) / sizeof(*requests) };
    struct wire busy[COUNT];
    SCOPED(wire_close) struct wire other = {0};
    SCOPED(reply_clear) struct reply first = {0};
    pthread_t thread;

    assert_int_equal(start(state), 0);
    other = ask("GET /now");
    first = wire_read(&other, true);
    for (int i = 0; i < COUNT; i++)
        busy[i] = ask(requests[i]);
    assert_true(has_begun(THREADS));

    assert_int_equal(pthread_create(&thread, NULL, let_go_once_it_stops, &other), 0);
    http_stop(server, STOP_MS);
    assert_true(ended_count() >= THREADS);
    work_stop(work);
    pthread_join(thread, NULL);
    for (int i = 0; i < COUNT; i++)
        wire_close(&busy[i]);
}

static void stopping_nothing_is_nothing(void **state)
{
    (void)state;
    work_stop(NULL);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(work_answers_its_own_exchange),
        SERVED(its_failure_is_the_answer),
        SERVED(others_are_answered_while_every_work_thread_is_busy),
        SERVED(a_third_scan_is_told_to_come_back),
        SERVED(scans_leave_a_thread_to_other_work),
        SERVED(what_is_too_much_is_refused_not_kept),
        SERVED(a_client_that_goes_away_meanwhile_does_no_harm),
        cmocka_unit_test(a_stop_waits_for_work_that_runs_and_work_that_waits),
        cmocka_unit_test(stopping_nothing_is_nothing),
    };

    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
