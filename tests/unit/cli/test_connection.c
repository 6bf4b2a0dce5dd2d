#include "unit.h"

#include <jansson.h>
#include <sys/stat.h>

#include "run_command.h"

#define ENTRA                                                                        \
    "{\"name\":\"entra\",\"carrier\":\"extension\",\"grants\":[\"user\",\"admin\"]," \
    "\"domains\":[\"example.org\",\"example.com\"],"                                 \
    "\"accounts\":12,\"created\":\"2026-01-31T08:00:00Z\",\"tokens\":["              \
    "{\"id\":\"a\",\"expires\":\"2027-03-01T00:00:00Z\",\"expiresIn\":7776000,"      \
    "\"lastUsed\":null},"                                                            \
    "{\"id\":\"b\",\"expires\":\"2027-01-01T00:00:00Z\",\"expiresIn\":3600,"         \
    "\"lastUsed\":\"2026-12-31T00:00:00Z\"}],\"token\":\"rb_a_secret\"}"

static char folder[] = "/tmp/connection-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when a test has left something behind */
}

static void connections_are_listed_with_the_end_of_their_last_token(void **state)
{
    static const struct fake_answer answers[] = {
        {200, "{\"connections\":[" ENTRA ",{\"name\":\"okta\"}]}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "connection", "list");

    (void)state;
    assert_string_equal(run.out,
                        "NAME   GRANTS      ACCOUNTS  TOKENS  EXPIRES     LAST USED\n"
                        "entra  user admin  12        2       in 90 days  2026-12-31T00:00:00Z\n"
                        "okta   -           -         0       -           -\n");
}

static void a_connection_is_shown_with_each_of_its_tokens(void **state)
{
    static const struct fake_answer answers[] = {{200, ENTRA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "connection", "show", "entra");

    (void)state;
    assert_string_equal(run.out,
                        "name: entra\n"
                        "carrier: extension\n"
                        "grants: user admin\n"
                        "domains: example.org example.com\n"
                        "accounts: 12\n"
                        "created: 2026-01-31T08:00:00Z\n"
                        "token: a, expires 2027-03-01T00:00:00Z (in 90 days), not used yet\n"
                        "token: b, expires 2027-01-01T00:00:00Z (in 1 hour), last used "
                        "2026-12-31T00:00:00Z\n");
}

static void programs_are_told_of_a_connection_in_one_line(void **state)
{
    static const struct fake_answer answers[] = {{200, ENTRA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "connection", "show", "entra", "-ocsv");

    (void)state;
    assert_string_equal(run.out,
                        "NAME,CARRIER,GRANTS,ACCOUNTS,TOKENS,EXPIRES,USED,CREATED,DOMAINS\r\n"
                        "entra,extension,\"user admin\",12,2,2027-03-01T00:00:00Z,"
                        "2026-12-31T00:00:00Z,2026-01-31T08:00:00Z,"
                        "\"example.org example.com\"\r\n");
}

static void how_long_tokens_live_is_said_in_days_hours_minutes_or_seconds(void **state)
{
    static const struct {
        const char *written;
        const char *sent;
    } cases[] = {
        {"90d", "{\"lifetime\":7776000,\"grace\":86400}"},
        {"24h", "{\"lifetime\":86400,\"grace\":86400}"},
        {"5m", "{\"lifetime\":300,\"grace\":86400}"},
        {"45s", "{\"lifetime\":45,\"grace\":86400}"},
    };
    static const char *const wrong[] = {"", "90", "d", "-1d", "1.5d", "1y", "9999999999d", "1d "};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static const struct fake_answer answers[] = {{200, ENTRA, 0}, {0}};
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};

        (void)RUN_ASKING(arena, &fake, answers, "connection", "rotate", "entra", "--expires",
                         cases[i].written, "--grace", "24h");
        assert_non_null(strstr(fake.requests[0], cases[i].sent));
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct run run = RUN(arena, "token", "create", "job", "--expires", wrong[i]);

        assert_int_equal(run.exit_code, CLI_USAGE);
        assert_non_null(strstr(run.err, "--expires is"));
    }
}

static void a_token_alone_goes_to_the_output(void **state)
{
    static const struct fake_answer answers[] = {{201, ENTRA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "connection", "create", "entra");

    (void)state;
    assert_string_equal(run.out, "rb_a_secret\n");
    assert_null(strstr(run.err, "secret"));
    assert_non_null(strstr(fake.requests[0], "POST /admin/v1/connections HTTP/1.1"));
    assert_non_null(
        strstr(fake.requests[0], "\r\n\r\n{\"name\":\"entra\",\"carrier\":\"extension\"}"));
}

static void a_program_gets_the_token_with_what_it_opens(void **state)
{
    static const struct fake_answer answers[] = {{201, ENTRA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon first = {0}, second = {0};
    struct run json = RUN_ASKING(arena, &first, answers, "connection", "create", "entra", "-ojson");
    struct run csv = RUN_ASKING(arena, &second, answers, "connection", "rotate", "entra", "-ocsv");
    json_auto_t *connection = json_loads(json.out, 0, NULL);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(connection, "name")), "entra");
    assert_string_equal(json_string_value(json_object_get(connection, "token")), "rb_a_secret");
    assert_string_equal(csv.out, "NAME,TOKEN\r\nentra,rb_a_secret\r\n");
}

static void a_token_that_is_kept_in_a_file_is_printed_in_no_form(void **state)
{
    static const char path[] = "/tmp/cli-saved-token";
    static const char *const forms[] = {"table", "json", "csv"};

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        static const struct fake_answer answers[] = {{201, ENTRA, 0}, {0}};
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, answers, "token", "create", "entra",
                                    "--save-token", path, "-o", forms[i]);

        assert_int_equal(run.exit_code, CLI_DONE);
        assert_null(strstr(run.out, "secret"));
        assert_null(strstr(run.err, "secret"));
    }
    assert_int_equal(unlink(path), 0);
}

static void a_connection_may_be_let_grant_more(void **state)
{
    static const struct fake_answer answers[] = {{201, ENTRA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};

    (void)state;
    (void)RUN_ASKING(arena, &fake, answers, "connection", "create", "entra", "--grant", "admin");

    assert_non_null(strstr(fake.requests[0], "\"grants\":[\"user\",\"admin\"]"));
}

static void a_connection_is_edited_in_what_is_said_and_no_more(void **state)
{
    static const struct {
        const char *option;
        const char *value;
        const char *sent;
    } cases[] = {
        {"--grant", "user", "{\"grants\":[\"user\"]}"},
        {"--grant", "admin", "{\"grants\":[\"user\",\"admin\"]}"},
        {"--domains", "example.org", "{\"domains\":[\"example.org\"]}"},
        {"--domains", "b.example, a.example,,", "{\"domains\":[\"b.example\",\"a.example\"]}"},
        {"--domains", "", "{\"domains\":[]}"},
    };
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run nothing = RUN(arena, "connection", "edit", "entra");

    (void)state;
    assert_int_equal(nothing.exit_code, CLI_USAGE);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static const struct fake_answer answers[] = {{200, ENTRA, 0}, {0}};
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, answers, "connection", "edit", "entra",
                                    cases[i].option, cases[i].value);

        assert_int_equal(run.exit_code, CLI_DONE);
        assert_non_null(strstr(fake.requests[0], "PATCH /admin/v1/connections/entra HTTP/1.1"));
        assert_non_null(strstr(fake.requests[0], cases[i].sent));
        assert_non_null(strstr(run.out, "grants: user admin\n"));
    }
}

