#include "cases.h"
#include "schemas.h"

#include "bridge/scim/filter.h"

static const char *meaning(const struct scim_path *path, struct arena *arena)
{
    return arena_printf(
        arena, "%s:%s%s%s%s", path->schema->name, path->attribute ? path->attribute->name : "",
        path->value_filter ? "[]" : "", path->sub ? "." : "", path->sub ? path->sub->name : "");
}

static const char *run_case(const struct test_case *test)
{
    struct problem problem = {0};
    struct scim_path path;
    enum status status =
        path_parse(case_text(test, "path"), test->type, test->arena, &path, &problem);
    const char *wrong = case_check_status(test, status, &problem);

    if (wrong || status)
        return wrong;
    if (strcmp(meaning(&path, test->arena), case_text(test, "means")) != 0)
        return meaning(&path, test->arena);
    return case_compare(test, path_value(&path, case_member(test, "resource")), "value");
}

static void paths_mean_what_their_cases_say(void **state)
{
    (void)state;
    run_cases("path", run_case, 30);
}

static void a_path_may_have_as_many_bytes_as_the_limit_says(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct scim_resource_type *type = scim_resource_type(SCIM_USER);
    struct scim_path path;
    char text[PATH_SIZE_MAX + 2];

    (void)state;
    memset(text, ' ', sizeof(text));
    memcpy(text, "title", strlen("title"));

    text[PATH_SIZE_MAX + 1] = '\0';
    assert_int_equal(path_parse(text, type, arena, &path, NULL), STATUS_INVALID_PATH);
    text[PATH_SIZE_MAX] = '\0';
    assert_int_equal(path_parse(text, type, arena, &path, NULL), STATUS_OK);
    text[PATH_SIZE_MAX - 1] = '\0';
    assert_int_equal(path_parse(text, type, arena, &path, NULL), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_mean_what_their_cases_say),
        cmocka_unit_test(a_path_may_have_as_many_bytes_as_the_limit_says),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
