#include "unit.h"

#include <jansson.h>

#include "run_command.h"

#define WAITING                                                                        \
    "{\"id\":\"17\",\"kind\":\"clock-jump\",\"state\":\"waiting\","                    \
    "\"opened\":\"2026-01-31T08:00:00Z\",\"detail\":\"a day ahead\",\"decided\":null," \
    "\"by\":null,\"reason\":null,\"advice\":\"look at the clock\"}"
#define ALLOWED                                                                   \
    "{\"id\":\"17\",\"kind\":\"clock-jump\",\"state\":\"allowed\","               \
    "\"opened\":\"2026-01-31T08:00:00Z\",\"detail\":\"a day ahead\","             \
    "\"decided\":\"2026-01-31T09:00:00Z\",\"by\":\"control\",\"reason\":\"off\"," \
    "\"advice\":null}"

static void holds_are_listed_with_what_is_held(void **state)
{
    static const struct fake_answer answers[] = {{200, "{\"holds\":[" WAITING "]}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0}, again = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "hold", "list");
    struct run csv = RUN_ASKING(arena, &again, answers, "hold", "list", "-ocsv");

    (void)state;
    assert_string_equal(run.out, "ID  KIND        STATE    OPENED                DETAIL\n"
                                 "17  clock-jump  waiting  2026-01-31T08:00:00Z  a day ahead\n");
    assert_string_equal(csv.out, "ID,KIND,STATE,OPENED,DETAIL,DECIDED,BY,REASON,\"TO DO\"\r\n"
                                 "17,clock-jump,waiting,2026-01-31T08:00:00Z,\"a day ahead\","
                                 ",,,\"look at the clock\"\r\n");
}

static void a_hold_that_waits_is_shown_with_what_to_do(void **state)
{
    static const struct fake_answer answers[] = {{200, WAITING, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "hold", "show", "1/7");

    (void)state;
    assert_non_null(strstr(fake.requests[0], "GET /admin/v1/holds/1%2F7 HTTP/1.1"));
    assert_string_equal(run.out, "id: 17\nkind: clock-jump\nstate: waiting\n"
                                 "opened: 2026-01-31T08:00:00Z\ndetail: a day ahead\n"
                                 "decided: -\nby: -\nreason: -\nto do: look at the clock\n");
}

static void a_hold_is_decided_with_a_reason_and_shown_as_it_is_then(void **state)
{
    static const struct {
        const char *verb, *path;
    } cases[] = {{"allow", "POST /admin/v1/holds/17/.allow HTTP/1.1"},
                 {"refuse", "POST /admin/v1/holds/17/.refuse HTTP/1.1"}};
    static const struct fake_answer answers[] = {{200, ALLOWED, 0}, {0}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, answers, "hold", cases[i].verb, "17", "--reason",
                                    "was \"off\"");

        assert_int_equal(run.exit_code, CLI_DONE);
        assert_non_null(strstr(fake.requests[0], cases[i].path));
        assert_non_null(strstr(fake.requests[0], "{\"reason\":\"was \\\"off\\\"\"}"));
        assert_non_null(strstr(run.out, "state: allowed\n"));
        assert_non_null(strstr(run.out, "by: control\nreason: off\n"));
    }
}

static void without_a_reason_nobody_is_asked(void **state)
{
    static const struct fake_answer answers[] = {{0}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run =
            i ? RUN_ASKING(arena, &fake, answers, "hold", "allow", "17")
              : RUN_ASKING(arena, &fake, answers, "hold", "refuse", "17", "--reason", "");

        assert_int_equal(run.exit_code, CLI_USAGE);
        assert_int_equal(fake.request_count, 0);
        assert_non_null(strstr(run.err, "--reason TEXT"));
    }
}

static void a_refusal_of_the_daemon_is_passed_on(void **state)
{
    static const struct fake_answer answers[] = {
        {409, "{\"detail\":\"the hold 17 was refused already, by control: no\"}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "hold", "allow", "17", "--reason", "yes");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.err, "rolebridge: the hold 17 was refused already, by control: no\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_are_listed_with_what_is_held),
        cmocka_unit_test(a_hold_that_waits_is_shown_with_what_to_do),
        cmocka_unit_test(a_hold_is_decided_with_a_reason_and_shown_as_it_is_then),
        cmocka_unit_test(without_a_reason_nobody_is_asked),
        cmocka_unit_test(a_refusal_of_the_daemon_is_passed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
