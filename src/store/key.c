#include "bridge/store/key.h"

#include <assert.h>

#include "bridge/base/crypt.h"

struct store_key key_of(uint32_t organization)
{
    struct store_key key = {.size = 0};

    key_add_u32(&key, organization);
    return key;
}

void key_add_bytes(struct store_key *key, struct bytes bytes)
{
    assert(key->size + bytes.size <= STORE_KEY_MAX);
    memcpy(key->data + key->size, bytes.data, bytes.size);
    key->size += bytes.size;
}

static void add_number(struct store_key *key, uint64_t value, int size)
{
    unsigned char encoded[8];

    for (int i = 0; i < size; i++)
        encoded[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
    key_add_bytes(key, bytes_of(encoded, (size_t)size));
}

void key_add_u8(struct store_key *key, uint8_t value)
{
    add_number(key, value, 1);
}

void key_add_u32(struct store_key *key, uint32_t value)
{
    add_number(key, value, 4);
}

void key_add_u64(struct store_key *key, uint64_t value)
{
    add_number(key, value, 8);
}

void key_add_digest(struct store_key *key, const char *text)
{
    unsigned char digest[DIGEST_SIZE];

    digest_of(bytes_of_text(text), digest);
    key_add_bytes(key, bytes_of(digest, sizeof(digest)));
}

struct bytes key_bytes(const struct store_key *key)
{
    return bytes_of(key->data, key->size);
}

uint64_t key_last_u64(struct bytes key)
{
    const unsigned char *end = (const unsigned char *)key.data + key.size;
    uint64_t value = 0;

    assert(key.size >= 8);
    for (const unsigned char *at = end - 8; at < end; at++)
        value = value << 8 | *at;
    return value;
}
