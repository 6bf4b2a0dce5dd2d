/*
 * While an organization is imported a mark stands in its index. It goes in the
 * same change that ends the import, so that one that was cut off is known.
 */
#include "bridge/core/journal.h"
#include "bridge/core/organization.h"
#include "bridge/core/outbox.h"
#include "dump.h"
#include "layout.h"

enum { KEYS_AT_ONCE = 1000 };

/* Everything of an organization but its record, its journal and its administrators' tokens. */
static const enum store_table tables[] = {
    STORE_RESOURCE,   STORE_ACCOUNT, STORE_ASSERTION, STORE_INDEX, STORE_GROUP,    STORE_SITE,
    STORE_CONNECTION, STORE_OUTBOX,  STORE_DUE,       STORE_LINK,  STORE_PASSWORD, STORE_COUNTER,
};

/* What makes an organization more than a fresh one. */
static const enum store_table contents[] = {
    STORE_RESOURCE,
    STORE_CONNECTION,
    STORE_LINK,
};

static bool is_marked(struct store_txn *txn)
{
    struct store_key mark = key_index(txn, INDEX_UNFINISHED);
    struct bytes value;

    return store_get(txn, STORE_INDEX, key_bytes(&mark), &value);
}

/* ----------------------------------------------------------------- what is there */

static bool note_content(void *context, struct bytes key, struct bytes value)
{
    bool *has_content = context;

    (void)key;
    (void)value;
    *has_content = true;
    return false;
}

static bool has_content(struct store_txn *txn)
{
    struct store_key prefix = key_of(store_organization(txn));
    bool found = false;

    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]) && !found; i++)
        store_scan(txn, contents[i], key_bytes(&prefix), (struct bytes){0}, note_content, &found);
    return found;
}

static enum status mark(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct store_key key = key_index(txn, INDEX_UNFINISHED);

    (void)argument;
    if (!is_marked(txn) && has_content(txn))
        return problem_set(problem, STATUS_CONFLICT,
                           "there is something in the organization already; an import needs one "
                           "that is empty");
    store_put(txn, STORE_INDEX, key_bytes(&key), (struct bytes){0});
    return store_status(txn, problem);
}

/* ---------------------------------------------------------------------- clearing */

/* Keys of one table, gathered since what is walked must not be changed meanwhile. */
struct gathered {
    struct arena *arena;
    enum store_table table;
    struct bytes kept; /* the mark, which goes last */
    struct bytes keys[KEYS_AT_ONCE];
    size_t count;
};

/* A counter cannot be deleted, only brought to 0, which is as good as none. */
static bool is_cleared(const struct gathered *gathered, struct bytes key, struct bytes value)
{
    const struct store_key zero = {.data = {0}, .size = sizeof(uint64_t)};

    return bytes_equal(key, gathered->kept) ||
           (gathered->table == STORE_COUNTER && bytes_equal(value, key_bytes(&zero)));
}

static bool gather(void *context, struct bytes key, struct bytes value)
{
    struct gathered *gathered = context;

    if (!is_cleared(gathered, key, value))
        gathered->keys[gathered->count++] = arena_copy(gathered->arena, key);
    return gathered->count < KEYS_AT_ONCE;
}

static void clear_key(struct store_txn *txn, enum store_table table, struct bytes key)
{
    if (table == STORE_COUNTER)
        store_add(txn, key, -store_count(txn, key));
    else
        store_delete(txn, table, key);
}

struct clearing {
    enum store_table table;
    size_t cleared; /* the result */
};

static enum status clear_some(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct clearing *clearing = argument;
    struct gathered *gathered = arena_alloc(arena, sizeof(*gathered));
    struct store_key prefix = key_of(store_organization(txn));
    struct store_key marked = key_index(txn, INDEX_UNFINISHED);

    gathered->arena = arena;
    gathered->table = clearing->table;
    gathered->kept = key_bytes(&marked);
    store_scan(txn, clearing->table, key_bytes(&prefix), (struct bytes){0}, gather, gathered);
    store_use_reserve(txn);
    for (size_t i = 0; i < gathered->count; i++)
        clear_key(txn, clearing->table, gathered->keys[i]);
    clearing->cleared = gathered->count;
    return store_status(txn, problem);
}

static enum status clear_table(struct store *store, uint32_t organization, enum store_table table,
                               struct problem *problem)
{
    struct clearing clearing = {table, 1};
    enum status status = STATUS_OK;

    while (!status && clearing.cleared)
        status = store_update(store, organization, clear_some, &clearing, problem);
    return status;
}

static enum status clear_all(struct store *store, uint32_t organization, struct problem *problem)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !status; i++)
        status = clear_table(store, organization, tables[i], problem);
    return status;
}

/* -------------------------------------------------------------------------- face */

enum status dump_begin(struct store *store, uint32_t organization, struct problem *problem)
{
    enum status status = store_update(store, organization, mark, NULL, problem);

    return status ? status : clear_all(store, organization, problem);
}

static void unmark(struct store_txn *txn, const struct actor *actor, struct arena *arena)
{
    struct store_key key = key_index(txn, INDEX_UNFINISHED);

    store_delete(txn, STORE_INDEX, key_bytes(&key));
    outbox_add(txn, OUTBOX_ORGANIZATION, 0, OUTBOX_ORDINARY, actor, arena);
}

static enum status forget(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    store_use_reserve(txn);
    unmark(txn, *(const struct actor *const *)argument, arena);
    return store_status(txn, problem);
}

enum status dump_undo(struct store *store, uint32_t organization, const struct actor *actor,
                      struct problem *problem)
{
    enum status status = clear_all(store, organization, problem);

    return status ? status : store_update(store, organization, forget, &actor, problem);
}

void dump_finish(struct store_txn *txn, const struct actor *actor, struct arena *arena)
{
    struct journal journal = journal_begin(arena, actor, "organization.import", NULL);

    unmark(txn, actor, arena);
    journal_end(&journal, txn);
}

/* --------------------------------------------------------------------- being whole */

struct inspection {
    struct store_txn *txn;
    const char *unfinished; /* NULL: none */
};

static bool inspect(void *context, const struct organization *organization)
{
    struct inspection *inspection = context;

    store_enter(inspection->txn, organization->number);
    if (is_marked(inspection->txn))
        inspection->unfinished = organization->name;
    return !inspection->unfinished;
}

enum status organizations_are_whole(struct store_txn *txn, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct inspection inspection = {.txn = txn};
    uint32_t organization = store_organization(txn);

    organization_each(txn, arena, inspect, &inspection);
    store_enter(txn, organization);
    if (!inspection.unfinished)
        return store_status(txn, problem);
    return problem_set(problem, STATUS_CONFLICT,
                       "an import into the organization %s did not finish; run it again: "
                       "rolebridge store import FILE",
                       inspection.unfinished);
}
