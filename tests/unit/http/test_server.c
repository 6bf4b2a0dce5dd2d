#include "unit.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "bridge/base/text.h"
#include "bridge/http/server.h"
#include "ordinary_limits.h"
#include "wire.h"

enum { BODY_MAX = 100000, LARGE_SIZE = 1024 * 1024, STOP_MS = 5000, SCOPE_OPEN = 0, SCOPE_OWN = 1 };

#define HOST "Host: bridge.example\r\n"
#define KEY  "Authorization: Bearer yes\r\n"

static struct http_server *server;
static atomic_int call_count; /* of handlers */
static char context[] = "the context";

/* -------------------------------------------------------------------- handlers */

static enum status answer_text(struct exchange *exchange, int status, const char *text)
{
    exchange_answer(exchange, status, NULL, bytes_of_text(text), (struct bytes){0});
    return STATUS_OK;
}

static enum status things_list(struct exchange *exchange, struct problem *problem)
{
    const char *filter = exchange_parameter(exchange, "filter");

    (void)problem;
    atomic_fetch_add(&call_count, 1);
    return answer_text(exchange, 200,
                       arena_printf(exchange_arena(exchange), "list %s %s %s",
                                    exchange_method(exchange), exchange_path(exchange),
                                    filter ? filter : "-"));
}

static enum status thing_get(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer_header(exchange, "ETag", "W/\"1\"");
    exchange_answer_header(exchange, "Cache-Control", "private");
    exchange_answer(exchange, 200, "text/plain", bytes_of_text(exchange_segment(exchange, "id")),
                    bytes_of_text("!"));
    return STATUS_OK;
}

static enum status thing_create(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    atomic_fetch_add(&call_count, 1);
    exchange_answer_header(
        exchange, "Location",
        arena_printf(exchange_arena(exchange), "%s/things/1", exchange_base(exchange)));
    exchange_answer(exchange, 201, NULL, exchange_body(exchange), (struct bytes){0});
    return STATUS_OK;
}

static enum status thing_delete(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 204, NULL, (struct bytes){0}, (struct bytes){0});
    return STATUS_OK;
}

static enum status thing_conflicts(struct exchange *exchange, struct problem *problem)
{
    exchange_answer(exchange, 200, "text/plain", bytes_of_text("too early"), (struct bytes){0});
    return problem_set(problem, STATUS_UNIQUENESS, "userName \"%s\" is taken",
                       exchange_parameter(exchange, "name"));
}

static enum status thing_is_mumbled(struct exchange *exchange, struct problem *problem)
{
    return problem_set(problem, STATUS_VERSION_MISMATCH, "If-Match is %s",
                       exchange_header(exchange, "if-match"));
}

static enum status thing_is_busy(struct exchange *exchange, struct problem *problem)
{
    (void)exchange;
    (void)problem;
    return STATUS_BUSY;
}

static enum status thing_is_left(struct exchange *exchange, struct problem *problem)
{
    (void)exchange;
    (void)problem;
    return STATUS_OK;
}

static enum status thing_is_large(struct exchange *exchange, struct problem *problem)
{
    char *body = arena_alloc(exchange_arena(exchange), LARGE_SIZE);

    (void)problem;
    memset(body, 'x', LARGE_SIZE);
    exchange_answer(exchange, 200, NULL, bytes_of(body, LARGE_SIZE), bytes_of_text("end"));
    return STATUS_OK;
}

static enum status thing_knows(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    return answer_text(exchange, 200,
                       arena_printf(exchange_arena(exchange), "%s %s %s %d",
                                    (const char *)exchange_context(exchange),
                                    (const char *)exchange_principal(exchange),
                                    exchange_peer(exchange), exchange_is_control(exchange)));
}

static const struct route routes[] = {
    {"GET", "/things", SCOPE_OWN, things_list},
    {"POST", "/things", SCOPE_OWN, thing_create},
    {"GET", "/things/{id}", SCOPE_OWN, thing_get},
    {"DELETE", "/things/{id}", SCOPE_OWN, thing_delete},
    {"GET", "/things/.conflict", SCOPE_OPEN, thing_conflicts},
    {"GET", "/things/.mumbled", SCOPE_OPEN, thing_is_mumbled},
    {"GET", "/things/.busy", SCOPE_OPEN, thing_is_busy},
    {"GET", "/things/.left", SCOPE_OPEN, thing_is_left},
    {"GET", "/things/.large", SCOPE_OPEN, thing_is_large},
    {"GET", "/things/.known", SCOPE_OWN, thing_knows},
};

