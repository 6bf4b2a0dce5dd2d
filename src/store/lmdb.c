/*
 * The engine on LMDB. A commit is a write, an fdatasync and a synchronous write
 * of the meta page; none of the flags that weaken this is ever set.
 */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/log.h"

enum { READERS_MAX = 512, PATH_SIZE = 4096, SCHEMA_VERSION = 1 };

static const char schema_key[] = "schema";

static const char *const table_names[STORE_TABLE_COUNT] = {
    [STORE_META] = "meta",
    [STORE_ORGANIZATION] = "organization",
    [STORE_RESOURCE] = "resource",
    [STORE_ACCOUNT] = "account",
    [STORE_ASSERTION] = "assertion",
    [STORE_INDEX] = "index",
    [STORE_SITE] = "site",
    [STORE_CONNECTION] = "connection",
    [STORE_TOKEN] = "token",
    [STORE_OUTBOX] = "outbox",
    [STORE_DUE] = "due",
    [STORE_LINK] = "link",
    [STORE_JOURNAL] = "journal",
};

struct engine {
    MDB_env *env;
    MDB_dbi tables[STORE_TABLE_COUNT];
    int lock; /* the descriptor that keeps a second daemon out */
};

struct engine_txn {
    struct engine *engine;
    MDB_txn *txn;
};

static enum status status_from_lmdb(int code, const char *doing, struct problem *problem)
{
    switch (code) {
    case MDB_MAP_FULL:
        return problem_set(problem, STATUS_STORE_FULL,
                           "%s: the store is full; raise store.size in the configuration and "
                           "restart the daemon",
                           doing);
    case ENOSPC:
    case EDQUOT:
        return problem_set(problem, STATUS_STORE_FULL, "%s: the disk is full; make room", doing);
    case MDB_READERS_FULL:
        return problem_set(problem, STATUS_BUSY, "%s: too many readers at once; try again", doing);
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
        return problem_set(problem, STATUS_INTERNAL,
                           "%s: this is no sound store (%s); restore it from a backup", doing,
                           mdb_strerror(code));
    default:
        return problem_set(problem, STATUS_INTERNAL, "%s: %s", doing, mdb_strerror(code));
    }
}

static MDB_val value_of(struct bytes bytes)
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

/* ---------------------------------------------------------------- environment */

static int open_environment(const char *path, uint64_t size, MDB_env **env)
{
    int code = mdb_env_create(env);

    if (!code)
        code = mdb_env_set_mapsize(*env, size);
    if (!code)
        code = mdb_env_set_maxdbs(*env, STORE_TABLE_COUNT);
    if (!code)
        code = mdb_env_set_maxreaders(*env, READERS_MAX);
    if (!code)
        code = mdb_env_open(*env, path, MDB_NOTLS, 0600);
    return code;
}

static int open_tables(struct engine *engine, unsigned flags)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(engine->env, NULL, flags & MDB_CREATE ? 0 : MDB_RDONLY, &txn);

    for (int table = 0; !code && table < STORE_TABLE_COUNT; table++)
        code = mdb_dbi_open(txn, table_names[table], flags, &engine->tables[table]);
    if (!code && flags & MDB_CREATE) {
        unsigned char version = SCHEMA_VERSION;
        MDB_val key = value_of(bytes_of_text(schema_key));
        MDB_val value = value_of(bytes_of(&version, 1));

        code = mdb_put(txn, engine->tables[STORE_META], &key, &value, 0);
    }
    if (code) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

static int sync_path(const char *path, int flags)
{
    int descriptor = open(path, flags | O_CLOEXEC);
    int code = descriptor < 0 || fsync(descriptor) ? errno : 0;

    if (descriptor >= 0)
        (void)close(descriptor);
    return code;
}

