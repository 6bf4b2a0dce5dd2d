/*
 * The engine on LMDB: transactions and what is done in them. A commit is a
 * write, an fdatasync and a synchronous write of the meta page; none of the
 * flags that weaken this is ever set.
 */
#include "environment.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge/base/arena.h"

struct lmdb_txn {
    struct engine_txn txn; /* what the store knows of it */
    struct environment *environment;
    MDB_txn *handle;
};

static const char full[] =
    "the store is full; raise store.size in the configuration and restart the daemon";
static const char no_room[] =
    "the disk would not take all of it; make room, and see that it is well";
static const char no_growth[] =
    "the file may not grow further; raise the limit (ulimit -f) or quota";
static const char occupied[] =
    "exists already; name another folder, or remove it if nothing in it is needed";
static const char unsound[] = "this is no sound store; restore it from a backup";

static const struct {
    int code;
    enum status status;
    const char *words;
} answers[] = {
    {MDB_MAP_FULL, STATUS_STORE_FULL, full},
    {ENOSPC, STATUS_STORE_FULL, no_room},
    {EDQUOT, STATUS_STORE_FULL, no_growth},
    {EFBIG, STATUS_STORE_FULL, no_growth},
    {MDB_READERS_FULL, STATUS_BUSY, "too many readers at once; try again"},
    {EEXIST, STATUS_CONFLICT, occupied},
    {ENOTEMPTY, STATUS_CONFLICT, occupied},
    {MDB_INVALID, STATUS_INTERNAL, unsound},
    {MDB_CORRUPTED, STATUS_INTERNAL, unsound},
    {MDB_PAGE_NOTFOUND, STATUS_INTERNAL, unsound},
    {MDB_VERSION_MISMATCH, STATUS_INTERNAL, unsound},
    {MDB_NOTFOUND, STATUS_INTERNAL, unsound}, /* of a table: an absent key is no failure */
};

enum status status_from_lmdb(int code, const char *doing, struct problem *problem)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (answers[i].code == code)
            return problem_set(problem, answers[i].status, "%s: %s", doing, answers[i].words);
    return problem_set(problem, STATUS_INTERNAL, "%s: %s", doing, mdb_strerror(code));
}

MDB_val value_of(struct bytes bytes)
{
    union {
        const void *given;
        void *wanted; /* LMDB reads it, but its type does not say so */
    } data = {.given = bytes.data};

    return (MDB_val){.mv_size = bytes.size, .mv_data = data.wanted};
}

static struct bytes bytes_from(MDB_val value)
{
    return bytes_of(value.mv_data, value.mv_size);
}

static struct environment *environment_of(struct engine *engine)
{
    return (struct environment *)engine;
}

static struct lmdb_txn *lmdb_txn_of(struct engine_txn *txn)
{
    return (struct lmdb_txn *)txn;
}

static void lmdb_check_readers(struct engine *engine)
{
    int dead = 0;

    (void)mdb_reader_check(environment_of(engine)->env, &dead);
}

static enum status lmdb_begin(struct engine *engine, bool is_write, struct engine_txn **begun,
                              struct problem *problem)
{
    struct environment *environment = environment_of(engine);
    struct lmdb_txn *txn = heap_alloc(1, sizeof(*txn));
    int code = mdb_txn_begin(environment->env, NULL, is_write ? 0 : MDB_RDONLY, &txn->handle);

    if (code) {
        free(txn);
        return status_from_lmdb(code, "begin a transaction", problem);
    }
    txn->txn.functions = &lmdb_functions;
    txn->environment = environment;
    *begun = &txn->txn;
    return STATUS_OK;
}

static void lmdb_abort(struct engine_txn *txn)
{
    mdb_txn_abort(lmdb_txn_of(txn)->handle);
    free(txn);
}

static void lmdb_reset(struct engine_txn *txn)
{
    mdb_txn_reset(lmdb_txn_of(txn)->handle);
}

static enum status lmdb_renew(struct engine_txn *txn, struct problem *problem)
{
    int code = mdb_txn_renew(lmdb_txn_of(txn)->handle);

