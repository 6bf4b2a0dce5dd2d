#include "bridge/auth/token.h"

#include <inttypes.h>
#include <stdio.h>

#include "bridge/base/random.h"
#include "bridge/core/journal.h"
#include "token_record.h"

enum { SECRET_SIZE = 32, SECRET_TEXT_SIZE = 44 };

/* ------------------------------------------------------------------------- walking */

struct walk {
    struct store_txn *txn;
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
        record.organization != store_organization(walk->txn) ||
        record.token.connection != walk->connection)
        return true;
    record.token.used_at = token_use_load(walk->txn, record.token.id);
    return walk->visit(walk->context, &record.token);
}

void token_each(struct store_txn *txn, uint32_t connection, struct arena *arena, token_visit *visit,
                void *context)
{
    struct walk walk = {txn, connection, arena, visit, context};

    store_scan(txn, STORE_TOKEN, (struct bytes){0}, (struct bytes){0}, visit_record, &walk);
}

/* ----------------------------------------------------------------------------- secret */

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

/* ---------------------------------------------------------------------------- ending */

static struct journal begin_record(const struct token_request *request, const char *event,
                                   const struct token *token)
{
    const struct connection *connection = request->connection;
    struct journal journal = journal_begin(request->arena, request->actor, event, token->id_text);

    journal_add(&journal, connection ? "connection" : "token",
                journal_text(request->arena, connection ? connection->name : token->name));
    return journal;
}

static void revoke(struct store_txn *txn, const struct token_request *request,
                   const struct token *token)
{
    struct journal journal = begin_record(request, "token.revoke", token);

    token_record_drop(txn, token->id);
    journal_end(&journal, txn);
}

static const char *instant(int64_t at, struct arena *arena)
{
    return arena_printf(arena, "%" PRId64, at);
}

/* The token goes on, but not as long as it was to. */
static void shorten(struct store_txn *txn, const struct token_request *request,
                    const struct token *token, int64_t end)
{
    struct journal journal = begin_record(request, "token.update", token);
    struct token_record record;

    if (!token_record_load(txn, token->id, request->arena, &record))
        return;
    journal_changed(&journal, "expires", instant(record.token.expires_at, request->arena),
                    instant(end, request->arena));
    record.token.expires_at = end;
    token_record_save(txn, &record, request->arena);
    journal_end(&journal, txn);
}

/* ---------------------------------------------------------------------------- holders */

/*
 * The tokens of one holder, as a new one comes to them. Those that have expired
 * ended by themselves, and go without a word.
 */
struct holding {
    struct store_txn *txn;
    const struct token_request *request;
    struct token oldest; /* that lives */
    struct token newest;
    struct token named;
    int live;
};

static bool has_name(const struct token_request *request, const struct token *token)
{
    return request->name && strcmp(request->name, token->name) == 0;
}

static bool hold(void *context, const struct token *token)
{
    struct holding *holding = context;

    if (token->expires_at <= holding->request->actor->now) {
        token_record_drop(holding->txn, token->id);
        return true;
    }
    if (holding->live == 0 || token->number < holding->oldest.number)
        holding->oldest = *token;
    if (holding->live == 0 || token->number > holding->newest.number)
        holding->newest = *token;
    if (has_name(holding->request, token))
        holding->named = *token;
    holding->live++;
    return true;
}

static struct holding holding_of(struct store_txn *txn, const struct token_request *request)
{
    struct holding holding = {.txn = txn, .request = request};

    token_each(txn, request->connection ? request->connection->number : 0, request->arena, hold,
               &holding);
    return holding;
}

/* Of two that live the older one goes, and the other may be given an earlier end. */
static void make_room(const struct holding *holding)
{
    const struct token_request *request = holding->request;
    int64_t end = request->actor->now + request->grace;

    if (holding->live >= TOKENS_PER_CONNECTION)
        revoke(holding->txn, request, &holding->oldest);
    if (holding->live == 0 || !request->ends_other || end >= holding->newest.expires_at)
        return;
    if (request->grace == 0)
        revoke(holding->txn, request, &holding->newest);
    else
        shorten(holding->txn, request, &holding->newest, end);
}

/* ---------------------------------------------------------------------------- issuing */

static enum status check_name(const struct holding *holding, struct problem *problem)
{
    const char *name = holding->request->name;

    if (!text_is_label(name))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "\"%s\" cannot name a token; use 1 to 40 of a-z, 0-9 and -", name);
    if (holding->named.name)
        return problem_set(problem, STATUS_UNIQUENESS,
                           "there is a token %s already; revoke it first, or choose another name",
                           name);
    return STATUS_OK;
}

static enum status check_times(const struct token_request *request, struct problem *problem)
{
    if (request->life < 0 || request->life > TOKEN_LIFE_SECONDS)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "a token lives from 1 second to 365 days (%d seconds)",
                           TOKEN_LIFE_SECONDS);
    if (request->grace < 0 || request->grace > TOKEN_LIFE_SECONDS)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "the grace of the other token is from 0 seconds to 365 days (%d "
                           "seconds)",
                           TOKEN_LIFE_SECONDS);
    return STATUS_OK;
}

static enum principal_kind kind_of(const struct token_request *request)
{
    if (request->connection)
        return PRINCIPAL_CONNECTION;
    return request->is_for_metrics ? PRINCIPAL_METRICS : PRINCIPAL_ADMINISTRATOR;
}

static struct token new_token(const struct token_request *request)
{
    int64_t now = request->actor->now;

    return (struct token){
        .kind = kind_of(request),
        .connection = request->connection ? request->connection->number : 0,
        .name = request->connection ? "" : request->name,
        .created_at = now,
        .expires_at = now + (request->life ? request->life : TOKEN_LIFE_SECONDS),
    };
}

enum status token_issue(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct token_request *request = argument;
    struct token_record record = {.organization = store_organization(txn),
                                  .token = new_token(request)};
    struct holding holding = holding_of(txn, request);
    struct journal journal;
    enum status status = check_times(request, problem);

    if (status || (!request->connection && (status = check_name(&holding, problem))))
        return status;
    if (request->connection)
        make_room(&holding);
    record.token.number = store_sequence(txn);
    make_secret(&record, request->secret);
    token_record_save(txn, &record, request->arena);
    request->token = record.token;
    journal = begin_record(request, "token.create", &record.token);
    journal_add(&journal, "expires", instant(record.token.expires_at, request->arena));
    journal_end(&journal, txn);
    return store_status(txn, problem);
}

/* --------------------------------------------------------------------------- revoking */

struct search {
    const struct token_request *request;
    struct token found;
};

static bool visit_named(void *context, const struct token *token)
{
    struct search *search = context;

    if (!has_name(search->request, token))
        return true;
    search->found = *token;
    return false;
}

enum status token_revoke(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct token_request *request = argument;
    struct search search = {.request = request};

    token_each(txn, 0, request->arena, visit_named, &search);
    if (!search.found.name)
        return store_missing(txn, problem, "token", request->name);
    store_use_reserve(txn);
    revoke(txn, request, &search.found);
    return store_status(txn, problem);
}

struct ending {
    struct store_txn *txn;
    const struct token_request *request;
};

static bool visit_end(void *context, const struct token *token)
{
    const struct ending *ending = context;

    revoke(ending->txn, ending->request, token);
    return true;
}

enum status token_revoke_all(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct token_request *request = argument;
    struct ending ending = {txn, request};

    store_use_reserve(txn);
    token_each(txn, request->connection->number, request->arena, visit_end, &ending);
    return store_status(txn, problem);
}
