#ifndef BRIDGE_STORE_KEY_H
#define BRIDGE_STORE_KEY_H

#include <stdint.h>

#include "bridge/base/bytes.h"

/*
 * Keys are built from left to right and sort the way they will be walked:
 * numbers are big-endian. Of text that people choose only so much goes in, and a
 * digest for the rest, that no key comes near LMDB's limit of 511 bytes.
 */
enum { STORE_KEY_MAX = 112 };

struct store_key {
    unsigned char data[STORE_KEY_MAX];
    size_t size;
};

/* A key of one organization's data. */
struct store_key key_of(uint32_t organization);

void key_add_u8(struct store_key *key, uint8_t value);
void key_add_u32(struct store_key *key, uint32_t value);
void key_add_u64(struct store_key *key, uint64_t value);
void key_add_bytes(struct store_key *key, struct bytes bytes);

/* The digest of `text`, which the caller has folded if letter case does not count. */
void key_add_digest(struct store_key *key, const char *text);

struct bytes key_bytes(const struct store_key *key);

/* The organization whose data is under the key. */
uint32_t key_organization(struct bytes key);

/* The number that ends a key: a row, in an index whose keys end with one. */
uint64_t key_last_u64(struct bytes key);

#endif
