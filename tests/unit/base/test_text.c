#include "unit.h"

#include <string.h>
#include <time.h>

#include "bridge/base/arena.h"
#include "bridge/base/random.h"
#include "bridge/base/status.h"
#include "bridge/base/text.h"

static void names_are_compared_without_letter_case_in_any_script(void **state)
{
    (void)state;

    assert_true(text_equal_folded("ADA@Example.org", "ada@example.ORG"));
    assert_true(text_equal_folded("STRASSE", "straße"));
    assert_true(text_equal_folded("\xC3\xA9", "e\xCC\x81")); /* composed and not */
    assert_false(text_equal_folded("ada", "adam"));
    assert_false(text_equal_folded("\xFF", "\xFE")); /* neither is UTF-8 */
    assert_true(text_equal_folded("\xFF", "\xFF"));
}

static void letters_of_another_width_are_the_same_where_servers_compare(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(text_fold_name(arena, "\xEF\xBC\xA1" /* wide A */ "da"), "ada");
    assert_string_equal(text_fold_name(arena, "\xEF\xAC\x81" /* ligature */ "x"), "fix");
    assert_string_equal(text_fold_name(arena, "\xE1\xB4\xB5" /* modifier I */ "x"), "ix");
    assert_string_equal(text_fold_name(arena, "\xFF not UTF-8"), "\xFF not UTF-8");
    assert_string_equal(text_fold(arena, "\xFF not UTF-8"), "\xFF not UTF-8");
    assert_string_equal(text_fold(arena, "\xEF\xBC\xA1"), "\xEF\xBD\x81");
}

static void a_slug_keeps_letters_and_digits_and_drops_marks(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(text_slug(arena, "North Plant"), "north-plant");
    assert_string_equal(text_slug(arena, "  São   Paulo / 2 "), "sao-paulo-2");
    assert_string_equal(text_slug(arena, "***"), "");
    assert_string_equal(text_slug(arena, "\xE1\xB4\xB5" /* modifier I */ " a"), "i-a");
    assert_true(strlen(text_slug(arena, "a b c d e f g h i j k l m n o p q r s t u v w x y z 1")) <=
                40);
}

static void a_label_is_short_and_of_plain_letters_digits_and_hyphens(void **state)
{
    static const char *const refused[] = {
        "",
        "Acme",
        "a b",
        "a.b",
        "a/b",
        "a_b",
        "caf\xC3\xA9",
        "a\n",
        "a123456789b123456789c123456789d123456789e",
    };

    (void)state;
    assert_true(text_is_label("acme-2"));
    assert_true(text_is_label("a123456789b123456789c123456789d123456789"));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(text_is_label(refused[i]));
}

static void json_text_escapes_what_would_end_the_string(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct text text = {.arena = arena};

    (void)state;
    text_add_json(&text, "O'Neil \"Sam\" \\ \x01\n");

    assert_string_equal(text.data, "\"O'Neil \\\"Sam\\\" \\\\ \\u0001\\n\"");
}

static void ids_sort_by_the_time_they_were_made_and_read_back(void **state)
{
    unsigned char early[UUID_SIZE], late[UUID_SIZE], back[UUID_SIZE];
    char text[UUID_TEXT_SIZE];

    (void)state;
    uuid_new(1000, early);
    uuid_new(1001, late);
    uuid_format(late, text);

    assert_true(memcmp(early, late, UUID_SIZE) < 0);
    assert_true(uuid_parse(text, back));
    assert_memory_equal(late, back, UUID_SIZE);
    assert_int_equal(text[14], '7');
    assert_false(uuid_parse("not an id", back));
    assert_false(uuid_parse("0190163D-8694-739B-AEA5-966C26F8AD91", back));
}

