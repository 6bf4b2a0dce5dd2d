#include <stdio.h>

#include "bridge/base/log.h"
#include "bridge/core/organization.h"
#include "bridge/core/password.h"
#include "service.h"

/* One look at the store after the other fails: what could not be read is not passed for absent. */

enum { LOOKS_MAX = 500 };

static struct service service;

static void describe(void *context, size_t index, struct api_directory *directory)
{
    (void)context;
    (void)index;
    *directory = (struct api_directory){.organization = "default",
                                        .uri = "ldap://127.0.0.1",
                                        .password_size_min = 12,
                                        .state = "connected"};
}

static void given_a_service(struct world *world)
{
    service_start(&service, world, &service_limits, &service_work);
    service.api.store_path = "";
    service.api.directory = describe;
    service.api.directory_count = 1;
}

/* Ask so that the n-th look fails; false when there are not so many. */
static bool asked(const char *method, const char *target, const char *body, int n, int *status)
{
    struct world *world = service.world;

    world->failing.calls = FAILING_LOOKS;
    world->failing.status = STATUS_INTERNAL;
    world->failing.countdown = n;
    SCOPED(reply_clear)
    struct reply reply = service_ask(&service, service.admin, method, target, body);

    *status = reply.status;
    n = world->failing.countdown;
    world->failing.countdown = 0;
    return n <= 0;
}

static void what_cannot_be_read_whole_is_no_answer(void **state)
{
    static const char *const targets[] = {
        "/admin/v1/connections",
        "/admin/v1/connections/entra",
        "/admin/v1/tokens",
        "/admin/v1/status",
        "/admin/v1/holds",
        "/admin/v1/journal",
        "/scim/v2/Users",
        "/scim/v2/Users?filter=title%20pr",
        "/scim/v2/Users?filter=userName%20eq%20%22ana%22",
        "/scim/v2/Sites",
    };
    struct world *world = *state;

    assert_int_equal(world_create(world, &world->provider, "{'userName':'ana','title':'x'}"),
                     STATUS_OK);
    given_a_service(world);
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        int status = 0;

        for (int n = 1; asked("GET", targets[i], NULL, n, &status); n++)
            if (status < 500 || n > LOOKS_MAX)
                fail_msg("%s is answered with %d when look %d fails", targets[i], status, n);
        assert_int_equal(status, 200);
    }
}

static bool password_waits(struct world *world, const char *user_name)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct world_list list = world_list(world, SCIM_USER, &world->admin,
                                        arena_printf(world->arena, "userName eq \"%s\"", user_name),
                                        (struct page){1, 1});
    struct password password;

    assert_int_equal(list.total, 1);
    return password_find(txn, list.rows[0], world->arena, &password);
}

static void a_password_is_not_dropped_because_the_store_did_not_say_where_it_goes(void **state)
{
    struct world *world = *state;
    int status = 0;
    bool has_failed;

    given_a_service(world);
    for (int n = 1;; n++) {
        const char *name = arena_printf(world->arena, "ana%d", n);
        const char *body = arena_printf(
            world->arena, "{\"userName\":\"%s\",\"password\":\"Xq7-one-of-the-passwords\"}", name);

        has_failed = asked("POST", "/scim/v2/Users", body, n, &status);
        if (status == 201 && !password_waits(world, name))
            fail_msg("201, and no password waits, when look %d fails", n);
        if (!has_failed)
            break;
    }
    assert_int_equal(status, 201);
}

static int tear_down(void **state)
{
    service_stop(&service);
    return world_tear_down(state);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, world_set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(what_cannot_be_read_whole_is_no_answer),
        SERVED(a_password_is_not_dropped_because_the_store_did_not_say_where_it_goes),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
