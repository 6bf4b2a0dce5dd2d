#ifndef BRIDGE_BASE_CRYPT_H
#define BRIDGE_BASE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>

#include "bridge/base/bytes.h"

/* Make the library ready; once, before threads start. False when the kernel gives no randomness. */
bool crypt_init(void);

enum { DIGEST_SIZE = 32 };

/* SHA-256. */
void digest_of(struct bytes bytes, unsigned char digest[DIGEST_SIZE]);

/* SHA-256 of one after the other. */
void digest_of_two(struct bytes first, struct bytes second, unsigned char digest[DIGEST_SIZE]);

/* In a time that does not depend on where they differ. */
bool digest_equal(const unsigned char left[DIGEST_SIZE], const unsigned char right[DIGEST_SIZE]);

/* base64url without padding (RFC 4648 section 5). `out` holds at least size * 4 / 3 + 4. */
void base64url_encode(struct bytes bytes, char *out, size_t out_size);

/* False unless `text` is base64url of exactly `size` bytes. */
bool base64url_decode(const char *text, void *out, size_t size);

#endif
