#include "cases.h"
#include "schemas.h"

#include "bridge/scim/patch.h"

static json_t *request_of(const struct test_case *test)
{
    json_t *request = json_object_get(test->input, "request");

    if (request)
        return json_incref(request);
    return json_pack("{s:O}", "Operations", json_object_get(test->input, "operations"));
}

static const char *run_case(const struct test_case *test)
{
    json_auto_t *request = request_of(test);
    json_auto_t *resource = json_deep_copy(case_member(test, "before"));
    json_auto_t *sent = json_deep_copy(request);
    struct problem problem = {0};
    struct patch *patch;
    enum status status = patch_parse(request, test->type, test->arena, &patch, &problem);
    const char *wrong;

    if (!status)
        status = patch_apply(patch, resource, test->type, &problem);
    wrong = case_check_status(test, status, &problem);
    if (!json_equal(request, sent))
        return "the request was changed";
    return wrong || status ? wrong : case_compare(test, resource, "after");
}

static void patches_do_what_their_cases_say(void **state)
{
    (void)state;
    run_cases("patch", run_case, 60);
}

static struct patch *parse(const char *operations, struct arena *arena)
{
    json_auto_t *list = json_loads(operations, 0, NULL);
    json_auto_t *request = json_pack("{s:O}", "Operations", list);
    struct patch *patch;

    assert_int_equal(patch_parse(request, scim_resource_type(SCIM_USER), arena, &patch, NULL),
                     STATUS_OK);
    return patch;
}

static void a_patch_tells_which_attributes_it_speaks_of(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct patch *patch =
        parse("[{\"op\":\"replace\",\"value\":{\"name.familyName\":\"U\",\"active\":true}},"
              "{\"op\":\"remove\",\"path\":\"" SCIM_URN_BRIDGE "\"}]",
              arena);

    (void)state;
    assert_true(patch_touches(patch, SCIM_URN_USER, "name"));
    assert_true(patch_touches(patch, SCIM_URN_USER, "active"));
    assert_false(patch_touches(patch, SCIM_URN_USER, "title"));
    assert_true(patch_touches(patch, SCIM_URN_BRIDGE, "site")); /* the whole extension */
    assert_false(patch_touches(patch, SCIM_URN_ENTERPRISE, "manager"));
}

static void what_says_nothing_is_not_spoken_of(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct patch *patch =
        parse("[{\"op\":\"replace\",\"value\":{\"active\":null,\"id\":\"x\"}}]", arena);

    (void)state;
    assert_int_equal(patch->count, 0);
    assert_false(patch_touches(patch, SCIM_URN_USER, "active"));
}

static void a_patch_applies_twice_with_the_same_outcome(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct scim_resource_type *type = scim_resource_type(SCIM_USER);
    struct patch *patch =
        parse("[{\"op\":\"add\",\"path\":\"emails[type eq \\\"work\\\"].value\",\"value\":\"a@x\"},"
              "{\"op\":\"add\",\"path\":\"roles\",\"value\":[{\"value\":\"r\"}]},"
              "{\"op\":\"replace\",\"path\":\"roles[value eq \\\"r\\\"].type\",\"value\":\"t\"},"
              "{\"op\":\"remove\",\"path\":\"title\"}]",
              arena);
    json_auto_t *resource = json_pack("{s:s, s:s}", "userName", "ada", "title", "x");
    json_auto_t *once = NULL;

    (void)state;
    assert_int_equal(patch_apply(patch, resource, type, NULL), STATUS_OK);
    once = json_deep_copy(resource);
    assert_int_equal(patch_apply(patch, resource, type, NULL), STATUS_OK);

    assert_true(json_equal(once, resource));
}

static enum status parse_many(size_t operations, size_t values)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *list = json_array();
    json_auto_t *members = json_array();
    json_auto_t *request = NULL;
    struct problem problem = {0};
    struct patch *patch;

    for (size_t i = 0; i < values; i++)
        json_array_append_new(members, json_pack("{s:i}", "value", 1));
    for (size_t i = 0; i < operations; i++)
        json_array_append_new(
            list, values ? json_pack("{s:s, s:s, s:O}", "op", "add", "path", "x", "value", members)
                         : json_pack("{s:s, s:s}", "op", "remove", "path", "title"));
    if (values)
        json_object_set_new(json_array_get(list, 0), "path", json_string("roles"));
    request = json_pack("{s:O}", "Operations", list);
    return patch_parse(request, scim_resource_type(SCIM_USER), arena, &patch, &problem);
}

static void operations_are_as_many_as_the_limit_says(void **state)
{
    (void)state;
    assert_int_equal(parse_many(PATCH_OPERATIONS_MAX - 1, 0), STATUS_OK);
    assert_int_equal(parse_many(PATCH_OPERATIONS_MAX, 0), STATUS_OK);
    assert_int_equal(parse_many(PATCH_OPERATIONS_MAX + 1, 0), STATUS_TOO_MANY);
}

static void values_are_as_many_as_the_limit_says(void **state)
{
    (void)state;
    assert_int_equal(parse_many(1, PATCH_VALUES_MAX), STATUS_INVALID_VALUE); /* read, and no text */
    assert_int_equal(parse_many(1, PATCH_VALUES_MAX + 1), STATUS_TOO_MANY);
}

