#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "bridge/scim/list.h"

static void assert_page(const char *start_index, const char *count, uint64_t wanted_start,
                        uint64_t wanted_count)
{
    struct page page;

    assert_int_equal(page_parse(start_index, count, &page, NULL), STATUS_OK);
    assert_int_equal(page.start_index, wanted_start);
    assert_int_equal(page.count, wanted_count);
}

static void a_page_has_defaults_and_bounds(void **state)
{
    (void)state;
    assert_page(NULL, NULL, 1, 100);
    assert_page("101", "100", 101, 100);
    assert_page("0", "0", 1, 0);
    assert_page("-5", "-5", 1, 0);
    assert_page("1", "199", 1, 199);
    assert_page("1", "200", 1, 200);
    assert_page("1", "201", 1, 200);
    assert_page("99999999999999999999999999", "99999999999999999999999999", INT32_MAX, 200);
    assert_page("-99999999999999999999999999", "007", 1, 7);
}

static void a_page_is_made_of_whole_numbers(void **state)
{
    static const char *const wrong[] = {"", "-", "a", "1a", "1.5", " 1", "+1", "0x10", "--1"};
    struct page page;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_int_equal(page_parse(wrong[i], NULL, &page, NULL), STATUS_INVALID_VALUE);
        assert_int_equal(page_parse(NULL, wrong[i], &page, NULL), STATUS_INVALID_VALUE);
    }
}

static void a_wrong_number_is_named_as_it_was_sent(void **state)
{
    struct problem problem = {0};
    struct page page;

    (void)state;
    (void)page_parse("1", "-ten", &page, &problem);

    assert_string_equal(problem.detail, "count: expected a whole number, got \"-ten\"");
}

static void a_list_says_how_many_it_has_and_how_many_there_are(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct list list = list_begin(arena);
    json_auto_t *answer = NULL;
    struct bytes bytes;

    (void)state;
    list_add(&list, bytes_of_text("{\"id\":\"1\"}"), (struct bytes){0});
    list_add(&list, bytes_of_text("{\"id\":\"2\""), bytes_of_text("}"));
    bytes = list_end(&list, 17, &(struct page){.start_index = 3, .count = 2});

    answer = json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES, NULL);
    assert_int_equal(json_integer_value(json_object_get(answer, "totalResults")), 17);
    assert_int_equal(json_integer_value(json_object_get(answer, "startIndex")), 3);
    assert_int_equal(json_integer_value(json_object_get(answer, "itemsPerPage")), 2);
    assert_int_equal(json_array_size(json_object_get(answer, "Resources")), 2);
}

static void an_empty_list_still_has_its_resources(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct list list = list_begin(arena);

    (void)state;
    assert_string_equal(
        list_end(&list, 0, &(struct page){.start_index = 1}).data,
        "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"Resources\":[],"
        "\"totalResults\":0,\"startIndex\":1,\"itemsPerPage\":0}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_has_defaults_and_bounds),
        cmocka_unit_test(a_page_is_made_of_whole_numbers),
        cmocka_unit_test(a_wrong_number_is_named_as_it_was_sent),
        cmocka_unit_test(a_list_says_how_many_it_has_and_how_many_there_are),
        cmocka_unit_test(an_empty_list_still_has_its_resources),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
