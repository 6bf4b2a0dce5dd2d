#include "unit.h"

#include "run_command.h"

#define LIST                                                                            \
    "{\"organizations\":["                                                              \
    "{\"name\":\"default\",\"created\":\"2026-01-31T08:00:00Z\","                       \
    "\"directory\":{\"state\":\"connected\"},\"outbox\":{\"waiting\":0,\"parked\":2}}," \
    "{\"name\":\"acme\",\"created\":null,\"directory\":{\"state\":\"absent\"},\"outbox\":null}]}"

static void organizations_are_listed_with_their_directories(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "organization", "list", "-o", "csv");

    (void)state;
    assert_string_equal(run.out, "NAME,CREATED,DIRECTORY,WAITING,PARKED\r\n"
                                 "default,2026-01-31T08:00:00Z,connected,0,2\r\n"
                                 "acme,,absent,,\r\n");
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(fake.requests[0], "GET /admin/v1/organizations HTTP/1.1\r\n"));
}

static void a_new_one_is_shown(void **state)
{
    static const struct fake_answer answers[] = {
        {201, "{\"name\":\"acme\",\"created\":\"2026-01-31T08:00:00Z\"}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run =
        RUN_ASKING(arena, &fake, answers, "organization", "create", "acme", "-o", "csv");

    (void)state;
    assert_string_equal(run.out, "NAME,CREATED\r\nacme,2026-01-31T08:00:00Z\r\n");
    assert_non_null(strstr(fake.requests[0], "POST /admin/v1/organizations HTTP/1.1\r\n"));
    assert_non_null(strstr(fake.requests[0], "\r\n\r\n{\"name\":\"acme\"}"));
}

/* Commands that ask the daemon take it, wherever they ask. */
static void the_organization_that_is_meant_goes_with_the_request(void **state)
{
    static const struct fake_answer answers[] = {{200, "{\"tokens\":[]}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "token", "list", "--organization", "acme");

    (void)state;
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(fake.requests[0], "\r\nRolebridge-Organization: acme\r\n"));
}

static void none_is_meant_when_none_is_named(void **state)
{
    static const struct fake_answer answers[] = {{200, "{\"tokens\":[]}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "token", "list");

    (void)state;
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_null(strstr(fake.requests[0], "Organization"));
}

static void what_cannot_name_one_is_a_matter_of_usage(void **state)
{
    static const char *const names[] = {"", "Acme", "a b", "acme\r\nX: y",
                                        "a123456789b123456789c123456789d123456789e"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct run run = RUN(arena, "token", "list", "--organization", names[i]);

        assert_int_equal(run.exit_code, CLI_USAGE);
        assert_non_null(strstr(run.err, "--organization is \""));
        assert_non_null(strstr(run.err, "expected 1 to 40 of a-z, 0-9 and -\n"));
    }
}

static void every_command_that_asks_the_daemon_takes_it(void **state)
{
    static const char *const local[] = {"init", "serve", "config", "completion", "doctor"};

    (void)state;
    for (const struct command *command = commands; command < commands + command_count; command++) {
        /* these look at all of them */
        bool is_local = command->run == store_check_run || command->run == store_backup_run;
        bool takes_it = false;

        for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
            is_local = is_local || strcmp(command->noun, local[i]) == 0;
        for (const struct poptOption *option = command->options; option->longName; option++)
            takes_it = takes_it || option->val == OPTION_ORGANIZATION;
        if (takes_it == is_local)
            fail_msg("%s %s", command->noun, command->verb ? command->verb : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(organizations_are_listed_with_their_directories),
        cmocka_unit_test(a_new_one_is_shown),
        cmocka_unit_test(the_organization_that_is_meant_goes_with_the_request),
        cmocka_unit_test(none_is_meant_when_none_is_named),
        cmocka_unit_test(what_cannot_name_one_is_a_matter_of_usage),
        cmocka_unit_test(every_command_that_asks_the_daemon_takes_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
