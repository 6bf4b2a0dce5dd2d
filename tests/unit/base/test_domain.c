#include "unit.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/domain.h"
#include "bridge/base/status.h"

static void domains_that_are_the_same_have_one_form(void **state)
{
    static const struct {
        const char *written;
        const char *folded;
    } cases[] = {
        {"example.org", "example.org"},
        {"Example.ORG", "example.org"},
        {"b\xc3\xbc"
         "cher.example",
         "xn--bcher-kva.example"},
        {"BU\xcc\x88"
         "CHER.example", /* u and a combining diaeresis */
         "xn--bcher-kva.example"},
        {"xn--bcher-kva.EXAMPLE", "xn--bcher-kva.example"},
        {"example\xe3\x80\x82org", "example.org"}, /* an ideographic full stop */
        {"stra\xc3\x9f"
         "e.example",
         "xn--strae-oqa.example"}, /* not strasse.example, which is somebody else's */
        {"corp", "corp"},
        {"1.example", "1.example"},
    };
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *domain = NULL;

        if (!domain_fold(cases[i].written, arena, &domain))
            fail_msg("%s is refused", cases[i].written);
        assert_string_equal(domain, cases[i].folded);
    }
}

static void what_is_no_domain_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        ".",
        "example..org",
        ".example.org",
        "example.org.",
        "ada@example.org",
        "exa mple.org",
        "exam_ple.org",
        "*.example.org",
        "-a.example",
        "a-.example",
        "xn--a.example", /* no A-label */
        "\xff.example",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", /* 65 */
        "example.org\n",
        "a/b",
    };
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *domain = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (domain_fold(wrong[i], arena, &domain))
            fail_msg("\"%s\" became %s", wrong[i], domain);
}

static void the_domain_of_an_address_stands_behind_its_last_at(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *domain = NULL;

    (void)state;
    assert_true(domain_of_address("Ada@Example.ORG", arena, &domain));
    assert_string_equal(domain, "example.org");
    assert_true(domain_of_address("\"a@evil.example\"@example.org", arena, &domain));
    assert_string_equal(domain, "example.org");
    assert_false(domain_of_address("example.org", arena, &domain));
    assert_false(domain_of_address("@example.org", arena, &domain));
    assert_false(domain_of_address("ada@", arena, &domain));
    assert_false(domain_of_address("ada@example.org@", arena, &domain));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_that_are_the_same_have_one_form),
        cmocka_unit_test(what_is_no_domain_is_refused),
        cmocka_unit_test(the_domain_of_an_address_stands_behind_its_last_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
