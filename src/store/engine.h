#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include "bridge/store/store.h"

/*
 * Ordered tables with snapshots and one writer: what the store needs from the
 * library beneath, which only lmdb.c includes.
 */
struct engine;
struct engine_txn;

enum status engine_create(const char *path, uint64_t size, struct problem *problem);
enum status engine_open(const char *path, uint64_t size, struct engine **engine,
                        struct problem *problem);
void engine_close(struct engine *engine);

enum status engine_begin(struct engine *engine, bool is_write, struct engine_txn **txn,
                         struct problem *problem);
void engine_abort(struct engine_txn *txn);

/*
 * Durable when it returns STATUS_OK. After STATUS_INTERNAL the disk may hold
 * either state and the process must end: a failed sync is never tried again.
 */
enum status engine_commit(struct engine_txn *txn, struct problem *problem);

/* STATUS_NOT_FOUND is no failure of the transaction. */
enum status engine_get(struct engine_txn *txn, enum store_table table, struct bytes key,
                       struct bytes *value);
enum status engine_put(struct engine_txn *txn, enum store_table table, struct bytes key,
                       struct bytes value, struct problem *problem);
enum status engine_delete(struct engine_txn *txn, enum store_table table, struct bytes key,
                          struct problem *problem);
enum status engine_scan(struct engine_txn *txn, enum store_table table, struct bytes prefix,
                        struct bytes from, store_visit *visit, void *context);

#endif