static enum status gate(struct exchange *exchange, unsigned scope, struct problem *problem)
{
    const char *key = exchange_header(exchange, "authorization");

    if (scope == SCOPE_OPEN)
        return STATUS_OK;
    if (!key || strcmp(key, "Bearer yes") != 0)
        return problem_set(problem, STATUS_UNAUTHORIZED, "give a bearer token");
    exchange_set_principal(exchange, "ada");
    return STATUS_OK;
}

static struct http_settings settings = {
    .address = "127.0.0.1",
    .limits = ORDINARY_LIMITS(BODY_MAX),
    .control_group = (gid_t)-1,
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(*routes),
    .gate = gate,
    .context = context,
};

static int start(void **state)
{
    struct problem problem = {0};

    (void)state;
    atomic_store(&call_count, 0);
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

/* ---------------------------------------------------------------------- checks */

static void assert_error(const struct reply *reply, int status, const char *scim_type)
{
    char start[256];

    (void)snprintf(start, sizeof(start),
                   "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
                   "\"status\":\"%d\",%s%s%s\"detail\":\"",
                   status, scim_type ? "\"scimType\":\"" : "", scim_type ? scim_type : "",
                   scim_type ? "\"," : "");
    assert_int_equal(reply->status, status);
    assert_memory_equal(reply->body, start, strlen(start));
    assert_string_equal(reply_header(reply, "Content-Type"), "application/scim+json");
    assert_string_equal(reply_header(reply, "Cache-Control"), "no-store");
    assert_int_equal(strlen(reply_header(reply, "X-Request-Id")), 36);
}

/* A request that is refused before any body: an error, and the end of the connection if `ends`. */
static void assert_refused(const char *request, int status, bool ends)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = wire_ask(&wire, request);

    if (reply.status != status)
        fail_msg("%d to: %.200s", reply.status, request);
    assert_error(&reply, status, status == 400 ? "invalidSyntax" : NULL);
    assert_string_equal(reply_header(&reply, "Connection"), ends ? "close" : "");
    if (ends)
        assert_true(wire_ends(&wire));
    assert_int_equal(atomic_load(&call_count), 0);
}

/* --------------------------------------------------------------------- answers */

static void a_request_is_answered(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire,
                     "GET //things/?aadOptscim062020&filter=a+eq%201 HTTP/1.1\r\n" HOST KEY "\r\n");

    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "list GET /things a eq 1");
    assert_string_equal(reply_header(&reply, "Content-Type"), "application/scim+json");
    assert_string_equal(reply_header(&reply, "Cache-Control"), "no-store");
    assert_int_equal(strlen(reply_header(&reply, "X-Request-Id")), 36);
}

static void an_answer_says_what_its_handler_says(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "GET /things/a%20b HTTP/1.1\r\n" HOST KEY "\r\n");

    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "a b!");
    assert_string_equal(reply_header(&reply, "Content-Type"), "text/plain");
    assert_string_equal(reply_header(&reply, "ETag"), "W/\"1\"");
    assert_string_equal(reply_header(&reply, "Cache-Control"), "private");
}

static void plain_json_is_what_some_clients_ask_for(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "GET /things HTTP/1.1\r\n" HOST KEY "Accept: application/json\r\n\r\n");

    assert_string_equal(reply_header(&reply, "Content-Type"), "application/json");
}

static void a_handler_knows_where_it_is(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "GET /things/.known HTTP/1.1\r\n" HOST KEY "\r\n");

    assert_string_equal(reply.body, "the context ada 127.0.0.1 0");
}

static void head_is_get_without_the_body(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply head = {0}, next = {0};

    (void)state;
    wire_send(&wire, "HEAD /things HTTP/1.1\r\n" HOST KEY "\r\n");
    head = wire_read(&wire, false);
    next = wire_ask(&wire, "GET /things HTTP/1.1\r\n" HOST KEY "\r\n");

    assert_int_equal(head.status, 200);
    assert_string_equal(reply_header(&head, "Content-Length"), "18");
    assert_string_equal(next.body, "list GET /things -");
}