/* A PUT brings a list whole: it cannot be sent in parts. */
static void a_put_may_bring_more_values_than_an_operation(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *members = json_array();
    json_auto_t *body =
        json_pack("{s:s, s:O, s:[]}", "displayName", "Tooling", "members", members, "unknown");
    struct patch *patch;

    (void)state;
    for (int i = 0; i <= PATCH_VALUES_MAX; i++)
        json_array_append_new(members, json_pack("{s:o}", "value", json_sprintf("m%d", i)));

    assert_int_equal(patch_replace(body, scim_resource_type(SCIM_GROUP), arena, &patch, NULL),
                     STATUS_OK);

    assert_int_equal(patch->count, 2);
    for (size_t i = 0; i < patch->count; i++)
        assert_int_equal(patch->operations[i].verb, PATCH_REPLACE);
    assert_true(patch_touches(patch, SCIM_URN_GROUP, "displayName"));
    assert_true(patch_touches(patch, SCIM_URN_GROUP, "members"));
}

static void what_a_put_cannot_mean_is_named_without_an_operation(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *body = json_pack("{s:s, s:s}", "userName", "ada", "active", "maybe");
    struct problem problem = {0};
    struct patch *patch;

    (void)state;
    assert_int_equal(patch_replace(body, scim_resource_type(SCIM_USER), arena, &patch, &problem),
                     STATUS_INVALID_VALUE);
    assert_null(patch);
    assert_string_equal(problem.detail, "active: expected true or false, got \"maybe\"");
}

static void members_of_objects_count_as_operations(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *list = json_array();
    json_auto_t *request = NULL;
    struct problem problem = {0};
    struct patch *patch;

    (void)state;
    for (int i = 0; i <= PATCH_OPERATIONS_MAX / 2; i++)
        json_array_append_new(list, json_pack("{s:s, s:{s:s, s:s}}", "op", "add", "value", "title",
                                              "x", "locale", "pt"));
    request = json_pack("{s:O}", "Operations", list);

    assert_int_equal(patch_parse(request, scim_resource_type(SCIM_USER), arena, &patch, &problem),
                     STATUS_TOO_MANY);
}

/* Ten thousand distinct values, and the same again: must take a moment, not minutes. */
static void adding_many_values_takes_time_in_proportion(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct scim_resource_type *type = scim_resource_type(SCIM_USER);
    json_auto_t *values = json_array();
    json_auto_t *request = NULL;
    json_auto_t *resource = json_pack("{s:s}", "userName", "ada");
    struct patch *patch;

    (void)state;
    for (int i = 0; i < PATCH_VALUES_MAX; i++)
        json_array_append_new(values, json_pack("{s:o}", "value", json_sprintf("Ünal%d@x", i)));
    request = json_pack("{s:[{s:s, s:s, s:O}]}", "Operations", "op", "add", "path", "emails",
                        "value", values);
    assert_int_equal(patch_parse(request, type, arena, &patch, NULL), STATUS_OK);

    assert_int_equal(patch_apply(patch, resource, type, NULL), STATUS_OK);
    assert_int_equal(patch_apply(patch, resource, type, NULL), STATUS_OK);

    assert_int_equal(json_array_size(json_object_get(resource, "emails")), PATCH_VALUES_MAX);
}

/* A thousand operations, each of them at all of many values. */
static void operations_go_over_no_more_values_than_the_limit_says(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct scim_resource_type *type = scim_resource_type(SCIM_USER);
    json_auto_t *list = json_array();
    json_auto_t *emails = json_array();
    json_auto_t *request = json_pack("{s:O}", "Operations", list);
    json_auto_t *resource = json_pack("{s:s, s:O}", "userName", "ada", "emails", emails);
    struct problem problem = {0};
    struct patch *patch;

    (void)state;
    for (int i = 0; i < PATCH_OPERATIONS_MAX; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "op", "replace", "path",
                                              "emails.type", "value", "work"));
    for (int i = 0; i < PATCH_WORK_MAX / PATCH_OPERATIONS_MAX; i++)
        json_array_append_new(emails, json_pack("{s:o}", "value", json_sprintf("%d@x", i)));
    assert_int_equal(patch_parse(request, type, arena, &patch, NULL), STATUS_OK);

    assert_int_equal(patch_apply(patch, resource, type, NULL), STATUS_OK);

    json_array_append_new(emails, json_pack("{s:s}", "value", "one-more@x"));
    assert_int_equal(patch_apply(patch, resource, type, &problem), STATUS_TOO_MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patches_do_what_their_cases_say),
        cmocka_unit_test(a_patch_tells_which_attributes_it_speaks_of),
        cmocka_unit_test(what_says_nothing_is_not_spoken_of),
        cmocka_unit_test(a_patch_applies_twice_with_the_same_outcome),
        cmocka_unit_test(operations_are_as_many_as_the_limit_says),
        cmocka_unit_test(values_are_as_many_as_the_limit_says),
        cmocka_unit_test(a_put_may_bring_more_values_than_an_operation),
        cmocka_unit_test(what_a_put_cannot_mean_is_named_without_an_operation),
        cmocka_unit_test(members_of_objects_count_as_operations),
        cmocka_unit_test(adding_many_values_takes_time_in_proportion),
        cmocka_unit_test(operations_go_over_no_more_values_than_the_limit_says),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
