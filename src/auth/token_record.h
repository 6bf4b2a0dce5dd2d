#ifndef AUTH_TOKEN_RECORD_H
#define AUTH_TOKEN_RECORD_H

#include "bridge/auth/token.h"
#include "bridge/base/crypt.h"

/*
 * What is stored of a token, under its public id; the key has no organization, it
 * leads to it. When it was last used is a record of its own, under the id and one
 * byte more: who verifies a token is not told of a change by every use.
 */
struct token_record {
    struct token token;
    uint32_t organization;
    unsigned char digest[DIGEST_SIZE];
};

bool token_record_load(struct store_txn *txn, const unsigned char *id, struct arena *arena,
                       struct token_record *record);
bool token_record_decode(const unsigned char *id, struct bytes value, struct arena *arena,
                         struct token_record *record);
void token_record_save(struct store_txn *txn, const struct token_record *record,
                       struct arena *arena);

/* With its last use. */
void token_record_drop(struct store_txn *txn, const unsigned char *id);

/* 0: never, as far as it was saved. */
int64_t token_use_load(struct store_txn *txn, const unsigned char *id);
void token_use_save(struct store_txn *txn, const unsigned char *id, int64_t at);

#endif
