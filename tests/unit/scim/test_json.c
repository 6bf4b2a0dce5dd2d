#include "unit.h"

#include <string.h>

#include "json.h"

static void a_member_is_found_in_any_letter_case(void **state)
{
    json_auto_t *object = json_pack("{s:i, s:i}", "Op", 1, "path", 2);

    (void)state;
    assert_int_equal(json_integer_value(json_member(object, "op")), 1);
    assert_int_equal(json_integer_value(json_member(object, "path")), 2);
    assert_null(json_member(object, "value"));
    assert_null(json_member(NULL, "op"));
    assert_null(json_member(json_true(), "op"));
}

static void an_excerpt_is_short_and_ends(void **state)
{
    char out[JSON_EXCERPT_SIZE];
    json_auto_t *longer = json_sprintf("%0200d", 1);
    json_auto_t *marked = json_sprintf("%059dÜ", 1);
    json_auto_t *number = json_integer(INT64_MIN);
    json_auto_t *list = json_array();

    (void)state;
    assert_int_equal(strlen(json_excerpt(longer, out)), 62);
    assert_int_equal(strlen(json_excerpt(marked, out)), 61); /* not half a character */
    assert_string_equal(json_excerpt(number, out), "-9223372036854775808");
    assert_string_equal(json_excerpt(list, out), "a list");
    assert_string_equal(json_excerpt(NULL, out), "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_is_found_in_any_letter_case),
        cmocka_unit_test(an_excerpt_is_short_and_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