static void a_large_answer_arrives_whole(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "GET /things/.large HTTP/1.1\r\n" HOST "\r\n");

    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.body_size, LARGE_SIZE + 3);
    assert_string_equal(reply.body + LARGE_SIZE - 1, "xend");
}

static void an_answer_may_be_empty(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "DELETE /things/1 HTTP/1.1\r\n" HOST KEY "\r\n");

    assert_int_equal(reply.status, 204);
    assert_string_equal(reply_header(&reply, "Content-Type"), "");
}

static void requests_on_one_connection_are_answered_in_order(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));

    (void)state;
    wire_send(&wire, "GET /things?filter=0 HTTP/1.1\r\n" HOST KEY "\r\n"
                     "POST /things HTTP/1.1\r\n" HOST KEY "Content-Length: 1\r\n\r\n1"
                     "POST /things HTTP/1.1\r\n" HOST KEY
                     "Transfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n"
                     "GET /nowhere HTTP/1.1\r\n" HOST "\r\n"
                     "GET /things?filter=4 HTTP/1.1\r\n" HOST KEY "\r\n");

    for (int i = 0; i < 5; i++) {
        static const char *const bodies[] = {"list GET /things 0", "1", "2", NULL,
                                             "list GET /things 4"};
        SCOPED(reply_clear) struct reply reply = wire_read(&wire, true);

        assert_int_not_equal(reply.status, 0);
        if (bodies[i])
            assert_string_equal(reply.body, bodies[i]);
        else
            assert_error(&reply, 404, NULL);
    }
}

/* -------------------------------------------------------------------- failures */

static void a_failure_becomes_a_scim_error(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "GET /things/.conflict?name=a%22b HTTP/1.1\r\n" HOST "\r\n");

    assert_error(&reply, 409, "uniqueness");
    assert_non_null(strstr(reply.body, "\"detail\":\"userName \\\"a\\\"b\\\" is taken\"}"));
}

static void an_error_is_readable_whatever_the_client_sent(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "GET /things/.mumbled HTTP/1.1\r\n" HOST "If-Match: \xFF\xC3\r\n\r\n");

    assert_error(&reply, 412, NULL);
    assert_non_null(strstr(reply.body, "If-Match is ??\"}"));
}

static void a_busy_answer_says_when_to_come_back(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "GET /things/.busy HTTP/1.1\r\n" HOST "\r\n");

    assert_error(&reply, 503, NULL);
    assert_string_equal(reply_header(&reply, "Retry-After"), "5");
}

static void a_request_that_nobody_answers_fails(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    log_set_level(LOG_ERROR + 1);
    reply = wire_ask(&wire, "GET /things/.left HTTP/1.1\r\n" HOST "\r\n");
    log_set_level(LOG_ERROR);

    assert_error(&reply, 500, NULL);
}

static void what_is_not_in_the_table_is_not_there(void **state)
{
    (void)state;
    assert_refused("GET /nowhere HTTP/1.1\r\n" HOST "\r\n", 404, false);
    assert_refused("GET /Things HTTP/1.1\r\n" HOST KEY "\r\n", 404, false);
    assert_refused("POST /nowhere HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", 404, true);
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "BREW /things HTTP/1.1\r\n" HOST KEY "\r\n");

    assert_error(&reply, 405, NULL);
    assert_string_equal(reply_header(&reply, "Allow"), "GET, HEAD, POST");
}

static void whoever_the_gate_refuses_is_not_listened_to(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    reply = wire_ask(&wire, "POST /things HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n");

    assert_error(&reply, 401, NULL);
    assert_string_equal(reply_header(&reply, "WWW-Authenticate"), "Bearer");
    assert_true(wire_ends(&wire));
    assert_refused("POST /things HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 401,
                   true);
    assert_refused("POST /things HTTP/1.1\r\n" HOST
                   "Content-Length: 40\r\nExpect: 100-continue\r\n\r\n",
                   401, true);
    /* What follows is never taken for a request. */
    assert_refused("POST /things HTTP/1.1\r\n" HOST "Content-Length: 40\r\n\r\n"
                   "GET /things HTTP/1.1\r\n" HOST KEY "\r\n",
                   401, true);
    assert_refused("GET /things HTTP/1.1\r\n" HOST "\r\n", 401, false);
}

