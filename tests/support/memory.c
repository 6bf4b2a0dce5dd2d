/*
 * A table is a sorted array of items. Items never change, nor do arrays that
 * have been committed: a snapshot holds on to the arrays that were current when
 * it began, a write transaction copies those that it touches, and a commit
 * makes its arrays the current ones.
 */
#include "memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine.h"
#include "failing.h"
#include "store.h"

#include "bridge/base/arena.h"

enum { READERS_MAX = 512 };

struct item {
    atomic_size_t holders;
    struct item *next; /* of those that a transaction has lent */
    struct bytes key;
    struct bytes value;
    unsigned char data[]; /* of both */
};

struct rows {
    atomic_size_t holders;
    size_t count;
    struct item **items;
};

struct memory {
    struct engine engine;   /* what the store knows of it */
    pthread_mutex_t lock;   /* of what is current and of the count of readers */
    pthread_mutex_t writer; /* held by the one write transaction */
    struct rows *current[STORE_TABLE_COUNT];
    unsigned reader_count;
};

struct memory_txn {
    struct engine_txn txn; /* what the store knows of it */
    struct memory *memory;
    bool is_write;
    struct rows *tables[STORE_TABLE_COUNT]; /* NULL while it rests */
    struct item *lent;
};

/* -------------------------------------------------------------------- items */

static struct bytes put_after(unsigned char *at, struct bytes bytes)
{
    if (bytes.size)
        memcpy(at, bytes.data, bytes.size);
    return bytes_of(at, bytes.size);
}

static struct item *item_new(struct bytes key, struct bytes value)
{
    struct item *item = heap_alloc(1, sizeof(*item) + key.size + value.size);

    atomic_init(&item->holders, 1);
    item->key = put_after(item->data, key);
    item->value = put_after(item->data + key.size, value);
    return item;
}

static struct item *item_hold(struct item *item)
{
    (void)atomic_fetch_add(&item->holders, 1);
    return item;
}

static void item_drop(struct item *item)
{
    if (atomic_fetch_sub(&item->holders, 1) == 1)
        free(item);
}

/* --------------------------------------------------------------------- rows */

static struct rows *rows_new(size_t count)
{
    struct rows *rows = heap_alloc(1, sizeof(*rows));

    atomic_init(&rows->holders, 1);
    rows->count = count;
    rows->items = heap_alloc(count + 1, sizeof(*rows->items));
    return rows;
}

static struct rows *rows_hold(struct rows *rows)
{
    (void)atomic_fetch_add(&rows->holders, 1);
    return rows;
}

/* Takes NULL. */
static void rows_drop(struct rows *rows)
{
    if (!rows || atomic_fetch_sub(&rows->holders, 1) > 1)
        return;
    for (size_t i = 0; i < rows->count; i++)
        item_drop(rows->items[i]);
    free(rows->items);
    free(rows);
}

static struct rows *rows_copy(const struct rows *rows)
{
    struct rows *copy = rows_new(rows->count);

    for (size_t i = 0; i < rows->count; i++)
        copy->items[i] = item_hold(rows->items[i]);
    return copy;
}

static int order_of(struct bytes left, struct bytes right)
{
    size_t size = left.size < right.size ? left.size : right.size;
    int order = size ? memcmp(left.data, right.data, size) : 0;

    return order ? order : (left.size > right.size) - (left.size < right.size);
}

