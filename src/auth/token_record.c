#include "token_record.h"

#include "bridge/store/key.h"
#include "bridge/store/record.h"

enum { RECORD_VERSION = 1 };

/* ------------------------------------------------------------------------- last use */

static struct store_key key_use(const unsigned char *id)
{
    struct store_key key = {.size = 0};

    key_add_bytes(&key, bytes_of(id, TOKEN_ID_SIZE));
    key_add_u8(&key, 1);
    return key;
}

void token_use_save(struct store_txn *txn, const unsigned char *id, int64_t at)
{
    struct store_key key = key_use(id);
    struct store_key value = {.size = 0};

    key_add_u64(&value, (uint64_t)at);
    store_put(txn, STORE_TOKEN, key_bytes(&key), key_bytes(&value));
}

int64_t token_use_load(struct store_txn *txn, const unsigned char *id)
{
    struct store_key key = key_use(id);
    struct bytes value;

    if (!store_get(txn, STORE_TOKEN, key_bytes(&key), &value) || value.size != sizeof(uint64_t))
        return 0;
    return (int64_t)key_last_u64(value);
}

/* ----------------------------------------------------------------------- the record */

void token_record_save(struct store_txn *txn, const struct token_record *record,
                       struct arena *arena)
{
    struct record_writer writer = record_write(arena, RECORD_VERSION);

    record_put_u32(&writer, record->organization);
    record_put_u8(&writer, (uint8_t)record->token.kind);
    record_put_u32(&writer, record->token.connection);
    record_put_u64(&writer, (uint64_t)record->token.created_at);
    record_put_u64(&writer, (uint64_t)record->token.expires_at);
    record_put_u64(&writer, record->token.number);
    record_put_text(&writer, record->token.name);
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        record_put_u8(&writer, record->digest[i]);
    store_put(txn, STORE_TOKEN, bytes_of(record->token.id, TOKEN_ID_SIZE), record_bytes(&writer));
}

/* Anything else would open more than a token can. */
static bool is_of_token(enum principal_kind kind)
{
    return kind == PRINCIPAL_CONNECTION || kind == PRINCIPAL_ADMINISTRATOR ||
           kind == PRINCIPAL_METRICS;
}

bool token_record_decode(const unsigned char *id, struct bytes value, struct arena *arena,
                         struct token_record *record)
{
    struct record_reader reader = record_read(value, RECORD_VERSION);
    struct token *token = &record->token;

    memcpy(token->id, id, TOKEN_ID_SIZE);
    base64url_encode(bytes_of(id, TOKEN_ID_SIZE), token->id_text, sizeof(token->id_text));
    record->organization = record_take_u32(&reader);
    token->kind = (enum principal_kind)record_take_u8(&reader);
    token->connection = record_take_u32(&reader);
    token->created_at = (int64_t)record_take_u64(&reader);
    token->expires_at = (int64_t)record_take_u64(&reader);
    token->number = record_take_u64(&reader);
    token->name = record_take_text(&reader, arena);
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        record->digest[i] = record_take_u8(&reader);
    return !reader.is_damaged && is_of_token(token->kind);
}

void token_record_drop(struct store_txn *txn, const unsigned char *id)
{
    struct store_key use = key_use(id);

    store_delete(txn, STORE_TOKEN, bytes_of(id, TOKEN_ID_SIZE));
    store_delete(txn, STORE_TOKEN, key_bytes(&use));
}

bool token_record_load(struct store_txn *txn, const unsigned char *id, struct arena *arena,
                       struct token_record *record)
{
    struct bytes value;

    return store_get(txn, STORE_TOKEN, bytes_of(id, TOKEN_ID_SIZE), &value) &&
           token_record_decode(id, value, arena, record);
}
