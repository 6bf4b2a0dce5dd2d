#ifndef CORE_PERSON_KEY_H
#define CORE_PERSON_KEY_H

#include "bridge/base/seal.h"
#include "bridge/base/status.h"
#include "bridge/store/store.h"

/*
 * Each person's own key. It seals what the journal says of them, and is itself
 * sealed with the key ring. It outlives the account, and goes when the person is
 * erased.
 *
 * PERSON  uuid  row of the account, the sealed key
 */
struct person_key {
    uint64_t row;
    struct seal_key key;
};

/* Wipe it; for SCOPED. */
void person_key_clear(struct person_key *person);

/*
 * By an account's id.
 *
 * STATUS_NOT_FOUND  there is none: there never was such an account, or it was erased
 * otherwise         as keyring_open
 */
enum status person_key_find(struct store_txn *txn, const char *id, struct arena *arena,
                            struct person_key *person, struct problem *problem);

/* The same, in a change; a new one where there is none. */
enum status person_key_take(struct store_txn *txn, const char *id, uint64_t row,
                            struct arena *arena, struct person_key *person,
                            struct problem *problem);

/* The row that a record names; 0: it is damaged. */
uint64_t person_key_row(struct bytes value);

/* Whether there is one, usable or not. */
bool person_key_exists(struct store_txn *txn, const char *id);

void person_key_drop(struct store_txn *txn, const char *id);

#endif
