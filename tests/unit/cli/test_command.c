#include "unit.h"

#include <jansson.h>

#include "explanation.h"
#include "run_command.h"

static const struct poptOption *find_option(const struct command *command, int val)
{
    for (const struct poptOption *option = command->options; option->longName; option++)
        if (option->val == val)
            return option;
    return NULL;
}

static void every_command_and_every_option_is_documented(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];

        assert_non_null(command->run);
        assert_true(strlen(command->help) > 10 && strlen(command->help) < 54);
        assert_true(find_option(command, OPTION_CONFIG) || command->options->val == OPTION_HELP);
        assert_non_null(find_option(command, OPTION_HELP));
        for (const struct poptOption *option = command->options; option->longName; option++) {
            assert_true(option->val > OPTION_NONE && option->val < OPTION_COUNT);
            assert_true(strlen(option->descrip) > 5);
            assert_true((option->argInfo == POPT_ARG_STRING) == (option->argDescrip != NULL));
        }
    }
}

/* Those that print nothing but messages, or what is no list and no resource. */
static bool prints_no_data(const struct command *command)
{
    static const char *const names[] = {"init",          "journal export",  "journal prune",
                                        "journal erase", "serve",           "config check",
                                        "config sample", "completion bash", "store export",
                                        "store import",  "store backup"};
    const char *verb = command->verb ? command->verb : "";
    char name[64];

    (void)snprintf(name, sizeof(name), "%s%s%s", command->noun, *verb ? " " : "", verb);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return strcmp(verb, "delete") == 0 || strcmp(verb, "revoke") == 0;
}

static void every_command_that_prints_data_prints_it_for_programs_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        bool takes_output = find_option(&commands[i], OPTION_OUTPUT);

        if (takes_output == prints_no_data(&commands[i]))
            fail_msg("%s %s: -o", commands[i].noun, commands[i].verb ? commands[i].verb : "");
    }
}

static bool is_same_text(const char *left, const char *right)
{
    return left == right || (left && right && strcmp(left, right) == 0);
}

/* A completion knows no more of an option than its name. */
static void an_option_means_the_same_wherever_it_is(void **state)
{
    static const struct poptOption *known[OPTION_COUNT];

    (void)state;
    for (size_t i = 0; i < command_count; i++)
        for (const struct poptOption *option = commands[i].options; option->longName; option++) {
            const struct poptOption **same = &known[option->val];

            if (!*same)
                *same = option;
            assert_string_equal(option->longName, (*same)->longName);
            assert_true(is_same_text(option->argDescrip, (*same)->argDescrip));
            for (int other = 0; other < OPTION_COUNT; other++)
                assert_true(other == option->val || !known[other] ||
                            strcmp(option->longName, known[other]->longName) != 0);
        }
}

/* The help of a noun lists them so, and the search stops at the first. */
static void the_commands_of_a_noun_stand_together_and_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++)
        for (size_t j = i + 1; j < command_count; j++) {
            if (strcmp(commands[i].noun, commands[j].noun) != 0)
                continue;
            assert_string_equal(commands[j - 1].noun, commands[j].noun);
            assert_non_null(commands[i].verb);
            assert_string_not_equal(commands[i].verb, commands[j].verb);
        }
}

static void every_level_has_its_help(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run all = RUN(arena, "--help");

    (void)state;
    assert_int_equal(all.exit_code, CLI_DONE);
    for (size_t i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];
        struct run noun = RUN(arena, command->noun, "--help");
        struct run run = command->verb ? RUN(arena, command->noun, command->verb, "--help") : noun;

        assert_non_null(strstr(all.out, command->help));
        assert_non_null(strstr(noun.out, command->help));
        assert_non_null(strstr(run.out, command->help));
        assert_true(!command->argument || strstr(run.out, command->argument));
        for (const struct poptOption *option = command->options; option->longName; option++)
            assert_non_null(strstr(run.out, arena_printf(arena, "--%s", option->longName)));
        assert_int_equal(noun.exit_code, CLI_DONE);
        assert_int_equal(run.exit_code, CLI_DONE);
        assert_string_equal(run.err, "");
    }
}

/* The words of an example as a shell would cut them, up to where it sends the output. */
static size_t cut_words(char *text, const char *words[12])
{
    size_t count = 0;

    while (*text && *text != '>') {
        bool is_quoted = *text == '"';
        char *end = text + is_quoted + strcspn(text + is_quoted, is_quoted ? "\"" : " ");

        assert_true(count < 12);
        words[count++] = text + is_quoted;
        text = end + (*end != '\0');
        *end = '\0';
        text += strspn(text, " ");
    }
    return count;
}