/* ---------------------------------------------------------------------- bodies */

static struct reply post_sized(struct wire *wire, size_t size)
{
    char head[256];
    char *body = malloc(size + 1);
    struct reply reply;

    memset(body, 'b', size);
    body[size] = '\0';
    (void)snprintf(head, sizeof(head),
                   "POST /things HTTP/1.1\r\n" HOST KEY "Content-Length: %zu\r\n\r\n", size);
    wire_send(wire, head);
    wire_send(wire, body);
    reply = wire_read(wire, true);
    free(body);
    return reply;
}

static void a_body_is_taken_up_to_its_limit(void **state)
{
    static const size_t sizes[] = {0, 1, BODY_MAX - 1, BODY_MAX};
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        SCOPED(reply_clear) struct reply reply = post_sized(&wire, sizes[i]);

        assert_int_equal(reply.status, 201);
        assert_int_equal(reply.body_size, sizes[i]);
        assert_string_equal(reply_header(&reply, "Location"), "http://bridge.example/things/1");
    }
}

static void a_larger_body_is_refused_before_it_is_read(void **state)
{
    (void)state;
    assert_refused("POST /things HTTP/1.1\r\n" HOST KEY "Content-Length: 100001\r\n\r\n", 413,
                   true);
    assert_refused("POST /things HTTP/1.1\r\n" HOST KEY
                   "Content-Length: 999999999999999999\r\n\r\n",
                   413, true);
}

/* `count` chunks of 1000 bytes. */
static struct reply post_chunks(struct wire *wire, int count)
{
    char chunk[1024];
    int size = snprintf(chunk, sizeof(chunk), "3e8\r\n%01000d\r\n", 7);

    wire_send(wire, "POST /things HTTP/1.1\r\n" HOST KEY "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < count; i++)
        wire_send_bytes(wire, chunk, (size_t)size);
    wire_send(wire, "0\r\n\r\n");
    return wire_read(wire, true);
}

static void a_chunked_body_has_the_same_limit(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply whole = {0}, refused = {0};

    (void)state;
    whole = post_chunks(&wire, BODY_MAX / 1000);
    refused = post_chunks(&wire, BODY_MAX / 1000 + 1);

    assert_int_equal(whole.status, 201);
    assert_int_equal(whole.body_size, BODY_MAX);
    assert_error(&refused, 413, NULL);
    assert_true(wire_ends(&wire));
    assert_int_equal(atomic_load(&call_count), 1);
}

static void a_body_that_is_not_json_is_refused(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
    SCOPED(reply_clear) struct reply get = {0}, post = {0};

    (void)state;
    assert_refused("POST /things HTTP/1.1\r\n" HOST KEY
                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n",
                   415, true);
    get = wire_ask(&wire, "GET /things HTTP/1.1\r\n" HOST KEY "Content-Type: text/plain\r\n\r\n");
    assert_int_equal(get.status, 200); /* there is no body to be of that type */
    post = wire_ask(&wire, "POST /things HTTP/1.1\r\n" HOST KEY
                           "Content-Type: application/json;charset=UTF-8\r\n"
                           "Content-Length: 2\r\n\r\n{}");
    assert_int_equal(post.status, 201);
}

/* ---------------------------------------------------------------------- limits */

static char *request_of(size_t target_size, size_t header_count, size_t header_size)
{
    struct text request = {.arena = arena_new()};
    char *copy;

    text_add(&request, "GET /");
    for (size_t i = 1; i < target_size; i++)
        text_add(&request, "t");
    text_add(&request, " HTTP/1.1\r\nHost: a\r\n"); /* 9 bytes of headers */
    for (size_t i = 2; i < header_count; i++)
        text_add(&request, "X: y\r\n"); /* 6 bytes each */
    text_add(&request, "P: ");
    for (size_t i = 9 + 6 * (header_count - 2) + 5; i < header_size; i++)
        text_add(&request, "p");
    text_add(&request, "\r\n\r\n");
    copy = strdup(request.data);
    arena_free(request.arena);
    return copy;
}

static void heads_have_limits(void **state)
{
    static const struct {
        size_t target_size;
        size_t header_count;
        size_t header_size;
        int status;
    } heads[] = {
        {8191, 64, 16384, 404}, {8192, 64, 16384, 404}, {8193, 2, 100, 414},  {12000, 2, 100, 414},
        {2, 63, 1000, 404},     {2, 65, 1000, 431},     {2, 100, 16000, 431}, {2, 2, 16383, 404},
        {2, 2, 16385, 431},     {2, 2, 20000, 431},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        char *request =
            request_of(heads[i].target_size, heads[i].header_count, heads[i].header_size);

        assert_refused(request, heads[i].status, heads[i].status != 404);
        free(request);
    }
}

/* Far beyond them libmicrohttpd refuses by itself, with a page of its own. */
static void heads_beyond_all_limits_end_the_connection(void **state)
{
    static const struct {
        size_t target_size;
        size_t header_size;
    } heads[] = {{200000, 100}, {2, 200000}};

    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
        char *request = request_of(heads[i].target_size, 2, heads[i].header_size);
        SCOPED(reply_clear) struct reply reply = wire_ask(&wire, request);

        assert_int_equal(reply.status, i ? 431 : 414);
        free(request);
    }
}

