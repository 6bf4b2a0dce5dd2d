#include "bridge/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/nearest.h"
#include "bridge/base/screen.h"
#include "command.h"
#include "explanation.h"

enum { WORDS_MAX = 64, CALL_COLUMN = 24 };

/* ---------------------------------------------------------------- messages */

static void print_line(FILE *err, struct arena *arena, const char *words)
{
    struct text line = {.arena = arena};

    screen_add(&line, words);
    fprintf(err, "rolebridge: %s\n", line.data);
}

void message_print(struct invocation *invocation, const char *format, ...)
{
    struct problem words = {0};
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(words.detail, sizeof(words.detail), format, arguments);
    va_end(arguments);
    print_line(invocation->err, invocation->arena, words.detail);
}

enum status usage_fail(struct invocation *invocation, struct problem *problem, const char *format,
                       ...)
{
    char words[PROBLEM_DETAIL_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    invocation->exit_code = CLI_USAGE;
    return problem_set(problem, STATUS_INVALID_SYNTAX, "%s", words);
}

static int exit_code_of(const struct invocation *invocation, enum status status)
{
    if (!status || invocation->exit_code)
        return invocation->exit_code;
    return status == STATUS_UNREACHABLE ? CLI_UNREACHABLE : CLI_FAILED;
}

const char *config_path(const struct invocation *invocation)
{
    const char *given = invocation->options[OPTION_CONFIG];

    return given ? given : CONFIG_DEFAULT_PATH;
}

/* -------------------------------------------------------------------- help */

static const char *command_name(const struct command *command, struct arena *arena)
{
    return arena_printf(arena, "rolebridge %s%s%s", command->noun, command->verb ? " " : "",
                        command->verb ? command->verb : "");
}

static bool is_of_noun(const struct command *command, const char *noun)
{
    return !noun || strcmp(command->noun, noun) == 0;
}

/* Of one noun, or of all when it is NULL. */
static void print_commands(FILE *out, const char *noun)
{
    for (const struct command *command = commands; command < commands + command_count; command++) {
        char call[128];

        if (!is_of_noun(command, noun))
            continue;
        (void)snprintf(call, sizeof(call), "%s %s %s", command->noun,
                       command->verb ? command->verb : "",
                       command->argument ? command->argument : "");
        fprintf(out, "  %-*s %s\n", CALL_COLUMN, call, command->help);
    }
}

static const char tail[] = "\nWhat one takes: rolebridge COMMAND --help\n"
                           "The version:    rolebridge --version\n"
                           "Elsewhere:      --url URL --token-file FILE; or, in the environment,\n"
                           "                ROLEBRIDGE_URL and ROLEBRIDGE_TOKEN_FILE\n"
                           "Ends with:      0 done, 1 failed, 2 not written as it must be,\n"
                           "                5 something waits for a person (status, doctor),\n"
                           "                7 no daemon answers\n";

static void print_overview(FILE *out, const char *noun)
{
    fprintf(out, "Usage: rolebridge %s%s [ARGUMENT] [OPTION...]\n\n", noun ? noun : "COMMAND",
            noun ? " VERB" : "");
    print_commands(out, noun);
    fputs(tail, out);
}

static void print_help(const struct invocation *invocation, poptContext popt)
{
    const struct command *command = invocation->command;
    const struct explanation *more = explanation_of(command->noun, command->verb);

    fprintf(invocation->out, "%s.\n\n", command->help);
    if (more && more->text)
        fprintf(invocation->out, "%s\n\n", more->text);
    poptPrintHelp(popt, invocation->out, 0);
    if (more && more->example)
        fprintf(invocation->out, "\nFor example:\n  %s %s\n",
                command_name(command, invocation->arena), more->example);
}

/* ------------------------------------------------------------------ finding */

/* `verb` may be NULL. NULL: there is none. */
static const struct command *find_command(const char *noun, const char *verb)
{
    for (const struct command *command = commands; command < commands + command_count; command++)
        if (is_of_noun(command, noun) &&
            (!command->verb || (verb && strcmp(command->verb, verb) == 0)))
            return command;
    return NULL;
}

static bool is_noun(const char *word)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].noun, word) == 0)
            return true;
    return false;
}

