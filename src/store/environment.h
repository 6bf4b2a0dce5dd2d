#ifndef STORE_ENVIRONMENT_H
#define STORE_ENVIRONMENT_H

#include <lmdb.h>

#include "engine.h"

/* What lmdb.c and environment.c share. */
struct engine {
    MDB_env *env;
    MDB_dbi tables[STORE_TABLE_COUNT];
    int lock; /* the descriptor that keeps a second daemon out */
};

/* The words begin with `doing`, or with the path that it was done to. */
enum status status_from_lmdb(int code, const char *doing, struct problem *problem);

MDB_val value_of(struct bytes bytes);

#endif