/* ------------------------------------------------------------------- smuggling */

#define SECOND "GET /things HTTP/1.1\r\n" HOST KEY "\r\n"

static const char *const smuggled[] = {
    "POST /things HTTP/1.1\r\n" HOST KEY "Content-Length: 0\r\nContent-Length: 64\r\n\r\n" SECOND,
    "POST /things HTTP/1.1\r\n" HOST KEY "Content-Length: 64\r\nContent-Length: 0\r\n\r\n" SECOND,
    "POST /things HTTP/1.1\r\n" HOST KEY "Content-Length : 64\r\n\r\n" SECOND,
    "POST /things HTTP/1.1\r\n" HOST KEY
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND,
    "POST /things HTTP/1.1\r\n" HOST KEY
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n" SECOND,
    "POST /things HTTP/1.1\r\n" HOST KEY "Transfer-Encoding: cow\r\n\r\n0\r\n\r\n" SECOND,
    "POST /things HTTP/1.0\r\n" HOST KEY "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND,
    "GET /things HTTP/1.1\r\n" HOST KEY "Host: other.example\r\n\r\n" SECOND,
    "GET /things HTTP/1.1\r\n" KEY "\r\n" SECOND,
    "GET /things HTTP/1.1\r\n" HOST KEY KEY "\r\n" SECOND,
    "GET /things HTTP/1.1\r\n" HOST KEY "X\x01Y: z\r\n\r\n" SECOND,
    "GET /things HTTP/1.1\r\n" HOST KEY "X: a\x08z\r\n\r\n" SECOND,
    "GET /things HTTP/1.3\r\n" HOST KEY "\r\n" SECOND,
    "GET /things%00 HTTP/1.1\r\n" HOST KEY "\r\n" SECOND,
    "GET /things/%2e%2e/things HTTP/1.1\r\n" HOST KEY "\r\n" SECOND,
    "GET http://other.example/things HTTP/1.1\r\n" HOST KEY "\r\n" SECOND,
};

static void a_request_of_doubtful_end_is_the_last_of_its_connection(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(smuggled) / sizeof(*smuggled); i++)
        assert_refused(smuggled[i], 400, true);
}

static void what_is_no_http_is_not_handled(void **state)
{
    static const char *const noise[] = {
        "\x16\x03\x01\x02\x01\x01\r\n\r\n",
        "GET /things\r\n\r\n",
        "GET /things HTTP/9.9\r\n\r\n",
        "GET\r\n\r\n",
        "POST /things HTTP/1.1\r\n" HOST KEY "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(noise) / sizeof(*noise); i++) {
        SCOPED(wire_close) struct wire wire = wire_open(http_port(server));

        wire_send(&wire, noise[i]);
        shutdown(wire.fd, SHUT_WR);
        while (wire_fill(&wire))
            continue;

        assert_null(wire.size ? strstr(wire.data, " 200 ") : NULL);
    }
    assert_int_equal(atomic_load(&call_count), 0);
}

