#include "unit.h"

#include "run_command.h"

#define STATUS(state, detail, parked_count, parked, alarms) \
    STATUS_WAITING("3", state, detail, parked_count, parked, alarms)

#define STATUS_WAITING(waiting, state, detail, parked_count, parked, alarms)           \
    "{\"version\":\"0.1.0\",\"pid\":4711,\"started\":\"2026-01-31T08:00:00Z\","        \
    "\"store\":{\"path\":\"/s\",\"used\":81920,\"size\":68719476736},"                 \
    "\"people\":{\"total\":12,\"active\":10,\"inactive\":2,\"admins\":1},\"sites\":2," \
    "\"directory\":{\"state\":\"" state "\",\"uri\":\"ldap://x\",\"detail\":" detail   \
    ",\"since\":\"2026-01-31T08:00:00Z\"},"                                            \
    "\"outbox\":{\"waiting\":" waiting ",\"parked\":" parked_count                     \
    ",\"oldest\":\"2026-01-31T09:00:00Z\"},\"parked\":[" parked "],\"alarms\":[" alarms "]}"

#define ALARM(name, detail, advice)                                               \
    "{\"name\":\"" name "\",\"subject\":null,\"since\":\"2026-01-31T07:00:00Z\"," \
    "\"detail\":\"" detail "\",\"advice\":\"" advice "\"}"

