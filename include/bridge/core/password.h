#ifndef BRIDGE_CORE_PASSWORD_H
#define BRIDGE_CORE_PASSWORD_H

#include "bridge/base/arena.h"
#include "bridge/store/store.h"

/*
 * A password that a provider has sent for a person, on its way to the directory.
 * It is no part of the document: it waits in a table of its own, sealed with the
 * installation's keys for this person of this organization, until the worker has
 * set it, and is gone with the transaction that records that. A newer one takes
 * its place. Whoever is inactive, or deleted, has none.
 */
enum { PASSWORD_SIZE_MAX = 256 };

/* How long one that the directory refuses is tried: somebody may mend the policy. */
enum { PASSWORD_LIFE_SECONDS = 24 * 3600 };

/*
 * Whether a password may be set. `size_min` in bytes, at least 1.
 *
 * STATUS_INVALID_VALUE  it is too short or too long, or among the first that anybody would
 *                       guess; the words never say it
 */
enum status password_check(struct bytes password, size_t size_min, struct problem *problem);

struct password {
    uint64_t stamp; /* another for each that is sent; 0: there is none */
    int64_t sent_at;
    struct bytes sealed;
};

/* Inside a change: seal it and keep it, in the place of one that waits. */
void password_save(struct store_txn *txn, uint64_t row, struct bytes password, int64_t now,
                   struct arena *arena);

/* Inside a change: forget whichever there is. */
void password_drop(struct store_txn *txn, uint64_t row);

/* False when none waits. The arena owns the bytes. */
bool password_find(struct store_txn *txn, uint64_t row, struct arena *arena,
                   struct password *password);

/* Inside a change: this one is done with; a newer one stays. */
void password_forget(struct store_txn *txn, uint64_t row, const struct password *password);

/*
 * Open what password_find has found, in the arena, where the caller wipes it.
 *
 * STATUS_CONFIGURATION, STATUS_INTERNAL  as keyring_open
 */
enum status password_open(uint32_t organization, uint64_t row, const struct password *password,
                          struct arena *arena, struct bytes *plain, struct problem *problem);

#endif
