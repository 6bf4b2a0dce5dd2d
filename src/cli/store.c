/* What is done to the store itself: changed only while no daemon has it, read at any time. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "bridge/auth/check.h"
#include "bridge/base/clock.h"
#include "bridge/base/keyring.h"
#include "bridge/core/dump.h"
#include "bridge/core/organization.h"
#include "bridge/scim/schema.h"
#include "new_file.h"
#include "output.h"

enum { FINDINGS_SHOWN = 100 };

struct offline {
    struct store *store;
};

static void offline_release(struct offline *offline)
{
    store_close(offline->store);
    keyring_unload();
    scim_unload();
}

/* To read it only; another one than the configured one if `path` is given. */
static enum status offline_open_to_read(struct offline *offline, struct invocation *invocation,
                                        const char *path, struct problem *problem)
{
    struct config *config = &invocation->config;
    enum status status;

    if ((status = config_load(config_path(invocation), config, problem)) ||
        (status = scim_load(problem)))
        return status;
    return store_open_to_read(path ? path : config->store_path, config->store_size, &offline->store,
                              problem);
}

static enum status offline_open(struct offline *offline, struct invocation *invocation,
                                struct problem *problem)
{
    struct config *config = &invocation->config;
    enum status status;

    if ((status = config_load(config_path(invocation), config, problem)) ||
        (status = scim_load(problem)))
        return status;
    return store_open(config->store_path, config->store_size, &offline->store, problem);
}

static const char *organization_of(const struct invocation *invocation)
{
    const char *given = invocation->options[OPTION_ORGANIZATION];

    return given ? given : "default";
}

static void tell(struct invocation *invocation, const char *done, const struct dump_counts *counts)
{
    message_print(invocation,
                  "%s of the organization %s: %" PRIu64 " users, %" PRIu64 " groups, %" PRIu64
                  " sites, %" PRIu64 " connections",
                  done, organization_of(invocation), counts->of[DUMP_USER], counts->of[DUMP_GROUP],
                  counts->of[DUMP_SITE], counts->of[DUMP_CONNECTION]);
}

enum status store_export_run(struct invocation *invocation, struct problem *problem)
{
    SCOPED(offline_release) struct offline offline = {NULL};
    SCOPED(new_file_release) struct new_file file = {0};
    struct dump_counts counts;
    enum status status = offline_open(&offline, invocation, problem);

    if (status ||
        (status = new_file_open(&file, invocation->options[OPTION_FILE], invocation, problem)))
        return status;
    if ((status = dump_export(offline.store, organization_of(invocation), clock_now(),
                              file.stream ? file.stream : invocation->out, &counts, problem)))
        return status;
    if (file.stream && (status = new_file_finish(&file, problem)))
        return status;
    tell(invocation, "exported", &counts);
    return STATUS_OK;
}

static void close_stream(FILE **stream)
{
    if (*stream)
        (void)fclose(*stream);
}

enum status store_import_run(struct invocation *invocation, struct problem *problem)
{
    SCOPED(offline_release) struct offline offline = {NULL};
    SCOPED(close_stream) FILE *in = fopen(invocation->argument, "re");
    struct dump_counts counts;
    struct problem words = {0};
    enum status status;

    if (!in)
        return problem_set(problem, STATUS_INTERNAL, "%s cannot be read: %s", invocation->argument,
                           strerror(errno));
    if ((status = offline_open(&offline, invocation, problem)))
        return status;
    if ((status = dump_import(offline.store, organization_of(invocation), clock_now(), in, &counts,
                              &words)))
        return problem_set(problem, status, "%s: %s", invocation->argument, words.detail);
    tell(invocation, "imported", &counts);
    message_print(invocation,
                  "tokens are not in an export: make new ones with rolebridge connection rotate "
                  "and rolebridge token create");
    return STATUS_OK;
}

/* -------------------------------------------------------------------------- backup */

enum { MIB = 1 << 20 };

struct backup {
    struct invocation *invocation;
    uint64_t total; /* bytes: the most that there can be to copy */
};

/* Over the line before it; what is said behind that is longer. */
static void show_progress(void *context, uint64_t copied)
{
    const struct backup *backup = context;

    (void)fprintf(backup->invocation->err, "\rcopied %" PRIu64 " of at most %" PRIu64 " MiB",
                  copied / MIB, backup->total / MIB);
    (void)fflush(backup->invocation->err);
}

static enum status copy_store(struct store *store, struct invocation *invocation,
                              struct problem *problem)
{
    bool is_watched = isatty(fileno(invocation->err));
    struct backup backup = {.invocation = invocation};
    uint64_t size;
    enum status status;