    return code ? status_from_lmdb(code, "begin a transaction", problem) : STATUS_OK;
}

/*
 * A commit writes pages that nothing leads to yet, syncs, and then writes the page that
 * makes it count. What fails before the sync changes nothing. After a failure of that
 * page LMDB takes no further write. A failed sync is told to each descriptor of the file
 * once, and LMDB's own has been told: the witness is asked instead.
 */
static bool is_unharmed(const struct environment *environment)
{
    MDB_txn *probe = NULL;
    int code = mdb_txn_begin(environment->env, NULL, 0, &probe);

    mdb_txn_abort(probe);
    return !code && fdatasync(environment->witness) == 0;
}

static enum status status_from_commit(const struct environment *environment, int code,
                                      struct problem *problem)
{
    if (!is_unharmed(environment))
        return problem_set(problem, STATUS_INTERNAL, "commit: %s", mdb_strerror(code));
    if (code == EIO) /* what LMDB makes of a write that was cut short */
        code = ENOSPC;
    return status_from_lmdb(code, "commit", problem);
}

static enum status lmdb_commit(struct engine_txn *txn, struct problem *problem)
{
    const struct environment *environment = lmdb_txn_of(txn)->environment;
    int code = mdb_txn_commit(lmdb_txn_of(txn)->handle);

    free(txn);
    return code ? status_from_commit(environment, code, problem) : STATUS_OK;
}

static MDB_dbi dbi_of(const struct lmdb_txn *txn, enum store_table table)
{
    return txn->environment->tables[table];
}

static enum status lmdb_get(struct engine_txn *txn, enum store_table table, struct bytes key,
                            struct bytes *value, struct problem *problem)
{
    struct lmdb_txn *lmdb = lmdb_txn_of(txn);
    MDB_val name = value_of(key);
    MDB_val found;
    int code = mdb_get(lmdb->handle, dbi_of(lmdb, table), &name, &found);

    if (code == MDB_NOTFOUND)
        return STATUS_NOT_FOUND;
    if (code)
        return status_from_lmdb(code, "read", problem);
    *value = bytes_from(found);
    return STATUS_OK;
}

/*
 * Whose keys come in the order of rows, or of time. LMDB fills their pages when it is
 * told that a key is the last one; otherwise it leaves a part of each empty.
 */
static const bool is_in_order[STORE_TABLE_COUNT] = {
    [STORE_RESOURCE] = true,  [STORE_ACCOUNT] = true, [STORE_PERSON] = true,
    [STORE_ASSERTION] = true, [STORE_OUTBOX] = true,  [STORE_JOURNAL] = true,
};

/* MDB_APPEND changes nothing where the key is not the last one. */
static int put(const struct lmdb_txn *lmdb, enum store_table table, MDB_val *name, MDB_val *data)
{
    int code = MDB_KEYEXIST;

    if (is_in_order[table])
        code = mdb_put(lmdb->handle, dbi_of(lmdb, table), name, data, MDB_APPEND);
    if (code == MDB_KEYEXIST)
        code = mdb_put(lmdb->handle, dbi_of(lmdb, table), name, data, 0);
    return code;
}

static enum status lmdb_put(struct engine_txn *txn, enum store_table table, struct bytes key,
                            struct bytes value, struct problem *problem)
{
    struct lmdb_txn *lmdb = lmdb_txn_of(txn);
    MDB_val name = value_of(key);
    MDB_val data = value_of(value);
    int code = put(lmdb, table, &name, &data);

    return code ? status_from_lmdb(code, "write", problem) : STATUS_OK;
}

static enum status lmdb_delete(struct engine_txn *txn, enum store_table table, struct bytes key,
                               struct problem *problem)
{
    struct lmdb_txn *lmdb = lmdb_txn_of(txn);
    MDB_val name = value_of(key);
    int code = mdb_del(lmdb->handle, dbi_of(lmdb, table), &name, NULL);

    return code && code != MDB_NOTFOUND ? status_from_lmdb(code, "delete", problem) : STATUS_OK;
}

