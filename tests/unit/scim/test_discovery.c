#include "schemas.h"
#include "unit.h"

#include <string.h>

#include "bridge/scim/discovery.h"

static const char base[] = "https://bridge.example/scim/v2";

enum { PROVIDER = 1u << SCIM_USER | 1u << SCIM_GROUP, ADMINISTRATOR = PROVIDER | 1u << SCIM_SITE };

static json_t *parse(struct bytes bytes)
{
    json_t *document = json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(document);
    return document;
}

static const char *text_at(const json_t *document, const char *owner, const char *name)
{
    return json_string_value(json_object_get(json_object_get(document, owner), name));
}

static bool supports(const json_t *document, const char *feature)
{
    return json_is_true(json_object_get(json_object_get(document, feature), "supported"));
}

static json_int_t number_at(const json_t *document, const char *owner, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(document, owner), name));
}

static void the_service_tells_what_it_can_do(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *document = parse(discovery_service_config(base, false, arena));
    json_auto_t *with_passwords = parse(discovery_service_config(base, true, arena));

    (void)state;
    assert_true(supports(with_passwords, "changePassword"));
    assert_true(supports(document, "patch") && supports(document, "filter"));
    assert_true(supports(document, "etag"));
    assert_false(supports(document, "bulk") || supports(document, "sort"));
    assert_false(supports(document, "changePassword"));
    assert_int_equal(number_at(document, "filter", "maxResults"), 200);
    assert_int_equal(number_at(document, "bulk", "maxOperations"), 0);
    assert_int_equal(number_at(document, "pagination", "defaultPageSize"), 100);
    assert_int_equal(number_at(document, "pagination", "maxPageSize"), 200);
    assert_string_equal(text_at(document, "pagination", "defaultPaginationMethod"), "index");
    assert_string_equal(text_at(document, "meta", "location"),
                        "https://bridge.example/scim/v2/ServiceProviderConfig");
    assert_string_equal(json_string_value(json_array_get(json_object_get(document, "schemas"), 0)),
                        "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig");
}

static void a_resource_type_names_its_schemas(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *user = parse(discovery_resource_type(base, PROVIDER, "User", arena));
    json_auto_t *group = parse(discovery_resource_type(base, PROVIDER, "group", arena));
    const json_t *extensions = json_object_get(user, "schemaExtensions");

    (void)state;
    assert_string_equal(json_string_value(json_object_get(user, "schema")), SCIM_URN_USER);
    assert_int_equal(json_array_size(extensions), 2);
    assert_true(json_is_false(json_object_get(json_array_get(extensions, 1), "required")));
    assert_string_equal(text_at(user, "meta", "location"),
                        "https://bridge.example/scim/v2/ResourceTypes/User");
    assert_string_equal(json_string_value(json_object_get(group, "endpoint")), "/Groups");
    assert_null(json_object_get(group, "schemaExtensions"));
}

static void a_schema_is_shown_with_its_place(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *schema = parse(discovery_schema(base, PROVIDER, SCIM_URN_BRIDGE, arena));

    (void)state;
    assert_string_equal(json_string_value(json_object_get(schema, "id")), SCIM_URN_BRIDGE);
    assert_string_equal(text_at(schema, "meta", "resourceType"), "Schema");
    assert_string_equal(text_at(schema, "meta", "location"),
                        "https://bridge.example/scim/v2/Schemas/" SCIM_URN_BRIDGE);
    assert_null(json_object_get(
        scim_schema_of(scim_resource_type(SCIM_USER), SCIM_URN_BRIDGE)->document, "meta"));
}

static void lists_hold_what_the_caller_may_use(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *types = parse(discovery_resource_types(base, PROVIDER, arena));
    json_auto_t *schemas = parse(discovery_schemas(base, PROVIDER, arena));
    json_auto_t *all = parse(discovery_schemas(base, ADMINISTRATOR, arena));

    (void)state;
    assert_int_equal(json_array_size(json_object_get(types, "Resources")), 2);
    assert_int_equal(json_integer_value(json_object_get(types, "totalResults")), 2);
    assert_int_equal(json_array_size(json_object_get(schemas, "Resources")), 4);
    assert_int_equal(json_array_size(json_object_get(all, "Resources")), 5);
}

static void what_the_caller_may_not_use_is_not_there(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_null(discovery_resource_type(base, PROVIDER, "Site", arena).data);
    assert_null(discovery_schema(base, PROVIDER, SCIM_URN_SITE, arena).data);
    assert_null(discovery_resource_type(base, ADMINISTRATOR, "Widget", arena).data);
    assert_null(discovery_schema(base, ADMINISTRATOR, "urn:example:none", arena).data);
    assert_non_null(discovery_schema(base, ADMINISTRATOR, SCIM_URN_SITE, arena).data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_service_tells_what_it_can_do),
        cmocka_unit_test(a_resource_type_names_its_schemas),
        cmocka_unit_test(a_schema_is_shown_with_its_place),
        cmocka_unit_test(lists_hold_what_the_caller_may_use),
        cmocka_unit_test(what_the_caller_may_not_use_is_not_there),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
