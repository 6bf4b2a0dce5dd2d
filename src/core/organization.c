#include "bridge/core/organization.h"

#include "bridge/core/journal.h"
#include "bridge/core/outbox.h"
#include "bridge/store/key.h"
#include "bridge/store/record.h"

enum { RECORD_VERSION = 1 };

static bool exists(struct store_txn *txn)
{
    struct store_key key = key_of(ORGANIZATION_DEFAULT);
    struct bytes value;

    return store_get(txn, STORE_ORGANIZATION, key_bytes(&key), &value);
}

static enum status create(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct actor actor = {.name = "init", .now = *(const int64_t *)argument};
    struct store_key key = key_of(ORGANIZATION_DEFAULT);
    struct record_writer writer = record_write(arena, RECORD_VERSION);
    struct journal journal = journal_begin(arena, &actor, "organization.create", "default");

    if (exists(txn))
        return store_status(txn, problem);
    record_put_text(&writer, "default");
    record_put_u64(&writer, (uint64_t)actor.now);
    store_put(txn, STORE_ORGANIZATION, key_bytes(&key), record_bytes(&writer));
    outbox_add(txn, OUTBOX_ORGANIZATION, 0, OUTBOX_ORDINARY, actor.now, arena);
    journal_end(&journal, txn);
    return store_status(txn, problem);
}

enum status core_init(struct store *store, int64_t now, struct problem *problem)
{
    return store_update(store, ORGANIZATION_DEFAULT, create, &now, problem);
}

enum status organization_check(struct store_txn *txn, struct problem *problem)
{
    return exists(txn) ? STATUS_OK : store_missing(txn, problem, "organization", "default");
}
