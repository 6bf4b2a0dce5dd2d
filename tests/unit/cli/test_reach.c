#include "unit.h"

#include <sys/stat.h>

#include "run_command.h"

static const struct fake_answer one_token[] = {{200, "{\"tokens\":[]}", 0}, {0}};

static char token_path[] = "/tmp/reach-token-XXXXXX";

static int make_token(void **state)
{
    int file = mkstemp(token_path); /* mode 0600 */

    (void)state;
    if (file < 0 || write(file, "rb_k3v_secret\n", 14) != 14)
        return -1;
    return close(file);
}

static int drop_token(void **state)
{
    (void)state;
    return unlink(token_path);
}

static int forget_environment(void **state)
{
    (void)state;
    (void)unsetenv("ROLEBRIDGE_URL");
    (void)unsetenv("ROLEBRIDGE_TOKEN_FILE");
    return 0;
}

static void a_daemon_elsewhere_is_asked_with_the_token_of_a_file(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run;

    (void)state;
    fake_listen_tcp(&fake);
    fake_start(&fake, one_token);
    run = RUN(arena, "token", "list", "--url", fake.url, "--token-file", token_path);
    fake_stop(&fake);

    assert_string_equal(run.err, "");
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(fake.requests[0], "GET /admin/v1/tokens HTTP/1.1\r\n"));
    assert_non_null(strstr(fake.requests[0], "Authorization: Bearer rb_k3v_secret\r\n"));
}

static void the_environment_says_it_as_well(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run;

    (void)state;
    fake_listen_tcp(&fake);
    fake_start(&fake, one_token);
    assert_int_equal(setenv("ROLEBRIDGE_URL", arena_printf(arena, "%s/", fake.url), 1), 0);
    assert_int_equal(setenv("ROLEBRIDGE_TOKEN_FILE", token_path, 1), 0);
    run = RUN(arena, "token", "list");
    fake_stop(&fake);

    assert_string_equal(run.err, "");
    assert_non_null(strstr(fake.requests[0], "GET /admin/v1/tokens HTTP/1.1\r\n"));
    assert_non_null(strstr(fake.requests[0], "Authorization: Bearer rb_k3v_secret\r\n"));
}

static void a_configuration_that_is_named_outranks_the_environment(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run;

    (void)state;
    assert_int_equal(setenv("ROLEBRIDGE_URL", "http://127.0.0.1:1", 1), 0);
    run = RUN_ASKING(arena, &fake, one_token, "token", "list");

    assert_int_equal(run.exit_code, CLI_DONE);
    assert_null(strstr(fake.requests[0], "Authorization"));
}

static void what_does_not_go_together_is_a_matter_of_usage(void **state)
{
    static const struct {
        const char *words[8];
        const char *message;
    } cases[] = {
        {{"token", "list", "--url", "https://h", "--config", "x"},
         "--url and --config exclude each other; give one"},
        {{"token", "list", "--url", "https://h"},
         "--url needs --token-file FILE, with a token in it"},
        {{"token", "list", "--token-file", "x"},
         "--token-file goes with --url; the control socket needs none (a new token is kept by "
         "--save-token)"},
        {{"token", "list", "--ca-file", "x"},
         "--ca-file goes with --url; the control socket needs none"},
        {{"token", "list", "--url", "http://bridge.example.org", "--token-file", "x"},
         "http://bridge.example.org would take the token over the network in clear; use https://"},
        {{"token", "list", "--url", "bridge.example.org", "--token-file", "x"},
         "bridge.example.org is no URL to ask; expected one like https://bridge.example.org"},
        {{"init", "--url", "https://h"}, "there is no option --url; see: rolebridge init --help"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct run run = run_words(arena, cases[i].words);

        assert_string_equal(run.err, arena_printf(arena, "rolebridge: %s\n", cases[i].message));
        assert_int_equal(run.exit_code, CLI_USAGE);
    }
}

static void a_token_that_others_can_read_is_not_sent(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run;

    (void)state;
    assert_int_equal(chmod(token_path, 0644), 0);
    run = RUN(arena, "token", "list", "--url", "http://127.0.0.1:1", "--token-file", token_path);
    assert_int_equal(chmod(token_path, 0600), 0);

    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_non_null(strstr(run.err, "token file /tmp/reach-token-"));
    assert_non_null(strstr(run.err, "chmod 600"));
}

static void a_token_that_is_not_taken_says_where_to_get_one(void **state)
{
    static const struct fake_answer refusal[] = {{401, "{\"detail\":\"the token ended\"}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run;

    (void)state;
    fake_listen_tcp(&fake);
    fake_start(&fake, refusal);
    run = RUN(arena, "token", "list", "--url", fake.url, "--token-file", token_path);
    fake_stop(&fake);

    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_non_null(strstr(run.err, "the token ended; a new one is made there with: rolebridge "
                                    "token create"));
    assert_null(strstr(run.err, "secret"));
}

static void nobody_there_ends_as_unreachable(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run =
        RUN(arena, "token", "list", "--url", "http://127.0.0.1:1", "--token-file", token_path);

    (void)state;
    assert_int_equal(run.exit_code, CLI_UNREACHABLE);
    assert_non_null(strstr(run.err, "nobody answers at http://127.0.0.1:1: "));
    assert_null(strstr(run.err, "rolebridge serve"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_daemon_elsewhere_is_asked_with_the_token_of_a_file),
        cmocka_unit_test_teardown(the_environment_says_it_as_well, forget_environment),
        cmocka_unit_test_teardown(a_configuration_that_is_named_outranks_the_environment,
                                  forget_environment),
        cmocka_unit_test(what_does_not_go_together_is_a_matter_of_usage),
        cmocka_unit_test(a_token_that_others_can_read_is_not_sent),
        cmocka_unit_test(a_token_that_is_not_taken_says_where_to_get_one),
        cmocka_unit_test(nobody_there_ends_as_unreachable),
    };

    (void)forget_environment(NULL);
    return cmocka_run_group_tests(tests, make_token, drop_token);
}
