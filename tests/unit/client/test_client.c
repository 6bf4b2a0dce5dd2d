#include "unit.h"

#include "bridge/base/text.h"
#include "bridge/client/client.h"
#include "fake_daemon.h"

/* One request to a daemon that gives this answer, by its socket. */
static enum status ask(struct fake_daemon *fake, const struct fake_answer *answers,
                       struct client_answer *answer, struct problem *problem)
{
    struct client client = {.timeout_seconds = 5};
    enum status status;

    fake_listen_socket(fake);
    fake_start(fake, answers);
    client.socket_path = fake->socket_path;
    status = client_request(&client, "GET", "/scim/v2/Users?count=1", NULL, answer, problem);
    fake_stop(fake);
    return status;
}

static void an_answer_comes_back_with_its_status_and_its_json(void **state)
{
    static const struct fake_answer answers[] = {{200, "{\"userName\": \"ada\"}", 0}, {0}};
    struct fake_daemon fake = {0};
    struct client_answer answer;
    json_auto_t *body = NULL;

    (void)state;
    assert_int_equal(ask(&fake, answers, &answer, NULL), STATUS_OK);
    body = answer.body;

    assert_int_equal(answer.status, 200);
    assert_string_equal(json_string_value(json_object_get(body, "userName")), "ada");
    assert_non_null(strstr(fake.requests[0], "GET /scim/v2/Users?count=1 HTTP/1.1\r\n"));
    assert_null(strstr(fake.requests[0], "Authorization"));
}

static void an_answer_may_have_no_body(void **state)
{
    static const struct fake_answer answers[] = {{204, NULL, 0}, {0}};
    struct fake_daemon fake = {0};
    struct client_answer answer;

    (void)state;
    assert_int_equal(ask(&fake, answers, &answer, NULL), STATUS_OK);

    assert_int_equal(answer.status, 204);
    assert_null(answer.body);
}

static void a_body_goes_out_as_scim_with_the_token_over_tcp(void **state)
{
    static const struct fake_answer answers[] = {{201, "{}", 0}, {0}};
    json_auto_t *body = json_pack("{s:s}", "name", "O'Neil \"Sam\"");
    struct fake_daemon fake = {0};
    struct client client = {.token = "rb_k3v_secret", .timeout_seconds = 5};
    struct client_answer answer;

    (void)state;
    fake_listen_tcp(&fake);
    fake_start(&fake, answers);
    client.url = fake.url;
    assert_int_equal(client_request(&client, "POST", "/x", body, &answer, NULL), STATUS_OK);
    fake_stop(&fake);
    json_decref(answer.body);

    assert_non_null(strstr(fake.requests[0], "POST /x HTTP/1.1\r\n"));
    assert_non_null(strstr(fake.requests[0], "Authorization: Bearer rb_k3v_secret\r\n"));
    assert_non_null(strstr(fake.requests[0], "Content-Type: application/scim+json\r\n"));
    assert_non_null(strstr(fake.requests[0], "\r\n\r\n{\"name\":\"O'Neil \\\"Sam\\\"\"}"));
}

static void the_organization_goes_along_and_nothing_else_with_it(void **state)
{
    static const struct fake_answer answers[] = {{200, "{}", 0}, {0}};
    struct fake_daemon fake = {0};
    struct client client = {.organization = "acme", .timeout_seconds = 5};
    struct client_answer answer;
    struct problem problem = {0};

    (void)state;
    fake_listen_tcp(&fake);
    fake_start(&fake, answers);
    client.url = fake.url;
    assert_int_equal(client_request(&client, "GET", "/x", NULL, &answer, NULL), STATUS_OK);
    json_decref(answer.body);
    client.organization = "acme\r\nX-Other: 1";
    assert_int_equal(client_request(&client, "GET", "/x", NULL, &answer, &problem),
                     STATUS_INVALID_VALUE);
    fake_stop(&fake);

    assert_non_null(strstr(fake.requests[0], "\r\nRolebridge-Organization: acme\r\n"));
    assert_non_null(strstr(problem.detail, "cannot name an organization"));
}

static void a_post_of_nothing_says_so(void **state)
{
    static const struct fake_answer answers[] = {{200, "{}", 0}, {0}};
    struct fake_daemon fake = {0};
    struct client client = {.timeout_seconds = 5};
    struct client_answer answer;

    (void)state;
    fake_listen_tcp(&fake);
    fake_start(&fake, answers);
    client.url = fake.url;
    assert_int_equal(client_request(&client, "POST", "/x", NULL, &answer, NULL), STATUS_OK);
    fake_stop(&fake);
    json_decref(answer.body);

    assert_non_null(strstr(fake.requests[0], "Content-Length: 0\r\n"));
    assert_null(strstr(fake.requests[0], "Content-Type"));
}

