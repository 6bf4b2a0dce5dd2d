#ifndef STORE_ENVIRONMENT_H
#define STORE_ENVIRONMENT_H

#include <lmdb.h>

#include "engine.h"
#include "new_folder.h"

/* The engine on LMDB: what lmdb.c, environment.c and copy.c share. */
struct environment {
    struct engine engine;
    MDB_env *env;
    MDB_dbi tables[STORE_TABLE_COUNT];
    int lock;    /* the descriptor that keeps a second daemon out */
    int witness; /* one of the data that nothing is written through: see lmdb_commit */
};

extern const struct engine_functions lmdb_functions;

/* Takes NULL. */
void environment_close(struct engine *engine);

/* Its data.mdb, as of one moment, into a folder. 0, or an error of LMDB or the system. */
int environment_copy(struct environment *environment, const char *folder, store_progress *progress,
                     void *context);
enum status lmdb_copy(struct engine *engine, const char *path, store_progress *progress,
                      void *context, struct problem *problem);

/* The words begin with `doing`, or with the path that it was done to. */
enum status status_from_lmdb(int code, const char *doing, struct problem *problem);

MDB_val value_of(struct bytes bytes);

#endif
