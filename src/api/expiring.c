/* Tokens that end soon, for the person who must replace them. */
#include "alarm.h"
#include "bridge/auth/token.h"
#include "bridge/base/text.h"

enum { NOTICE_SECONDS = 14 * 24 * 3600 };

/* `remedy`: how to go on, with the name behind it. */
static void look_at_end(const struct lookout *lookout, const char *what, const char *name,
                        int64_t expires_at, const char *remedy)
{
    struct arena *arena = lookout->arena;
    char at[TIMESTAMP_SIZE];

    if (expires_at > lookout->now + NOTICE_SECONDS)
        return;
    timestamp_format(expires_at, at);
    alarm_raise(lookout,
                &(struct alarm){
                    .subject = name,
                    .since = expires_at - NOTICE_SECONDS,
                    .detail = arena_printf(arena, "the %s %s %s at %s", what, name,
                                           expires_at > lookout->now ? "ends" : "ended", at),
                    .advice = arena_printf(arena, "%s %s", remedy, name),
                });
}

static bool look_at_token(void *context, const struct token *token)
{
    look_at_end(context, "token", token->name, token->expires_at,
                "make another one, then: rolebridge token revoke");
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
static bool look_at_connection(void *context, const struct connection *connection)
{
    const struct lookout *lookout = context;
    int64_t last = 0;

    token_each(lookout->txn, connection->number, lookout->arena, find_last, &last);
    look_at_end(lookout, "last token of the connection", connection->name, last,
                "rolebridge connection rotate");
    return true;
}

void look_at_expiring(const struct lookout *lookout)
{
    struct lookout here = *lookout;

    connection_each(here.txn, here.arena, look_at_connection, &here);
    token_each(here.txn, 0, here.arena, look_at_token, &here);
}
