#include "world.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attributes.h"
#include "bridge/base/clock.h"
#include "bridge/core/organization.h"
#include "bridge/worker/worker.h"
#include "credentials.h"
#include "ldap_proxy.h"
#include "slapd.h"
#include "worker_settings.h"

enum { SKIPPED = 77, PATIENCE_MS = 30000, LIMIT_SECONDS = 20, STOP_MS = 5000 };

static struct {
    struct slapd slapd;
    struct proxy proxy;
    struct world *world;
    struct worker_settings settings;
    struct attribute_map *attributes;
    struct worker *worker;
    char password_file[96];
} given;

static int start(void **state)
{
    (void)state;
    return slapd_start(&given.slapd, SLAPD_POLICY) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    slapd_stop(&given.slapd);
    return 0;
}

static int begin(void **state)
{
    (void)world_set_up(state);
    given.world = *state;
    given.attributes = attribute_map_usual();
    proxy_start(&given.proxy, given.slapd.uri);
    (void)snprintf(given.password_file, sizeof(given.password_file), "%s/tried",
                   given.slapd.folder);
    given.settings = worker_settings_of(given.world, &given.slapd, given.attributes, LIMIT_SECONDS);
    given.settings.directory.uri = given.proxy.uri;
    given.settings.directory.password_file = given.password_file;
    return 0;
}

static int end(void **state)
{
    if (given.worker)
        workers_stop(&given.worker, 1);
    given.worker = NULL;
    proxy_stop(&given.proxy);
    attribute_map_free(given.attributes);
    (void)unlink(given.password_file);
    return world_tear_down(state);
}

/* ----------------------------------------------------------------- given, when */

static void given_a_password(const char *password)
{
    int descriptor =
        open(given.password_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, password, strlen(password)), strlen(password));
    assert_int_equal(close(descriptor), 0);
}

static void pause_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = 10000000};

    (void)nanosleep(&moment, NULL);
}

static void await_state(enum worker_state state)
{
    int64_t until = clock_boot_ms() + PATIENCE_MS;

    while (worker_report(given.worker).state != state) {
        if (clock_boot_ms() > until)
            fail_msg("%s: %s", worker_state_name(worker_report(given.worker).state),
                     worker_report(given.worker).detail);
        pause_a_moment();
    }
}

static void await_requests(size_t count)
{
    int64_t until = clock_boot_ms() + PATIENCE_MS;

    while (proxy_total(&given.proxy) < count) {
        assert_true(clock_boot_ms() < until);
        pause_a_moment();
    }
}

static void assert_stops_soon(void)
{
    int64_t begun_at = clock_boot_ms();

    workers_stop(&given.worker, 1);
    given.worker = NULL;
    assert_true(clock_boot_ms() - begun_at < STOP_MS);
}

/* ----------------------------------------------------------------------- tests */

static void attempts_are_spread_and_never_more_than_five_seconds_apart(void **state)
{
    (void)state;

    assert_int_equal(worker_delay_ms(1, 0), 1000);
    assert_int_equal(worker_delay_ms(2, 0), 2000);
    assert_int_equal(worker_delay_ms(3, 0), 4000);
    for (unsigned attempt = 1; attempt < 1000; attempt++) {
        assert_in_range(worker_delay_ms(attempt, 999), 800, 5000);
        assert_true(worker_delay_ms(attempt, 999) < worker_delay_ms(attempt, 0));
    }
}

/* Threat 42. */
static void a_password_that_is_refused_three_times_is_not_tried_again(void **state)
{
    struct credentials credentials = {.file = given.password_file};

    (void)state;
    given_a_password("wrong");

    for (int i = 0; i < CREDENTIALS_REFUSALS_MAX; i++) {
        assert_true(credentials_may_be_tried(&credentials));
        credentials_judge(&credentials, STATUS_UNAUTHORIZED);
        credentials_judge(&credentials, STATUS_DIRECTORY_UNAVAILABLE); /* does not excuse it */
    }
    for (int i = 0; i < 100; i++)
        assert_false(credentials_may_be_tried(&credentials));

    (void)unlink(given.password_file);
    given_a_password("other");
    assert_true(credentials_may_be_tried(&credentials));
}

static void a_success_excuses_earlier_refusals(void **state)
{
    struct credentials credentials = {.file = given.password_file};

    (void)state;
    given_a_password("right");

    for (int i = 0; i < 100; i++) {
        assert_true(credentials_may_be_tried(&credentials));
        credentials_judge(&credentials, i % 3 == 2 ? STATUS_OK : STATUS_UNAUTHORIZED);
    }
}

static void a_server_that_refuses_us_sees_three_binds_until_the_password_is_another(void **state)
{
    (void)state;
    given_a_password("wrong");
    given.worker = worker_start(&given.settings);

    await_state(WORKER_REFUSING);
    assert_int_equal(proxy_count(&given.proxy, PROXY_BIND, NULL), CREDENTIALS_REFUSALS_MAX);
    assert_non_null(strstr(worker_report(given.worker).detail, given.password_file));

    proxy_reset(&given.proxy, 0, false);
    (void)unlink(given.password_file);
    given_a_password(SLAPD_PASSWORD);
    await_state(WORKER_CONNECTED);
    assert_int_equal(proxy_count(&given.proxy, PROXY_BIND, NULL), 3); /* two of the placeholder's */
}

/* While nothing answers an operation has twenty seconds. */
static void a_worker_stops_though_the_directory_is_silent(void **state)
{
    (void)state;
    given_a_password(SLAPD_PASSWORD);
    for (size_t at = 0; at < 2; at++) { /* at the bind, and after it */
        proxy_reset(&given.proxy, 0, false);
        proxy_spoil(&given.proxy, (struct proxy_fault){
                                      .kind = PROXY_SILENCE, .is_in_answers = true, .at = 14 * at});
        given.worker = worker_start(&given.settings);
        await_requests(1 + at);

        assert_stops_soon();
    }
}

static void a_worker_stops_though_the_directory_hangs(void **state)
{
    (void)state;
    given_a_password(SLAPD_PASSWORD);
    given.worker = worker_start(&given.settings);
    await_state(WORKER_CONNECTED);
    slapd_freeze(&given.slapd);
    assert_int_equal(world_create(given.world, &given.world->provider, "{'userName':'ana'}"),
                     STATUS_OK);
    proxy_reset(&given.proxy, 0, false);
    worker_wake(given.worker, ORGANIZATION_DEFAULT);
    await_requests(1);

    assert_stops_soon();

    slapd_thaw(&given.slapd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_are_spread_and_never_more_than_five_seconds_apart),
        cmocka_unit_test_setup_teardown(a_password_that_is_refused_three_times_is_not_tried_again,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_success_excuses_earlier_refusals, begin, end),
        cmocka_unit_test_setup_teardown(
            a_server_that_refuses_us_sees_three_binds_until_the_password_is_another, begin, end),
        cmocka_unit_test_setup_teardown(a_worker_stops_though_the_directory_is_silent, begin, end),
        cmocka_unit_test_setup_teardown(a_worker_stops_though_the_directory_hangs, begin, end),
    };

    if (!slapd_is_installed())
        return SKIPPED;
    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    return cmocka_run_group_tests(tests, start, stop);
}
