#include "transaction.h"

#include <assert.h>

#include "counter.h"
#include "store.h"

/* ------------------------------------------------------------------ reading */

/* Whether it is there; a failure is kept. */
static bool look(struct store_txn *txn, enum store_table table, struct bytes key,
                 struct bytes *value)
{
    return engine_get(txn->view, table, key, value, &txn->failure) == STATUS_OK;
}

/* The first look at a key is kept, and is what every later one gets. */
static void cell_look(struct store_txn *txn, struct cell *cell)
{
    struct bytes value;

    if (cell->reading != CELL_UNREAD)
        return;
    if (look(txn, cell->table, cell->key, &value)) {
        cell->reading = CELL_FOUND;
        cell->seen = draft_copy(txn->draft, value);
    } else if (!txn->failure.status) {
        cell->reading = CELL_ABSENT;
    }
}

static bool cell_get(struct store_txn *txn, struct cell *cell, struct bytes *value)
{
    switch (cell->fate) {
    case CELL_PUT:
        *value = cell->value;
        return true;
    case CELL_DELETED:
        return false;
    case CELL_KEPT:
        break;
    }
    cell_look(txn, cell);
    *value = cell->seen;
    return cell->reading == CELL_FOUND;
}

bool store_get(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes *value)
{
    *value = (struct bytes){0};
    if (txn->failure.status)
        return false;
    if (!txn->draft)
        return look(txn, table, key, value);
    return cell_get(txn, draft_cell(txn->draft, table, key), value);
}

int64_t store_count(struct store_txn *txn, struct bytes key)
{
    struct bytes value;
    int64_t number = 0;

    if (store_get(txn, STORE_COUNTER, key, &value))
        (void)counter_read(value, &number, &txn->failure);
    if (txn->failure.status || !txn->draft)
        return number;
    return counter_sum(number, draft_cell(txn->draft, STORE_COUNTER, key)->added);
}

int64_t store_count_roughly(struct store_txn *txn, struct bytes key)
{
    struct bytes value;
    int64_t number = 0;

    if (txn->failure.status)
        return 0;
    if (look(txn, STORE_COUNTER, key, &value))
        (void)counter_read(value, &number, &txn->failure);
    if (txn->failure.status || !txn->draft)
        return number;
    return counter_sum(number, draft_cell(txn->draft, STORE_COUNTER, key)->added);
}

int64_t store_number(struct bytes value)
{
    int64_t number = 0;

    (void)counter_read(value, &number, NULL);
    return number;
}

/* A visitor that is watched: what it is shown goes into the scan. */
struct watch {
    struct scan scan;
    store_visit *visit;
    void *context;
};

static bool watch_entry(void *context, struct bytes key, struct bytes value)
{
    struct watch *watch = context;

    scan_add(&watch->scan, key, value);
    watch->scan.is_complete = watch->visit(watch->context, key, value);
    return watch->scan.is_complete;
}

static void scan_watched(struct store_txn *txn, struct watch *watch)
{
    struct scan *scan = &watch->scan;

    scan->is_complete = true;
    if (engine_scan(txn->view, scan->table, scan->prefix, scan->from, watch_entry, watch,
                    &txn->failure) == STATUS_OK)
        draft_add_scan(txn->draft, scan);
}

void store_scan(struct store_txn *txn, enum store_table table, struct bytes prefix,
                struct bytes from, store_visit *visit, void *context)
{
    struct watch watch = {
        .scan = {.table = table, .prefix = prefix, .from = from},
        .visit = visit,
        .context = context,
    };

    if (txn->failure.status)
        return;
    if (txn->draft)
        scan_watched(txn, &watch);
    else
        (void)engine_scan(txn->view, table, prefix, from, visit, context, &txn->failure);
}

enum status store_status(const struct store_txn *txn, struct problem *problem)
{
    if (!txn->failure.status)
        return STATUS_OK;
    return problem_set(problem, txn->failure.status, "%s", txn->failure.detail);
}

enum status store_missing(struct store_txn *txn, struct problem *problem, const char *what,
                          const char *id)
{
    enum status status = store_status(txn, problem);

    return status ? status : problem_set(problem, STATUS_NOT_FOUND, "there is no %s %s", what, id);
}

/* ----------------------------------------------------------------- changing */

/* The cell to write to, or NULL after a failed look: nothing of it will be written. */
static struct cell *cell_to_write(struct store_txn *txn, enum store_table table, struct bytes key)
{
    assert(txn->draft); /* not in a transaction that only reads */
    assert(key.size > 0 && key.size <= ENGINE_KEY_MAX);
    return txn->failure.status ? NULL : draft_cell(txn->draft, table, key);
}

/* The same, where the table is one that changes put to: the others have calls of their own. */
static struct cell *cell_to_put(struct store_txn *txn, enum store_table table, struct bytes key)
{
    assert(table != STORE_META && table != STORE_JOURNAL && table != STORE_COUNTER);
    return cell_to_write(txn, table, key);
}

void store_put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value)
{
    struct cell *cell = cell_to_put(txn, table, key);

    if (!cell)
        return;
    cell->fate = CELL_PUT;
    cell->value = draft_copy(txn->draft, value);
}

void store_delete(struct store_txn *txn, enum store_table table, struct bytes key)
{
    struct cell *cell = cell_to_put(txn, table, key);

    if (cell)
        cell->fate = CELL_DELETED;
}

void store_add(struct store_txn *txn, struct bytes key, int64_t amount)
{
    struct cell *cell = cell_to_write(txn, STORE_COUNTER, key);

    if (cell)
        cell->added = counter_sum(cell->added, amount);
}

void store_journal(struct store_txn *txn, struct bytes record)
{
    assert(txn->draft);
    if (!txn->failure.status)
        draft_add_journal(txn->draft, record);
}

void store_use_reserve(struct store_txn *txn)
{
    assert(txn->draft);
    draft_use_reserve(txn->draft);
}

void store_keep_time(struct store_txn *txn)
{
    assert(txn->draft);
    draft_keep_time(txn->draft);
}

uint64_t store_sequence(struct store_txn *txn)
{
    return atomic_fetch_add(&txn->store->sequence, 1) + 1;
}

uint32_t store_organization(const struct store_txn *txn)
{
    return txn->organization;
}
