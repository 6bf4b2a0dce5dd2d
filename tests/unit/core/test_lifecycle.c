#include "bridge/scim/patch.h"
#include "bridge/scim/resource.h"
#include "cases.h"
#include "world.h"

/*
 * What a provider says of role, site and active, and what comes of it:
 * tests/cases/lifecycle. A case has a person as `created`, `requests` that follow,
 * whose last may be refused, and what is in effect `after`. Role and site stand
 * beside the others for short; null takes an attribute away.
 */

enum { CASES_AT_LEAST = 41 };

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

static struct world *given;

static bool is_of_extension(const char *name)
{
    return strcmp(name, "role") == 0 || strcmp(name, "site") == 0;
}

static enum status create(const struct test_case *test)
{
    json_auto_t *body = json_object();
    json_t *extension = json_object();
    const char *name;
    json_t *value;

    json_object_set_new(body, "userName", json_string(case_text(test, "name")));
    json_object_set_new(body, EXT, extension);
    json_object_foreach (case_member(test, "created"), name, value)
        json_object_set(is_of_extension(name) ? extension : body, name, value);
    return world_create_json(given, &given->provider, body);
}

static json_t *operation(const char *name, json_t *value)
{
    const char *path =
        arena_printf(given->arena, "%s%s", is_of_extension(name) ? EXT ":" : "", name);

    if (json_is_null(value))
        return json_pack("{s:s, s:s}", "op", "remove", "path", path);
    return json_pack("{s:s, s:s, s:O}", "op", "replace", "path", path, "value", value);
}

static enum status patch(const char *id, json_t *request)
{
    json_t *operations = json_array();
    const char *name;
    json_t *value;

    json_object_foreach (request, name, value)
        json_array_append_new(operations, operation(name, value));
    json_auto_t *body = json_pack("{s:o}", "Operations", operations);
    return world_patch_json(given, &given->provider, id, body);
}

static const char *compare(const struct test_case *test, const char *id)
{
    static const char *const shown[] = {"role", "site"};
    json_auto_t *resource = world_resource(given, id);
    const json_t *extension = json_object_get(resource, EXT);
    json_auto_t *after = json_object();

    json_object_set(after, "active", json_object_get(resource, "active"));
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        json_t *value = json_object_get(extension, shown[i]);

        if (value)
            json_object_set(after, shown[i], value);
    }
    return case_compare(test, after, "after");
}

static const char *run(const struct test_case *test)
{
    enum status status = create(test);
    const char *id = arena_strdup(test->arena, given->user.account.id);
    const char *wrong;
    json_t *request;
    size_t i;

    json_array_foreach (json_object_get(test->input, "requests"), i, request) {
        if (status)
            return arena_printf(test->arena, "refused too early: %s", given->problem.detail);
        status = patch(id, request);
    }
    wrong = case_check_status(test, status, &given->problem);
    return wrong ? wrong : compare(test, id);
}

static void role_site_and_active_do_what_their_cases_say(void **state)
{
    given = *state;
    assert_int_equal(
        world_create(given, &given->admin, "{'userName':'boss','" EXT "':{'role':'admin'}}"),
        STATUS_OK); /* so that nobody else is the last one */

    run_cases("lifecycle", run, CASES_AT_LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(role_site_and_active_do_what_their_cases_say, world_set_up,
                                        world_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