/* Where the first key is that is not below this one. */
static size_t rows_find(const struct rows *rows, struct bytes key)
{
    size_t low = 0;
    size_t high = rows->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (order_of(rows->items[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool rows_have(const struct rows *rows, size_t at, struct bytes key)
{
    return at < rows->count && bytes_equal(rows->items[at]->key, key);
}

static void rows_put(struct rows *rows, struct item *item)
{
    size_t at = rows_find(rows, item->key);

    if (rows_have(rows, at, item->key)) {
        item_drop(rows->items[at]);
    } else {
        rows->items = heap_resize(rows->items, (rows->count + 1) * sizeof(*rows->items));
        memmove(&rows->items[at + 1], &rows->items[at], (rows->count - at) * sizeof(*rows->items));
        rows->count++;
    }
    rows->items[at] = item;
}

static void rows_delete(struct rows *rows, struct bytes key)
{
    size_t at = rows_find(rows, key);

    if (!rows_have(rows, at, key))
        return;
    item_drop(rows->items[at]);
    rows->count--;
    memmove(&rows->items[at], &rows->items[at + 1], (rows->count - at) * sizeof(*rows->items));
}

/* ------------------------------------------------------------- transactions */

static struct memory *memory_of(struct engine *engine)
{
    return (struct memory *)engine;
}

static struct memory_txn *memory_txn_of(struct engine_txn *txn)
{
    return (struct memory_txn *)txn;
}

static void take_current(struct memory_txn *txn)
{
    (void)pthread_mutex_lock(&txn->memory->lock);
    for (int table = 0; table < STORE_TABLE_COUNT; table++)
        txn->tables[table] = rows_hold(txn->memory->current[table]);
    (void)pthread_mutex_unlock(&txn->memory->lock);
}

static void make_current(struct memory_txn *txn)
{
    (void)pthread_mutex_lock(&txn->memory->lock);
    for (int table = 0; table < STORE_TABLE_COUNT; table++) {
        struct rows *before = txn->memory->current[table];

        txn->memory->current[table] = txn->tables[table];
        txn->tables[table] = before;
    }
    (void)pthread_mutex_unlock(&txn->memory->lock);
}

static bool add_reader(struct memory *memory)
{
    bool has_room;

    (void)pthread_mutex_lock(&memory->lock);
    has_room = memory->reader_count < READERS_MAX;
    memory->reader_count += has_room;
    (void)pthread_mutex_unlock(&memory->lock);
    return has_room;
}

static void remove_reader(struct memory *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
    memory->reader_count--;
    (void)pthread_mutex_unlock(&memory->lock);
}

static enum status memory_begin(struct engine *engine, bool is_write, struct engine_txn **begun,
                                struct problem *problem)
{
    struct memory *memory = memory_of(engine);
    struct memory_txn *txn;

    if (is_write)
        (void)pthread_mutex_lock(&memory->writer);
    else if (!add_reader(memory))
        return problem_set(problem, STATUS_BUSY, "too many readers at once; try again");
    txn = heap_alloc(1, sizeof(*txn));
    txn->txn.functions = memory->engine.functions;
    txn->memory = memory;
    txn->is_write = is_write;
    take_current(txn);
    *begun = &txn->txn;
    return STATUS_OK;
}

/* What was lent is good no longer. */
static void take_back(struct memory_txn *txn)
{
    while (txn->lent) {
        struct item *next = txn->lent->next;

        item_drop(txn->lent);
        txn->lent = next;
    }
}

static void memory_reset(struct engine_txn *engine_txn)
{
    struct memory_txn *txn = memory_txn_of(engine_txn);

    take_back(txn);
    for (int table = 0; table < STORE_TABLE_COUNT; table++) {
        rows_drop(txn->tables[table]);
        txn->tables[table] = NULL;
    }
}

static enum status memory_renew(struct engine_txn *engine_txn, struct problem *problem)
{
    (void)problem;
    take_current(memory_txn_of(engine_txn));
    return STATUS_OK;
}

static void memory_abort(struct engine_txn *engine_txn)
{
    struct memory_txn *txn = memory_txn_of(engine_txn);

    memory_reset(engine_txn);
    if (txn->is_write)
        (void)pthread_mutex_unlock(&txn->memory->writer);
    else
        remove_reader(txn->memory);
    free(txn);
}

static enum status memory_commit(struct engine_txn *txn, struct problem *problem)
{
    (void)problem;
    make_current(memory_txn_of(txn));
    memory_abort(txn); /* of what was current before */
    return STATUS_OK;
}

/* ---------------------------------------------------------------- in tables */

static enum status memory_get(struct engine_txn *engine_txn, enum store_table table,
                              struct bytes key, struct bytes *value, struct problem *problem)
{
    struct memory_txn *txn = memory_txn_of(engine_txn);
    const struct rows *rows = txn->tables[table];
    size_t at = rows_find(rows, key);
    struct item *lent;

    (void)problem;
    if (!rows_have(rows, at, key))
        return STATUS_NOT_FOUND;
    lent = item_new((struct bytes){0}, rows->items[at]->value);
    lent->next = txn->lent;
    txn->lent = lent;
    *value = lent->value;
    return STATUS_OK;
}

/* The table's array, for this transaction alone. */
static struct rows *rows_to_write(struct memory_txn *txn, enum store_table table)
{
    struct rows *rows = txn->tables[table];

    assert(txn->is_write);
    if (atomic_load(&rows->holders) == 1)
        return rows;
    txn->tables[table] = rows_copy(rows);
    rows_drop(rows);
    return txn->tables[table];
}

static enum status memory_put(struct engine_txn *engine_txn, enum store_table table,
                              struct bytes key, struct bytes value, struct problem *problem)
{
    struct memory_txn *txn = memory_txn_of(engine_txn);

    (void)problem;
    assert(key.size > 0 && key.size <= ENGINE_KEY_MAX);
    rows_put(rows_to_write(txn, table), item_new(key, value));
    take_back(txn);
    return STATUS_OK;
}

static enum status memory_delete(struct engine_txn *engine_txn, enum store_table table,
                                 struct bytes key, struct problem *problem)
{
    struct memory_txn *txn = memory_txn_of(engine_txn);

    (void)problem;
    rows_delete(rows_to_write(txn, table), key);
    take_back(txn);
    return STATUS_OK;
}

static bool begins_with(struct bytes key, struct bytes prefix)
{
    return key.size >= prefix.size && bytes_equal(bytes_of(key.data, prefix.size), prefix);
}

/* A copy is shown, which is gone after the call. */
static bool show(const struct item *item, store_visit *visit, void *context)
{
    struct item *lent = item_new(item->key, item->value);
    bool goes_on = visit(context, lent->key, lent->value);

    item_drop(lent);
    return goes_on;
}

static enum status memory_scan(struct engine_txn *txn, enum store_table table, struct bytes prefix,
                               struct bytes from, store_visit *visit, void *context,
                               struct problem *problem)
{
    const struct rows *rows = memory_txn_of(txn)->tables[table];
    size_t at = rows_find(rows, order_of(from, prefix) < 0 ? prefix : from);

    (void)problem;
    while (at < rows->count && begins_with(rows->items[at]->key, prefix) &&
           show(rows->items[at], visit, context))
        at++;
    return STATUS_OK;
}

/* --------------------------------------------------------------- the engine */

static void memory_close(struct engine *engine)
{
    assert(memory_of(engine)->reader_count == 0);
    (void)engine;
}

static void memory_check_readers(struct engine *engine)
{
    (void)engine; /* of other processes there are none */
}

/* There is always room in it. */
static enum status memory_usage(struct engine_txn *txn, uint64_t *used, uint64_t *size,
                                struct problem *problem)
{
    (void)txn;
    (void)problem;
    *used = 0;
    *size = UINT64_MAX;
    return STATUS_OK;
}

static const struct engine_functions memory_functions = {
    .close = memory_close,
    .check_readers = memory_check_readers,
    .begin = memory_begin,
    .abort = memory_abort,
    .reset = memory_reset,
    .renew = memory_renew,
    .commit = memory_commit,
    .get = memory_get,
    .put = memory_put,
    .delete = memory_delete,
    .scan = memory_scan,
    .usage = memory_usage,
};

struct memory *memory_new(void)
{
    struct memory *memory = heap_alloc(1, sizeof(*memory));

    memory->engine.functions = &memory_functions;
    (void)pthread_mutex_init(&memory->lock, NULL);
    (void)pthread_mutex_init(&memory->writer, NULL);
    for (int table = 0; table < STORE_TABLE_COUNT; table++)
        memory->current[table] = rows_new(0);
    return memory;
}

void memory_free(struct memory *memory)
{
    if (!memory)
        return;
    for (int table = 0; table < STORE_TABLE_COUNT; table++)
        rows_drop(memory->current[table]);
    (void)pthread_mutex_destroy(&memory->writer);
    (void)pthread_mutex_destroy(&memory->lock);
    free(memory);
}

struct engine *memory_engine(struct memory *memory)
{
    return &memory->engine;
}

enum status store_open_memory(struct memory *memory, struct failing *failing, struct store **store,
                              struct problem *problem)
{
    struct engine *engine = memory_engine(memory);

    return store_open_on(failing ? failing_engine(engine, failing) : engine, store, problem);
}

void memory_take_away(struct memory *memory, enum store_table table, struct bytes key)
{
    struct engine_txn *txn = NULL;

    if (engine_begin(memory_engine(memory), true, &txn, NULL) ||
        engine_delete(txn, table, key, NULL) || engine_commit(txn, NULL))
        abort();
}

void memory_put_back(struct memory *memory, enum store_table table, struct bytes key,
                     struct bytes value)
{
    struct engine_txn *txn = NULL;

    if (engine_begin(memory_engine(memory), true, &txn, NULL) ||
        engine_put(txn, table, key, value, NULL) || engine_commit(txn, NULL))
        abort();
}
