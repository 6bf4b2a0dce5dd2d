#include "unit.h"

#include "bridge/base/arena.h"
#include "bridge/base/nearest.h"
#include "bridge/base/screen.h"
#include "bridge/base/status.h"

static char *on_screen(struct arena *arena, const char *text)
{
    struct text out = {.arena = arena};

    screen_add(&out, text);
    return out.data;
}

static void text_in_any_script_is_shown_as_it_is(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(on_screen(arena, ""), "");
    assert_string_equal(on_screen(arena, "Ada O'Neil"), "Ada O'Neil");
    assert_string_equal(on_screen(arena, "Zoë 田中 \\n"), "Zoë 田中 \\n");
    assert_string_equal(on_screen(arena, "می\u200cخواهم"), "می\u200cخواهم");
}

static void what_a_terminal_would_act_on_is_escaped(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(on_screen(arena, "a\x1b[31m\r\n\tb\x7f"), "a\\x1b[31m\\x0d\\n\\tb\\x7f");
    assert_string_equal(on_screen(arena, "\xC2\x9B"
                                         "31m"),
                        "\\x9b31m");
    assert_string_equal(on_screen(arena, "a\u202Eb\u2028c"), "a\\u202eb\\u2028c");
    assert_string_equal(on_screen(arena, "a\xFF\xC3"), "a\\xff\\xc3");
}

static void width_is_counted_in_columns(void **state)
{
    (void)state;
    assert_int_equal(screen_width(""), 0);
    assert_int_equal(screen_width("Zoë"), 3);
    assert_int_equal(screen_width("e\u0301"), 1);
    assert_int_equal(screen_width("田中"), 4);
}

static const char *nearest_of(const char *text)
{
    struct nearest nearest = {.text = text};

    nearest_offer(&nearest, "status");
    nearest_offer(&nearest, "http.port");
    nearest_offer(&nearest, "http.address");
    return nearest.name;
}

static void the_nearest_name_is_the_one_that_was_meant(void **state)
{
    (void)state;
    assert_string_equal(nearest_of("http.prot"), "http.port");
    assert_string_equal(nearest_of("HTTP.PORT"), "http.port");
    assert_string_equal(nearest_of("http.adress"), "http.address");
    assert_string_equal(nearest_of("stauts"), "status");
}

static void a_name_that_is_like_no_other_has_no_nearest(void **state)
{
    char longer[300];

    (void)state;
    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';

    assert_null(nearest_of(""));
    assert_null(nearest_of("mail"));
    assert_null(nearest_of(longer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_in_any_script_is_shown_as_it_is),
        cmocka_unit_test(what_a_terminal_would_act_on_is_escaped),
        cmocka_unit_test(width_is_counted_in_columns),
        cmocka_unit_test(the_nearest_name_is_the_one_that_was_meant),
        cmocka_unit_test(a_name_that_is_like_no_other_has_no_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
