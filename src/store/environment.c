/* The store's files: made, opened, guarded against a second daemon, and checked. */
#include "environment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/arena.h"

enum { READERS_MAX = 512, FILE_SIZE = FOLDER_PATH_SIZE + 32, SCHEMA_VERSION = 4 };

static const char schema_key[] = "schema";

static const char *const table_names[STORE_TABLE_COUNT] = {
    [STORE_META] = "meta",         [STORE_ORGANIZATION] = "organization",
    [STORE_RESOURCE] = "resource", [STORE_ACCOUNT] = "account",
    [STORE_PERSON] = "person",     [STORE_ASSERTION] = "assertion",
    [STORE_INDEX] = "index",       [STORE_GROUP] = "group",
    [STORE_SITE] = "site",         [STORE_CONNECTION] = "connection",
    [STORE_TOKEN] = "token",       [STORE_OUTBOX] = "outbox",
    [STORE_DUE] = "due",           [STORE_LINK] = "link",
    [STORE_PASSWORD] = "password", [STORE_LEASE] = "lease",
    [STORE_HOLD] = "hold",         [STORE_JOURNAL] = "journal",
    [STORE_COUNTER] = "counter",
};

static int open_environment(const char *path, uint64_t size, unsigned flags, MDB_env **env)
{
    int code = mdb_env_create(env);

    if (!code)
        code = mdb_env_set_mapsize(*env, size);
    if (!code)
        code = mdb_env_set_maxdbs(*env, STORE_TABLE_COUNT);
    if (!code)
        code = mdb_env_set_maxreaders(*env, READERS_MAX);
    if (!code)
        code = mdb_env_open(*env, path, MDB_NOTLS | flags, 0600);
    return code;
}

/* The first `count` of them. */
static int open_tables(struct environment *environment, int count, unsigned flags)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(environment->env, NULL, flags & MDB_CREATE ? 0 : MDB_RDONLY, &txn);

    for (int table = 0; !code && table < count; table++)
        code = mdb_dbi_open(txn, table_names[table], flags, &environment->tables[table]);
    if (!code && flags & MDB_CREATE) {
        unsigned char version = SCHEMA_VERSION;
        MDB_val key = value_of(bytes_of_text(schema_key));
        MDB_val value = value_of(bytes_of(&version, 1));

        code = mdb_put(txn, environment->tables[STORE_META], &key, &value, 0);
    }
    if (code) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

/* Everything of the new store, in a folder that nobody looks for yet. */
static int build(const char *path, uint64_t size)
{
    struct environment environment = {.lock = -1, .witness = -1};
    int code = open_environment(path, size, 0, &environment.env);

    if (!code)
        code = open_tables(&environment, STORE_TABLE_COUNT, MDB_CREATE);
    if (!code)
        code = mdb_env_sync(environment.env, 1);
    mdb_env_close(environment.env);
    return code;
}

enum status engine_create(const char *path, uint64_t size, struct problem *problem)
{
    SCOPED(new_folder_release) struct new_folder folder = {.is_made = false};
    enum status status = new_folder_open(&folder, path, problem);
    int code;

    if (status)
        return status;
    code = build(folder.made, size);
    if (!code)
        code = new_folder_finish(&folder);
    return code ? status_from_lmdb(code, path, problem) : STATUS_OK;
}

/* LMDB would let two processes write in turn; two daemons would still undo each other's work. */
static enum status lock_store(const char *path, int *lock, struct problem *problem)
{
    char file[FILE_SIZE];
    char holder[32] = "";

