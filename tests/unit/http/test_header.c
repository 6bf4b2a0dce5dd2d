#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "header.h"

/* As many as a row of the tables needs; a NULL name ends them. */
enum { ROW_MAX = 5 };

static struct headers headers_from(const struct header row[ROW_MAX])
{
    struct headers headers = {.items = row};

    while (headers.count < ROW_MAX && row[headers.count].name)
        headers.count++;
    return headers;
}

static const struct {
    const char *version;
    struct header row[ROW_MAX];
    uint64_t content_length;
    bool is_chunked;
} taken[] = {
    {"HTTP/1.1", {{"Host", "example.org"}}, 0, false},
    {"HTTP/1.1", {{"host", "example.org:8443"}}, 0, false},
    {"HTTP/1.1", {{"Host", "[::1]:8443"}}, 0, false},
    {"HTTP/1.0", {{"Accept", "*/*"}}, 0, false},
    {"HTTP/1.0", {{"Content-Length", "5"}}, 5, false},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "0"}}, 0, false},
    {"HTTP/1.1", {{"Host", "a"}, {"content-length", "0012"}}, 12, false},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "999999999999999999"}}, 999999999999999999, 0},
    {"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, 0, true},
    {"HTTP/1.1", {{"Host", "a"}, {"transfer-encoding", "Chunked"}}, 0, true},
    {"HTTP/1.1", {{"Host", "a"}, {"Accept", "a"}, {"Accept", "b"}}, 0, false},
    {"HTTP/1.1", {{"Host", "a"}, {"X-Name", "S\xE3o\tPaulo"}}, 0, false},
    {"HTTP/1.1", {{"Host", "a"}, {"X-Empty", ""}}, 0, false},
};

static const struct {
    const char *version;
    struct header row[ROW_MAX];
} refused[] = {
    {"HTTP/1.1", {{"Accept", "*/*"}}},
    {"HTTP/1.1", {{"Host", ""}}},
    {"HTTP/1.1", {{"Host", "a/b"}}},
    {"HTTP/1.1", {{"Host", "a\"b"}}},
    {"HTTP/1.1", {{"Host", "user@a"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Host", "a"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"HOST", "b"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Authorization", "Bearer x"}, {"authorization", "Bearer y"}}},
    {"HTTP/1.1",
     {{"Host", "a"}, {"Rolebridge-Organization", "a"}, {"rolebridge-organization", "b"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "5"}, {"Content-Length", "5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "5"}, {"content-length", "6"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", ""}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "+5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "-5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "0x5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "5, 5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "5 "}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "18446744073709551621"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "cow"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", ""}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "chunked, chunked"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "\tchunked"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "identity"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "cow"}}},
    {"HTTP/1.0", {{"Host", "a"}, {"Transfer-Encoding", "chunked"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content-Length ", "5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"Content\x01Length", "5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"", "5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"X Y", "5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"X\xC3\xA3", "5"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"X", "a\rb"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"X", "a\nb"}}},
    {"HTTP/1.1", {{"Host", "a"}, {"X", "a\x7F"}}},
    {"HTTP/1.2", {{"Host", "a"}}},
    {"HTTP/2.0", {{"Host", "a"}}},
    {"HTTP/0.9", {{"Host", "a"}}},
    {"", {{"Host", "a"}}},
};

static void an_honest_head_says_how_much_body_follows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
        struct headers headers = headers_from(taken[i].row);
        struct framing framing = {0};

        assert_int_equal(headers_check(&headers, taken[i].version, &framing, NULL), STATUS_OK);

        assert_int_equal(framing.content_length, taken[i].content_length);
        assert_int_equal(framing.is_chunked, taken[i].is_chunked);
        assert_int_equal(framing_has_body(&framing), framing.is_chunked || framing.content_length);
    }
}

static void a_head_that_two_servers_could_read_differently_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        struct headers headers = headers_from(refused[i].row);
        struct framing framing = {0};
        struct problem problem = {0};

        if (headers_check(&headers, refused[i].version, &framing, &problem) !=
            STATUS_INVALID_SYNTAX)
            fail_msg("taken: row %zu", i);

        assert_true(strlen(problem.detail) > 0);
    }
}

static void headers_have_limits(void **state)
{
    struct header items[HEADER_COUNT_MAX];
    struct headers headers = {items, HEADER_COUNT_MAX, HEADER_SIZE_MAX};
    struct framing framing = {0};

    (void)state;
    for (size_t i = 0; i < HEADER_COUNT_MAX; i++)
        items[i] = (struct header){i ? "X" : "Host", "a"};

    assert_int_equal(headers_check(&headers, "HTTP/1.1", &framing, NULL), STATUS_OK);

    headers.size = HEADER_SIZE_MAX + 1;
    assert_int_equal(headers_check(&headers, "HTTP/1.1", &framing, NULL), STATUS_HEADERS_TOO_LARGE);
    headers.size = HEADER_SIZE_MAX;
    headers.count = HEADER_COUNT_MAX + 1; /* the items end before it, and are not looked at */
    assert_int_equal(headers_check(&headers, "HTTP/1.1", &framing, NULL), STATUS_HEADERS_TOO_LARGE);
}

static const struct {
    const char *content_type;
    bool is_json;
} content_types[] = {
    {NULL, true},
    {"application/scim+json", true},
    {"application/json", true},
    {"Application/JSON", true},
    {"application/json;charset=utf-8", true},
    {"application/scim+json ; charset=\"UTF-8\"", true},
    {"application/json; charset=", true},
    {"", false},
    {"text/plain", false},
    {"application/jsonp", false},
    {"application/json+x", false},
    {"application/x-www-form-urlencoded", false},
    {"multipart/form-data; boundary=application/json", false},
    {"application/json, text/plain", false},
};

static void a_body_is_json_by_either_name_or_by_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(content_types) / sizeof(*content_types); i++) {
        const struct header item = {"content-type", content_types[i].content_type};
        const struct headers headers = {&item, item.value != NULL, 0};

        if (headers_body_is_json(&headers) != content_types[i].is_json)
            fail_msg("%s", item.value);
    }
}

static const struct {
    const char *accept;
    bool is_plain;
} accepts[] = {
    {NULL, false},
    {"", false},
    {"*/*", false},
    {"application/*", false},
    {"application/json", true},
    {"APPLICATION/JSON;q=0.9", true},
    {"text/html, application/json", true},
    {"application/json, application/scim+json", false},
    {"application/scim+json;q=0.1 , application/json", false},
    {"application/json, */*;q=0.1", false},
    {"text/html", false},
    {"application/jsonp", false},
};

static void plain_json_is_for_those_who_take_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(accepts) / sizeof(*accepts); i++) {
        const struct header item = {"Accept", accepts[i].accept};
        const struct headers headers = {&item, item.value != NULL, 0};

        if (headers_want_plain_json(&headers) != accepts[i].is_plain)
            fail_msg("%s", item.value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_head_says_how_much_body_follows),
        cmocka_unit_test(a_head_that_two_servers_could_read_differently_is_refused),
        cmocka_unit_test(headers_have_limits),
        cmocka_unit_test(a_body_is_json_by_either_name_or_by_none),
        cmocka_unit_test(plain_json_is_for_those_who_take_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
