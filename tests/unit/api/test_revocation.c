#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "bridge/base/clock.h"
#include "bridge/base/log.h"
#include "service.h"

/*
 * Whoever has lost access is told so on every route, from the moment in which that
 * was answered (I4, I6, and threat 8): caches and second ways in would show here.
 */

enum { CALLERS = 8, TARGET_SIZE = 256, HEAD_SIZE = 8192, ROUNDS_AFTER = 2 };

static struct service service;

/* Each route, with a word for each segment that takes any. */
static const char *target_of(const struct route *route, char target[TARGET_SIZE])
{
    const char *from = route->path;
    size_t size = 0;

    while (*from && size + 1 < TARGET_SIZE) {
        if (*from == '{') {
            target[size++] = 'x';
            from = strchr(from, '}') + 1;
        } else {
            target[size++] = *from++;
        }
    }
    target[size] = '\0';
    return target;
}

static int ask(const char *token, const struct route *route)
{
    char target[TARGET_SIZE];
    bool has_body = strcmp(route->method, "GET") != 0 && strcmp(route->method, "DELETE") != 0;
    SCOPED(reply_clear)
    struct reply reply = service_ask(&service, token, route->method, target_of(route, target),
                                     has_body ? "{}" : NULL);

    return reply.status;
}

/* ------------------------------------------------------------------- many callers */

static struct {
    const char *token;
    atomic_bool is_over;    /* the token's life; the answer has come */
    atomic_int let_in;      /* answers of 200 before that */
    atomic_int let_in_late; /* answers of other than 401 to what was asked after it */
    atomic_int told;        /* answers of 401 to that */
} hammering;

/* One time through the table, which the health checks are not meant by. */
static void ask_everywhere(void)
{
    size_t count;
    const struct route *routes = api_routes(&count);

    for (size_t i = 0; i < count; i++) {
        bool is_late = hammering.is_over;
        int status;

        if (strstr(routes[i].path, "/healthz") || strstr(routes[i].path, "/readyz"))
            continue;
        status = ask(hammering.token, &routes[i]);
        if (!is_late)
            hammering.let_in += status == 200;
        else if (status == 401)
            hammering.told++;
        else
            hammering.let_in_late++;
    }
}

static void *hammer(void *context)
{
    (void)context;
    while (!hammering.is_over)
        ask_everywhere();
    for (int round = 0; round < ROUNDS_AFTER; round++)
        ask_everywhere();
    return NULL;
}

static void await_some_let_in(void)
{
    int64_t latest = clock_boot_ms() + WIRE_SECONDS * 1000;

    while (hammering.let_in < CALLERS && clock_boot_ms() < latest)
        (void)ask(hammering.token, &(struct route){.method = "GET", .path = "/scim/v2/Sites"});
}

/* While many use the token, ask for its end; nobody succeeds who asks after the answer. */
static void assert_ends_at_once(const char *token, const char *method, const char *target,
                                const char *body, int status)
{
    pthread_t callers[CALLERS];
    struct reply ended;

    hammering.token = token;
    hammering.is_over = false;
    hammering.let_in = hammering.let_in_late = hammering.told = 0;
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&callers[i], NULL, hammer, NULL), 0);
    await_some_let_in();
    ended = service_ask(&service, service.admin, method, target, body);
    hammering.is_over = true;
    for (int i = 0; i < CALLERS; i++)
        (void)pthread_join(callers[i], NULL);

    assert_int_equal(ended.status, status);
    reply_clear(&ended);
    assert_true(hammering.let_in >= CALLERS);
    assert_int_equal(hammering.let_in_late, 0);
    assert_true(hammering.told >= CALLERS * ROUNDS_AFTER);
}

static void the_token_of_a_connection_that_is_deleted_opens_no_route(void **state)
{
    (void)state;
    assert_ends_at_once(service.provider, "DELETE",
                        "/admin/v1/connections/entra?accounts=deactivate", NULL, 204);
}

static void a_token_that_is_rotated_out_opens_no_route(void **state)
{
    (void)state;
    assert_ends_at_once(service.provider, "POST", "/admin/v1/connections/entra/.rotate",
                        "{\"grace\":0}", 200);
}

static void an_administrators_token_that_is_revoked_opens_no_route(void **state)
{
    char token[TOKEN_TEXT_SIZE];

    (void)state;
    service_issue(&service, "second", clock_now(), 0, token);
    assert_ends_at_once(token, "DELETE", "/admin/v1/tokens/second", NULL, 204);
}

/* ------------------------------------------------------------------- one refusal */

/* The head without what differs from answer to answer, and the body. */
static const char *refusal(const char *token)
{
    static const char *const changing[] = {"Date: ", "X-Request-Id: "};
    SCOPED(reply_clear)
    struct reply reply = service_ask(&service, token, "GET", "/scim/v2/Users", NULL);
    char *text = arena_printf(service.world->arena, "%s\n%s", reply.head, reply.body);

    assert_int_equal(reply.status, 401);
    for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
        char *found = strstr(text, changing[i]);

        assert_non_null(found);
        memset(found, '-', strcspn(found, "\r"));
    }
    return text;
}

/* As it was, but for one character of the part behind the id, or of the id. */
static const char *spoilt(const char *token, size_t at)
{
    char *copy = arena_strdup(service.world->arena, token);

    copy[at] = copy[at] == 'A' ? 'B' : 'A';
    return copy;
}

static void all_tokens_that_open_nothing_are_refused_alike(void **state)
{
    char revoked[TOKEN_TEXT_SIZE], expired[TOKEN_TEXT_SIZE];
    struct reply reply;
    const char *expected;

    (void)state;
    service_issue(&service, "revoked", clock_now(), 0, revoked);
    service_issue(&service, "expired", clock_now() - 100, 50, expired);
    reply = service_ask(&service, service.admin, "DELETE", "/admin/v1/tokens/revoked", NULL);
    assert_int_equal(reply.status, 204);
    reply_clear(&reply);

    expected = refusal("nonsense");
    assert_string_equal(refusal(""), expected);
    assert_string_equal(refusal(revoked), expected);
    assert_string_equal(refusal(expired), expected);
    assert_string_equal(refusal(spoilt(service.provider, strlen("rb_"))), expected);
    assert_string_equal(refusal(spoilt(service.provider, strlen(service.provider) - 2)), expected);

    reply = service_ask(&service, service.admin, "DELETE",
                        "/admin/v1/connections/entra?accounts=release", NULL);
    assert_int_equal(reply.status, 204);
    reply_clear(&reply);
    assert_string_equal(refusal(service.provider), expected);
}

static int set_up(void **state)
{
    int code = world_set_up(state);

    service_start(&service, *state, &service_limits, &service_work);
    return code;
}

static int tear_down(void **state)
{
    service_stop(&service);
    return world_tear_down(state);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(the_token_of_a_connection_that_is_deleted_opens_no_route),
        SERVED(a_token_that_is_rotated_out_opens_no_route),
        SERVED(an_administrators_token_that_is_revoked_opens_no_route),
        SERVED(all_tokens_that_open_nothing_are_refused_alike),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