static void a_failure_comes_back_as_the_status_it_stands_for(void **state)
{
    static const struct {
        struct fake_answer answers[2];
        enum status status;
        const char *detail;
    } cases[] = {
        {{{409, "{\"detail\":\"taken\",\"scimType\":\"uniqueness\"}", 0}},
         STATUS_UNIQUENESS,
         "taken"},
        {{{409, "{\"detail\":\"owns 3\"}", 0}}, STATUS_CONFLICT, "owns 3"},
        {{{400, "{\"detail\":\"bad\",\"scimType\":\"invalidFilter\"}", 0}},
         STATUS_INVALID_FILTER,
         "bad"},
        {{{404, "{\"detail\":\"no user\"}", 0}}, STATUS_NOT_FOUND, "no user"},
        {{{503, "{\"detail\":\"busy\"}", 0}}, STATUS_BUSY, "busy"},
        {{{500, "{\"detail\":\"oh\"}", 0}}, STATUS_INTERNAL, "oh"},
        {{{418, "{\"detail\":\"tea\"}", 0}}, STATUS_INVALID_VALUE, "tea"},
        {{{400, "{\"detail\":\"odd\",\"scimType\":\"other\"}", 0}}, STATUS_INVALID_SYNTAX, "odd"},
        {{{502, "<html>", 0}}, STATUS_INTERNAL, NULL},
        {{{404, "{\"detail\":7}", 0}}, STATUS_NOT_FOUND, NULL},
        {{{500, NULL, 0}}, STATUS_INTERNAL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_daemon fake = {0};
        struct client_answer answer;
        struct problem problem = {0};

        assert_int_equal(ask(&fake, cases[i].answers, &answer, &problem), cases[i].status);

        assert_null(answer.body);
        if (cases[i].detail)
            assert_string_equal(problem.detail, cases[i].detail);
        else
            assert_non_null(strstr(problem.detail, "and no reason"));
    }
}

static void what_is_not_the_daemon_is_found_out(void **state)
{
    static const struct {
        struct fake_answer answers[2];
        enum status status;
        const char *words;
    } cases[] = {
        {{{200, "<html>hello", 0}}, STATUS_INTERNAL, "no JSON; is Rolebridge there?"},
        {{{200, "{\"a\":", 0}}, STATUS_INTERNAL, "no JSON"},
        {{{FAKE_RAW, "HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
           0}},
         STATUS_INTERNAL,
         "status 302"},
        {{{FAKE_RAW, "SSH-2.0-OpenSSH\r\n", 0}}, STATUS_UNREACHABLE, "failed: "},
        {{{FAKE_RAW, NULL, 0}}, STATUS_UNREACHABLE, "failed: "},
        {{{FAKE_RAW, "HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{}", 0}},
         STATUS_UNREACHABLE,
         "failed: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_daemon fake = {0};
        struct client_answer answer;
        struct problem problem = {0};

        assert_int_equal(ask(&fake, cases[i].answers, &answer, &problem), cases[i].status);

        assert_null(answer.body);
        assert_non_null(strstr(problem.detail, cases[i].words));
        assert_non_null(strstr(problem.detail, fake.socket_path));
    }
}

static void an_answer_without_end_is_cut_off(void **state)
{
    static char block[64 * 1024];
    const struct fake_answer answers[] = {{200, block, 1024}, {0}};
    struct fake_daemon fake = {0};
    struct client_answer answer;
    struct problem problem = {0};

    (void)state;
    memset(block, ' ', sizeof(block) - 1);

    assert_int_equal(ask(&fake, answers, &answer, &problem), STATUS_INTERNAL);

    assert_non_null(strstr(problem.detail, "larger than 16 MiB"));
}

static void a_large_answer_is_read_whole(void **state)
{
    static char body[1024 * 1024];
    const struct fake_answer answers[] = {{200, body, 0}, {0}};
    struct fake_daemon fake = {0};
    struct client_answer answer;

    (void)state;
    memset(body, 'x', sizeof(body) - 1);
    body[0] = '[';
    body[1] = '"';
    body[sizeof(body) - 3] = '"';
    body[sizeof(body) - 2] = ']';

    assert_int_equal(ask(&fake, answers, &answer, NULL), STATUS_OK);

    assert_int_equal(json_string_length(json_array_get(answer.body, 0)), sizeof(body) - 5);
    json_decref(answer.body);
}

static void a_daemon_that_says_nothing_is_given_up(void **state)
{
    static const struct fake_answer answers[] = {{FAKE_HANGS, NULL, 0}, {0}};
    struct fake_daemon fake = {0};
    struct client client = {.timeout_seconds = 1};
    struct client_answer answer;
    struct problem problem = {0};

    (void)state;
    fake_listen_socket(&fake);
    fake_start(&fake, answers);
    client.socket_path = fake.socket_path;
    assert_int_equal(client_request(&client, "GET", "/", NULL, &answer, &problem),
                     STATUS_UNREACHABLE);
    fake_stop(&fake);

    assert_non_null(strstr(problem.detail, "no answer from"));
}

static void nobody_there_is_answered_with_how_to_start_the_daemon(void **state)
{
    struct client client = {
        .socket_path = "/nowhere/s", .timeout_seconds = 1, .config_path = "/etc/b.yaml"};
    struct client_answer answer;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(client_request(&client, "GET", "/", NULL, &answer, &problem),
                     STATUS_UNREACHABLE);

    assert_string_equal(problem.detail, "no daemon answers on /nowhere/s; start it with: "
                                        "rolebridge serve --config /etc/b.yaml");
}

static void only_http_is_spoken(void **state)
{
    struct client client = {.url = "file:///etc/passwd#", .timeout_seconds = 1};
    struct client_answer answer;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(client_request(&client, "GET", "/", NULL, &answer, &problem),
                     STATUS_INVALID_VALUE);
    assert_null(answer.body);
}

static void a_token_goes_out_encrypted_or_stays_on_the_machine(void **state)
{
    static const struct {
        const char *url;
        const char *words; /* NULL: it may be asked */
    } cases[] = {
        {"https://bridge.example.org", NULL},
        {"HTTPS://bridge.example.org:8443/", NULL},
        {"https://bridge.example.org/below/a/path", NULL},
        {"http://127.0.0.1:8080", NULL},
        {"http://127.9.9.9", NULL},
        {"http://localhost:8080", NULL},
        {"http://[::1]:8080", NULL},
        {"http://bridge.example.org", "in clear"},
        {"http://127.0.0.1.example.org", "in clear"},
        {"http://localhost.example.org", "in clear"},
        {"http://128.0.0.1", "in clear"},
        {"http://[::2]", "in clear"},
        {"ftp://bridge.example.org", "no URL to ask"},
        {"file:///etc/passwd", "no URL to ask"},
        {"bridge.example.org", "no URL to ask"},
        {"", "no URL to ask"},
        {"https://a\nb", "no URL to ask"},
        {"https://bridge.example.org?x=1", "a query"},
        {"https://bridge.example.org/#x", "a query"},
        {"https://ada:hunter2@bridge.example.org", "password"},
        {"https://ada:hunter2 @bridge.example.org", "password"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct problem problem = {0};
        enum status status = client_check_url(cases[i].url, &problem);

        assert_int_equal(status, cases[i].words ? STATUS_INVALID_VALUE : STATUS_OK);
        assert_true(!cases[i].words || strstr(problem.detail, cases[i].words));
        assert_null(strstr(problem.detail, "hunter"));
    }
}

static void what_is_not_encrypted_goes_past_every_proxy(void **state)
{
    static const struct fake_answer answers[] = {{200, "{}", 0}, {0}};
    struct fake_daemon fake = {0};
    struct client client = {.timeout_seconds = 5};
    struct client_answer answer;

    (void)state;
    fake_listen_tcp(&fake);
    fake_start(&fake, answers);
    client.url = fake.url;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(client_request(&client, "GET", "/x", NULL, &answer, NULL), STATUS_OK);
    assert_int_equal(unsetenv("http_proxy"), 0);
    fake_stop(&fake);
    json_decref(answer.body);

    assert_ptr_equal(strstr(fake.requests[0], "GET /x HTTP/1.1\r\n"), fake.requests[0]);
}

static void a_token_cannot_bring_a_header_along(void **state)
{
    struct client client = {
        .url = "http://127.0.0.1:1", .token = "a\r\nX-Admin: yes", .timeout_seconds = 1};
    struct client_answer answer;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(client_request(&client, "GET", "/", NULL, &answer, &problem),
                     STATUS_INVALID_VALUE);

    assert_null(strstr(problem.detail, "X-Admin"));
}

static void text_is_escaped_for_a_path_or_a_query(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(client_escape(arena, ""), "");
    assert_string_equal(client_escape(arena, "Az09-._~"), "Az09-._~");
    assert_string_equal(client_escape(arena, "a b/c?d=e&f\"#%"), "a%20b%2Fc%3Fd%3De%26f%22%23%25");
    assert_string_equal(client_escape(arena, "é\r\n"), "%C3%A9%0D%0A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_back_with_its_status_and_its_json),
        cmocka_unit_test(an_answer_may_have_no_body),
        cmocka_unit_test(a_body_goes_out_as_scim_with_the_token_over_tcp),
        cmocka_unit_test(the_organization_goes_along_and_nothing_else_with_it),
        cmocka_unit_test(a_post_of_nothing_says_so),
        cmocka_unit_test(a_failure_comes_back_as_the_status_it_stands_for),
        cmocka_unit_test(what_is_not_the_daemon_is_found_out),
        cmocka_unit_test(an_answer_without_end_is_cut_off),
        cmocka_unit_test(a_large_answer_is_read_whole),
        cmocka_unit_test(a_daemon_that_says_nothing_is_given_up),
        cmocka_unit_test(nobody_there_is_answered_with_how_to_start_the_daemon),
        cmocka_unit_test(only_http_is_spoken),
        cmocka_unit_test(a_token_goes_out_encrypted_or_stays_on_the_machine),
        cmocka_unit_test(what_is_not_encrypted_goes_past_every_proxy),
        cmocka_unit_test(a_token_cannot_bring_a_header_along),
        cmocka_unit_test(text_is_escaped_for_a_path_or_a_query),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
