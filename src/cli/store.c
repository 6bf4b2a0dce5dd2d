/* What is done to the store itself, while no daemon has it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bridge/base/clock.h"
#include "bridge/core/dump.h"
#include "bridge/scim/schema.h"
#include "new_file.h"

struct offline {
    struct store *store;
};

static void offline_release(struct offline *offline)
{
    store_close(offline->store);
    scim_unload();
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
