#include "bridge/store/key.h"

#include <assert.h>

#include "number.h"

#include "bridge/base/crypt.h"

struct store_key key_of(uint32_t organization)
{
    struct store_key key;

    key.size = 0; /* what is not written of the rest is not looked at */
    key_add_u32(&key, organization);
    return key;
}

void key_add_bytes(struct store_key *key, struct bytes bytes)
{
    assert(bytes.size <= STORE_KEY_MAX - key->size);
    if (bytes.size)
        memcpy(key->data + key->size, bytes.data, bytes.size);
    key->size += bytes.size;
}

static void add_number(struct store_key *key, uint64_t value, size_t size)
{
    unsigned char encoded[NUMBER_SIZE];

    number_encode(value, encoded, size);
    key_add_bytes(key, bytes_of(encoded, size));
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

uint32_t key_organization(struct bytes key)
{
    assert(key.size >= sizeof(uint32_t));
    return (uint32_t)number_decode(key.data, sizeof(uint32_t));
}

uint64_t key_last_u64(struct bytes key)
{
    assert(key.size >= NUMBER_SIZE);
    return number_decode((const unsigned char *)key.data + key.size - NUMBER_SIZE, NUMBER_SIZE);
}
