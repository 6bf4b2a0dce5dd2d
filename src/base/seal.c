#include "bridge/base/seal.h"

#include <sodium.h>

#include "bridge/base/text.h"

enum {
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

_Static_assert(SEAL_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the cipher's key");
_Static_assert(SEAL_OVERHEAD == NONCE_SIZE + TAG_SIZE, "a nonce before it, a tag behind");

void seal_key_make(struct seal_key *key)
{
    randombytes_buf(key->data, sizeof(key->data));
}

void seal_key_clear(struct seal_key *key)
{
    sodium_memzero(key, sizeof(*key));
}

/* A place as bytes that no other place has. */
static struct bytes place_bytes(const struct seal_place *place, struct arena *arena)
{
    char *text = arena_printf(arena, "%lu/%llu/%s", (unsigned long)place->organization,
                              (unsigned long long)place->row, place->purpose);

    return bytes_of_text(text);
}

struct bytes seal(const struct seal_key *key, const struct seal_place *place, struct bytes plain,
                  struct arena *arena)
{
    struct bytes bound = place_bytes(place, arena);
    unsigned char *sealed = arena_alloc(arena, plain.size + SEAL_OVERHEAD);

    randombytes_buf(sealed, NONCE_SIZE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_SIZE, NULL, plain.data,
                                                     plain.size, bound.data, bound.size, NULL,
                                                     sealed, key->data);
    return bytes_of(sealed, plain.size + SEAL_OVERHEAD);
}

bool seal_open(const struct seal_key *key, const struct seal_place *place, struct bytes sealed,
               struct arena *arena, struct bytes *plain)
{
    struct bytes bound = place_bytes(place, arena);
    const unsigned char *nonce = sealed.data;
    unsigned char *opened;

    if (sealed.size < SEAL_OVERHEAD)
        return false;
    opened = arena_alloc(arena, sealed.size - SEAL_OVERHEAD + 1); /* NUL at the end */
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(opened, NULL, NULL, nonce + NONCE_SIZE,
                                                   sealed.size - NONCE_SIZE, bound.data, bound.size,
                                                   nonce, key->data))
        return false;
    *plain = bytes_of(opened, sealed.size - SEAL_OVERHEAD);
    return true;
}