static void every_example_is_one_that_can_be_given(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        const struct command *command = &commands[i];
        const struct explanation *more = explanation_of(command->noun, command->verb);
        const char *line[16] = {command->noun, command->verb};
        size_t used = command->verb ? 2 : 1;
        struct run run;

        if (!more || !more->example)
            continue;
        used += cut_words(arena_strdup(arena, more->example), line + used);
        line[used] = "--help";
        run = run_words(arena, line);
        assert_string_equal(run.err, "");
        assert_non_null(strstr(run.out, more->example));
        assert_int_equal(line[command->verb ? 2 : 1] && line[command->verb ? 2 : 1][0] != '-',
                         command->argument != NULL);
    }
}

static void help_is_also_a_word(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(RUN(arena, "help").out, RUN(arena, "--help").out);
    assert_string_equal(RUN(arena, "help", "user").out, RUN(arena, "user", "--help").out);
    assert_string_equal(RUN(arena, "user", "help").out, RUN(arena, "user", "--help").out);
}

/* On a terminal of 80 columns nothing is broken in two. */
static void the_help_of_everything_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        const char *verb = commands[i].verb ? commands[i].verb : "--help";
        struct run overview = RUN(arena, "--help");
        struct run run = RUN(arena, commands[i].noun, verb, "--help");
        const char *texts[] = {overview.out, run.out};

        for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
            for (const char *line = texts[j]; *line; line += strcspn(line, "\n") + 1)
                if (strcspn(line, "\n") > 80)
                    fail_msg("%.*s", (int)strcspn(line, "\n"), line);
    }
}

static void the_version_is_told(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run = RUN(arena, "--version");

    (void)state;
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_string_equal(run.out, "rolebridge " BRIDGE_VERSION "\n");
}

static void a_command_that_is_called_wrongly_says_how_it_is_called(void **state)
{
    static const struct {
        const char *words[6];
        const char *message;
    } cases[] = {
        {{"usr"}, "there is no command usr; did you mean user?"},
        {{"mail"}, "there is no command mail; see: rolebridge --help"},
        {{"user", "crate"}, "there is no command user crate; did you mean create?"},
        {{"user", "frobnicate"},
         "there is no command user frobnicate; see: rolebridge user --help"},
        {{"--config", "x", "status"}, "--config comes too early: options stand behind the command"},
        {{"user", "show"}, "NAME is missing; see: rolebridge user show --help"},
        {{"user", "show", ""}, "NAME is empty or not UTF-8 text"},
        {{"user", "show", "\xFF"}, "NAME is empty or not UTF-8 text"},
        {{"user", "edit", "ada", "--email", "\xC3"}, "the value of --email is not UTF-8 text"},
        {{"user", "show", "ada", "bob"},
         "\"bob\" is one argument too many; see: rolebridge user show --help"},
        {{"status", "now"}, "\"now\" is one argument too many; see: rolebridge status --help"},
        {{"user", "list", "--rol", "x"}, "there is no option --rol; did you mean --role?"},
        {{"user", "list", "--colour"},
         "there is no option --colour; see: rolebridge user list --help"},
        {{"user", "list", "--config"}, "--config: missing argument"},
        {{"user", "list", "--role", "boss"}, "--role is \"boss\"; expected one of: admin, user"},
        {{"user", "list", "-o", "xml"}, "--output is \"xml\"; expected one of: table, json, csv"},
        {{"user", "list", "--status", ""}, "--status is \"\"; expected one of: active, inactive"},
        {{"connection", "create", "a", "--grant", "root"},
         "--grant is \"root\"; expected one of: admin, user"},
        {{"user", "edit", "ada"}, "nothing to change; see: rolebridge user edit --help"},
        {{"connection", "delete", "a", "--release", "--deactivate"},
         "--release and --deactivate exclude each other; give one"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct run run = run_words(arena, cases[i].words);

        assert_string_equal(run.err, arena_printf(arena, "rolebridge: %s\n", cases[i].message));
        assert_string_equal(run.out, "");
        assert_int_equal(run.exit_code, CLI_USAGE);
    }
}

static void a_call_without_a_verb_shows_the_verbs_as_a_message(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *nothing[] = {NULL};
    struct run all = run_words(arena, nothing);
    struct run noun = RUN(arena, "user");

    (void)state;
    assert_int_equal(all.exit_code, CLI_USAGE);
    assert_int_equal(noun.exit_code, CLI_USAGE);
    assert_string_equal(noun.out, "");
    assert_non_null(strstr(noun.err, "user deactivate NAME"));
    assert_null(strstr(noun.err, "site create"));
}

static void serve_is_told_the_configuration_and_its_failure_is_printed_safely(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run = RUN(arena, "serve", "--config=/tmp/b.yaml");

    (void)state;
    assert_string_equal(run_config_path, "/tmp/b.yaml");
    assert_string_equal(run.err, "rolebridge: serve\\x1b says no\n");
    assert_int_equal(run.exit_code, CLI_FAILED);

    (void)RUN(arena, "serve");
    assert_string_equal(run_config_path, CONFIG_DEFAULT_PATH);
}

static void the_configuration_is_checked_without_a_daemon(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run good =
        RUN(arena, "config", "check", "--config", CASES_DIR "/config/quoted-values.yaml");
    struct run bad =
        RUN(arena, "config", "check", "--config", CASES_DIR "/config/unknown-section.yaml");

    (void)state;
    assert_int_equal(good.exit_code, CLI_DONE);
    assert_string_equal(good.out, CASES_DIR "/config/quoted-values.yaml: ok\n");
    assert_int_equal(bad.exit_code, CLI_FAILED);
    assert_string_equal(bad.out, "");
    assert_string_equal(bad.err, "rolebridge: " CASES_DIR "/config/unknown-section.yaml:2:1: there "
                                 "is no section \"htpp\"; did you mean http?\n");
}

static void the_configuration_is_shown_with_where_it_comes_from(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run table =
        RUN(arena, "config", "show", "--config", CASES_DIR "/config/nothing-but-comments.yaml");
    struct run json = RUN(arena, "config", "show", "-o", "json", "--config",
                          CASES_DIR "/config/all-settings.yaml");
    json_auto_t *list = json_loads(json.out, 0, NULL);
    const json_t *first = json_array_get(list, 0);

    (void)state;
    assert_int_equal(table.exit_code, CLI_DONE);
    assert_non_null(strstr(table.out, "NAME"));
    assert_non_null(strstr(table.out, "http.certificate"));
    assert_non_null(strstr(table.out, "default\n"));
    assert_string_equal(json_string_value(json_object_get(first, "name")), "store.path");
    assert_string_equal(json_string_value(json_object_get(first, "value")), "/srv/store");
    assert_non_null(
        strstr(json_string_value(json_object_get(first, "origin")), "/config/all-settings.yaml:"));
}

static void a_file_of_the_configuration_that_cannot_be_used_is_named(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run =
        RUN(arena, "config", "check", "--config", CASES_DIR "/config/directory-ldaps.yaml");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_non_null(strstr(run.err, "rolebridge: directory.password_file: /"));
    assert_non_null(strstr(run.err, "can be read, but "));
    assert_string_equal(run.out, "");
}

static void the_sample_is_data(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run = RUN(arena, "config", "sample");

    (void)state;
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(run.out, "#port: 8080"));
    assert_string_equal(run.err, "");
}