/* Everything of the new store on the disk, under a name that nobody looks for yet. */
static int build(const char *path, uint64_t size)
{
    struct engine engine = {.lock = -1};
    char file[PATH_SIZE + 16];
    int code = open_environment(path, size, &engine.env);

    if (!code)
        code = open_tables(&engine, MDB_CREATE);
    if (!code)
        code = mdb_env_sync(engine.env, 1);
    mdb_env_close(engine.env);
    (void)snprintf(file, sizeof(file), "%s/data.mdb", path);
    if (!code)
        code = sync_path(file, O_RDWR);
    if (!code)
        code = sync_path(path, O_RDONLY | O_DIRECTORY);
    return code;
}

static void remove_built(const char *path)
{
    char file[PATH_SIZE + 16];

    (void)snprintf(file, sizeof(file), "%s/data.mdb", path);
    (void)unlink(file);
    (void)snprintf(file, sizeof(file), "%s/lock.mdb", path);
    (void)unlink(file);
    (void)rmdir(path);
}

/* The folder that holds `path`. */
static void parent_of(const char *path, char parent[PATH_SIZE])
{
    char *slash;

    (void)snprintf(parent, PATH_SIZE, "%s", path);
    slash = strrchr(parent, '/');
    if (!slash)
        (void)snprintf(parent, PATH_SIZE, ".");
    else if (slash == parent)
        slash[1] = '\0';
    else
        *slash = '\0';
}

enum status engine_create(const char *path, uint64_t size, struct problem *problem)
{
    char made[PATH_SIZE];
    char parent[PATH_SIZE];
    int code;

    if (snprintf(made, sizeof(made), "%s.new-XXXXXX", path) >= (int)sizeof(made))
        return problem_set(problem, STATUS_CONFIGURATION, "store.path is too long: %s", path);
    if (access(path, F_OK) == 0)
        return problem_set(problem, STATUS_CONFLICT,
                           "%s exists already; name another store.path, or remove it if nothing "
                           "in it is needed",
                           path);
    if (!mkdtemp(made))
        return problem_set(problem, STATUS_INTERNAL, "make %s: %s", made, strerror(errno));
    code = build(made, size);
    if (!code && rename(made, path))
        code = errno;
    if (code) {
        remove_built(made);
        return status_from_lmdb(code, path, problem);
    }
    parent_of(path, parent);
    code = sync_path(parent, O_RDONLY | O_DIRECTORY);
    return code ? status_from_lmdb(code, parent, problem) : STATUS_OK;
}

/* LMDB would let two processes write in turn; two daemons would still undo each other's work. */
static enum status lock_store(const char *path, int *lock, struct problem *problem)
{
    char file[PATH_SIZE + 16];
    char holder[32] = "";

