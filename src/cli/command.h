#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <popt.h>
#include <stdio.h>

#include "bridge/base/arena.h"
#include "bridge/base/status.h"
#include "bridge/cli/cli.h"
#include "bridge/config/config.h"

enum option {
    OPTION_NONE, /* popt keeps 0 for itself */
    OPTION_CONFIG,
    OPTION_HELP,
    OPTION_OUTPUT,
    OPTION_SAMPLE,
    OPTION_NEW_KEY,
    OPTION_STATUS,
    OPTION_ROLE,
    OPTION_SITE,
    OPTION_GIVEN_NAME,
    OPTION_FAMILY_NAME,
    OPTION_DISPLAY_NAME,
    OPTION_EMAIL,
    OPTION_INACTIVE,
    OPTION_BREAK_GLASS,
    OPTION_KEY,
    OPTION_DESCRIPTION,
    OPTION_GRANT,
    OPTION_DOMAINS,
    OPTION_URL,
    OPTION_TOKEN_FILE,
    OPTION_CA_FILE,
    OPTION_ORGANIZATION,
    OPTION_SAVE_TOKEN,
    OPTION_FILE,
    OPTION_EXPIRES,
    OPTION_GRACE,
    OPTION_RELEASE,
    OPTION_DEACTIVATE,
    OPTION_REASON,
    OPTION_TO,
    OPTION_USER,
    OPTION_EVENT,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_MOST,
    OPTION_ANCHOR,
    OPTION_BEFORE,
    OPTION_EXPORTED,
    OPTION_METRICS,
    OPTION_STORE,
    OPTION_COUNT
};

/* A command as it was called, while it runs. */
struct invocation {
    const struct command *command;
    const char *argument;              /* NULL when the command takes none */
    const char *options[OPTION_COUNT]; /* NULL: not given; a flag that was is "" */
    struct arena *arena;
    struct config config; /* empty until the first request */
    cli_serve *serve;
    FILE *out; /* data */
    FILE *err; /* messages */
    int exit_code;
};

typedef enum status command_run(struct invocation *invocation, struct problem *problem);

struct command {
    const char *noun;
    const char *verb;                 /* NULL: the noun is all */
    const char *argument;             /* what it must be given, in capitals; NULL: nothing */
    const char *help;                 /* one line */
    const struct poptOption *options; /* each with an enum option as `val` */
    command_run *run;
};

/* A noun's commands stand together. */
extern const struct command commands[];
extern const size_t command_count;

/* What an option may be, where that is a closed list. */
struct choice {
    enum option option;
    const char *name;
    const char *values[5]; /* ended by NULL */
};

extern const struct choice choices[];
extern const size_t choice_count;

/* The whole command line, with streams of its own. */
int command_line_run(int argc, char **argv, cli_serve *serve, FILE *out, FILE *err);

/* The file that --config names, or the usual one. */
const char *config_path(const struct invocation *invocation);

/* Fail, because the command was not called as it must be: the process ends with CLI_USAGE. */
enum status usage_fail(struct invocation *invocation, struct problem *problem, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));

/* Tell the person something that is no data. */
void message_print(struct invocation *invocation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

command_run init_run;
command_run serve_run;
command_run status_run;
command_run organization_create_run;
command_run organization_list_run;
command_run user_block_run;
command_run user_delete_run;
command_run user_list_run;
command_run user_move_run;
command_run user_unblock_run;
command_run user_show_run;
command_run user_create_run;
command_run user_edit_run;
command_run user_deactivate_run;
command_run user_reactivate_run;
command_run site_create_run;
command_run group_list_run;
command_run group_show_run;
command_run site_delete_run;
command_run site_list_run;
command_run site_rename_run;
command_run connection_create_run;
command_run connection_edit_run;
command_run connection_list_run;
command_run connection_rotate_run;
command_run connection_show_run;
command_run connection_delete_run;
command_run token_create_run;
command_run token_list_run;
command_run token_revoke_run;
command_run hold_list_run;
command_run hold_show_run;
command_run hold_allow_run;
command_run hold_refuse_run;
command_run journal_list_run;
command_run journal_verify_run;
command_run journal_export_run;
command_run journal_prune_run;
command_run journal_erase_run;
command_run config_check_run;
command_run config_sample_run;
command_run config_show_run;
command_run completion_bash_run;
command_run store_backup_run;
command_run store_check_run;
command_run store_export_run;
command_run store_import_run;
command_run doctor_run;

#endif