static void an_output_that_cannot_be_written_is_a_failure(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *line[] = {arena_strdup(arena, "rolebridge"), arena_strdup(arena, "--version")};
    FILE *full = fopen("/dev/full", "w");
    char *text = NULL;
    size_t size = 0;
    FILE *err = open_memstream(&text, &size);

    (void)state;
    assert_int_equal(command_line_run(2, line, run_serve, full, err), CLI_FAILED);
    (void)fclose(full);

    assert_string_equal(run_take(arena, err, &text),
                        "rolebridge: write to standard output: No space left on device\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_and_every_option_is_documented),
        cmocka_unit_test(every_command_that_prints_data_prints_it_for_programs_too),
        cmocka_unit_test(an_option_means_the_same_wherever_it_is),
        cmocka_unit_test(the_commands_of_a_noun_stand_together_and_differ),
        cmocka_unit_test(every_level_has_its_help),
        cmocka_unit_test(every_example_is_one_that_can_be_given),
        cmocka_unit_test(help_is_also_a_word),
        cmocka_unit_test(the_help_of_everything_fits),
        cmocka_unit_test(the_version_is_told),
        cmocka_unit_test(a_command_that_is_called_wrongly_says_how_it_is_called),
        cmocka_unit_test(a_call_without_a_verb_shows_the_verbs_as_a_message),
        cmocka_unit_test(serve_is_told_the_configuration_and_its_failure_is_printed_safely),
        cmocka_unit_test(the_configuration_is_checked_without_a_daemon),
        cmocka_unit_test(the_configuration_is_shown_with_where_it_comes_from),
        cmocka_unit_test(a_file_of_the_configuration_that_cannot_be_used_is_named),
        cmocka_unit_test(the_sample_is_data),
        cmocka_unit_test(an_output_that_cannot_be_written_is_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