static enum status fail_word(struct invocation *invocation, const char *noun, const char *word,
                             struct problem *problem)
{
    struct nearest nearest = {.text = word};

    if (*word == '-')
        return usage_fail(invocation, problem,
                          "%.60s comes too early: options stand behind the command", word);
    for (size_t i = 0; i < command_count; i++)
        if (is_of_noun(&commands[i], noun))
            nearest_offer(&nearest, noun ? commands[i].verb : commands[i].noun);
    if (nearest.name)
        return usage_fail(invocation, problem, "there is no command %s%s%.60s; did you mean %s?",
                          noun ? noun : "", noun ? " " : "", word, nearest.name);
    return usage_fail(invocation, problem,
                      "there is no command %s%s%.60s; see: rolebridge %s%s--help", noun ? noun : "",
                      noun ? " " : "", word, noun ? noun : "", noun ? " " : "");
}

/* ------------------------------------------------------------------ options */

static enum status fail_option(struct invocation *invocation, poptContext popt, int code,
                               struct problem *problem)
{
    const char *written = poptBadOption(popt, POPT_BADOPTION_NOALIAS);
    struct nearest nearest = {0};

    if (!written || code != POPT_ERROR_BADOPT)
        return usage_fail(invocation, problem, "%.60s: %s", written ? written : "options",
                          poptStrerror(code));
    nearest.text = written + strspn(written, "-");
    for (const struct poptOption *option = invocation->command->options; option->longName; option++)
        nearest_offer(&nearest, option->longName);
    if (nearest.name)
        return usage_fail(invocation, problem, "there is no option %.60s; did you mean --%s?",
                          written, nearest.name);
    return usage_fail(invocation, problem, "there is no option %.60s; see: %s --help", written,
                      command_name(invocation->command, invocation->arena));
}

static bool is_text(const char *value)
{
    return text_utf8_size(bytes_of_text(value)) == strlen(value);
}

static enum status check_choices(struct invocation *invocation, struct problem *problem)
{
    for (size_t i = 0; i < choice_count; i++) {
        const char *given = invocation->options[choices[i].option];
        struct text known = {.arena = invocation->arena};
        bool is_known = !given;

        for (const char *const *value = choices[i].values; *value; value++) {
            is_known = is_known || strcmp(*value, given) == 0;
            text_add_format(&known, "%s%s", known.size ? ", " : "", *value);
        }
        if (!is_known)
            return usage_fail(invocation, problem, "%s is \"%.60s\"; expected one of: %s",
                              choices[i].name, given, known.data);
    }
    return STATUS_OK;
}

static enum status check_argument(struct invocation *invocation, const char *const *arguments,
                                  struct problem *problem)
{
    const char *wanted = invocation->command->argument;
    size_t count = 0;

    while (arguments && arguments[count])
        count++;
    if (count < (wanted ? 1 : 0))
        return usage_fail(invocation, problem, "%s is missing; see: %s --help", wanted,
                          command_name(invocation->command, invocation->arena));
    if (count > (wanted ? 1 : 0))
        return usage_fail(invocation, problem, "\"%.60s\" is one argument too many; see: %s --help",
                          arguments[count - 1],
                          command_name(invocation->command, invocation->arena));
    if (wanted && (!*arguments[0] || !is_text(arguments[0])))
        return usage_fail(invocation, problem, "%s is empty or not UTF-8 text", wanted);
    invocation->argument = wanted ? arena_strdup(invocation->arena, arguments[0]) : NULL;
    return STATUS_OK;
}

static const char *option_name(const struct command *command, int option)
{
    const struct poptOption *one = command->options;

    while (one->val != option)
        one++;
    return one->longName;
}

static enum status keep_option(struct invocation *invocation, int option, const char *value,
                               struct problem *problem)
{
    if (value && !is_text(value))
        return usage_fail(invocation, problem, "the value of --%s is not UTF-8 text",
                          option_name(invocation->command, option));
    invocation->options[option] = value ? arena_strdup(invocation->arena, value) : "";
    return STATUS_OK;
}

