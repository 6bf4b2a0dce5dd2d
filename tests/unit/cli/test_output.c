#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

static const char *age_text(const json_t *resource, struct arena *arena)
{
    (void)arena;
    return json_object_get(resource, "age") ? "old" : NULL;
}

static const struct field fields[] = {
    {"name", {"name", "full"}, NULL},
    {"size", {"size"}, NULL},
    {"how old", {NULL}, age_text},
    {NULL, {NULL}, NULL},
};

enum shape { LIST, ONE, CHANGED };

static const char *printed(struct arena *arena, const char *output, enum shape shape,
                           const char *json)
{
    json_auto_t *value = json_loads(json, 0, NULL);
    struct invocation invocation = {.arena = arena};
    char *text = NULL;
    size_t size = 0;
    const char *copy;

    assert_non_null(value);
    invocation.options[OPTION_OUTPUT] = output;
    invocation.out = open_memstream(&text, &size);
    if (shape == LIST)
        output_list(&invocation, value, fields);
    else if (shape == ONE)
        output_one(&invocation, value, fields);
    else
        output_changed(&invocation, value, fields);
    assert_int_equal(fclose(invocation.out), 0);
    copy = arena_strdup(arena, text);
    free(text);
    return copy;
}

static void columns_are_as_wide_as_what_stands_in_them(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(printed(arena, NULL, LIST,
                                "[{\"name\":{\"full\":\"Zoë 田中\"},\"size\":12,\"age\":1},"
                                "{\"name\":{\"full\":\"Ada\"},\"size\":7}]"),
                        "NAME      SIZE  HOW OLD\n"
                        "Zoë 田中  12    old\n"
                        "Ada       7     -\n");
}

static void an_empty_list_still_has_its_headings(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(printed(arena, "table", LIST, "[]"), "NAME  SIZE  HOW OLD\n");
    assert_string_equal(printed(arena, "csv", LIST, "[]"), "NAME,SIZE,\"HOW OLD\"\r\n");
    assert_string_equal(printed(arena, "json", LIST, "[]"), "[]\n");
}

static void a_name_cannot_forge_a_line_or_command_the_terminal(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *json = "[{\"name\":{\"full\":\"a\\nroot  0\\u001b[2J\\u202e\\u009b\"}}]";

    (void)state;
    assert_string_equal(printed(arena, "table", LIST, json),
                        "NAME                         SIZE  HOW OLD\n"
                        "a\\nroot  0\\x1b[2J\\u202e\\x9b  -     -\n");
    assert_null(strpbrk(printed(arena, "csv", LIST, json), "\x1b\xC2"));
    assert_null(strchr(printed(arena, "json", LIST, json), '\x1b'));
}

static void a_value_of_the_wrong_kind_is_shown_as_none(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(printed(arena, NULL, LIST, "[{\"name\":7,\"size\":[]},7,null]"),
                        "NAME  SIZE  HOW OLD\n"
                        "-     -     -\n"
                        "-     -     -\n"
                        "-     -     -\n");
}

static void one_resource_is_a_line_for_each_fact(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *json = "{\"name\":{\"full\":\"Ada\\nsize: 9\"},\"size\":7}";

    (void)state;
    assert_string_equal(printed(arena, NULL, ONE, json),
                        "name: Ada\\nsize: 9\nsize: 7\nhow old: -\n");
    assert_string_equal(printed(arena, NULL, CHANGED, "{\"name\":{\"full\":\"Ada\"},\"size\":7}"),
                        "NAME  SIZE  HOW OLD\nAda   7     -\n");
    assert_string_equal(printed(arena, "csv", ONE, "{\"name\":{\"full\":\"Ada\"},\"size\":7}"),
                        "NAME,SIZE,\"HOW OLD\"\r\nAda,7,\r\n");
}

static void json_is_the_resource_or_an_array_of_them(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(printed(arena, "json", ONE, "{\"b\":1,\"a\":\"é\"}"),
                        "{\n  \"b\": 1,\n  \"a\": \"é\"\n}\n");
    assert_string_equal(printed(arena, "json", CHANGED, "{\"b\":1}"), "{\n  \"b\": 1\n}\n");
    assert_string_equal(printed(arena, "json", LIST, "[{\"b\":1}]"),
                        "[\n  {\n    \"b\": 1\n  }\n]\n");
}

static const char *csv_of_name(struct arena *arena, const char *name)
{
    json_auto_t *list = json_pack("[{s:{s:s}}]", "name", "full", name);
    char *json = json_dumps(list, 0);
    const char *lines = strstr(printed(arena, "csv", LIST, json), "\r\n") + 2;

    free(json);
    return arena_text(arena, bytes_of(lines, strlen(lines) - strlen(",,\r\n")));
}

static void a_cell_is_quoted_where_csv_needs_it(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(csv_of_name(arena, "Ada"), "Ada");
    assert_string_equal(csv_of_name(arena, ""), "");
    assert_string_equal(csv_of_name(arena, "King, Ada"), "\"King, Ada\"");
    assert_string_equal(csv_of_name(arena, "\"Ada\""), "\"\"\"Ada\"\"\"");
    assert_string_equal(csv_of_name(arena, "a\r\nb"), "a\\x0d\\nb");
}

static void a_spreadsheet_is_given_nothing_to_calculate(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(csv_of_name(arena, "=1+1"), "'=1+1");
    assert_string_equal(csv_of_name(arena, "+1"), "'+1");
    assert_string_equal(csv_of_name(arena, "-1"), "'-1");
    assert_string_equal(csv_of_name(arena, "@SUM(A1)"), "'@SUM(A1)");
    assert_string_equal(csv_of_name(arena, "  =1"), "\"'  =1\"");
    assert_string_equal(csv_of_name(arena, "＝1"), "'＝1");
    assert_string_equal(csv_of_name(arena, "\t=1"), "\\t=1");
    assert_string_equal(csv_of_name(arena, "=HYPERLINK(\"http://x\",\"y\")"),
                        "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
    assert_string_equal(csv_of_name(arena, "ada@example.org"), "ada@example.org");
}

static void words_of_the_wire_are_capitalized_for_people(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(capitalized("admin", arena), "Admin");
    assert_string_equal(capitalized("", arena), "");
    assert_null(capitalized(NULL, arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_what_stands_in_them),
        cmocka_unit_test(an_empty_list_still_has_its_headings),
        cmocka_unit_test(a_name_cannot_forge_a_line_or_command_the_terminal),
        cmocka_unit_test(a_value_of_the_wrong_kind_is_shown_as_none),
        cmocka_unit_test(one_resource_is_a_line_for_each_fact),
        cmocka_unit_test(json_is_the_resource_or_an_array_of_them),
        cmocka_unit_test(a_cell_is_quoted_where_csv_needs_it),
        cmocka_unit_test(a_spreadsheet_is_given_nothing_to_calculate),
        cmocka_unit_test(words_of_the_wire_are_capitalized_for_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
