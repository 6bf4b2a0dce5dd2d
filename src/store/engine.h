#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include "bridge/store/store.h"

/*
 * Ordered tables with snapshots and one writer: what the store needs from the
 * library beneath, which only lmdb.c and environment.c include.
 */
struct engine;
struct engine_txn;

enum { ENGINE_KEY_MAX = 511 };

enum status engine_create(const char *path, uint64_t size, struct problem *problem);
enum status engine_open(const char *path, uint64_t size, struct engine **engine,
                        struct problem *problem);
void engine_close(struct engine *engine); /* takes NULL */

/* Forget the snapshots of processes that were killed, which would keep freed pages. */
void engine_check_readers(struct engine *engine);

void engine_usage(struct engine *engine, uint64_t *used, uint64_t *size);

/* A write transaction belongs to the thread that began it, a snapshot to one thread at a time. */
enum status engine_begin(struct engine *engine, bool is_write, struct engine_txn **txn,
                         struct problem *problem);
void engine_abort(struct engine_txn *txn); /* takes NULL */

/* Let go of a snapshot but keep its place among the readers, for a newer one. */
void engine_reset(struct engine_txn *txn);
enum status engine_renew(struct engine_txn *txn, struct problem *problem);

/*
 * Durable when it returns STATUS_OK; nothing changed after STATUS_STORE_FULL.
 * After STATUS_INTERNAL the disk may hold either state and the process must
 * end: a failed sync is never tried again.
 */
enum status engine_commit(struct engine_txn *txn, struct problem *problem);

/*
 * STATUS_NOT_FOUND is no failure and leaves no words. After any other failure a
 * write transaction can only be aborted.
 */
enum status engine_get(struct engine_txn *txn, enum store_table table, struct bytes key,
                       struct bytes *value, struct problem *problem);
enum status engine_put(struct engine_txn *txn, enum store_table table, struct bytes key,
                       struct bytes value, struct problem *problem);
enum status engine_delete(struct engine_txn *txn, enum store_table table, struct bytes key,
                          struct problem *problem);
enum status engine_scan(struct engine_txn *txn, enum store_table table, struct bytes prefix,
                        struct bytes from, store_visit *visit, void *context,
                        struct problem *problem);

#endif
