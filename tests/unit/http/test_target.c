#include "unit.h"

#include <string.h>

#include "bridge/base/text.h"
#include "target.h"

static const struct {
    const char *raw;
    const char *path;
} taken[] = {
    {"/", "/"},
    {"//", "/"},
    {"///?", "/"},
    {"/scim/v2/Users", "/scim/v2/Users"},
    {"/scim/v2/Users/", "/scim/v2/Users"},
    {"/scim/v2/Users//", "/scim/v2/Users"},
    {"//scim//v2///Users", "/scim/v2/Users"},
    {"/scim/v2/Users?filter=x", "/scim/v2/Users"},
    {"/scim/v2/Users/?filter=x", "/scim/v2/Users"},
    {"/scim/v2/.search", "/scim/v2/.search"},
    {"/scim/v2/Users/.search/", "/scim/v2/Users/.search"},
    {"/a/...", "/a/..."},
    {"/a/..b", "/a/..b"},
    {"/a/b.", "/a/b."},
    {"/a+b", "/a+b"}, /* a space only in the query */
    {"/a%20b", "/a b"},
    {"/a%2Bb", "/a+b"},
    {"/ada@example.org", "/ada@example.org"},
    {"/ada%40example.org", "/ada@example.org"},
    {"/%7Eada", "/~ada"},
    {"/a%3Ab", "/a:b"},
    {"/S%C3%A3o", "/S\xC3\xA3o"},
    {"/s%c3%a3o", "/s\xC3\xA3o"},
    {"/a%25zz", "/a%zz"}, /* decoded once */
    {"/a%252fb", "/a%2fb"},
    {"/urn:ietf:params:scim:schemas:core:2.0:User", "/urn:ietf:params:scim:schemas:core:2.0:User"},
    {"/a!$&'()*,=b", "/a!$&'()*,=b"},
};

static const char *const refused[] = {
    "",
    "*",
    "scim",
    "http://example.org/scim",
    "?filter=x",
    "/.",
    "/..",
    "/./a",
    "/a/../b",
    "/a/..",
    "/a/../",
    "/%2e",
    "/%2E%2e/b",
    "/a/%2e%2e/b",
    "/a/.%2e/b",
    "/a%2fb",
    "/a%2Fb",
    "/a%5cb",
    "/a\\b",
    "/a;b",
    "/a;jsessionid=1",
    "/%55sers",
    "/User%73",
    "/a%30",
    "/a%00",
    "/a%00b",
    "/a%0d%0ab",
    "/a%7f",
    "/a%",
    "/a%2",
    "/a%zz",
    "/a%2g",
    "/a%u0041",
    "/a b",
    "/a\tb",
    "/a\x01",
    "/a\x7f",
    "/a\"b",
    "/a<b>",
    "/a{b}",
    "/a|b",
    "/a^b",
    "/a`b",
    "/a#b",
    "/S\xC3\xA3o", /* not encoded */
    "/a%C3",       /* half a character */
    "/a%C0%AF",    /* an overlong slash */
    "/a%ED%A0%80", /* a surrogate */
    "/a%C2%9B2J",  /* what ESC [ is as one character, to a terminal */
    "/a%FF",
    "/a?b=%",
    "/a?b=%zz",
    "/a?b=%00",
    "/a?b=%0a",
    "/a?%00=b",
    "/a?b=c d",
    "/a?b=\x01",
    "/a?b=%FF",
    "/a?b=\xFF",
};

static void one_path_has_few_spellings(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
        struct target target = {0};

        assert_int_equal(target_parse(arena, taken[i].raw, &target, NULL), STATUS_OK);

        assert_string_equal(target.path, taken[i].path);
    }
}

static void all_other_spellings_are_refused(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        struct target target = {0};
        struct problem problem = {0};

        if (target_parse(arena, refused[i], &target, &problem) != STATUS_INVALID_SYNTAX)
            fail_msg("taken: %s", refused[i]);

        assert_true(strlen(problem.detail) > 0);
    }
}

static void a_query_is_decoded_as_forms_are(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct target target = {0};

    (void)state;
    assert_int_equal(target_parse(arena,
                                  "/Users?filter=userName+eq%20%22a%2Bb%40x.org%22&count=2&&"
                                  "q=a=b?c&count=3&n%61me=S%C3%A3o&raw=[\"x\"]",
                                  &target, NULL),
                     STATUS_OK);

    assert_string_equal(target_parameter(&target, "filter"), "userName eq \"a+b@x.org\"");
    assert_string_equal(target_parameter(&target, "count"), "2");
    assert_string_equal(target_parameter(&target, "q"), "a=b?c");
    assert_string_equal(target_parameter(&target, "name"), "S\xC3\xA3o");
    assert_string_equal(target_parameter(&target, "raw"), "[\"x\"]");
    assert_null(target_parameter(&target, "Count"));
}

static void a_flag_before_the_filter_is_no_obstacle(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct target target = {0};

    (void)state;
    assert_int_equal(target_parse(arena, "/Users/?aadOptscim062020&filter=id+eq+1", &target, NULL),
                     STATUS_OK);

    assert_string_equal(target.path, "/Users");
    assert_string_equal(target_parameter(&target, "aadOptscim062020"), "");
    assert_string_equal(target_parameter(&target, "filter"), "id eq 1");
}

static void a_target_has_a_limit(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *raw = arena_alloc(arena, TARGET_SIZE_MAX + 2);
    struct target target = {0};

    (void)state;
    memset(raw, 'a', TARGET_SIZE_MAX);
    raw[0] = '/';

    assert_int_equal(target_parse(arena, raw, &target, NULL), STATUS_OK);
    assert_int_equal(strlen(target.path), TARGET_SIZE_MAX);

    raw[TARGET_SIZE_MAX] = 'a';
    assert_int_equal(target_parse(arena, raw, &target, NULL), STATUS_TARGET_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_path_has_few_spellings),
        cmocka_unit_test(all_other_spellings_are_refused),
        cmocka_unit_test(a_query_is_decoded_as_forms_are),
        cmocka_unit_test(a_flag_before_the_filter_is_no_obstacle),
        cmocka_unit_test(a_target_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
