/*
 * The yardstick of POST: the puts that a new user costs in the bridge's store
 * (puts.h), with nothing around them.
 */
#include <lmdb.h>
#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"
#include "puts.h"

enum {
    FILL_BATCH = 10000,
    KEY_MAX = 64,
    VALUE_MAX = 1024,
    ORGANIZATION_SIZE = 4, /* in front of every key */
    FILL_SECONDS = 900,
};

static const size_t map_size = (size_t)64 << 30;

static const char *const table_names[STORE_TABLE_COUNT] = {
    [STORE_META] = "meta",           [STORE_RESOURCE] = "resource",
    [STORE_ACCOUNT] = "account",     [STORE_PERSON] = "person",
    [STORE_ASSERTION] = "assertion", [STORE_INDEX] = "index",
    [STORE_OUTBOX] = "outbox",       [STORE_DUE] = "due",
    [STORE_JOURNAL] = "journal",     [STORE_COUNTER] = "counter",
};

struct raw {
    char *folder;
    int batch;
    int count;
    double seconds;
    int people;
    MDB_env *env;
    MDB_dbi tables[STORE_TABLE_COUNT];
    uint64_t sequence;
};

static void must(int code, const char *doing)
{
    if (code)
        give_up("%s: %s", doing, mdb_strerror(code));
}

/* --------------------------------------------------------------- environment */

/* Put once a commit. */
static MDB_val sequence_key(void)
{
    static char name[] = "sequence";

    return (MDB_val){sizeof(name) - 1, name};
}

static void load_sequence(struct raw *raw, MDB_txn *txn)
{
    MDB_val key = sequence_key();
    MDB_val value;
    int code = mdb_get(txn, raw->tables[STORE_META], &key, &value);

    if (code == MDB_NOTFOUND)
        return;
    must(code, "read the sequence");
    memcpy(&raw->sequence, value.mv_data, sizeof(raw->sequence));
}

/* The flags of src/store/environment.c. */
static void open_environment(struct raw *raw)
{
    MDB_txn *txn;

    (void)mkdir(raw->folder, 0700);
    must(mdb_env_create(&raw->env), "make an environment");
    must(mdb_env_set_mapsize(raw->env, map_size), "set the size");
    must(mdb_env_set_maxdbs(raw->env, STORE_TABLE_COUNT), "set the tables");
    must(mdb_env_open(raw->env, raw->folder, MDB_NOTLS, 0600), raw->folder);
    must(mdb_txn_begin(raw->env, NULL, 0, &txn), "begin");
    for (int i = 0; i < STORE_TABLE_COUNT; i++)
        if (table_names[i])
            must(mdb_dbi_open(txn, table_names[i], MDB_CREATE, &raw->tables[i]), table_names[i]);
    load_sequence(raw, txn);
    must(mdb_txn_commit(txn), "commit");
}

/* ------------------------------------------------------------------- writing */

static void add_big_endian(unsigned char *out, size_t size, uint64_t number)
{
    for (size_t i = size; i-- > 0; number >>= 8)
        out[i] = (unsigned char)number;
}

/* Organization, kind, then what gives the key its place; the rest says nothing. */
static void make_key(const struct put *put, uint64_t row, unsigned char key[KEY_MAX])
{
    size_t at = ORGANIZATION_SIZE;

    memset(key, 0, KEY_MAX);
    key[ORGANIZATION_SIZE - 1] = 1;
    key[at++] = put->kind;
    switch (put->order) {
    case PUT_ROW: /* at the end: what stands before it is the same for all */
        add_big_endian(key + put->key_size - sizeof(row), sizeof(row), row);
        return;
    case PUT_RANDOM:
        for (; at + sizeof(row) <= put->key_size; at += sizeof(row))
            add_big_endian(key + at, sizeof(row), next_random());
        return;
    case PUT_FIXED:
        return;
    }
}

/* As src/store/lmdb.c does it: what is the last key of its table is said to be. */
static unsigned flags_of(const struct put *put)
{
    return put->order == PUT_ROW && put->table != STORE_INDEX && put->table != STORE_DUE
               ? MDB_APPEND
               : 0;
}

static void put_user(struct raw *raw, MDB_txn *txn)
{
    static unsigned char filling[VALUE_MAX];
    unsigned char key[KEY_MAX];

    raw->sequence++;
    for (size_t i = 0; i < PUTS_OF_USER; i++) {
        const struct put *put = &puts_of_user[i];
        MDB_val name = {put->key_size, key};
        MDB_val value = {put->value_size, filling};

        make_key(put, raw->sequence, key);
        must(mdb_put(txn, raw->tables[put->table], &name, &value, flags_of(put)), "put");
    }
}

/* One commit, on the disk when it returns. */
static void commit_users(struct raw *raw, int count)
{
    MDB_val key = sequence_key();
    MDB_val value = {sizeof(raw->sequence), &raw->sequence};
    MDB_txn *txn;

    must(mdb_txn_begin(raw->env, NULL, 0, &txn), "begin");
    for (int i = 0; i < count; i++)
        put_user(raw, txn);
    must(mdb_put(txn, raw->tables[STORE_META], &key, &value, 0), "put the sequence");
    must(mdb_txn_commit(txn), "commit");
}

static void fill(struct raw *raw)
{
    while (raw->sequence < (uint64_t)raw->people) {
        uint64_t left = (uint64_t)raw->people - raw->sequence;

        commit_users(raw, left < FILL_BATCH ? (int)left : FILL_BATCH);
    }
}

static void measure(struct raw *raw)
{
    struct timings timings = {0};
    uint64_t first = raw->sequence;
    uint64_t last = raw->count ? first + (uint64_t)raw->count : UINT64_MAX;
    int64_t began = now_ns();
    int64_t until = raw->count ? INT64_MAX : began + (int64_t)(raw->seconds * 1e9);

    while (now_ns() < until && raw->sequence < last) {
        int64_t start = now_ns();

        commit_users(raw, raw->batch);
        timings_add(&timings, start);
    }
    timings_report(&timings, "raw-lmdb", raw->sequence - first, now_ns() - began);
}

static void parse_arguments(struct raw *raw, int argc, const char **argv)
{
    const struct poptOption options[] = {
        {"folder", 0, POPT_ARG_STRING, &raw->folder, 0, "of the environment", "DIR"},
        {"people", 0, POPT_ARG_INT, &raw->people, 0, "that must be there first", "N"},
        {"batch", 0, POPT_ARG_INT, &raw->batch, 0, "how many share a commit", "N"},
        {"seconds", 0, POPT_ARG_DOUBLE, &raw->seconds, 0, "how long", "N"},
        {"count", 0, POPT_ARG_INT, &raw->count, 0, "or how many; neither only fills", "N"},
        POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext("raw_lmdb", argc, argv, options, 0);

    if (poptGetNextOpt(context) != -1 || !raw->folder || raw->batch < 1)
        give_up("raw_lmdb needs --folder and a --batch of 1 or more");
    poptFreeContext(context);
}

int main(int argc, const char **argv)
{
    struct raw raw = {.batch = 1};

    parse_arguments(&raw, argc, argv);
    deadline_set((unsigned)raw.seconds + FILL_SECONDS);
    open_environment(&raw);
    fill(&raw);
    if (raw.seconds > 0 || raw.count > 0)
        measure(&raw);
    mdb_env_close(raw.env);
    free(raw.folder);
    return EXIT_SUCCESS;
}