    store_usage(store, &backup.total, &size);
    status = store_backup(store, invocation->argument, is_watched ? show_progress : NULL, &backup,
                          problem);
    if (is_watched)
        (void)fputs("\r\033[K", invocation->err);
    return status;
}

enum status store_backup_run(struct invocation *invocation, struct problem *problem)
{
    SCOPED(offline_release) struct offline offline = {NULL};
    enum status status = offline_open_to_read(&offline, invocation, NULL, problem);

    if (status || (status = copy_store(offline.store, invocation, problem)))
        return status;
    message_print(invocation,
                  "%s is a copy of the store %s; see that it is whole with: rolebridge "
                  "store check --store %s",
                  invocation->argument, invocation->config.store_path, invocation->argument);
    message_print(invocation,
                  "the keys in %s are not in it: back them up apart, and keep them elsewhere; "
                  "without them what is sealed in this copy cannot be read",
                  invocation->config.keys_path);
    return STATUS_OK;
}

/* --------------------------------------------------------------------------- check */

static const struct field finding_fields[] = {
    {"organization", {"organization"}, NULL},
    {"what", {"what"}, NULL},
    {"problem", {"problem"}, NULL},
    {"to do", {"todo"}, NULL},
    {NULL, {NULL}, NULL},
};

struct store_check {
    struct invocation *invocation;
    struct store *store;
    const char *organization; /* that is looked at; NULL: what is of none */
    json_t *shown;
    uint64_t wrong; /* of this organization */
    uint64_t left_out;
    struct problem *problem;
    enum status status;
};

static void note_finding(void *context, const struct check_finding *finding)
{
    struct store_check *check = context;

    check->wrong++;
    if (json_array_size(check->shown) < FINDINGS_SHOWN)
        (void)json_array_append_new(check->shown,
                                    json_pack("{s:s?, s:s, s:s, s:s}", "organization",
                                              check->organization, "what", finding->subject,
                                              "problem", finding->detail, "todo", finding->advice));
    else
        check->left_out++;
}

static bool check_one(void *context, const struct organization *organization)
{
    struct store_check *check = context;
    struct check_counts counts;

    check->organization = organization->name;
    check->wrong = 0;
    check->status = check_organization(check->store, organization->number, note_finding, check,
                                       &counts, check->problem);
    if (check->status)
        return false;
    message_print(check->invocation,
                  "%s: looked at %" PRIu64 " users, %" PRIu64 " groups, %" PRIu64 " sites, %" PRIu64
                  " connections and %" PRIu64 " lines of the journal: %" PRIu64 " wrong",
                  organization->name, counts.users, counts.groups, counts.sites, counts.connections,
                  counts.journal_lines, check->wrong);
    return true;
}

static enum status check_each(struct store_check *check)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status = store_begin(check->store, ORGANIZATION_DEFAULT, &txn, check->problem);

    if (status)
        return status;
    organization_each(txn, check->invocation->arena, check_one, check);
    return check->status ? check->status : store_status(txn, check->problem);
}

/* What is of no organization, then each. */
static enum status check_all(struct store_check *check)
{
    uint64_t tokens = 0;
    enum status status;

    if ((status = check_organizations(check->store, note_finding, check, check->problem)) ||
        (status = check_tokens(check->store, note_finding, check, &tokens, check->problem)))
        return status;
    message_print(check->invocation,
                  "looked at the organizations and at %" PRIu64 " tokens: %" PRIu64 " wrong",
                  tokens, check->wrong);
    return check_each(check);
}

static void show_findings(struct store_check *check)
{
    struct invocation *invocation = check->invocation;
    bool is_well = json_array_size(check->shown) == 0;

    if (!is_well || !output_is_table(invocation))
        output_list(invocation, check->shown, finding_fields);
    if (check->left_out)
        message_print(invocation, "and %" PRIu64 " more", check->left_out);
    if (!is_well)
        invocation->exit_code = CLI_FAILED;
}

/* Where keys are elsewhere, as they should be beside a copy, all else is looked at. */
static void load_keys(struct invocation *invocation)
{
    struct problem words = {0};

    if (keyring_load(invocation->config.keys_path, &words))
        message_print(invocation, "what is sealed is not looked at: %s", words.detail);
}

enum status store_check_run(struct invocation *invocation, struct problem *problem)
{
    SCOPED(offline_release) struct offline offline = {NULL};
    json_auto_t *shown = json_array();
    struct store_check check = {.invocation = invocation, .shown = shown, .problem = problem};
    enum status status =
        offline_open_to_read(&offline, invocation, invocation->options[OPTION_STORE], problem);

    if (status)
        return status;
    load_keys(invocation);
    check.store = offline.store;
    status = check_all(&check);
    show_findings(&check);
    return status;
}
