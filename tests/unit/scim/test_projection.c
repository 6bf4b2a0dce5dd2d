#include "schemas.h"
#include "unit.h"

#include <string.h>

#include "bridge/scim/projection.h"

static const char ada[] =
    "{\"schemas\":[\"" SCIM_URN_USER "\"],\"id\":\"U1\",\"userName\":\"ada\",\"active\":true,"
    "\"name\":{\"givenName\":\"Ada\",\"familyName\":\"Lovelace\"},"
    "\"emails\":[{\"value\":\"a@x\",\"type\":\"work\"},{\"value\":\"b@x\"}],"
    "\"password\":\"secret\",\"unheardOf\":1,"
    "\"" SCIM_URN_ENTERPRISE "\":{\"department\":\"D\",\"manager\":{\"value\":\"M\"}},"
    "\"" SCIM_URN_BRIDGE "\":{\"role\":\"admin\"},\"meta\":{\"version\":\"1\"}}";

static const char schemas_and_id[] = "{\"schemas\":[\"" SCIM_URN_USER "\"],\"id\":\"U1\"";

/* What is left of ada, compared as text behind what is always there. */
static void assert_projected(const char *attributes, const char *excluded, const char *expected)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct scim_resource_type *type = scim_resource_type(SCIM_USER);
    json_auto_t *resource = json_loads(ada, 0, NULL);
    json_auto_t *before = json_deep_copy(resource);
    json_auto_t *kept = NULL;
    struct projection *projection;
    char *text;

    assert_int_equal(projection_parse(attributes, excluded, type, arena, &projection, NULL),
                     STATUS_OK);
    kept = projection_apply(projection, resource, type);
    text = json_dumps(kept, JSON_COMPACT);

    assert_memory_equal(text, schemas_and_id, strlen(schemas_and_id));
    assert_string_equal(text + strlen(schemas_and_id), expected);
    assert_true(json_equal(before, resource));
    free(text);
}

static void without_a_wish_all_but_secrets_is_answered(void **state)
{
    (void)state;
    assert_projected(NULL, NULL,
                     ",\"userName\":\"ada\",\"active\":true,"
                     "\"name\":{\"givenName\":\"Ada\",\"familyName\":\"Lovelace\"},"
                     "\"emails\":[{\"value\":\"a@x\",\"type\":\"work\"},{\"value\":\"b@x\"}],"
                     "\"" SCIM_URN_ENTERPRISE
                     "\":{\"department\":\"D\",\"manager\":{\"value\":\"M\"}},"
                     "\"" SCIM_URN_BRIDGE "\":{\"role\":\"admin\"},\"meta\":{\"version\":\"1\"}}");
}

static void named_attributes_come_alone(void **state)
{
    (void)state;
    assert_projected("userName", NULL, ",\"userName\":\"ada\"}");
    assert_projected("id", NULL, "}");
    assert_projected(" USERNAME , active ", NULL, ",\"userName\":\"ada\",\"active\":true}");
    assert_projected("password", NULL, "}");
    assert_projected("unheardOf,nonsense[", NULL, "}");
}

static void named_sub_attributes_come_alone(void **state)
{
    (void)state;
    assert_projected("name.givenName", NULL, ",\"name\":{\"givenName\":\"Ada\"}}");
    assert_projected("emails.value,name.familyName", NULL,
                     ",\"name\":{\"familyName\":\"Lovelace\"},"
                     "\"emails\":[{\"value\":\"a@x\"},{\"value\":\"b@x\"}]}");
    assert_projected("emails.type", NULL, ",\"emails\":[{\"type\":\"work\"}]}");
    assert_projected("emails.display,name.middleName", NULL, "}");
    assert_projected("name.givenName,name", NULL,
                     ",\"name\":{\"givenName\":\"Ada\",\"familyName\":\"Lovelace\"}}");
}

static void extensions_are_named_whole_or_in_part(void **state)
{
    (void)state;
    assert_projected(SCIM_URN_BRIDGE, NULL, ",\"" SCIM_URN_BRIDGE "\":{\"role\":\"admin\"}}");
    assert_projected(SCIM_URN_ENTERPRISE ":department", NULL,
                     ",\"" SCIM_URN_ENTERPRISE "\":{\"department\":\"D\"}}");
    assert_projected("manager.value", NULL,
                     ",\"" SCIM_URN_ENTERPRISE "\":{\"manager\":{\"value\":\"M\"}}}");
}

static void excluded_attributes_stay_away(void **state)
{
    (void)state;
    assert_projected(NULL,
                     "emails.type,name.givenName,meta,active,manager," SCIM_URN_BRIDGE
                     ",id,schemas,nothing",
                     ",\"userName\":\"ada\",\"name\":{\"familyName\":\"Lovelace\"},"
                     "\"emails\":[{\"value\":\"a@x\"},{\"value\":\"b@x\"}],"
                     "\"" SCIM_URN_ENTERPRISE "\":{\"department\":\"D\"}}");
}

static void both_wishes_at_once_are_refused(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct projection *projection;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(projection_parse("id", "members", scim_resource_type(SCIM_GROUP), arena,
                                      &projection, &problem),
                     STATUS_INVALID_VALUE);
    assert_non_null(strstr(problem.detail, "excludedAttributes"));
    assert_int_equal(
        projection_parse("", NULL, scim_resource_type(SCIM_GROUP), arena, &projection, NULL),
        STATUS_OK);
    assert_null(projection);
}

static bool wants(const char *attributes, const char *excluded, const char *attribute)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct projection *projection;

    assert_int_equal(projection_parse(attributes, excluded, scim_resource_type(SCIM_GROUP), arena,
                                      &projection, NULL),
                     STATUS_OK);
    return projection_wants(projection, attribute);
}

static void what_will_not_be_answered_need_not_be_loaded(void **state)
{
    (void)state;
    assert_true(wants(NULL, NULL, "members"));
    assert_false(wants(NULL, "members", "members"));
    assert_true(wants(NULL, "members.display", "members"));
    assert_true(wants(NULL, "displayName", "members"));
    assert_false(wants("id", NULL, "members"));
    assert_true(wants("MEMBERS", NULL, "members"));
    assert_true(wants("members.value", NULL, "members"));
    assert_true(wants(SCIM_URN_GROUP, NULL, "members"));
    assert_false(wants("nonsense", NULL, "members"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_wish_all_but_secrets_is_answered),
        cmocka_unit_test(named_attributes_come_alone),
        cmocka_unit_test(named_sub_attributes_come_alone),
        cmocka_unit_test(extensions_are_named_whole_or_in_part),
        cmocka_unit_test(excluded_attributes_stay_away),
        cmocka_unit_test(both_wishes_at_once_are_refused),
        cmocka_unit_test(what_will_not_be_answered_need_not_be_loaded),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
