#include "bridge/auth/token.h"

#include <stdio.h>

#include "bridge/base/random.h"
#include "token_record.h"

enum { SECRET_SIZE = 32, SECRET_TEXT_SIZE = 44, NAME_MAX_SIZE = 40 };

/* ------------------------------------------------------------------------- walking */

struct walk {
    uint32_t organization;
    uint32_t connection;
    struct arena *arena;
    token_visit *visit;
    void *context;
};

static bool visit_record(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;
    struct token_record record;

    if (key.size != TOKEN_ID_SIZE || !token_record_decode(key.data, value, walk->arena, &record) ||
        record.organization != walk->organization || record.token.connection != walk->connection)
        return true;
    return walk->visit(walk->context, &record.token);
}

void token_each(struct store_txn *txn, uint32_t connection, struct arena *arena, token_visit *visit,
                void *context)
{
    struct walk walk = {store_organization(txn), connection, arena, visit, context};

    store_scan(txn, STORE_TOKEN, (struct bytes){0}, (struct bytes){0}, visit_record, &walk);
}

/* --------------------------------------------------------------------------- issue */

static void make_secret(struct token_record *record, char text[TOKEN_TEXT_SIZE])
{
    unsigned char secret[SECRET_SIZE];
    char encoded[SECRET_TEXT_SIZE];
    struct token *token = &record->token;

    random_bytes(token->id, sizeof(token->id));
    random_bytes(secret, sizeof(secret));
    digest_of(bytes_of(secret, sizeof(secret)), record->digest);
    base64url_encode(bytes_of(token->id, sizeof(token->id)), token->id_text,
                     sizeof(token->id_text));
    base64url_encode(bytes_of(secret, sizeof(secret)), encoded, sizeof(encoded));
    (void)snprintf(text, TOKEN_TEXT_SIZE, "rb_%s_%s", token->id_text, encoded);
    explicit_bzero(secret, sizeof(secret));
    explicit_bzero(encoded, sizeof(encoded));
}

static void end_token(struct store_txn *txn, const struct token *token)
{
    store_delete(txn, STORE_TOKEN, bytes_of(token->id, sizeof(token->id)));
}

/* The live tokens of a connection; those that are expired go on the way. */
struct live {
    struct store_txn *txn;
    int64_t now;
    struct token oldest;
    int count;
};

static bool visit_live(void *context, const struct token *token)
{
    struct live *live = context;

    if (token->expires_at <= live->now) {
        end_token(live->txn, token);
        return true;
    }
    if (live->count == 0 || token->number < live->oldest.number)
        live->oldest = *token;
    live->count++;
    return true;
}

static void make_room(struct store_txn *txn, const struct token_request *request)
{
    struct live live = {.txn = txn, .now = request->actor->now};

    token_each(txn, request->connection, request->arena, visit_live, &live);
    if (live.count >= TOKENS_PER_CONNECTION)
        end_token(txn, &live.oldest);
}

struct named {
    const char *name;
    struct token token;
    bool is_found;
};

static bool visit_named(void *context, const struct token *token)
{
    struct named *named = context;

    if (strcmp(token->name, named->name) != 0)
        return true;
    named->token = *token;
    named->is_found = true;
    return false;
}

static enum status check_name(struct store_txn *txn, const struct token_request *request,
                              struct problem *problem)
{
    struct named named = {.name = request->name};
    size_t size = strspn(request->name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (size == 0 || size > NAME_MAX_SIZE || request->name[size])
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "\"%s\" cannot name a token; use 1 to 40 of a-z, 0-9 and -",
                           request->name);
    token_each(txn, 0, request->arena, visit_named, &named);
    if (named.is_found)
        return problem_set(problem, STATUS_UNIQUENESS,
                           "there is a token %s already; revoke it first, or choose another name",
                           request->name);
    return STATUS_OK;
}

enum status token_issue(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct token_request *request = argument;
    struct token_record record = {
        .organization = store_organization(txn),
        .token = {.kind = request->connection ? PRINCIPAL_CONNECTION : PRINCIPAL_ADMINISTRATOR,
                  .connection = request->connection,
                  .name = request->connection ? "" : request->name,
                  .created_at = request->actor->now,
                  .expires_at = request->actor->now + TOKEN_LIFE_SECONDS},
    };
    enum status status = request->connection ? STATUS_OK : check_name(txn, request, problem);

    if (status)
        return status;
    if (request->connection)
        make_room(txn, request);
    record.token.number = store_sequence(txn);
    make_secret(&record, request->secret);
    token_record_save(txn, &record, request->arena);
    request->token = record.token;
    return store_status(txn, problem);
}

/* -------------------------------------------------------------------------- revoke */

enum status token_revoke(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct token_request *request = argument;
    struct named named = {.name = request->name};

    token_each(txn, 0, request->arena, visit_named, &named);
    if (!named.is_found)
        return store_missing(txn, problem, "token", request->name);
    end_token(txn, &named.token);
    return store_status(txn, problem);
}

static bool visit_end(void *context, const struct token *token)
{
    end_token(context, token);
    return true;
}

enum status token_revoke_all(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct token_request *request = argument;

    token_each(txn, request->connection, request->arena, visit_end, txn);
    return store_status(txn, problem);
}
