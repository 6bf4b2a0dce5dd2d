#include "unit.h"

#include <jansson.h>
#include <sys/stat.h>

#include "bridge/base/crypt.h"
#include "bridge/base/keyring.h"
#include "run_command.h"

#define CONNECTED(state, alarms)                                        \
    "{\"version\":\"" BRIDGE_VERSION "\",\"organization\":\"default\"," \
    "\"directory\":{\"state\":\"" state "\",\"detail\":\"no route\"},"  \
    "\"alarms\":[" alarms "],"                                          \
    "\"organizations\":[{\"name\":\"acme\",\"directory\":{\"state\":\"connected\"}}]}"

/* A folder with what an installation has; the daemon is a fake one. */
struct installation {
    struct fake_daemon fake;
    struct arena *arena;
    const char *config, *store, *data, *keys;
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int install(void **state)
{
    struct installation *there = heap_alloc(1, sizeof(*there));

    fake_listen_socket(&there->fake);
    there->arena = arena_new();
    there->config = arena_printf(there->arena, "%s/config", there->fake.folder);
    there->store = arena_printf(there->arena, "%s/store", there->fake.folder);
    there->data = arena_printf(there->arena, "%s/store/data.mdb", there->fake.folder);
    there->keys = arena_printf(there->arena, "%s/keys", there->fake.folder);
    write_file(there->config,
               "{control: {socket: socket}, store: {path: store}, keys: {path: keys}}");
    assert_int_equal(mkdir(there->store, 0700), 0);
    write_file(there->data, "");
    assert_int_equal(chmod(there->data, 0600), 0);
    assert_int_equal(keyring_create(there->keys, NULL), STATUS_OK);
    *state = there;
    return 0;
}

static int drop(void **state)
{
    struct installation *there = *state;

    (void)unlink(arena_printf(there->arena, "%s/1.key", there->keys));
    (void)rmdir(there->keys);
    (void)unlink(there->data);
    (void)rmdir(there->store);
    (void)unlink(there->config);
    (void)unlink(there->fake.socket_path);
    (void)rmdir(there->fake.folder);
    arena_free(there->arena);
    free(there);
    return 0;
}

static struct run examined(struct installation *there, const struct fake_answer *answers)
{
    struct run run;

    fake_start(&there->fake, answers);
    run = RUN(there->arena, "doctor", "--config", there->config, "-o", "json");
    fake_stop(&there->fake);
    return run;
}

/* "ok" or "wrong" of one subject; NULL: it was not looked at. `detail` may be NULL. */
static const char *state_of(struct arena *arena, const struct run *run, const char *what,
                            const char **detail)
{
    json_auto_t *findings = json_loads(run->out, 0, NULL);
    size_t i;
    json_t *finding;

    json_array_foreach (findings, i, finding) {
        if (strcmp(json_string_value(json_object_get(finding, "what")), what) != 0)
            continue;
        if (detail)
            *detail = arena_strdup(arena, json_string_value(json_object_get(finding, "detail")));
        return arena_strdup(arena, json_string_value(json_object_get(finding, "state")));
    }
    return NULL;
}

static void what_is_right_is_said_to_be(void **state)
{
    static const struct fake_answer answers[] = {{200, CONNECTED("connected", ""), 0}, {0}};
    static const char *const subjects[] = {"configuration",    "keys",   "store",
                                           "control socket",   "daemon", "directory of default",
                                           "directory of acme"};
    struct installation *there = *state;
    struct run run = examined(there, answers);

    assert_int_equal(run.exit_code, CLI_DONE);
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
        assert_string_equal(state_of(there->arena, &run, subjects[i], NULL), "ok");
    assert_string_equal(run.err, "");
}

static void what_is_wrong_says_what_to_do(void **state)
{
    static const struct fake_answer answers[] = {
        {200,
         CONNECTED(
             "unavailable",
             "{\"name\":\"parked\"},{\"name\":\"directory\",\"advice\":\"see that it runs\"}"),
         0},
        {0}};
    struct installation *there = *state;
    const char *detail;
    struct run run;

    assert_int_equal(chmod(there->data, 0644), 0);
    assert_int_equal(chmod(there->keys, 0755), 0);
    run = examined(there, answers);

    assert_int_equal(run.exit_code, CLI_ALARMS);
    assert_string_equal(state_of(there->arena, &run, "store", &detail), "wrong");
    assert_non_null(strstr(detail, "chmod -R go= it"));
    assert_string_equal(state_of(there->arena, &run, "keys", &detail), "wrong");
    assert_non_null(strstr(detail, "chmod"));
    assert_string_equal(state_of(there->arena, &run, "directory of default", &detail), "wrong");
    assert_non_null(strstr(detail, "no route; see that it runs"));
    assert_string_equal(state_of(there->arena, &run, "daemon", NULL), "ok");
}

static void a_daemon_of_another_release_is_to_be_restarted(void **state)
{
    static const struct fake_answer answers[] = {{200, "{\"version\":\"0.0.1\"}", 0}, {0}};
    struct installation *there = *state;
    struct run run = examined(there, answers);
    const char *detail;

    assert_int_equal(run.exit_code, CLI_ALARMS);
    assert_string_equal(state_of(there->arena, &run, "daemon", &detail), "wrong");
    assert_non_null(strstr(detail, "it is of release 0.0.1, "));
    assert_non_null(strstr(detail, "; restart the daemon"));
}

static void without_a_daemon_the_rest_is_looked_at(void **state)
{
    struct installation *there = *state;
    const char *detail;
    struct run run = RUN(there->arena, "doctor", "--config", there->config, "-ojson");

    (void)close(there->fake.listener);
    assert_int_equal(run.exit_code, CLI_ALARMS);
    assert_string_equal(state_of(there->arena, &run, "store", NULL), "ok");
    assert_string_equal(state_of(there->arena, &run, "daemon", &detail), "wrong");
    assert_non_null(strstr(detail, "rolebridge serve"));
    assert_null(state_of(there->arena, &run, "directory of default", NULL));
}

static void without_a_configuration_nothing_else_is_looked_at(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *detail;
    struct run run = RUN(arena, "doctor", "--config", "/nowhere/b.yaml", "-ojson");

    (void)state;
    assert_int_equal(run.exit_code, CLI_ALARMS);
    assert_string_equal(state_of(arena, &run, "configuration", &detail), "wrong");
    assert_non_null(strstr(detail, "config sample"));
    assert_null(state_of(arena, &run, "store", NULL));
}

/* Another machine's daemon says nothing of this one. */
static void the_environment_does_not_send_it_elsewhere(void **state)
{
    static const struct fake_answer answers[] = {{200, CONNECTED("connected", ""), 0}, {0}};
    struct installation *there = *state;
    struct run run;

    assert_int_equal(setenv("ROLEBRIDGE_URL", "http://127.0.0.1:1", 1), 0);
    run = examined(there, answers);
    assert_int_equal(unsetenv("ROLEBRIDGE_URL"), 0);

    assert_string_equal(state_of(there->arena, &run, "daemon", NULL), "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_right_is_said_to_be, install, drop),
        cmocka_unit_test_setup_teardown(what_is_wrong_says_what_to_do, install, drop),
        cmocka_unit_test_setup_teardown(a_daemon_of_another_release_is_to_be_restarted, install,
                                        drop),
        cmocka_unit_test_setup_teardown(without_a_daemon_the_rest_is_looked_at, install, drop),
        cmocka_unit_test(without_a_configuration_nothing_else_is_looked_at),
        cmocka_unit_test_setup_teardown(the_environment_does_not_send_it_elsewhere, install, drop),
    };

    return crypt_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
