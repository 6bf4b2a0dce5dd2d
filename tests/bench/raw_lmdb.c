/*
 * The yardstick of POST: the puts that a new user costs in the bridge's store,
 * with nothing around them. Tables, keys and values have the sizes and the order
 * that src/core gives them (core/layout.h); counted with a person as load.c
 * makes them, with a role and a site.
 */
#include <lmdb.h>
#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"

enum {
    FILL_BATCH = 10000,
    KEY_MAX = 64,
    VALUE_MAX = 512,
    ORGANIZATION_SIZE = 4, /* in front of every key */
    FILL_SECONDS = 240,
};

static const size_t map_size = (size_t)64 << 30;

enum table {
    TABLE_META,
    TABLE_RESOURCE,
    TABLE_ACCOUNT,
    TABLE_ASSERTION,
    TABLE_INDEX,
    TABLE_OUTBOX,
    TABLE_DUE,
    TABLE_JOURNAL,
    TABLE_COUNTER,
    TABLE_COUNT
};

static const char *const table_names[TABLE_COUNT] = {
    [TABLE_META] = "meta",       [TABLE_RESOURCE] = "resource",
    [TABLE_ACCOUNT] = "account", [TABLE_ASSERTION] = "assertion",
    [TABLE_INDEX] = "index",     [TABLE_OUTBOX] = "outbox",
    [TABLE_DUE] = "due",         [TABLE_JOURNAL] = "journal",
    [TABLE_COUNTER] = "counter",
};

/* Where a key falls among the others of its kind. */
enum order {
    ORDER_ROW,    /* behind those before it */
    ORDER_RANDOM, /* anywhere: a digest */
    ORDER_FIXED,  /* always the same one */
};

/* What one change puts: each row is one mdb_put. */
static const struct put {
    enum table table;
    enum order order;
    unsigned char kind; /* keeps apart what shares a table */
    size_t key_size;
    size_t value_size;
} puts_of_user[] = {
    {TABLE_COUNTER, ORDER_FIXED, 8, 5, 8}, /* outbox */
    {TABLE_DUE, ORDER_ROW, 1, 22, 0},
    {TABLE_OUTBOX, ORDER_ROW, 1, 13, 75},
    {TABLE_INDEX, ORDER_ROW, 8, 21, 0},      /* modified */
    {TABLE_INDEX, ORDER_ROW, 7, 23, 0},      /* association */
    {TABLE_COUNTER, ORDER_FIXED, 5, 13, 8},  /* at the site */
    {TABLE_COUNTER, ORDER_FIXED, 2, 5, 8},   /* active */
    {TABLE_COUNTER, ORDER_FIXED, 11, 18, 8}, /* rows, of all */
    {TABLE_COUNTER, ORDER_FIXED, 1, 5, 8},   /* users */
    {TABLE_COUNTER, ORDER_FIXED, 12, 18, 8}, /* rows, of the owner */
    {TABLE_COUNTER, ORDER_FIXED, 4, 13, 8},  /* owned */
    {TABLE_INDEX, ORDER_ROW, 6, 18, 0},      /* owner */
    {TABLE_INDEX, ORDER_RANDOM, 5, 41, 8},   /* email */
    {TABLE_INDEX, ORDER_RANDOM, 3, 43, 8},   /* displayName */
    {TABLE_ASSERTION, ORDER_ROW, 0, 16, 28},
    {TABLE_ACCOUNT, ORDER_ROW, 0, 12, 79},
    {TABLE_RESOURCE, ORDER_ROW, 1, 13, 446},
    {TABLE_INDEX, ORDER_ROW, 1, 21, 9},    /* id, which begins with the time */
    {TABLE_INDEX, ORDER_RANDOM, 4, 41, 8}, /* externalId */
    {TABLE_INDEX, ORDER_RANDOM, 2, 33, 8}, /* userName */
    {TABLE_JOURNAL, ORDER_ROW, 0, 12, 345},
    {TABLE_META, ORDER_FIXED, 1, 11, 40}, /* the journal's head */
};

struct raw {
    char *folder;
    int batch;
    int seconds;
    int people;
    MDB_env *env;
    MDB_dbi tables[TABLE_COUNT];
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
    int code = mdb_get(txn, raw->tables[TABLE_META], &key, &value);

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
    must(mdb_env_set_maxdbs(raw->env, TABLE_COUNT), "set the tables");
    must(mdb_env_open(raw->env, raw->folder, MDB_NOTLS, 0600), raw->folder);
    must(mdb_txn_begin(raw->env, NULL, 0, &txn), "begin");
    for (int i = 0; i < TABLE_COUNT; i++)
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
    if (put->kind)
        key[at++] = put->kind;
    switch (put->order) {
    case ORDER_ROW: /* at the end: what stands before it is the same for all */
        add_big_endian(key + put->key_size - sizeof(row), sizeof(row), row);
        return;
    case ORDER_RANDOM:
        for (; at + sizeof(row) <= put->key_size; at += sizeof(row))
            add_big_endian(key + at, sizeof(row), next_random());
        return;
    case ORDER_FIXED:
        return;
    }
}

static void put_user(struct raw *raw, MDB_txn *txn)
{
    static unsigned char filling[VALUE_MAX];
    unsigned char key[KEY_MAX];

    raw->sequence++;
    for (size_t i = 0; i < sizeof(puts_of_user) / sizeof(puts_of_user[0]); i++) {
        const struct put *put = &puts_of_user[i];
        MDB_val name = {put->key_size, key};
        MDB_val value = {put->value_size, filling};

        make_key(put, raw->sequence, key);
        must(mdb_put(txn, raw->tables[put->table], &name, &value, 0), "put");
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
    must(mdb_put(txn, raw->tables[TABLE_META], &key, &value, 0), "put the sequence");
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
    int64_t began = now_ns();
    int64_t until = began + (int64_t)raw->seconds * 1000000000;

    while (now_ns() < until) {
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
        {"seconds", 0, POPT_ARG_INT, &raw->seconds, 0, "how long; 0 only fills", "N"},
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
    if (raw.seconds > 0)
        measure(&raw);
    mdb_env_close(raw.env);
    free(raw.folder);
    return EXIT_SUCCESS;
}