static void all_is_well(void **state)
{
    static const struct fake_answer answers[] = {{200, STATUS("connected", "null", "0", "", ""), 0},
                                                 {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status");

    (void)state;
    assert_string_equal(run.out,
                        "daemon: 0.1.0, process 4711, running since 2026-01-31T08:00:00Z\n"
                        "store: /s, 80.0 KiB of 64.0 GiB used\n"
                        "people: 12 (10 active, 2 inactive; 1 admin)\n"
                        "sites: 2\n"
                        "directory: connected, ldap://x, since 2026-01-31T08:00:00Z\n"
                        "outbox: 3 waiting, the oldest since 2026-01-31T09:00:00Z, 0 parked\n"
                        "to do: nothing\n");
    assert_int_equal(run.exit_code, CLI_DONE);
}

static void what_waits_for_a_person_is_an_alarm_with_its_reason(void **state)
{
    static const struct fake_answer answers[] = {
        {200,
         STATUS("connected", "null", "1",
                "{\"kind\":\"User\",\"id\":\"7\",\"name\":\"ada\\n\",\"detail\":\"it exists\"}",
                ALARM("parked", "the directory refused 1", "correct it")),
         0},
        {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status");

    (void)state;
    assert_non_null(strstr(run.out, "parked: User ada\\n (7): it exists\n"));
    assert_non_null(strstr(run.out, "alarm: the directory refused 1, since 2026-01-31T07:00:00Z; "
                                    "correct it\n"));
    assert_int_equal(run.exit_code, CLI_ALARMS);
}

static void the_first_alarm_says_what_to_do(void **state)
{
    static const struct fake_answer answers[] = {
        {200,
         STATUS("none", "null", "0", "",
                ALARM("hold", "a day ahead", "look at the clock") "," ALARM("store", "83 % full",
                                                                            "make it larger")),
         0},
        {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status");

    (void)state;
    assert_non_null(strstr(run.out, "to do: look at the clock\n"));
    assert_non_null(strstr(run.out, "alarm: a day ahead, "));
    assert_non_null(strstr(run.out, "alarm: 83 % full, "));
    assert_int_equal(run.exit_code, CLI_ALARMS);
}

static void the_age_of_what_is_parked_is_not_that_of_what_waits(void **state)
{
    static const struct fake_answer answers[] = {
        {200, STATUS_WAITING("0", "connected", "null", "1", "{}", ""), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status");

    (void)state;
    assert_non_null(strstr(run.out, "outbox: 0 waiting, 1 parked\n"));
}

static void a_directory_that_does_not_work_is_an_alarm(void **state)
{
    static const struct {
        struct fake_answer answers[2];
        const char *words;
        int exit_code;
    } cases[] = {
        {{{200,
           STATUS("unavailable", "\"refused\"", "0", "",
                  ALARM("directory", "the directory is unavailable", "see that it runs")),
           0}},
         ": refused\noutbox",
         CLI_ALARMS},
        {{{200, "{}", 0}}, "to do: look into", CLI_ALARMS},
        {{{200, STATUS("connecting", "null", "0", "", ""), 0}}, "to do: nothing, the", CLI_DONE},
        {{{200, STATUS("none", "null", "0", "", ""), 0}}, "to do: set directory.uri;", CLI_DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, cases[i].answers, "status");

        assert_non_null(strstr(run.out, cases[i].words));
        assert_int_equal(run.exit_code, cases[i].exit_code);
    }
}

#define ORGANIZATION(name, state, detail, parked, alarms)                              \
    "{\"name\":\"" name "\",\"directory\":{\"state\":\"" state "\",\"detail\":" detail \
    "},\"outbox\":{\"waiting\":0,\"parked\":" parked "},\"alarms\":[" alarms "]}"

#define ABSENT                                                                                \
    "{\"name\":\"acme\",\"created\":null,"                                                    \
    "\"directory\":{\"state\":\"absent\",\"detail\":\"make it\"},\"outbox\":null,\"alarms\":" \
    "[" ALARM("directory", "absent", "make it") "]}"

#define STATUS_OF(name, organizations)                                                           \
    "{\"version\":\"0.1.0\",\"organization\":\"" name                                            \
    "\",\"directory\":{\"state\":\"connected\"},\"alarms\":[],\"organizations\":[" organizations \
    "]}"

static void other_organizations_have_a_line_each_and_may_be_an_alarm(void **state)
{
    static const struct {
        struct fake_answer answers[2];
        const char *words;
        int exit_code;
    } cases[] = {
        {{{200, STATUS_OF("default", ORGANIZATION("default", "connected", "null", "0", "")), 0}},
         NULL,
         CLI_DONE},
        {{{200,
           STATUS_OF("default",
                     ORGANIZATION("default", "connected", "null", "0",
                                  "") "," ORGANIZATION("acme", "connected", "null", "0", "")),
           0}},
         "organization: acme: connected; 0 waiting, 0 parked\n",
         CLI_DONE},
        {{{200,
           STATUS_OF("default", ORGANIZATION("acme", "connected", "null", "1",
                                             ALARM("parked", "one", "mend it"))),
           0}},
         "organization: acme: connected; 0 waiting, 1 parked\n",
         CLI_ALARMS},
        {{{200, STATUS_OF("default", ABSENT), 0}},
         "organization: acme: absent: make it\n",
         CLI_ALARMS},
        {{{200, STATUS_OF("acme", ""), 0}}, "organization: acme\ndaemon: ", CLI_DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, cases[i].answers, "status");

        if (cases[i].words && !strstr(run.out, cases[i].words))
            fail_msg("%s is not in:\n%s", cases[i].words, run.out);
        if (!cases[i].words)
            assert_null(strstr(run.out, "organization"));
        assert_int_equal(run.exit_code, cases[i].exit_code);
    }
}

static void a_missing_directory_is_set_where_its_organization_stands(void **state)
{
    static const struct fake_answer answers[] = {
        {200,
         "{\"version\":\"0.1.0\",\"organization\":\"acme\",\"directory\":{\"state\":\"none\"},"
         "\"alarms\":[]}",
         0},
        {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status", "--organization", "acme");

    (void)state;
    assert_non_null(strstr(run.out, "to do: set organizations.acme.directory.uri"));
    assert_int_equal(run.exit_code, CLI_DONE);
}

static void nothing_is_to_do_only_when_no_organization_has_an_alarm(void **state)
{
    static const struct fake_answer answers[] = {
        {200,
         STATUS_OF("default", ORGANIZATION("acme", "connected", "null", "1",
                                           ALARM("parked", "one", "mend it"))),
         0},
        {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status");

    (void)state;
    assert_null(strstr(run.out, "to do: nothing"));
    assert_non_null(strstr(run.out, "to do: see what the organizations below say"));
}

/* The store is that of all organizations: a token is not told of it. */
static void who_asks_by_a_token_sees_no_store(void **state)
{
    static const struct fake_answer answers[] = {{200, STATUS_OF("acme", ""), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status");

    (void)state;
    assert_non_null(strstr(run.out, "store: known on the daemon's own machine alone\n"));
}

static void a_spreadsheet_gets_one_fact_a_cell(void **state)
{
    static const struct fake_answer answers[] = {
        {200, STATUS("unavailable", "\"x, y\"", "1", "", ALARM("parked", "one", "mend it")), 0},
        {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status", "-o", "csv");

    (void)state;
    assert_string_equal(
        run.out,
        "VERSION,PID,STARTED,STORE,\"STORE USED\",\"STORE "
        "SIZE\",PEOPLE,ACTIVE,INACTIVE,ADMINS,SITES,"
        "DIRECTORY,URI,SINCE,DETAIL,WAITING,PARKED,OLDEST,ORGANIZATION\r\n"
        "0.1.0,4711,2026-01-31T08:00:00Z,/s,81920,68719476736,12,10,2,1,2,"
        "unavailable,ldap://x,2026-01-31T08:00:00Z,\"x, y\",3,1,2026-01-31T09:00:00Z,\r\n");
    assert_int_equal(run.exit_code, CLI_ALARMS);
}

static void a_program_gets_the_state_as_it_came(void **state)
{
    static const struct fake_answer answers[] = {
        {200, STATUS("unavailable", "\"x\"", "0", "", ALARM("directory", "x", "y")), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "status", "-o", "json");

    (void)state;
    assert_non_null(strstr(run.out, "\"pid\": 4711"));
    assert_int_equal(run.exit_code, CLI_ALARMS);
}

static void no_daemon_is_an_end_of_its_own(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char folder[] = "/tmp/status-XXXXXX";
    const char *config;
    struct run run;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    config = arena_printf(arena, "%s/b.yaml", folder);
    file = fopen(config, "w");
    assert_non_null(file);
    fprintf(file, "control: {socket: s}\n");
    assert_int_equal(fclose(file), 0);
    run = RUN(arena, "status", "--config", config);
    (void)unlink(config);
    (void)rmdir(folder);

    assert_int_equal(run.exit_code, CLI_UNREACHABLE);
    assert_string_equal(run.out, "");
    assert_string_equal(run.err,
                        arena_printf(arena,
                                     "rolebridge: no daemon answers on %s/s; start it with: "
                                     "rolebridge serve --config %s\n",
                                     folder, config));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_well),
        cmocka_unit_test(what_waits_for_a_person_is_an_alarm_with_its_reason),
        cmocka_unit_test(the_first_alarm_says_what_to_do),
        cmocka_unit_test(the_age_of_what_is_parked_is_not_that_of_what_waits),
        cmocka_unit_test(a_directory_that_does_not_work_is_an_alarm),
        cmocka_unit_test(other_organizations_have_a_line_each_and_may_be_an_alarm),
        cmocka_unit_test(a_missing_directory_is_set_where_its_organization_stands),
        cmocka_unit_test(nothing_is_to_do_only_when_no_organization_has_an_alarm),
        cmocka_unit_test(who_asks_by_a_token_sees_no_store),
        cmocka_unit_test(a_spreadsheet_gets_one_fact_a_cell),
        cmocka_unit_test(a_program_gets_the_state_as_it_came),
        cmocka_unit_test(no_daemon_is_an_end_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
