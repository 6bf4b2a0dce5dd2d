/* Credentials that end soon, for the person who must replace them. */
#include "credentials.h"

enum { NOTICE_SECONDS = 14 * 24 * 3600 };

struct notice {
    struct store_txn *txn;
    struct arena *arena;
    int64_t now;
    json_t *list;
};

static void add(const struct notice *notice, const char *kind, const char *name, int64_t expires_at)
{
    json_t *json;

    if (expires_at > notice->now + NOTICE_SECONDS)
        return;
    json = json_pack("{s:s, s:s}", "kind", kind, "name", name);
    credentials_add_end(json, expires_at, notice->now);
    (void)json_array_append_new(notice->list, json);
}

static bool add_token(void *context, const struct token *token)
{
    add(context, "Token", token->name, token->expires_at);
    return true;
}

static bool find_last(void *context, const struct token *token)
{
    int64_t *last = context;

    if (token->expires_at > *last)
        *last = token->expires_at;
    return true;
}

/* One of two tokens may end: the other one is there for that. */
static bool add_connection(void *context, const struct connection *connection)
{
    const struct notice *notice = context;
    int64_t last = 0;

    token_each(notice->txn, connection->number, notice->arena, find_last, &last);
    add(notice, "Connection", connection->name, last);
    return true;
}

json_t *expiring_json(struct exchange *exchange, struct store_txn *txn)
{
    struct notice notice = {txn, exchange_arena(exchange), request_actor(exchange)->now,
                            json_array()};

    connection_each(txn, notice.arena, add_connection, &notice);
    token_each(txn, 0, notice.arena, add_token, &notice);
    return notice.list;
}
