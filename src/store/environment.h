#ifndef STORE_ENVIRONMENT_H
#define STORE_ENVIRONMENT_H

#include <lmdb.h>

#include "engine.h"

/* The engine on LMDB: what lmdb.c and environment.c share. */
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

/* The words begin with `doing`, or with the path that it was done to. */
enum status status_from_lmdb(int code, const char *doing, struct problem *problem);

MDB_val value_of(struct bytes bytes);

#endif
