#include "explanation.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define PERSON "NAME is a userName, a primary e-mail address or an id.\n"

static const struct explanation explanations[] = {
    {"init", NULL,
     "Run it once, as the daemon's user: it makes the keys and the store, with one\n"
     "organization in it. It touches nothing that is there already.",
     NULL},
    {"serve", NULL, "It stays in the foreground, logs to stderr, and ends on SIGTERM.", NULL},
    {"status", NULL, "Ends with 5 when something waits for a person.", NULL},
    {"doctor", NULL,
     "Looks at the configuration, files, keys, the store, the socket, the daemon,\n"
     "the directories and the certificate, as far as that goes when the daemon does\n"
     "not run. Ends with 5 when something is wrong.",
     NULL},
    {"user", "list", NULL, "--status active --site \"North Plant\" -o csv"},
    {"user", "show", "NAME is a userName, a primary e-mail address or an id.", "ada@example.com"},
    {"user", "create",
     "The role user needs a site, admin has none; without a role the account is in\n"
     "no managed group.",
     "ada@example.com --role user --site Harbour"},
    {"user", "edit",
     PERSON "Only what is given changes. An account that a connection manages is changed at\n"
            "the identity provider instead.",
     "ada@example.com --site Harbour --display-name \"\""},
    {"user", "deactivate",
     PERSON "Role, site and all managed groups go, and the entry in the directory is\n"
            "locked. The account keeps its id and can be reactivated.",
     "ada@example.com"},
    {"user", "reactivate", PERSON "Without --role and --site they are those from before.",
     "ada@example.com --role user --site Harbour"},
    {"user", "block",
     PERSON "A block outranks what a provider says, until it is lifted. user show says who\n"
            "blocked, when and why.",
     "ada@example.com --reason \"laptop was stolen\""},
    {"user", "unblock", PERSON "The account is then as its owner last said.", "ada@example.com"},
    {"user", "delete",
     PERSON "An account that comes and goes is better deactivated. The entry in the\n"
            "directory stays, locked, unless directory.on_delete says otherwise; when the\n"
            "same owner creates the same userName again, that account takes it up.",
     "ada@example.com"},
    {"user", "move",
     PERSON "All that is known of the person stays, but for what only the owner before\n"
            "could say: memberships in its groups, and its externalId when another\n"
            "connection gets the account.",
     "ada@example.com --to entra"},
    {"site", "create",
     "The key names the site's group in the directory, and never changes; the name\n"
     "may.",
     "\"North Plant\" --description \"Behind the river\""},
    {"site", "rename", "NAME is its name or its key, in any letter case.",
     "\"North Plant\" --to \"Old Plant\""},
    {"site", "delete",
     "NAME is its name or its key, in any letter case. People who are at it, or were\n"
     "last said to be, are given another site before.",
     "Harbour"},
    {"connection", "create",
     "Give the provider the URL https://HOST/scim/v2 and the token, which is shown\n"
     "once.",
     "entra --grant user --save-token entra.token"},
    {"connection", "rotate",
     "The token from before works on until it expires, so that the provider can be\n"
     "changed without a gap; one that has leaked is ended with --grace 0s.",
     "entra --grace 24h --save-token entra.token"},
    {"connection", "delete",
     "Where it manages accounts, say what becomes of them: --release or\n"
     "--deactivate.",
     "entra --release"},
    {"token", "create",
     "For a program of an administrator, or for these commands on another machine,\n"
     "with --url and --token-file. With --metrics it is for Prometheus. It is shown\n"
     "once.",
     "laptop --expires 90d --save-token laptop.token"},
    {"hold", "allow",
     "ID is as hold list prints it. What is of the whole daemon is decided on its own\n"
     "machine.",
     "17 --reason \"was switched off over the holidays\""},
    {"hold", "refuse",
     "ID is as hold list prints it. What is held stays as it is; what became of it is\n"
     "in hold list and in the journal.",
     "17 --reason \"the clock is wrong\""},
    {"store", "check",
     "Reads the store itself, as the daemon's user, and changes nothing; the daemon\n"
     "may run meanwhile. Each line is something that is wrong, with what to do; the\n"
     "process ends with 1 then.",
     "-o json"},
    {"store", "backup",
     "Makes FOLDER, a store itself, with what it holds at this moment; run it as the\n"
     "daemon's user. The keys are not in it.",
     "/var/backups/rolebridge/2026-01-31"},
    {"store", "export",
     "Opens the store itself, so the daemon must be stopped. Tokens and the journal\n"
     "are not in it.",
     "--organization default --file default.jsonl"},
    {"store", "import",
     "Opens the store itself, so the daemon must be stopped. The organization must\n"
     "be there, with nothing in it; everything is imported, or nothing.",
     "default.jsonl --organization default"},
    {"config", "check", "Looks into the files that are named there; does not ask the directory.",
     NULL},
    {"config", "show", "Of a secret only the file is shown that holds it.", "-o json"},
    {"completion", "bash",
     "The installation puts it where bash looks. For the shell at hand alone: source\n"
     "<(rolebridge completion bash)",
     NULL},
};

const struct explanation *explanation_of(const char *noun, const char *verb)
{
    for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++) {
        const struct explanation *one = &explanations[i];
        bool is_same_verb = one->verb ? verb && strcmp(one->verb, verb) == 0 : !verb;

        if (is_same_verb && strcmp(one->noun, noun) == 0)
            return one;
    }
    return NULL;
}