    (void)snprintf(file, sizeof(file), "%s/owner", path);
    *lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*lock < 0)
        return problem_set(problem, STATUS_INTERNAL, "open %s: %s", file, strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB)) {
        int code = errno;
        ssize_t size = read(*lock, holder, sizeof(holder) - 1);

        if (code != EWOULDBLOCK)
            return problem_set(problem, STATUS_INTERNAL, "lock %s: %s", file, strerror(code));
        holder[size > 0 ? size : 0] = '\0';
        return problem_set(problem, STATUS_CONFLICT,
                           "another process has the store %s open (pid %s); stop it first", path,
                           holder[0] ? holder : "unknown");
    }
    (void)snprintf(holder, sizeof(holder), "%ld", (long)getpid());
    if (ftruncate(*lock, 0) || write(*lock, holder, strlen(holder)) < 0)
        return problem_set(problem, STATUS_INTERNAL, "write %s: %s", file, strerror(errno));
    return STATUS_OK;
}

static enum status check_version(int version, const char *path, struct problem *problem)
{
    if (version > SCHEMA_VERSION)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "%s was written by a newer release; install that release", path);
    if (version < SCHEMA_VERSION)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "%s was written by an older release, whose layout this one does not "
                           "read; use that release, or name another store.path and begin anew",
                           path);
    return STATUS_OK;
}

static enum status check_schema(struct engine *engine, const char *path, struct problem *problem)
{
    struct engine_txn *txn;
    struct bytes value = {0};
    enum status status = engine_begin(engine, false, &txn, problem);

    if (status)
        return status;
    status = engine_get(txn, STORE_META, bytes_of_text(schema_key), &value, problem);
    if (status == STATUS_NOT_FOUND || (!status && value.size != 1))
        status = problem_set(problem, STATUS_INTERNAL,
                             "%s is no store of rolebridge; restore it from a backup", path);
    else if (!status)
        status = check_version(*(const unsigned char *)value.data, path, problem);
    engine_abort(txn);
    return status;
}

/* ------------------------------------------------------------------- length */

/* How many page numbers of a list are not below `first`; the list begins with its length. */
static size_t count_from(MDB_val list, size_t first)
{
    const unsigned char *data = list.mv_data;
    size_t count = 0;

    for (size_t at = sizeof(size_t); at + sizeof(size_t) <= list.mv_size; at += sizeof(size_t)) {
        size_t number;

        memcpy(&number, data + at, sizeof(number));
        count += number >= first;
    }
    return count;
}

/* How many of the pages from `first` on are in LMDB's list of free pages, which is its table 0. */
static int count_free(MDB_env *env, size_t first, size_t *count)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, list;
    int code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);

    if (!code)
        code = mdb_cursor_open(txn, 0, &cursor);
    *count = 0;
    while (!code && !(code = mdb_cursor_get(cursor, &key, &list, MDB_NEXT)))
        *count += count_from(list, first);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return code == MDB_NOTFOUND ? 0 : code;
}

/*
 * Past the end of a file that was cut, the first look would be answered with a
 * signal. A sound file is short only of free pages that were never written. Nobody
 * else may have it open: what they have put behind the end would be cut off.
 */
static int check_length(MDB_env *env, const char *path)
{
    MDB_envinfo about = {0};
    MDB_stat pages = {0};
    struct stat found = {0};
    size_t there, needed, free_count = 0;
    char file[FILE_SIZE];
    int code;

    (void)snprintf(file, sizeof(file), "%s/data.mdb", path);
    (void)mdb_env_info(env, &about);
    (void)mdb_env_stat(env, &pages);
    if (stat(file, &found))
        return errno;
    there = (size_t)found.st_size / pages.ms_psize;
    needed = about.me_last_pgno + 1;
    if (there >= needed)
        return 0;
    if (truncate(file, (off_t)(needed * pages.ms_psize)))
        return errno;
    code = count_free(env, there, &free_count);
    if (!code && free_count < needed - there)
        code = MDB_CORRUPTED;
    if (code && truncate(file, found.st_size))
        return errno;
    return code;
}

static int open_witness(const char *path, int *witness)
{
    char file[FILE_SIZE];

    (void)snprintf(file, sizeof(file), "%s/data.mdb", path);
    *witness = open(file, O_RDONLY | O_CLOEXEC);
    return *witness < 0 ? errno : 0;
}