static enum status read_options(struct invocation *invocation, poptContext popt,
                                struct problem *problem)
{
    enum status status = STATUS_OK;
    int option;

    while (!status && (option = poptGetNextOpt(popt)) > 0) {
        char *value = poptGetOptArg(popt);

        status = keep_option(invocation, option, value, problem);
        free(value);
    }
    if (status)
        return status;
    if (option < -1)
        return fail_option(invocation, popt, option, problem);
    if (invocation->options[OPTION_HELP])
        return STATUS_OK;
    if ((status = check_choices(invocation, problem)))
        return status;
    return check_argument(invocation, (const char *const *)poptGetArgs(popt), problem);
}

static void release_popt(poptContext *popt)
{
    poptFreeContext(*popt);
}

/* The words are those behind the noun and the verb. */
static enum status run_command(struct invocation *invocation, int count, char **words,
                               struct problem *problem)
{
    const struct command *command = invocation->command;
    const char *line[WORDS_MAX + 1] = {command_name(command, invocation->arena)};
    enum status status;

    if (count > WORDS_MAX - 1)
        return usage_fail(invocation, problem, "more than %d arguments", WORDS_MAX);
    for (int i = 0; i < count; i++)
        line[i + 1] = words[i];

    SCOPED(release_popt)
    poptContext popt = poptGetContext("rolebridge", count + 1, line, command->options, 0);

    poptSetOtherOptionHelp(popt, arena_printf(invocation->arena, "[OPTION...]%s%s",
                                              command->argument ? " " : "",
                                              command->argument ? command->argument : ""));
    if ((status = read_options(invocation, popt, problem)))
        return status;
    if (invocation->options[OPTION_HELP]) {
        print_help(invocation, popt);
        return STATUS_OK;
    }
    return command->run(invocation, problem);
}

/* ----------------------------------------------------------------- dispatch */

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static enum status dispatch(struct invocation *invocation, int argc, char **argv,
                            struct problem *problem)
{
    const char *noun = argc > 1 ? argv[1] : NULL;
    const char *verb = argc > 2 ? argv[2] : NULL;

    if (noun && strcmp(noun, "--version") == 0) {
        fputs("rolebridge " BRIDGE_VERSION "\n", invocation->out);
        return STATUS_OK;
    }
    if (!noun || asks_for_help(noun)) {
        print_overview(noun ? invocation->out : invocation->err,
                       verb && is_noun(verb) ? verb : NULL);
        invocation->exit_code = noun ? CLI_DONE : CLI_USAGE;
        return STATUS_OK;
    }
    if (!is_noun(noun))
        return fail_word(invocation, NULL, noun, problem);
    invocation->command = find_command(noun, verb);
    if (invocation->command) {
        int used = invocation->command->verb ? 3 : 2;

        return run_command(invocation, argc - used, argv + used, problem);
    }
    if (!verb || asks_for_help(verb)) {
        print_overview(verb ? invocation->out : invocation->err, noun);
        invocation->exit_code = verb ? CLI_DONE : CLI_USAGE;
        return STATUS_OK;
    }
    return fail_word(invocation, noun, verb, problem);
}

int command_line_run(int argc, char **argv, cli_serve *serve, FILE *out, FILE *err)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct invocation invocation = {.arena = arena, .serve = serve, .out = out, .err = err};
    struct problem problem = {0};
    enum status status = dispatch(&invocation, argc, argv, &problem);

    if (!status && (fflush(out) || ferror(out)))
        status =
            problem_set(&problem, STATUS_INTERNAL, "write to standard output: %s", strerror(errno));
    if (status)
        print_line(err, arena, problem.detail);
    config_clear(&invocation.config);
    return exit_code_of(&invocation, status);
}

int cli_run(int argc, char **argv, cli_serve *serve)
{
    return command_line_run(argc, argv, serve, stdout, stderr);
}

enum status serve_run(struct invocation *invocation, struct problem *problem)
{
    return invocation->serve(config_path(invocation), problem);
}
