#ifndef BRIDGE_BASE_KEYRING_H
#define BRIDGE_BASE_KEYRING_H

#include "bridge/base/seal.h"
#include "bridge/base/status.h"

/*
 * The installation's own keys, kept apart from the store so that a copy of the
 * store alone opens nothing. They are files of one folder, 1.key, 2.key and so
 * on: the one with the highest number seals, all of them open. The folder (mode
 * 0700) and the files (0600) belong to the daemon's user; other names in it are
 * left alone. A file is one line of text:
 *
 *   rolebridge-key:NUMBER:KEY:CHECK
 *
 * NUMBER is that of the name, KEY the 32 random bytes and CHECK the first 6 bytes
 * of the SHA-256 of all that stands before it, both in base64url.
 *
 * The process has one ring. It is loaded before anything is sealed or opened and
 * only read from then on, by any thread; it is kept out of swap and core dumps where the system
 * allows.
 */
enum { KEYRING_KEYS_MAX = 64, KEYRING_OVERHEAD = SEAL_OVERHEAD + 5 };

/*
 * For a new installation: make the folder and its first key. Where keys are
 * already, from an init that was cut off, they are checked and kept.
 *
 * STATUS_CONFIGURATION  as keyring_load
 * STATUS_INTERNAL       the folder or the file could not be made
 */
enum status keyring_create(const char *path, struct problem *problem);

/* Add the key that seals from the next load on. */
enum status keyring_add(const char *path, uint32_t *number, struct problem *problem);

/*
 * Load every key of the folder.
 *
 * STATUS_CONFIGURATION  the folder is missing or has no key, or others may reach
 *                       it or one of its keys, or one is damaged; the words say
 *                       which, and what to do
 */
enum status keyring_load(const char *path, struct problem *problem);

bool keyring_is_loaded(void);

/* A ring of one new key that is in memory only: for tests. */
void keyring_make(void);

/* Wipe the ring. Nothing may be sealed or opened from here on. */
void keyring_unload(void);

/* As seal(), with the newest key. The bytes say which one, and are KEYRING_OVERHEAD longer. */
struct bytes keyring_seal(const struct seal_place *place, struct bytes plain, struct arena *arena);

/*
 * STATUS_CONFIGURATION  the key that sealed it is not in the ring; the words say
 *                       which
 * STATUS_INTERNAL       it was altered, or sealed for another place
 */
enum status keyring_open(const struct seal_place *place, struct bytes sealed, struct arena *arena,
                         struct bytes *plain, struct problem *problem);

#endif