static void a_problem_is_utf8_whatever_others_have_said(void **state)
{
    static const struct {
        const char *said;
        const char *detail;
    } rows[] = {
        {"gr\xFC\xDF", "gr??"},
        {"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
        {"\xC3", "?"},
        {"a\xED\xA0\x80z", "a???z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct problem problem = {0};

        (void)problem_set(&problem, STATUS_INTERNAL, "%s", rows[i].said);
        assert_string_equal(problem.detail, rows[i].detail);
    }
}

static void the_first_problem_wins_and_is_cut_at_a_character(void **state)
{
    struct problem problem = {0};
    char longer[PROBLEM_DETAIL_MAX * 2];

    (void)state;
    memset(longer, 'x', sizeof(longer));
    memcpy(longer + PROBLEM_DETAIL_MAX - 2, "\xC3\xA9", 2);
    longer[sizeof(longer) - 1] = '\0';

    assert_int_equal(problem_set(&problem, STATUS_UNIQUENESS, "%s", longer), STATUS_UNIQUENESS);
    assert_int_equal(problem_set(&problem, STATUS_INTERNAL, "later"), STATUS_INTERNAL);

    assert_int_equal(problem.status, STATUS_UNIQUENESS);
    assert_int_equal(strlen(problem.detail), PROBLEM_DETAIL_MAX - 2);
    assert_int_equal(status_http(problem.status), 409);
}

static void names_for_a_directory_are_compared_as_it_compares_them(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;

    assert_string_equal(text_fold_name(arena, "  Ana \t Maria "), "ana maria");
    assert_string_equal(text_fold_name(arena, "\xEF\xBD\x81na"), "ana");         /* full width */
    assert_string_equal(text_fold_name(arena, "ana\xC2\xA0maria"), "ana maria"); /* no-break */
    assert_string_equal(text_fold_name(arena, " \n "), "");
}

static void controls_are_found_among_other_characters(void **state)
{
    (void)state;
    assert_true(text_has_control("a\tb"));
    assert_true(text_has_control("\x7F"));
    assert_true(text_has_control("a\xC2\x80"));
    assert_true(text_has_control("a\xC2\x9F"));
    assert_false(text_has_control(""));
    assert_false(text_has_control("a b\xC2\xA0\xC3\x80\xE2\x80\xAE"));
}

static void check_moment(int64_t seconds)
{
    char expected[TIMESTAMP_SIZE];
    char moment[TIMESTAMP_SIZE];
    time_t at = (time_t)seconds;
    struct tm parts;

    (void)gmtime_r(&at, &parts);
    (void)strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &parts);
    timestamp_format(seconds, moment);
    assert_string_equal(moment, expected);
}

static void a_moment_is_written_as_the_calendar_has_it(void **state)
{
    const int64_t day = 86400;

    (void)state;
    for (int64_t days = -200000; days < 800000; days += 61) { /* from 1422 to 4160 */
        check_moment(days * day);
        check_moment(days * day - 1);
        check_moment(days * day + days % day);
    }
    for (int64_t days = 10950; days < 12420; days++) /* around the leap day of 2000 */
        check_moment(days * day);
}

static void a_moment_that_no_calendar_has_is_not_written(void **state)
{
    static const int64_t moments[] = {INT64_MIN, INT64_MAX, -62167219201, 253402300800};
    char moment[TIMESTAMP_SIZE] = "x";

    (void)state;
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        timestamp_format(moments[i], moment);
        assert_string_equal(moment, "");
    }
    timestamp_format(253402300799, moment);
    assert_string_equal(moment, "9999-12-31T23:59:59Z");
}

static void a_number_is_written_whole(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct text text = {.arena = arena};
    const uint64_t numbers[] = {0, 9, 10, 1234567890, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        text_add_number(&text, numbers[i]);
        text_add(&text, " ");
    }
    assert_string_equal(text.data, "0 9 10 1234567890 18446744073709551615 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_written_as_the_calendar_has_it),
        cmocka_unit_test(a_moment_that_no_calendar_has_is_not_written),
        cmocka_unit_test(a_number_is_written_whole),
        cmocka_unit_test(names_are_compared_without_letter_case_in_any_script),
        cmocka_unit_test(names_for_a_directory_are_compared_as_it_compares_them),
        cmocka_unit_test(letters_of_another_width_are_the_same_where_servers_compare),
        cmocka_unit_test(a_slug_keeps_letters_and_digits_and_drops_marks),
        cmocka_unit_test(a_label_is_short_and_of_plain_letters_digits_and_hyphens),
        cmocka_unit_test(json_text_escapes_what_would_end_the_string),
        cmocka_unit_test(ids_sort_by_the_time_they_were_made_and_read_back),
        cmocka_unit_test(a_problem_is_utf8_whatever_others_have_said),
        cmocka_unit_test(the_first_problem_wins_and_is_cut_at_a_character),
        cmocka_unit_test(controls_are_found_among_other_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
