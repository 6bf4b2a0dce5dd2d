#include "schemas.h"
#include "unit.h"

#include <string.h>

#include "bridge/scim/schema.h"
#include "schema.h"

static const struct scim_attribute *find(enum scim_kind kind, const char *name)
{
    return scim_attribute_find(scim_resource_type(kind)->schema->attributes, name);
}

static const struct scim_attribute *find_in(const char *urn, const char *name)
{
    return scim_attribute_find(scim_schema_of(scim_resource_type(SCIM_USER), urn)->attributes,
                               name);
}

static void people_have_the_core_and_two_extensions(void **state)
{
    const struct scim_resource_type *user = scim_resource_type(SCIM_USER);

    (void)state;
    assert_string_equal(user->endpoint, "/Users");
    assert_string_equal(user->schema->id, SCIM_URN_USER);
    assert_string_equal(user->extensions[0]->id, SCIM_URN_ENTERPRISE);
    assert_string_equal(user->extensions[1]->id, SCIM_URN_BRIDGE);
    assert_null(scim_resource_type(SCIM_GROUP)->extensions[0]);
    assert_null(scim_resource_type(SCIM_SITE)->extensions[0]);
}

static void the_documents_say_what_an_attribute_is(void **state)
{
    const struct scim_attribute *user_name = find(SCIM_USER, "userName");
    const struct scim_attribute *password = find(SCIM_USER, "password");
    const struct scim_attribute *key = find(SCIM_SITE, "key");

    (void)state;
    assert_true(user_name->is_required && !user_name->is_case_exact);
    assert_int_equal(user_name->uniqueness, SCIM_UNIQUE_SERVER);
    assert_int_equal(password->mutability, SCIM_WRITE_ONLY);
    assert_int_equal(password->returned, SCIM_NEVER);
    assert_int_equal(key->mutability, SCIM_IMMUTABLE);
    assert_int_equal(find(SCIM_USER, "active")->type, SCIM_BOOLEAN);
    assert_int_equal(find(SCIM_USER, "groups")->mutability, SCIM_READ_ONLY);
    assert_int_equal(find(SCIM_SITE, "userCount")->type, SCIM_INTEGER);
    assert_true(find(SCIM_GROUP, "members")->is_multi_valued);
    assert_true(scim_attribute_find(find(SCIM_GROUP, "members")->sub, "value")->is_case_exact);
    assert_true(find_in(SCIM_URN_ENTERPRISE, "manager")->type == SCIM_COMPLEX);
}

static void names_and_urns_are_found_in_any_letter_case(void **state)
{
    const struct scim_resource_type *user = scim_resource_type(SCIM_USER);

    (void)state;
    assert_string_equal(find(SCIM_USER, "USERNAME")->name, "userName");
    assert_string_equal(
        find_in("URN:ietf:params:scim:schemas:extension:BRIDGE:2.0:User", "Site")->name, "site");
    assert_null(find(SCIM_USER, "user"));
    assert_null(scim_attribute_find(NULL, "value"));
    assert_null(scim_schema_of(user, SCIM_URN_GROUP));
}

static void canonical_values_bind_only_in_our_own_schemas(void **state)
{
    const struct scim_attribute *role = find_in(SCIM_URN_BRIDGE, "role");
    const struct scim_attribute *type = scim_attribute_find(find(SCIM_USER, "emails")->sub, "type");

    (void)state;
    assert_string_equal(role->canonical_values[0], "admin");
    assert_string_equal(role->canonical_values[1], "user");
    assert_null(role->canonical_values[2]);
    assert_null(type->canonical_values);
}

static void every_resource_has_an_exact_external_id(void **state)
{
    const struct scim_attribute *external_id =
        scim_attribute_find(scim_common_attributes, "externalid");

    (void)state;
    assert_true(external_id->is_case_exact);
    assert_int_equal(external_id->mutability, SCIM_READ_WRITE);
    assert_int_equal(scim_attribute_find(scim_common_attributes, "id")->returned, SCIM_ALWAYS);
}

static void every_attribute_of_every_document_is_complete(void **state)
{
    static const char *const members[] = {"name",     "type",       "multiValued", "description",
                                          "required", "mutability", "returned",    "uniqueness"};

    (void)state;
    for (enum scim_kind kind = 0; kind < SCIM_KIND_COUNT; kind++) {
        const json_t *list =
            json_object_get(scim_resource_type(kind)->schema->document, "attributes");
        json_t *attribute;
        size_t i;

        json_array_foreach (list, i, attribute) {
            for (size_t j = 0; j < sizeof(members) / sizeof(*members); j++)
                assert_non_null(json_object_get(attribute, members[j]));
        }
    }
}

static void loading_again_after_unloading_works(void **state)
{
    (void)state;
    scim_unload();
    scim_unload();
    assert_int_equal(scim_load(NULL), STATUS_OK);
    assert_int_equal(scim_load(NULL), STATUS_OK);

    assert_non_null(find(SCIM_USER, "userName"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_have_the_core_and_two_extensions),
        cmocka_unit_test(the_documents_say_what_an_attribute_is),
        cmocka_unit_test(names_and_urns_are_found_in_any_letter_case),
        cmocka_unit_test(canonical_values_bind_only_in_our_own_schemas),
        cmocka_unit_test(every_resource_has_an_exact_external_id),
        cmocka_unit_test(every_attribute_of_every_document_is_complete),
        cmocka_unit_test(loading_again_after_unloading_works),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
