#include "command.h"

#define FLAG(name, option, help)                         \
    {                                                    \
        name, 0, POPT_ARG_NONE, NULL, option, help, NULL \
    }
#define VALUE(name, option, help, argument)                    \
    {                                                          \
        name, 0, POPT_ARG_STRING, NULL, option, help, argument \
    }

#define CONFIG_OPTION \
    VALUE("config", OPTION_CONFIG, "The configuration; " CONFIG_DEFAULT_PATH " by default", "FILE")
#define HELP_OPTION                                                                     \
    {                                                                                   \
        "help", 'h', POPT_ARG_NONE, NULL, OPTION_HELP, "Show this and do nothing", NULL \
    }
#define OUTPUT_OPTION                                                     \
    {                                                                     \
        "output", 'o', POPT_ARG_STRING, NULL, OPTION_OUTPUT,              \
            "How to print the answer; table by default", "table|json|csv" \
    }

/* What is done on this machine ends its table with these. */
#define LOCAL_OPTIONS CONFIG_OPTION, HELP_OPTION, POPT_TABLEEND

#define ORGANIZATION_OPTION \
    VALUE("organization", OPTION_ORGANIZATION, "Whose, if not of the one named default", "NAME")

/* What the daemon is asked for, with these. */
#define COMMON_OPTIONS                                                                             \
    VALUE("url", OPTION_URL, "Ask the daemon there instead: https://bridge.example.org", "URL"),   \
        VALUE("token-file", OPTION_TOKEN_FILE, "Holds the token for --url, mode 0600", "FILE"),    \
        VALUE("ca-file", OPTION_CA_FILE, "Who may sign the certificate of --url, in PEM", "FILE"), \
        ORGANIZATION_OPTION, LOCAL_OPTIONS

static const struct poptOption local_options[] = {LOCAL_OPTIONS};

static const struct poptOption help_options[] = {HELP_OPTION, POPT_TABLEEND};

static const struct poptOption local_output_options[] = {OUTPUT_OPTION, LOCAL_OPTIONS};

static const struct poptOption no_options[] = {COMMON_OPTIONS};

static const struct poptOption init_options[] = {
    FLAG("sample", OPTION_SAMPLE, "Only print a configuration with every setting explained"),
    FLAG("new-key", OPTION_NEW_KEY, "Only add a key, which seals from the daemon's next start on"),
    LOCAL_OPTIONS,
};

static const struct poptOption output_options[] = {OUTPUT_OPTION, COMMON_OPTIONS};

