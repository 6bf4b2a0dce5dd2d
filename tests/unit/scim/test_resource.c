#include "cases.h"
#include "schemas.h"

#include "bridge/scim/resource.h"

static const char *check_stored(const struct test_case *test, const json_t *resource)
{
    struct bytes bytes = resource_encode(resource, test->type, test->arena);
    const char *stored = bytes.data;

    if (strlen(stored) != bytes.size)
        return "the stored bytes do not end where they say";
    if (json_object_get(test->input, "stored") && strcmp(stored, case_text(test, "stored")) != 0)
        return arena_printf(test->arena, "stored is %s", stored);
    return NULL;
}

/* `unchecked`: what resource_check says about it. */
static const char *check_required(const struct test_case *test, const json_t *resource)
{
    struct problem problem = {0};
    enum status status = resource_check(resource, test->type, &problem);
    const char *wanted = case_text(test, "unchecked");

    if ((status == STATUS_OK) != (*wanted == '\0') || !strstr(problem.detail, wanted))
        return arena_printf(test->arena, "checked as: %s", problem.detail);
    return NULL;
}

static const char *run_case(const struct test_case *test)
{
    json_auto_t *resource = NULL;
    struct problem problem = {0};
    enum status status = resource_read(case_member(test, "body"), test->type, &resource, &problem);
    const char *wrong = case_check_status(test, status, &problem);

    if (wrong || status)
        return wrong;
    if ((wrong = case_compare(test, resource, "resource")) ||
        (wrong = check_required(test, resource)))
        return wrong;
    return check_stored(test, resource);
}

static void bodies_are_read_as_their_cases_say(void **state)
{
    (void)state;
    run_cases("resource", run_case, 25);
}

static void what_is_composed_at_read_time_is_not_stored(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *resource =
        json_pack("{s:s, s:s, s:s, s:{s:s}, s:[{s:s}], s:{s:s}, s:b}", "userName", "ada", "id",
                  "U1", "password", "secret", "meta", "version", "1", "groups", "value", "G1",
                  SCIM_URN_BRIDGE, "role", "admin", "active", 1);
    struct bytes stored = resource_encode(resource, scim_resource_type(SCIM_USER), arena);

    (void)state;
    assert_string_equal(stored.data, "{\"schemas\":[\"" SCIM_URN_USER "\",\"" SCIM_URN_BRIDGE
                                     "\"],\"id\":\"U1\","
                                     "\"userName\":\"ada\",\"active\":true}");
}

static void what_is_stored_reads_back_the_same(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct scim_resource_type *type = scim_resource_type(SCIM_USER);
    json_auto_t *body =
        json_pack("{s:s, s:s, s:[{s:s, s:b}]}", "userName", "O'Neil \"Sam\" \\ Ünal\n", "title",
                  "\u2028", "emails", "value", "a@x", "primary", 1);
    json_auto_t *first = NULL;
    json_auto_t *second = NULL;
    json_auto_t *loaded = NULL;

    (void)state;
    assert_int_equal(resource_read(body, type, &first, NULL), STATUS_OK);
    loaded = json_loads(resource_encode(first, type, arena).data, 0, NULL);
    assert_int_equal(resource_read(loaded, type, &second, NULL), STATUS_OK);

    assert_true(json_equal(first, second));
}

static const struct scim_attribute *attribute(enum scim_kind kind, const char *name)
{
    return scim_attribute_find(scim_resource_type(kind)->schema->attributes, name);
}

static void values_take_the_type_of_their_attribute(void **state)
{
    json_auto_t *text = json_string("TRUE");
    json_auto_t *number = json_integer(7);
    json_t *converted;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(resource_value(text, attribute(SCIM_USER, "active"), &converted, NULL),
                     STATUS_OK);
    assert_true(json_is_true(converted));
    assert_int_equal(resource_value(number, attribute(SCIM_SITE, "userCount"), &converted, NULL),
                     STATUS_OK);
    assert_int_equal(json_integer_value(converted), 7);
    json_decref(converted);
    assert_int_equal(resource_value(text, attribute(SCIM_SITE, "userCount"), &converted, &problem),
                     STATUS_INVALID_VALUE);
    assert_null(converted);
    assert_string_equal(problem.detail, "userCount: expected a whole number, got \"TRUE\"");
}

static void a_moment_must_be_one(void **state)
{
    const struct scim_attribute *last_activity = scim_attribute_find(
        scim_schema_of(scim_resource_type(SCIM_USER), SCIM_URN_BRIDGE)->attributes, "lastActivity");
    json_auto_t *good = json_string("2026-01-31T08:00:00+01:00");
    json_auto_t *bad = json_string("yesterday");
    json_t *converted;

    (void)state;
    assert_int_equal(resource_value(good, last_activity, &converted, NULL), STATUS_OK);
    assert_true(json_equal(converted, good)); /* as it was written */
    json_decref(converted);
    assert_int_equal(resource_value(bad, last_activity, &converted, NULL), STATUS_INVALID_VALUE);
}

static void what_says_nothing_converts_to_nothing(void **state)
{
    json_auto_t *empty = json_string("");
    json_auto_t *blank = json_pack("{s:s, s:s}", "managerId", "", "displayName", " ");
    const struct scim_attribute *manager = scim_attribute_find(
        scim_schema_of(scim_resource_type(SCIM_USER), SCIM_URN_ENTERPRISE)->attributes, "manager");
    json_t *converted;

    (void)state;
    assert_int_equal(resource_value(json_null(), attribute(SCIM_USER, "title"), &converted, NULL),
                     STATUS_OK);
    assert_null(converted);
    assert_int_equal(resource_value(empty, attribute(SCIM_USER, "emails"), &converted, NULL),
                     STATUS_OK);
    assert_null(converted);
    assert_int_equal(resource_value(blank, manager, &converted, NULL), STATUS_OK);
    assert_null(converted);
}

static void a_name_has_at_most_1024_bytes(void **state)
{
    char name[RESOURCE_NAME_MAX + 2] = "";
    struct problem problem = {0};

    (void)state;
    memset(name, 'x', RESOURCE_NAME_MAX);
    for (int longer = 0; longer <= 1; longer++) {
        json_auto_t *resource = NULL;

        name[RESOURCE_NAME_MAX] = longer ? 'x' : '\0';
        resource = json_pack("{s:s}", "userName", name);
        assert_int_equal(resource_check(resource, scim_resource_type(SCIM_USER), &problem),
                         longer ? STATUS_INVALID_VALUE : STATUS_OK);
    }
    assert_string_equal(problem.detail, "userName is longer than 1024 bytes: shorten it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_read_as_their_cases_say),
        cmocka_unit_test(what_is_composed_at_read_time_is_not_stored),
        cmocka_unit_test(what_is_stored_reads_back_the_same),
        cmocka_unit_test(values_take_the_type_of_their_attribute),
        cmocka_unit_test(a_moment_must_be_one),
        cmocka_unit_test(what_says_nothing_converts_to_nothing),
        cmocka_unit_test(a_name_has_at_most_1024_bytes),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
