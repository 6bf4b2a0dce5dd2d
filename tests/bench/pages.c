/*
 * How large a store is, table by table: the pages that each takes, and what is in
 * them. It looks beside the daemon, in a snapshot of its own.
 */
#include <inttypes.h>
#include <lmdb.h>
#include <popt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { TABLES_MAX = 64, NAME_SIZE = 64, DEADLINE_SECONDS = 120 };

struct size {
    uint64_t entries;
    uint64_t pages;
    uint64_t bytes; /* of the keys and values */
};

static void must(int code, const char *doing)
{
    if (code)
        give_up("%s: %s", doing, mdb_strerror(code));
}

static uint64_t bytes_in(MDB_txn *txn, MDB_dbi table)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    uint64_t bytes = 0;

    must(mdb_cursor_open(txn, table, &cursor), "walk");
    while (!mdb_cursor_get(cursor, &key, &value, MDB_NEXT))
        bytes += key.mv_size + value.mv_size;
    mdb_cursor_close(cursor);
    return bytes;
}

static struct size measure(MDB_txn *txn, MDB_dbi table)
{
    MDB_stat stat;

    must(mdb_stat(txn, table, &stat), "measure a table");
    return (struct size){
        .entries = stat.ms_entries,
        .pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages,
        .bytes = bytes_in(txn, table),
    };
}

static void print_size(const char *name, const struct size *size, size_t page_size)
{
    printf("%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", name, size->entries, size->pages * page_size,
           size->bytes);
}

static void print_table(MDB_txn *txn, MDB_val name, size_t page_size)
{
    char text[NAME_SIZE];
    MDB_dbi table;
    struct size size;

    (void)snprintf(text, sizeof(text), "%.*s", (int)name.mv_size, (const char *)name.mv_data);
    must(mdb_dbi_open(txn, text, 0, &table), text);
    size = measure(txn, table);
    print_size(text, &size, page_size);
}

static void print_tables(MDB_txn *txn, size_t page_size)
{
    MDB_dbi list;
    MDB_cursor *cursor;
    MDB_val name, value;

    must(mdb_dbi_open(txn, NULL, 0, &list), "open the list of tables");
    must(mdb_cursor_open(txn, list, &cursor), "walk");
    while (!mdb_cursor_get(cursor, &name, &value, MDB_NEXT))
        print_table(txn, name, page_size);
    mdb_cursor_close(cursor);
}

/* All pages up to the last one that was ever used: free ones among them. */
static void print_whole(MDB_env *env, size_t page_size)
{
    MDB_envinfo about;
    struct size whole = {0};

    must(mdb_env_info(env, &about), "measure the file");
    whole.pages = about.me_last_pgno + 1;
    print_size("file", &whole, page_size);
}

int main(int argc, const char **argv)
{
    char *folder = NULL;
    const struct poptOption options[] = {
        {"store", 0, POPT_ARG_STRING, &folder, 0, "the folder of a store", "DIR"},
        POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext("pages", argc, argv, options, 0);
    MDB_env *env;
    MDB_txn *txn;
    MDB_stat stat;

    if (poptGetNextOpt(context) != -1 || !folder)
        give_up("pages needs --store");
    poptFreeContext(context);
    deadline_set(DEADLINE_SECONDS);
    must(mdb_env_create(&env), "make an environment");
    must(mdb_env_set_maxdbs(env, TABLES_MAX), "set the tables");
    must(mdb_env_open(env, folder, MDB_RDONLY, 0), folder);
    must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
    must(mdb_env_stat(env, &stat), "measure a page");
    print_tables(txn, stat.ms_psize);
    mdb_txn_abort(txn);
    print_whole(env, stat.ms_psize);
    mdb_env_close(env);
    free(folder);
    return EXIT_SUCCESS;
}
