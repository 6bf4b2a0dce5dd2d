#include "layout.h"

#include "bridge/base/text.h"

struct store_key key_row(struct store_txn *txn, uint64_t row)
{
    struct store_key key = key_of(store_organization(txn));

    key_add_u64(&key, row);
    return key;
}

struct store_key key_resource(struct store_txn *txn, enum scim_kind kind, uint64_t row)
{
    struct store_key key = key_row(txn, row);

    key_add_u8(&key, (uint8_t)kind);
    return key;
}

struct store_key key_assertion(struct store_txn *txn, uint64_t row, uint32_t connection)
{
    struct store_key key = key_row(txn, row);

    key_add_u32(&key, connection);
    return key;
}

struct store_key key_index(struct store_txn *txn, enum index index)
{
    struct store_key key = key_of(store_organization(txn));

    key_add_u8(&key, (uint8_t)index);
    return key;
}

struct store_key key_id(struct store_txn *txn, const unsigned char *uuid)
{
    struct store_key key = key_index(txn, INDEX_ID);

    key_add_bytes(&key, bytes_of(uuid, UUID_SIZE));
    return key;
}

struct store_key key_counter(struct store_txn *txn, enum counter counter)
{
    struct store_key key = key_of(store_organization(txn));

    key_add_u8(&key, (uint8_t)counter);
    return key;
}

struct store_key key_counter_of(struct store_txn *txn, enum counter counter, uint64_t which)
{
    struct store_key key = key_counter(txn, counter);

    key_add_u64(&key, which);
    return key;
}

void index_put_row(struct store_txn *txn, const struct store_key *key, uint64_t row)
{
    struct store_key value = {.size = 0};

    key_add_u64(&value, row);
    store_put(txn, STORE_INDEX, key_bytes(key), key_bytes(&value));
}

bool index_get_row(struct store_txn *txn, const struct store_key *key, uint64_t *row)
{
    struct bytes value;

    if (!store_get(txn, STORE_INDEX, key_bytes(key), &value) || value.size < sizeof(*row))
        return false;
    *row = key_last_u64(value);
    return true;
}

bool id_find(struct store_txn *txn, enum scim_kind kind, const char *id, uint64_t *row)
{
    unsigned char uuid[UUID_SIZE];
    struct store_key key;
    struct bytes value;

    if (!uuid_parse(id, uuid))
        return false;
    key = key_id(txn, uuid);
    if (!store_get(txn, STORE_INDEX, key_bytes(&key), &value) || value.size != 1 + sizeof(*row) ||
        *(const unsigned char *)value.data != (unsigned char)kind)
        return false;
    *row = key_last_u64(value);
    return true;
}

bool id_is_free(struct store_txn *txn, const unsigned char *uuid)
{
    struct store_key key = key_id(txn, uuid);
    struct bytes value;

    return !store_get(txn, STORE_INDEX, key_bytes(&key), &value);
}

void id_put(struct store_txn *txn, enum scim_kind kind, const unsigned char *uuid, uint64_t row)
{
    struct store_key key = key_id(txn, uuid);
    struct store_key value = {.size = 0};

    key_add_u8(&value, (uint8_t)kind);
    key_add_u64(&value, row);
    store_put(txn, STORE_INDEX, key_bytes(&key), key_bytes(&value));
}
