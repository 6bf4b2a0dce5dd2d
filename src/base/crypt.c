#include "bridge/base/crypt.h"

#include <sodium.h>
#include <string.h>

bool crypt_init(void)
{
    return sodium_init() >= 0;
}

void digest_of(struct bytes bytes, unsigned char digest[DIGEST_SIZE])
{
    digest_of_two(bytes, (struct bytes){0}, digest);
}

void digest_of_two(struct bytes first, struct bytes second, unsigned char digest[DIGEST_SIZE])
{
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    if (first.size)
        crypto_hash_sha256_update(&state, first.data, first.size);
    if (second.size)
        crypto_hash_sha256_update(&state, second.data, second.size);
    crypto_hash_sha256_final(&state, digest);
}

bool digest_equal(const unsigned char left[DIGEST_SIZE], const unsigned char right[DIGEST_SIZE])
{
    return sodium_memcmp(left, right, DIGEST_SIZE) == 0;
}

void base64url_encode(struct bytes bytes, char *out, size_t out_size)
{
    sodium_bin2base64(out, out_size, bytes.data, bytes.size,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool base64url_decode(const char *text, void *out, size_t size)
{
    size_t length = 0;

    return sodium_base642bin(out, size, text, strlen(text), NULL, &length, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           length == size;
}
