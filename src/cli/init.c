#include <inttypes.h>
#include <unistd.h>

#include "bridge/base/clock.h"
#include "bridge/base/keyring.h"
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

/* Keys that the earlier one has made are kept. */
static enum status go_on(const struct config *config, struct store **store, struct problem *problem)
{
    if (store_open(config->store_path, config->store_size, store, NULL) || !is_unfinished(*store))
        return problem_set(problem, STATUS_CONFLICT,
                           "%s exists already; name another store.path, or remove it if nothing in "
                           "it is needed",
                           config->store_path);
    return keyring_create(config->keys_path, problem);
}

/*
 * The keys come first, so that there is never a store without them. Beside a
 * finished store none are made: new ones would not open what it holds.
 */
static enum status make(const struct config *config, struct store **store, struct problem *problem)
{
    enum status status;

    if (access(config->store_path, F_OK) == 0)
        return go_on(config, store, problem);
    if ((status = keyring_create(config->keys_path, problem)) ||
        (status = store_create(config->store_path, config->store_size, problem)))
        return status;
    return store_open(config->store_path, config->store_size, store, problem);
}

static enum status init(struct invocation *invocation, struct problem *problem)
{
    struct config *config = &invocation->config;
    SCOPED(close_store) struct store *store = NULL;
    enum status status;

    if ((status = config_load(config_path(invocation), config, problem)))
        return status;
    if ((status = make(config, &store, problem)))
        return status;
    if ((status = core_init(store, clock_now(), problem)))
        return status;
    message_print(invocation,
                  "the keys are in %s; keep a copy of them apart from that of the store",
                  config->keys_path);
    message_print(invocation, "the store is in %s; start the daemon with: rolebridge serve%s%s",
                  config->store_path, invocation->options[OPTION_CONFIG] ? " --config " : "",
                  invocation->options[OPTION_CONFIG] ? invocation->options[OPTION_CONFIG] : "");
    return STATUS_OK;
}

static enum status add_key(struct invocation *invocation, struct problem *problem)
{
    const struct config *config = &invocation->config;
    uint32_t number;
    enum status status = config_load(config_path(invocation), &invocation->config, problem);

    if (status || (status = keyring_add(config->keys_path, &number, problem)))
        return status;
    message_print(invocation,
                  "the new key is %s/%" PRIu32 ".key; keep a copy of it with those of the others, "
                  "which are needed as before, and start the daemon again to use it",
                  config->keys_path, number);
    return STATUS_OK;
}

enum status init_run(struct invocation *invocation, struct problem *problem)
{
    if (invocation->options[OPTION_NEW_KEY])
        return add_key(invocation, problem);
    if (!invocation->options[OPTION_SAMPLE])
        return init(invocation, problem);
    config_sample(invocation->out);
    return STATUS_OK;
}
