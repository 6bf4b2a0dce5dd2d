#include "bridge/base/clock.h"
#include "bridge/core/organization.h"
#include "command.h"

static void close_store(struct store **store)
{
    store_close(*store);
}

/* Whether an earlier init ended between making the store and filling it. */
static bool is_unfinished(struct store *store)
{
    SCOPED(store_release) struct store_txn *txn = NULL;

    return !store_begin(store, ORGANIZATION_DEFAULT, &txn, NULL) &&
           organization_check(txn, NULL) == STATUS_NOT_FOUND;
}

/* A store that is there already is opened only to see whether it was left unfinished. */
static enum status make_store(const struct config *config, struct store **store,
                              struct problem *problem)
{
    struct problem occupied = {0};
    enum status status = store_create(config->store_path, config->store_size, &occupied);

    if (!status)
        return store_open(config->store_path, config->store_size, store, problem);
    if (status == STATUS_CONFLICT &&
        !store_open(config->store_path, config->store_size, store, NULL) && is_unfinished(*store))
        return STATUS_OK;
    return problem_set(problem, status, "%s", occupied.detail);
}

static enum status init(struct invocation *invocation, struct problem *problem)
{
    struct config *config = &invocation->config;
    SCOPED(close_store) struct store *store = NULL;
    enum status status;

    if ((status = config_load(config_path(invocation), config, problem)))
        return status;
    if ((status = make_store(config, &store, problem)))
        return status;
    if ((status = core_init(store, clock_now(), problem)))
        return status;
    message_print(invocation, "the store is in %s; start the daemon with: rolebridge serve%s%s",
                  config->store_path, invocation->options[OPTION_CONFIG] ? " --config " : "",
                  invocation->options[OPTION_CONFIG] ? invocation->options[OPTION_CONFIG] : "");
    return STATUS_OK;
}

enum status init_run(struct invocation *invocation, struct problem *problem)
{
    if (!invocation->options[OPTION_SAMPLE])
        return init(invocation, problem);
    config_sample(invocation->out);
    return STATUS_OK;
}