    (void)snprintf(file, sizeof(file), "%s/owner", path);
    *lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*lock < 0)
        return problem_set(problem, STATUS_INTERNAL, "open %s: %s", file, strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB)) {
        ssize_t size = read(*lock, holder, sizeof(holder) - 1);

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

static enum status check_schema(struct engine *engine, const char *path, struct problem *problem)
{
    struct engine_txn *txn = NULL;
    struct bytes value = {0};
    enum status status = engine_begin(engine, false, &txn, problem);

    if (status)
        return status;
    status = engine_get(txn, STORE_META, bytes_of_text(schema_key), &value);
    if (status || value.size != 1)
        status = problem_set(problem, STATUS_INTERNAL,
                             "%s is no store of rolebridge; restore it from a backup", path);
    else if (*(const unsigned char *)value.data > SCHEMA_VERSION)
        status = problem_set(problem, STATUS_CONFIGURATION,
                             "%s was written by a newer release; install that release", path);
    engine_abort(txn);
    return status;
}

static void engine_release(struct engine **engine)
{
    engine_close(*engine);
    *engine = NULL;
}

enum status engine_open(const char *path, uint64_t size, struct engine **opened,
                        struct problem *problem)
{
    SCOPED(engine_release) struct engine *engine = NULL;
    char file[PATH_SIZE + 16];
    enum status status;
    int code;
    int dead = 0;

    (void)snprintf(file, sizeof(file), "%s/data.mdb", path);
    if (access(file, F_OK))
        return problem_set(problem, STATUS_NOT_FOUND,
                           "there is no store at %s; make one with: rolebridge init --config FILE",
                           path);
    engine = heap_alloc(1, sizeof(*engine));
    engine->lock = -1;
    if ((status = lock_store(path, &engine->lock, problem)))
        return status;
    code = open_environment(path, size, &engine->env);
    if (!code)
        code = open_tables(engine, 0);
    if (code)
        return status_from_lmdb(code, path, problem);
    if ((status = check_schema(engine, path, problem)))
        return status;
    (void)mdb_reader_check(engine->env, &dead); /* what killed processes left behind */
    *opened = engine;
    engine = NULL;
    return STATUS_OK;
}

void engine_close(struct engine *engine)
{
    if (!engine)
        return;
    mdb_env_close(engine->env);
    if (engine->lock >= 0)
        (void)close(engine->lock);
    free(engine);
}

/* --------------------------------------------------------------- transactions */

enum status engine_begin(struct engine *engine, bool is_write, struct engine_txn **begun,
                         struct problem *problem)
{
    struct engine_txn *txn = heap_alloc(1, sizeof(*txn));
    int code = mdb_txn_begin(engine->env, NULL, is_write ? 0 : MDB_RDONLY, &txn->txn);

    if (code) {
        free(txn);
        return status_from_lmdb(code, "begin a transaction", problem);
    }
    txn->engine = engine;
    *begun = txn;
    return STATUS_OK;
}

void engine_abort(struct engine_txn *txn)
{
    if (!txn)
        return;
    mdb_txn_abort(txn->txn);
    free(txn);
}

enum status engine_commit(struct engine_txn *txn, struct problem *problem)
{
    int code = mdb_txn_commit(txn->txn);

    free(txn);
    return code ? status_from_lmdb(code, "commit", problem) : STATUS_OK;
}

enum status engine_get(struct engine_txn *txn, enum store_table table, struct bytes key,
                       struct bytes *value)
{
    MDB_val name = value_of(key);
    MDB_val found;
    int code = mdb_get(txn->txn, txn->engine->tables[table], &name, &found);

    if (code == MDB_NOTFOUND)
        return STATUS_NOT_FOUND;
    if (code)
        return status_from_lmdb(code, "read", NULL);
    *value = bytes_from(found);
    return STATUS_OK;
}

enum status engine_put(struct engine_txn *txn, enum store_table table, struct bytes key,
                       struct bytes value, struct problem *problem)
{
    MDB_val name = value_of(key);
    MDB_val data = value_of(value);
    int code = mdb_put(txn->txn, txn->engine->tables[table], &name, &data, 0);

    return code ? status_from_lmdb(code, "write", problem) : STATUS_OK;
}

enum status engine_delete(struct engine_txn *txn, enum store_table table, struct bytes key,
                          struct problem *problem)
{
    MDB_val name = value_of(key);
    int code = mdb_del(txn->txn, txn->engine->tables[table], &name, NULL);

    return code && code != MDB_NOTFOUND ? status_from_lmdb(code, "delete", problem) : STATUS_OK;
}

static bool begins_with(MDB_val key, struct bytes prefix)
{
    return key.mv_size >= prefix.size && memcmp(key.mv_data, prefix.data, prefix.size) == 0;
}

enum status engine_scan(struct engine_txn *txn, enum store_table table, struct bytes prefix,
                        struct bytes from, store_visit *visit, void *context)
{
    MDB_cursor *cursor;
    MDB_val key = value_of(from.size ? from : prefix);
    MDB_val value;
    int code = mdb_cursor_open(txn->txn, txn->engine->tables[table], &cursor);

    if (code)
        return status_from_lmdb(code, "scan", NULL);
    code = mdb_cursor_get(cursor, &key, &value, key.mv_size ? MDB_SET_RANGE : MDB_FIRST);
    while (!code && begins_with(key, prefix)) {
        if (!visit(context, bytes_from(key), bytes_from(value)))
            break;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code && code != MDB_NOTFOUND ? status_from_lmdb(code, "scan", NULL) : STATUS_OK;
}