static const struct poptOption user_list_options[] = {
    VALUE("status", OPTION_STATUS, "Only those with this status", "active|inactive"),
    VALUE("role", OPTION_ROLE, "Only those with this role", "admin|user"),
    VALUE("site", OPTION_SITE, "Only those of this site: its name or its key", "SITE"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

#define PERSON_OPTIONS                                                                   \
    VALUE("given-name", OPTION_GIVEN_NAME, "First name", "TEXT"),                        \
        VALUE("family-name", OPTION_FAMILY_NAME, "Last name", "TEXT"),                   \
        VALUE("display-name", OPTION_DISPLAY_NAME, "The name that is shown", "TEXT"),    \
        VALUE("email", OPTION_EMAIL, "Primary e-mail address", "ADDRESS"),               \
        VALUE("role", OPTION_ROLE, "admin is for the whole organization", "admin|user"), \
        VALUE("site", OPTION_SITE, "The site of a user: its name or its key", "SITE")

static const struct poptOption user_create_options[] = {
    PERSON_OPTIONS,
    FLAG("inactive", OPTION_INACTIVE, "Create the account without letting anybody in"),
    FLAG("break-glass", OPTION_BREAK_GLASS,
         "An administrator's, for when nobody else gets in; no provider sees it"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption user_edit_options[] = {
    PERSON_OPTIONS,
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption user_reactivate_options[] = {
    VALUE("role", OPTION_ROLE, "The role from now on", "admin|user"),
    VALUE("site", OPTION_SITE, "The site from now on: its name or its key", "SITE"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption user_block_options[] = {
    VALUE("reason", OPTION_REASON, "Why, for those who will ask", "TEXT"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption decide_options[] = {
    VALUE("reason", OPTION_REASON, "Why, for those who will ask; must be given", "TEXT"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption user_move_options[] = {
    VALUE("to", OPTION_TO, "The connection that manages it from now on; local: none does", "NAME"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption site_create_options[] = {
    VALUE("key", OPTION_KEY, "What names its group for good; made from the name by default", "KEY"),
    VALUE("description", OPTION_DESCRIPTION, "A line about it", "TEXT"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption site_rename_options[] = {
    VALUE("to", OPTION_TO, "What it is called from now on", "NAME"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

#define SAVE_TOKEN_OPTION                  \
    VALUE("save-token", OPTION_SAVE_TOKEN, \
          "Write the new token there, for you alone to read, and not to the output", "FILE")

#define EXPIRES_OPTION               \
    VALUE("expires", OPTION_EXPIRES, \
          "How long the token lives, as 90d or 12h; 365d at most, and by default", "TIME")

#define DOMAINS_OPTION                                                                     \
    VALUE("domains", OPTION_DOMAINS, "Take over local people with e-mail in one of these", \
          "DOMAIN,...")

static const struct poptOption connection_create_options[] = {
    VALUE("grant", OPTION_GRANT, "The highest role it may give; user by default", "admin|user"),
    DOMAINS_OPTION,
    EXPIRES_OPTION,
    SAVE_TOKEN_OPTION,
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption connection_edit_options[] = {
    VALUE("grant", OPTION_GRANT, "The highest role it may give from now on", "admin|user"),
    DOMAINS_OPTION,
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption connection_rotate_options[] = {
    EXPIRES_OPTION,
    VALUE("grace", OPTION_GRACE,
          "How long the token before it goes on; 0s ends it now; as long as it lives by default",
          "TIME"),
    SAVE_TOKEN_OPTION,
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption token_create_options[] = {
    FLAG("metrics", OPTION_METRICS, "It reads the metrics of this daemon, and nothing else"),
    EXPIRES_OPTION,
    SAVE_TOKEN_OPTION,
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption connection_delete_options[] = {
    FLAG("release", OPTION_RELEASE, "Leave its accounts as they are, to be managed here"),
    FLAG("deactivate", OPTION_DEACTIVATE, "Deactivate its accounts"),
    COMMON_OPTIONS,
};

static const struct poptOption store_check_options[] = {
    VALUE("store", OPTION_STORE, "This one, such as a backup, and not the configured one",
          "FOLDER"),
    OUTPUT_OPTION,
    LOCAL_OPTIONS,
};

static const struct poptOption store_export_options[] = {
    VALUE("file", OPTION_FILE, "Write there, for you alone to read, and not to the output", "FILE"),
    ORGANIZATION_OPTION,
    LOCAL_OPTIONS,
};

static const struct poptOption store_import_options[] = {ORGANIZATION_OPTION, LOCAL_OPTIONS};

static const struct poptOption journal_list_options[] = {
    VALUE("user", OPTION_USER, "Only what is about this person; by id when the account is gone",
          "NAME"),
    VALUE("event", OPTION_EVENT, "Only this: user.create, or user for all of that kind", "EVENT"),
    VALUE("since", OPTION_SINCE, "Only from then on: a date, or a time in UTC", "TIME"),
    VALUE("until", OPTION_UNTIL, "Only from before then", "TIME"),
    VALUE("count", OPTION_MOST, "How many of the last lines; 50 by default", "N"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption journal_verify_options[] = {
    VALUE("file", OPTION_FILE, "Verify an export; no daemon is needed", "FILE"),
    VALUE("anchor", OPTION_ANCHOR, "See that this line is there, as an export has printed it",
          "NUMBER:LINK"),
    OUTPUT_OPTION,
    COMMON_OPTIONS,
};

static const struct poptOption journal_prune_options[] = {
    VALUE("exported", OPTION_EXPORTED, "The export that has what is taken away", "FILE"),
    VALUE("before", OPTION_BEFORE, "Only what is from before then; all that is in FILE by default",
          "TIME|NUMBER"),
    COMMON_OPTIONS,
};

const struct command commands[] = {
    {"init", NULL, NULL, "Make the store, once, where the configuration says", init_options,
     init_run},
    {"serve", NULL, NULL, "Run the daemon", local_options, serve_run},
    {"status", NULL, NULL, "How the daemon and the directory are, and what to do", output_options,
     status_run},
    {"doctor", NULL, NULL, "Whether all is as it must be here, or what to do", local_output_options,
     doctor_run},
    {"organization", "list", NULL, "The organizations of this installation", output_options,
     organization_list_run},
    {"organization", "create", "NAME", "Make an organization, with nobody in it", output_options,
     organization_create_run},
    {"user", "list", NULL, "Who is here, with which role and site", user_list_options,
     user_list_run},
    {"user", "show", "NAME", "One person in full, by userName, e-mail or id", output_options,
     user_show_run},
    {"user", "create", "USERNAME", "Create an account", user_create_options, user_create_run},
    {"user", "edit", "NAME", "Change an account; an empty value takes one away", user_edit_options,
     user_edit_run},
    {"user", "deactivate", "NAME", "Take away all access, keep the account", output_options,
     user_deactivate_run},
    {"user", "reactivate", "NAME", "Give a deactivated account its access again",
     user_reactivate_options, user_reactivate_run},
    {"user", "block", "NAME", "End all access, whatever a provider says", user_block_options,
     user_block_run},
    {"user", "unblock", "NAME", "Lift a block", output_options, user_unblock_run},
    {"user", "move", "NAME", "Give an account to a connection, or to administrators",
     user_move_options, user_move_run},
    {"user", "delete", "NAME", "Delete an account for good", no_options, user_delete_run},
    {"group", "list", NULL, "The groups that providers pushed", output_options, group_list_run},
    {"group", "show", "NAME", "A group and who is in it", output_options, group_show_run},
    {"site", "list", NULL, "The sites and how many people are there", output_options,
     site_list_run},
    {"site", "create", "NAME", "Create a site", site_create_options, site_create_run},
    {"site", "rename", "NAME", "Give a site another name; the old one goes on working",
     site_rename_options, site_rename_run},
    {"site", "delete", "NAME", "Delete a site that nobody refers to", no_options, site_delete_run},
    {"connection", "list", NULL, "The identity providers that may push people", output_options,
     connection_list_run},
    {"connection", "show", "NAME", "One identity provider, what it may and what it owns",
     output_options, connection_show_run},
    {"connection", "create", "NAME", "Let an identity provider in; prints its token once",
     connection_create_options, connection_create_run},
    {"connection", "edit", "NAME", "What it may from now on; no domains: --domains \"\"",
     connection_edit_options, connection_edit_run},
    {"connection", "rotate", "NAME", "A new token; the older of two live ones ends",
     connection_rotate_options, connection_rotate_run},
    {"connection", "delete", "NAME", "Shut an identity provider out", connection_delete_options,
     connection_delete_run},
    {"token", "list", NULL, "The tokens of administrators' programs", output_options,
     token_list_run},
    {"token", "create", "NAME", "A token for a program; prints it once", token_create_options,
     token_create_run},
    {"token", "revoke", "NAME", "End a program's token", no_options, token_revoke_run},
    {"store", "check", NULL, "Whether all that the store holds goes together", store_check_options,
     store_check_run},
    {"store", "backup", "FOLDER", "Copy the store, while the daemon runs or not", local_options,
     store_backup_run},
    {"store", "export", NULL, "Write an organization as JSON lines", store_export_options,
     store_export_run},
    {"store", "import", "FILE", "Read such lines into an empty organization", store_import_options,
     store_import_run},
    {"hold", "list", NULL, "What waits for a person's word, and what was said", output_options,
     hold_list_run},
    {"hold", "show", "ID", "One of these, and what to look at first", output_options,
     hold_show_run},
    {"hold", "allow", "ID", "Let what is held go on", decide_options, hold_allow_run},
    {"hold", "refuse", "ID", "Do not let what is held go on", decide_options, hold_refuse_run},
    {"journal", "list", NULL, "Who did what to whom, and what changed", journal_list_options,
     journal_list_run},
    {"journal", "verify", NULL, "Whether anything in it was altered", journal_verify_options,
     journal_verify_run},
    {"journal", "export", "FILE", "Write all of it to a file; - is the output", no_options,
     journal_export_run},
    {"journal", "prune", NULL, "Take away the beginning, which an export has",
     journal_prune_options, journal_prune_run},
    {"journal", "erase", "ID", "Forget what it says of a person who was deleted", no_options,
     journal_erase_run},
    {"config", "check", NULL, "Whether the configuration and its files can be used", local_options,
     config_check_run},
    {"config", "show", NULL, "Every setting in effect, and where it comes from",
     local_output_options, config_show_run},
    {"config", "sample", NULL, "Print a configuration with every setting explained", local_options,
     config_sample_run},
    {"completion", "bash", NULL, "Print what completes these commands in bash", help_options,
     completion_bash_run},
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);

const struct choice choices[] = {
    {OPTION_OUTPUT, "--output", {"table", "json", "csv"}},
    {OPTION_STATUS, "--status", {"active", "inactive"}},
    {OPTION_ROLE, "--role", {"admin", "user"}},
    {OPTION_GRANT, "--grant", {"admin", "user"}},
};

const size_t choice_count = sizeof(choices) / sizeof(choices[0]);