static bool begins_with(MDB_val key, struct bytes prefix)
{
    return key.mv_size >= prefix.size &&
           (prefix.size == 0 || memcmp(key.mv_data, prefix.data, prefix.size) == 0);
}

/* As LMDB orders keys. */
static bool sorts_before(struct bytes left, struct bytes right)
{
    size_t size = left.size < right.size ? left.size : right.size;
    int order = size ? memcmp(left.data, right.data, size) : 0;

    return order < 0 || (order == 0 && left.size < right.size);
}

static enum status lmdb_scan(struct engine_txn *txn, enum store_table table, struct bytes prefix,
                             struct bytes from, store_visit *visit, void *context,
                             struct problem *problem)
{
    struct lmdb_txn *lmdb = lmdb_txn_of(txn);
    MDB_cursor *cursor;
    MDB_val key = value_of(sorts_before(from, prefix) ? prefix : from);
    MDB_val value;
    int code = mdb_cursor_open(lmdb->handle, dbi_of(lmdb, table), &cursor);

    if (code)
        return status_from_lmdb(code, "scan", problem);
    code = mdb_cursor_get(cursor, &key, &value, key.mv_size ? MDB_SET_RANGE : MDB_FIRST);
    while (!code && begins_with(key, prefix)) {
        if (!visit(context, bytes_from(key), bytes_from(value)))
            break;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code && code != MDB_NOTFOUND ? status_from_lmdb(code, "scan", problem) : STATUS_OK;
}

/* ------------------------------------------------------------------------- usage */

static size_t pages_of(const MDB_stat *table)
{
    return table->ms_branch_pages + table->ms_leaf_pages + table->ms_overflow_pages;
}

enum { FILE_END_PERCENT = 95, GAPS_PERCENT = 10 };

/*
 * Once the file has all but reached its size, what is large must fit into a gap that was
 * freed, and not every gap can be filled: a part of the size counts as used then.
 */
static uint64_t lost_to_gaps(const MDB_envinfo *about, size_t page_size)
{
    uint64_t extent = ((uint64_t)about->me_last_pgno + 1) * page_size;

    return extent < about->me_mapsize / 100 * FILE_END_PERCENT
               ? 0
               : about->me_mapsize / 100 * GAPS_PERCENT;
}

/* Pages that were freed are in none of these. */
static enum status lmdb_usage(struct engine_txn *txn, uint64_t *used, uint64_t *size,
                              struct problem *problem)
{
    /* LMDB's own tables: of free pages, and of the other tables */
    const MDB_dbi own[] = {0, 1};
    const size_t own_count = sizeof(own) / sizeof(own[0]);
    const struct lmdb_txn *lmdb = lmdb_txn_of(txn);
    const struct environment *environment = lmdb->environment;
    size_t pages = 2; /* where the file begins */
    MDB_envinfo about = {0};
    MDB_stat table = {0};
    int code = mdb_env_info(environment->env, &about);

    for (size_t i = 0; !code && i < own_count + STORE_TABLE_COUNT; i++) {
        code = mdb_stat(lmdb->handle, i < own_count ? own[i] : environment->tables[i - own_count],
                        &table);
        pages += pages_of(&table);
    }
    if (code)
        return status_from_lmdb(code, "measure", problem);
    *used = (uint64_t)pages * table.ms_psize + lost_to_gaps(&about, table.ms_psize);
    *size = about.me_mapsize;
    if (*used > *size)
        *used = *size;
    return STATUS_OK;
}

const struct engine_functions lmdb_functions = {
    .close = environment_close,
    .check_readers = lmdb_check_readers,
    .begin = lmdb_begin,
    .abort = lmdb_abort,
    .reset = lmdb_reset,
    .renew = lmdb_renew,
    .commit = lmdb_commit,
    .get = lmdb_get,
    .put = lmdb_put,
    .delete = lmdb_delete,
    .scan = lmdb_scan,
    .usage = lmdb_usage,
    .copy = lmdb_copy,
};
