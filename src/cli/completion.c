/* What bash needs to complete the commands, made from the tables that they come from. */
#include <string.h>

#include "bridge/base/text.h"
#include "command.h"

static const char head[] =
    "# Completes the commands of rolebridge in bash. Made by: rolebridge completion bash\n"
    "\n"
    "_rolebridge()\n"
    "{\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local words= takes_file=\n"
    "\n"
    "    # bash takes --role=user for three words.\n"
    "    if [[ $word == \"=\" ]]; then\n"
    "        word=\n"
    "    elif [[ $before == \"=\" ]]; then\n"
    "        before=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    COMPREPLY=()\n"
    "    case $before in\n";

static const char tail[] = "    esac\n"
                           "    if [[ $words ]]; then\n"
                           "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                           "    fi\n"
                           "    if [[ $takes_file && $word != -* ]]; then\n"
                           "        compopt -o filenames 2>/dev/null\n"
                           "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                           "    fi\n"
                           "}\n"
                           "\n"
                           "complete -F _rolebridge rolebridge\n";

static void add_word(struct text *words, const char *word)
{
    text_add_format(words, "%s%s", words->size ? " " : "", word);
}

static bool is_file(const char *placeholder)
{
    return placeholder && strcmp(placeholder, "FILE") == 0;
}

/* ------------------------------------------------------------------ options */

/* How it is declared, wherever that is first; NULL: nowhere. */
static const struct poptOption *declaration_of(int option)
{
    for (size_t i = 0; i < command_count; i++)
        for (const struct poptOption *each = commands[i].options; each->longName; each++)
            if (each->val == option)
                return each;
    return NULL;
}

static const char *choices_of(int option, struct arena *arena)
{
    struct text words = {.arena = arena};

    for (size_t i = 0; i < choice_count; i++)
        for (const char *const *value = choices[i].values; *value; value++)
            if ((int)choices[i].option == option)
                add_word(&words, *value);
    return words.data;
}

/* What follows it: a word of a list, a file, or what nobody can know. */
static void print_option(FILE *out, const struct poptOption *option, struct arena *arena)
{
    const char *words = choices_of(option->val, arena);

    fputs("    ", out);
    if (option->shortName)
        fprintf(out, "-%c|", option->shortName);
    fprintf(out, "--%s) ", option->longName);
    if (words)
        fprintf(out, "words=\"%s\" ;;\n", words);
    else
        fputs(is_file(option->argDescrip) ? "takes_file=yes ;;\n" : "return ;;\n", out);
}

static void print_options(FILE *out, struct arena *arena)
{
    for (int option = OPTION_NONE + 1; option < OPTION_COUNT; option++) {
        const struct poptOption *declaration = declaration_of(option);

        if (declaration && declaration->argInfo == POPT_ARG_STRING)
            print_option(out, declaration, arena);
    }
}

/* ----------------------------------------------------------------- commands */

static bool is_first_of_noun(const struct command *command)
{
    return command == commands || strcmp(command[-1].noun, command->noun) != 0;
}

static const char *verbs_of(const char *noun, struct arena *arena)
{
    struct text words = {.arena = arena};

    text_add(&words, "");
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].noun, noun) == 0 && commands[i].verb)
            add_word(&words, commands[i].verb);
    return words.data;
}

static const char *options_of(const struct command *command, struct arena *arena)
{
    struct text words = {.arena = arena};

    text_add(&words, "");
    for (const struct poptOption *option = command->options; option->longName; option++)
        add_word(&words, arena_printf(arena, "--%s", option->longName));
    return words.data;
}

/* The word behind rolebridge, and that behind a noun. */
static void print_words(FILE *out, struct arena *arena)
{
    struct text nouns = {.arena = arena};

    text_add(&nouns, "");
    for (size_t i = 0; i < command_count; i++)
        if (is_first_of_noun(&commands[i]))
            add_word(&nouns, commands[i].noun);
    fprintf(out, "        1:*) words=\"%s --help --version\" ;;\n", nouns.data);
    for (size_t i = 0; i < command_count; i++)
        if (is_first_of_noun(&commands[i]) && commands[i].verb)
            fprintf(out, "        2:%s) words=\"%s --help\" ;;\n", commands[i].noun,
                    verbs_of(commands[i].noun, arena));
}

static void print_command(FILE *out, const struct command *command, struct arena *arena)
{
    fprintf(out, "        *:%s%s%s) words=\"%s\"%s ;;\n", command->noun,
            command->verb ? "\\ " : "\\ *", command->verb ? command->verb : "",
            options_of(command, arena), is_file(command->argument) ? " takes_file=yes" : "");
}

enum status completion_bash_run(struct invocation *invocation, struct problem *problem)
{
    struct arena *arena = invocation->arena;
    FILE *out = invocation->out;

    (void)problem;
    fputs(head, out);
    print_options(out, arena);
    fputs("    *)\n"
          "        case $COMP_CWORD:${COMP_WORDS[1]} in\n",
          out);
    print_words(out, arena);
    fputs("        esac\n"
          "        [[ $words ]] || case $COMP_CWORD:${COMP_WORDS[1]}\\ ${COMP_WORDS[2]} in\n",
          out);
    for (size_t i = 0; i < command_count; i++)
        print_command(out, &commands[i], arena);
    fputs("        esac ;;\n", out);
    fputs(tail, out);
    return STATUS_OK;
}
