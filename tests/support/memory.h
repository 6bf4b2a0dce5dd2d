#ifndef TESTS_SUPPORT_MEMORY_H
#define TESTS_SUPPORT_MEMORY_H

#include "bridge/store/store.h"

struct engine;
struct failing;

/*
 * The store's second engine, for tests: ordered tables in memory, without a
 * file and without a limit but that of readers. What it lends is freed at the
 * very moment at which a promise of engine.h or store.h ends, so that the
 * address sanitizer sees whoever holds on to it.
 *
 * A memory outlives the stores that are opened on it, one at a time: to close
 * one and open the next is a restart.
 */
struct memory;

struct memory *memory_new(void);
void memory_free(struct memory *memory); /* takes NULL */

struct engine *memory_engine(struct memory *memory);

/* Open a store on a memory. Its engine fails where `failing` says so; NULL: nowhere. */
enum status store_open_memory(struct memory *memory, struct failing *failing, struct store **store,
                              struct problem *problem);

/* Take a key away behind the back of the stores, none of which is open. */
void memory_take_away(struct memory *memory, enum store_table table, struct bytes key);

/* Put one there in the same way. */
void memory_put_back(struct memory *memory, enum store_table table, struct bytes key,
                     struct bytes value);

#endif
