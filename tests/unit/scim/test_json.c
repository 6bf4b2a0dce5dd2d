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

static void names_that_differ_in_letter_case_only_are_found_at_any_depth(void **state)
{
    json_auto_t *good = json_pack("{s:{s:i}, s:[{s:i}, i, n]}", "a", "b", 1, "c", "B", 1, 2);
    json_auto_t *bad =
        json_pack("{s:[i, {s:{s:i, s:i, s:i}}]}", "a", 1, "b", "one", 1, "two", 2, "ONE", 3);
    struct problem problem = {0};

    (void)state;
    assert_int_equal(json_check_names(good, &problem), STATUS_OK);
    assert_int_equal(json_check_names(bad, &problem), STATUS_INVALID_SYNTAX);
    assert_non_null(strstr(problem.detail, "letter case"));
}

static void an_object_of_very_many_names_is_checked_in_a_moment(void **state)
{
    json_auto_t *object = json_object();
    char name[32];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(name, sizeof(name), "name%d", i);
        json_object_set_new(object, name, json_null());
    }
    assert_int_equal(json_check_names(object, NULL), STATUS_OK);
    json_object_set_new(object, "NAME50000", json_null());
    assert_int_equal(json_check_names(object, NULL), STATUS_INVALID_SYNTAX);
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
        cmocka_unit_test(names_that_differ_in_letter_case_only_are_found_at_any_depth),
        cmocka_unit_test(an_object_of_very_many_names_is_checked_in_a_moment),
        cmocka_unit_test(an_excerpt_is_short_and_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