static void assert_kept(const char *path, const char *content)
{
    struct stat stat_of_file;
    char got[64] = "";
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_non_null(fgets(got, sizeof(got), file));
    assert_int_equal(fstat(fileno(file), &stat_of_file), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(stat_of_file.st_mode & 0777, 0600);
    assert_string_equal(got, content);
}

static void a_token_file_is_for_its_owner_alone_and_replaced_whole(void **state)
{
    static const struct fake_answer answers[] = {{200, ENTRA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    const char *path = arena_printf(arena, "%s/token", folder);
    FILE *old = fopen(path, "w");
    struct run run;

    (void)state;
    assert_non_null(old);
    fprintf(old, "an older and much longer token than the new one\n");
    assert_int_equal(fclose(old), 0);
    assert_int_equal(chmod(path, 0644), 0);
    run = RUN_ASKING(arena, &fake, answers, "connection", "rotate", "entra", "--save-token", path);

    assert_string_equal(run.out, "");
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(fake.requests[0], "POST /admin/v1/connections/entra/.rotate HTTP/1.1"));
    assert_kept(path, "rb_a_secret\n");
    assert_int_equal(unlink(path), 0);
}

static void no_token_is_asked_for_that_could_not_be_kept(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run nowhere = RUN(arena, "token", "create", "job", "--save-token", "/nowhere/token");
    struct run taken = RUN(arena, "token", "create", "job", "--save-token", folder);

    (void)state;
    assert_int_equal(nowhere.exit_code, CLI_FAILED);
    assert_string_equal(nowhere.err,
                        "rolebridge: create /nowhere/token: No such file or directory\n");
    assert_int_equal(taken.exit_code, CLI_USAGE);
    assert_non_null(strstr(taken.err, "is there and not a regular file"));
}

static void a_refusal_leaves_no_file_behind(void **state)
{
    static const struct fake_answer answers[] = {{409, "{\"detail\":\"there already\"}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    const char *path = arena_printf(arena, "%s/token", folder);
    struct run run =
        RUN_ASKING(arena, &fake, answers, "token", "create", "x", "--save-token", path);

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.err, "rolebridge: there already\n");
    assert_int_equal(access(path, F_OK), -1);
}

static void an_answer_without_a_token_is_a_failure(void **state)
{
    static const struct fake_answer answers[] = {{201, "{}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "token", "create", "x");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.out, "");
}

static void deleting_says_what_happens_to_the_accounts(void **state)
{
    static const struct {
        const char *option;
        const char *path;
    } cases[] = {
        {"--release", "DELETE /admin/v1/connections/a%2Fb?accounts=release HTTP/1.1"},
        {"--deactivate", "DELETE /admin/v1/connections/a%2Fb?accounts=deactivate HTTP/1.1"},
        {NULL, "DELETE /admin/v1/connections/a%2Fb HTTP/1.1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static const struct fake_answer answers[] = {{204, NULL, 0}, {0}};
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run =
            RUN_ASKING(arena, &fake, answers, "connection", "delete", "a/b", cases[i].option);

        assert_int_equal(run.exit_code, CLI_DONE);
        assert_non_null(strstr(fake.requests[0], cases[i].path));
        assert_string_equal(run.err, "rolebridge: the connection a/b is deleted\n");
    }
}

static void a_program_s_tokens_are_listed_and_revoked(void **state)
{
    static const struct fake_answer list[] = {
        {200,
         "{\"tokens\":[{\"name\":\"job\",\"id\":\"k3v\",\"scope\":\"admin\",\"created\":\"c\","
         "\"expires\":\"e\","
         "\"expiresIn\":0,\"lastUsed\":\"u\"}]}",
         0},
        {0}};
    static const struct fake_answer revoke[] = {{204, NULL, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0}, again = {0}, second = {0};
    struct run listed = RUN_ASKING(arena, &fake, list, "token", "list", "-o", "csv");
    struct run shown = RUN_ASKING(arena, &again, list, "token", "list");
    struct run revoked = RUN_ASKING(arena, &second, revoke, "token", "revoke", "job");

    (void)state;
    assert_string_equal(listed.out,
                        "NAME,ID,SCOPE,CREATED,EXPIRES,USED\r\njob,k3v,admin,c,e,u\r\n");
    assert_string_equal(shown.out,
                        "NAME  ID   SCOPE  EXPIRES  LAST USED\njob   k3v  admin  ended    u\n");
    assert_non_null(strstr(second.requests[0], "DELETE /admin/v1/tokens/job HTTP/1.1"));
    assert_int_equal(revoked.exit_code, CLI_DONE);
}

static void what_must_be_said_about_the_accounts_is_named_as_options(void **state)
{
    static const struct fake_answer answers[] = {{409, "{\"detail\":\"it owns 4\"}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "connection", "delete", "entra");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.err, "rolebridge: it owns 4; give --release or --deactivate\n");
}

static void what_is_missing_is_to_be_looked_for_in_its_list(void **state)
{
    static const struct {
        struct fake_answer answers[2];
        const char *words;
    } cases[] = {
        {{{404, "{\"detail\":\"there is no connection nope\"}", 0}},
         "rolebridge: there is no connection nope; see: rolebridge connection list\n"},
        {{{404, "{\"detail\":\"there is no organization nope\"}", 0}},
         "rolebridge: there is no organization nope; see: rolebridge organization list\n"},
        {{{404, "{\"detail\":\"there is no person to erase\"}", 0}},
         "rolebridge: there is no person to erase\n"},
        {{{404, "{\"detail\":\"there is nothing at /x\"}", 0}},
         "rolebridge: there is nothing at /x\n"},
        {{{409, "{\"detail\":\"there is no connection left\"}", 0}},
         "rolebridge: there is no connection left\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, cases[i].answers, "connection", "show", "nope");

        assert_string_equal(run.err, cases[i].words);
        assert_int_equal(run.exit_code, CLI_FAILED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_are_listed_with_the_end_of_their_last_token),
        cmocka_unit_test(a_connection_is_shown_with_each_of_its_tokens),
        cmocka_unit_test(programs_are_told_of_a_connection_in_one_line),
        cmocka_unit_test(how_long_tokens_live_is_said_in_days_hours_minutes_or_seconds),
        cmocka_unit_test(a_token_alone_goes_to_the_output),
        cmocka_unit_test(a_program_gets_the_token_with_what_it_opens),
        cmocka_unit_test(a_token_that_is_kept_in_a_file_is_printed_in_no_form),
        cmocka_unit_test(a_connection_may_be_let_grant_more),
        cmocka_unit_test(a_connection_is_edited_in_what_is_said_and_no_more),
        cmocka_unit_test(a_token_file_is_for_its_owner_alone_and_replaced_whole),
        cmocka_unit_test(no_token_is_asked_for_that_could_not_be_kept),
        cmocka_unit_test(a_refusal_leaves_no_file_behind),
        cmocka_unit_test(an_answer_without_a_token_is_a_failure),
        cmocka_unit_test(deleting_says_what_happens_to_the_accounts),
        cmocka_unit_test(what_must_be_said_about_the_accounts_is_named_as_options),
        cmocka_unit_test(what_is_missing_is_to_be_looked_for_in_its_list),
        cmocka_unit_test(a_program_s_tokens_are_listed_and_revoked),
    };

    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