/* -------------------------------------------------------------------- the rest */

static void the_public_url_is_the_base_where_there_is_one(void **state)
{
    (void)state;
    settings.public_url = "https://bridge.example.org/";
    assert_int_equal(start(NULL), 0);
    {
        SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
        SCOPED(reply_clear) struct reply reply = post_sized(&wire, 1);

        assert_string_equal(reply_header(&reply, "Location"),
                            "https://bridge.example.org/things/1");
    }
    stop(NULL);
    settings.public_url = NULL;
}

static void an_address_that_is_taken_or_wrong_is_told_apart(void **state)
{
    struct http_settings other = settings;
    struct http_server *second = NULL;
    struct problem taken = {0}, wrong = {0}, foreign = {0};

    (void)state;
    other.port = http_port(server);
    assert_int_equal(http_start(&other, &second, &taken), STATUS_CONFLICT);
    other.address = "not an address";
    assert_int_equal(http_start(&other, &second, &wrong), STATUS_CONFIGURATION);
    other.address = "192.0.2.1"; /* for documentation: nobody has it */
    assert_int_equal(http_start(&other, &second, &foreign), STATUS_CONFIGURATION);

    assert_null(second);
    assert_non_null(strstr(wrong.detail, "not an IP address"));
}

static void read_file(FILE *file, char *out, size_t size)
{
    rewind(file);
    out[fread(out, 1, size - 1, file)] = '\0';
}

static void a_request_leaves_one_line_without_query_or_headers(void **state)
{
    FILE *file = tmpfile();
    int errors = dup(STDERR_FILENO);
    char log[4096];

    (void)state;
    assert_int_equal(start(NULL), 0);
    {
        SCOPED(wire_close) struct wire wire = wire_open(http_port(server));
        SCOPED(reply_clear) struct reply reply = {0};

        log_set_level(LOG_INFO);
        dup2(fileno(file), STDERR_FILENO);
        reply = wire_ask(&wire, "GET /things/?filter=ada HTTP/1.1\r\n" HOST KEY "\r\n");
    }
    stop(NULL);
    dup2(errors, STDERR_FILENO);
    close(errors);
    log_set_level(LOG_ERROR);
    read_file(file, log, sizeof(log));
    (void)fclose(file);

    assert_non_null(strstr(log, "method=\"GET\" path=\"/things\" status=\"200\" ms=\""));
    assert_null(strstr(log, "ada"));
    assert_null(strstr(log, "yes"));
    assert_ptr_equal(strchr(log, '\n'), log + strlen(log) - 1);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(a_request_is_answered),
        SERVED(an_answer_says_what_its_handler_says),
        SERVED(plain_json_is_what_some_clients_ask_for),
        SERVED(a_handler_knows_where_it_is),
        SERVED(head_is_get_without_the_body),
        SERVED(a_large_answer_arrives_whole),
        SERVED(an_answer_may_be_empty),
        SERVED(requests_on_one_connection_are_answered_in_order),
        SERVED(a_failure_becomes_a_scim_error),
        SERVED(an_error_is_readable_whatever_the_client_sent),
        SERVED(a_busy_answer_says_when_to_come_back),
        SERVED(a_request_that_nobody_answers_fails),
        SERVED(what_is_not_in_the_table_is_not_there),
        SERVED(a_wrong_method_is_told_the_right_ones),
        SERVED(whoever_the_gate_refuses_is_not_listened_to),
        SERVED(a_body_is_taken_up_to_its_limit),
        SERVED(a_larger_body_is_refused_before_it_is_read),
        SERVED(a_chunked_body_has_the_same_limit),
        SERVED(a_body_that_is_not_json_is_refused),
        SERVED(heads_have_limits),
        SERVED(heads_beyond_all_limits_end_the_connection),
        SERVED(a_request_of_doubtful_end_is_the_last_of_its_connection),
        SERVED(what_is_no_http_is_not_handled),
        cmocka_unit_test(the_public_url_is_the_base_where_there_is_one),
        SERVED(an_address_that_is_taken_or_wrong_is_told_apart),
        cmocka_unit_test(a_request_leaves_one_line_without_query_or_headers),
    };

    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
