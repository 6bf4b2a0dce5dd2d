#ifndef BRIDGE_BASE_SEAL_H
#define BRIDGE_BASE_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/arena.h"

/*
 * Sealing: encrypted, and not to be altered unnoticed (XChaCha20-Poly1305, a
 * random nonce each time). What is sealed is bound to what it is for and to where
 * it belongs: moved to another person's record it does not open.
 */
struct seal_place {
    const char *purpose; /* "password" */
    uint32_t organization;
    uint64_t row; /* of the person, or of whatever it belongs to */
};

enum { SEAL_KEY_SIZE = 32, SEAL_OVERHEAD = 40 };

struct seal_key {
    unsigned char data[SEAL_KEY_SIZE];
};

/* A new one, from the kernel's generator. */
void seal_key_make(struct seal_key *key);

/* Wipe it; for SCOPED. */
void seal_key_clear(struct seal_key *key);

/* SEAL_OVERHEAD bytes longer than `plain`. The same bytes look different each time. */
struct bytes seal(const struct seal_key *key, const struct seal_place *place, struct bytes plain,
                  struct arena *arena);

/* False when it was not sealed with this key for this place, or was altered since. */
bool seal_open(const struct seal_key *key, const struct seal_place *place, struct bytes sealed,
               struct arena *arena, struct bytes *plain);

#endif
