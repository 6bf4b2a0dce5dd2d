#include "draft.h"

#include "counter.h"
#include "journal.h"

enum { BUCKETS_AT_FIRST = 64 };

/* A line of the journal, with room in front for its link of the chain. */
struct line {
    struct line *next;
    unsigned char *data;
    size_t size;
};

struct draft {
    struct arena *arena;
    struct cell *cells; /* the newest first */
    struct cell **buckets;
    size_t bucket_count; /* a power of two, at least twice `cell_count` */
    size_t cell_count;
    struct scan *scans;
    struct line *lines; /* the oldest first */
    struct line **lines_end;
    bool uses_reserve;
    bool keeps_time;
};

static struct cell **buckets_new(struct draft *draft, size_t count)
{
    return arena_alloc(draft->arena, count * sizeof(struct cell *));
}

struct draft *draft_new(void)
{
    struct arena *arena = arena_new();
    struct draft *draft = arena_alloc(arena, sizeof(*draft));

    draft->arena = arena;
    draft->bucket_count = BUCKETS_AT_FIRST;
    draft->buckets = buckets_new(draft, draft->bucket_count);
    draft->lines_end = &draft->lines;
    return draft;
}

void draft_free(struct draft *draft)
{
    if (draft)
        arena_free(draft->arena);
}

struct bytes draft_copy(struct draft *draft, struct bytes bytes)
{
    return arena_copy(draft->arena, bytes);
}

/* -------------------------------------------------------------------- cells */

/* FNV-1a. Nobody outside chooses keys: what people write goes into them as a digest. */
static size_t hash_of(enum store_table table, struct bytes key)
{
    const unsigned char *data = key.data;
    uint64_t hash = 0xCBF29CE484222325U ^ (uint64_t)table;

    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ data[i]) * 0x100000001B3U;
    return (size_t)(hash ^ hash >> 32);
}

/* The bucket of the key, or the free one where it belongs. */
static struct cell **bucket_of(struct draft *draft, enum store_table table, struct bytes key)
{
    size_t i = hash_of(table, key) & (draft->bucket_count - 1);
    struct cell *cell;

    while ((cell = draft->buckets[i])) {
        if (cell->table == table && bytes_equal(cell->key, key))
            break;
        i = (i + 1) & (draft->bucket_count - 1);
    }
    return &draft->buckets[i];
}

static void grow(struct draft *draft)
{
    draft->bucket_count *= 2;
    draft->buckets = buckets_new(draft, draft->bucket_count);
    for (struct cell *cell = draft->cells; cell; cell = cell->next)
        *bucket_of(draft, cell->table, cell->key) = cell;
}

struct cell *draft_cell(struct draft *draft, enum store_table table, struct bytes key)
{
    struct cell **bucket = bucket_of(draft, table, key);
    struct cell *cell = *bucket;

    if (cell)
        return cell;
    if (2 * (draft->cell_count + 1) > draft->bucket_count) {
        grow(draft);
        bucket = bucket_of(draft, table, key);
    }
    cell = arena_alloc(draft->arena, sizeof(*cell));
    cell->table = table;
    cell->key = draft_copy(draft, key);
    cell->next = draft->cells;
    draft->cells = cell;
    draft->cell_count++;
    *bucket = cell;
    return cell;
}

void draft_add_scan(struct draft *draft, const struct scan *scan)
{
    struct scan *kept = arena_alloc(draft->arena, sizeof(*kept));

    *kept = *scan;
    kept->prefix = draft_copy(draft, scan->prefix);
    kept->from = draft_copy(draft, scan->from);
    kept->next = draft->scans;
    draft->scans = kept;
}

void draft_add_journal(struct draft *draft, struct bytes record)
{
    struct line *line = arena_alloc(draft->arena, sizeof(*line));

    line->size = DIGEST_SIZE + record.size;
    line->data = arena_alloc(draft->arena, line->size);
    if (record.size)
        memcpy(line->data + DIGEST_SIZE, record.data, record.size);
    *draft->lines_end = line;
    draft->lines_end = &line->next;
}

void draft_use_reserve(struct draft *draft)
{
    draft->uses_reserve = true;
}

bool draft_uses_reserve(const struct draft *draft)
{
    return draft->uses_reserve;
}

void draft_keep_time(struct draft *draft)
{
    draft->keeps_time = true;
}

bool draft_keeps_time(const struct draft *draft)
{
    return draft->keeps_time;
}

static bool cell_writes(const struct cell *cell)
{
    return cell->fate != CELL_KEPT || cell->added != 0;
}

void draft_show(const struct draft *draft, store_write_visit *visit, void *context)
{
    for (const struct cell *cell = draft->cells; cell; cell = cell->next) {
        const struct store_write write = {cell->table, cell->key, cell->value, cell->added};

        if (cell->fate == CELL_PUT || cell->added != 0)
            visit(context, &write);
    }
}

bool draft_is_empty(const struct draft *draft)
{
    for (const struct cell *cell = draft->cells; cell; cell = cell->next)
        if (cell_writes(cell))
            return false;
    return !draft->lines && !draft->keeps_time;
}

/* ----------------------------------------------------------------- checking */

static enum status cell_check(const struct cell *cell, struct engine_txn *txn, bool *stands,
                              struct problem *problem)
{
    struct bytes value = {0};
    enum status status = engine_get(txn, cell->table, cell->key, &value, problem);

    if (status == STATUS_NOT_FOUND) {
        *stands = cell->reading == CELL_ABSENT;
        return STATUS_OK;
    }
    *stands = !status && cell->reading == CELL_FOUND && bytes_equal(value, cell->seen);
    return status;
}

enum status draft_check(const struct draft *draft, struct engine_txn *txn, bool *stands,
                        struct problem *problem)
{
    enum status status = STATUS_OK;

    *stands = true;
    for (const struct cell *cell = draft->cells; !status && *stands && cell; cell = cell->next)
        if (cell->reading != CELL_UNREAD)
            status = cell_check(cell, txn, stands, problem);
    for (const struct scan *scan = draft->scans; !status && *stands && scan; scan = scan->next)
        status = scan_check(scan, txn, stands, problem);
    return status;
}

/* ------------------------------------------------------------------ writing */

static enum status count(const struct cell *cell, struct engine_txn *txn, struct problem *problem)
{
    struct counter counter;
    int64_t number;
    enum status status = counter_load(txn, cell->table, cell->key, &number, problem);

    if (status)
        return status;
    counter = counter_of(counter_sum(number, cell->added));
    return engine_put(txn, cell->table, cell->key, counter_bytes(&counter), problem);
}

static enum status cell_write(const struct cell *cell, struct engine_txn *txn,
                              struct problem *problem)
{
    if (cell->added)
        return count(cell, txn, problem);
    switch (cell->fate) {
    case CELL_PUT:
        return engine_put(txn, cell->table, cell->key, cell->value, problem);
    case CELL_DELETED:
        return engine_delete(txn, cell->table, cell->key, problem);
    case CELL_KEPT:
        break;
    }
    return STATUS_OK;
}

enum status draft_write(struct draft *draft, struct engine_txn *txn, uint32_t organization,
                        struct problem *problem)
{
    enum status status = STATUS_OK;

    for (const struct cell *cell = draft->cells; !status && cell; cell = cell->next)
        status = cell_write(cell, txn, problem);
    for (const struct line *line = draft->lines; !status && line; line = line->next)
        status = journal_append(txn, organization, line->data, line->size, problem);
    return status;
}