void environment_close(struct engine *engine)
{
    struct environment *environment = (struct environment *)engine;

    if (!environment)
        return;
    mdb_env_close(environment->env);
    if (environment->witness >= 0)
        (void)close(environment->witness);
    if (environment->lock >= 0)
        (void)close(environment->lock);
    free(environment);
}

static void environment_release(struct environment **environment)
{
    environment_close((struct engine *)*environment);
    *environment = NULL;
}

/* LMDB would take a missing or empty file for a wish to have a new one. */
static enum status check_file(const char *path, struct problem *problem)
{
    char file[FILE_SIZE];
    struct stat found;

    (void)snprintf(file, sizeof(file), "%s/data.mdb", path);
    if (stat(file, &found) == 0)
        return found.st_size > 0 ? STATUS_OK : status_from_lmdb(MDB_INVALID, path, problem);
    if (errno != ENOENT && errno != ENOTDIR)
        return problem_set(problem, STATUS_INTERNAL, "look at %s: %s", file, strerror(errno));
    return problem_set(problem, STATUS_NOT_FOUND,
                       "there is no store at %s; make one with: rolebridge init --config FILE",
                       path);
}

/* Its tables, when it is open and as long as it says. */
static enum status find_tables(struct environment *environment, const char *path,
                               struct problem *problem)
{
    /* Which tables there are depends on the release. */
    int code = open_tables(environment, STORE_META + 1, 0);
    enum status status;

    if (code)
        return status_from_lmdb(code, path, problem);
    if ((status = check_schema(&environment->engine, path, problem)))
        return status;
    code = open_tables(environment, STORE_TABLE_COUNT, 0);
    return code ? status_from_lmdb(code, path, problem) : STATUS_OK;
}

static struct environment *environment_new(void)
{
    struct environment *environment = heap_alloc(1, sizeof(*environment));

    environment->engine.functions = &lmdb_functions;
    environment->lock = environment->witness = -1;
    return environment;
}

enum status engine_open(const char *path, uint64_t size, struct engine **opened,
                        struct problem *problem)
{
    SCOPED(environment_release) struct environment *environment = NULL;
    enum status status = check_file(path, problem);
    int code;

    if (status)
        return status;
    environment = environment_new();
    if ((status = lock_store(path, &environment->lock, problem)))
        return status;
    code = open_witness(path, &environment->witness);
    if (!code)
        code = open_environment(path, size, 0, &environment->env);
    if (!code)
        code = check_length(environment->env, path);
    if (code)
        return status_from_lmdb(code, path, problem);
    if ((status = find_tables(environment, path, problem)))
        return status;
    engine_check_readers(&environment->engine);
    *opened = &environment->engine;
    environment = NULL;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ reading */

static void close_lock(const int *lock)
{
    if (*lock >= 0)
        (void)close(*lock);
}

/* Whoever has it open has seen to its length, and may be about to make it longer. */
static int check_length_unless_in_use(MDB_env *env, const char *path)
{
    SCOPED(close_lock) int lock = -1;
    char file[FILE_SIZE];

    (void)snprintf(file, sizeof(file), "%s/owner", path);
    lock = open(file, O_RDONLY | O_CLOEXEC); /* a copy has none */
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB))
        return errno == EWOULDBLOCK ? 0 : errno;
    return check_length(env, path);
}

enum status engine_open_to_read(const char *path, uint64_t size, struct engine **opened,
                                struct problem *problem)
{
    SCOPED(environment_release) struct environment *environment = NULL;
    enum status status = check_file(path, problem);
    int code;

    if (status)
        return status;
    environment = environment_new();
    code = open_environment(path, size, MDB_RDONLY, &environment->env);
    if (!code)
        code = check_length_unless_in_use(environment->env, path);
    if (code)
        return status_from_lmdb(code, path, problem);
    if ((status = find_tables(environment, path, problem)))
        return status;
    *opened = &environment->engine;
    environment = NULL;
    return STATUS_OK;
}
