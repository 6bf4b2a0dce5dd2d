#include "unit.h"

#include "bridge/base/text.h"
#include "route.h"

static const struct route rows[] = {
    {"GET", "/", 0, NULL},
    {"GET", "/Users/{id}", 1, NULL},
    {"PATCH", "/Users/{user}", 2, NULL},
    {"POST", "/Users/.search", 3, NULL},
    {"GET", "/Users", 4, NULL},
    {"POST", "/Users", 5, NULL},
    {"POST", "/{kind}/{id}/.resend", 6, NULL},
    {"POST", "/Users/{id}/.resend", 7, NULL},
    {"GET", "/{kind}/list/{page}", 8, NULL},
};

static const struct routes routes = {rows, sizeof(rows) / sizeof(*rows)};

static const struct {
    const char *method;
    const char *path;
    enum status status;
    unsigned scope;      /* of the route that is found */
    const char *allowed; /* if it is the wrong method */
} requests[] = {
    {"GET", "/", STATUS_OK, 0, NULL},
    {"GET", "/Users", STATUS_OK, 4, NULL},
    {"POST", "/Users", STATUS_OK, 5, NULL},
    {"GET", "/Users/1", STATUS_OK, 1, NULL},
    {"PATCH", "/Users/1", STATUS_OK, 2, NULL},
    {"POST", "/Users/.search", STATUS_OK, 3, NULL},
    {"POST", "/Users/1/.resend", STATUS_OK, 7, NULL},
    {"POST", "/Groups/1/.resend", STATUS_OK, 6, NULL},
    {"GET", "/Users/list/2", STATUS_OK, 8, NULL},
    {"GET", "/Users/.search", STATUS_METHOD_NOT_ALLOWED, 0, "POST"},
    {"DELETE", "/Users", STATUS_METHOD_NOT_ALLOWED, 0, "GET, HEAD, POST"},
    {"DELETE", "/Users/1", STATUS_METHOD_NOT_ALLOWED, 0, "GET, HEAD, PATCH"},
    {"get", "/Users", STATUS_METHOD_NOT_ALLOWED, 0, "GET, HEAD, POST"},
    {"BREW", "/", STATUS_METHOD_NOT_ALLOWED, 0, "GET, HEAD"},
    {"GET", "/users", STATUS_NOT_FOUND, 0, NULL},
    {"GET", "/Users/1/2", STATUS_NOT_FOUND, 0, NULL},
    {"GET", "/User", STATUS_NOT_FOUND, 0, NULL},
    {"GET", "/Userss", STATUS_NOT_FOUND, 0, NULL},
    {"GET", "/{kind}", STATUS_NOT_FOUND, 0, NULL},
};

static void the_path_decides_before_the_method(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        const struct route *found = NULL;
        const char *allowed = NULL;

        assert_int_equal(routes_find(&routes, requests[i].method, requests[i].path, arena, &found,
                                     &allowed, NULL),
                         requests[i].status);

        if (requests[i].status == STATUS_OK)
            assert_int_equal(found->scope, requests[i].scope);
        else
            assert_null(found);
        if (requests[i].allowed)
            assert_string_equal(allowed, requests[i].allowed);
        else
            assert_null(allowed);
    }
}

static void a_path_that_leads_nowhere_is_named(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct route *found = NULL;
    const char *allowed = NULL;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(routes_find(&routes, "GET", "/scim/Users", arena, &found, &allowed, &problem),
                     STATUS_NOT_FOUND);
    assert_string_equal(problem.detail, "there is nothing at /scim/Users");
}

static void names_stand_for_one_segment_each(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *path = "/Groups/a b/.resend";

    (void)state;
    assert_string_equal(arena_text(arena, route_segment(&rows[6], path, "kind")), "Groups");
    assert_string_equal(arena_text(arena, route_segment(&rows[6], path, "id")), "a b");
    assert_null(route_segment(&rows[6], path, "i").data);
    assert_null(route_segment(&rows[6], path, ".resend").data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_decides_before_the_method),
        cmocka_unit_test(a_path_that_leads_nowhere_is_named),
        cmocka_unit_test(names_stand_for_one_segment_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
