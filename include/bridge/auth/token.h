#ifndef BRIDGE_AUTH_TOKEN_H
#define BRIDGE_AUTH_TOKEN_H

#include "bridge/auth/principal.h"
#include "bridge/core/actor.h"
#include "bridge/core/connection.h"

/*
 * Bearer tokens: rb_ID_SECRET, with 256 random bits of secret. Only the SHA-256
 * of the secret is kept, under the public ID. A token lives for a year at most. A
 * connection has at most two that live, so that one can be changed for the next
 * without a gap. Whatever is issued or ended is in the journal, by its public ID.
 */
enum { TOKEN_LIFE_SECONDS = 365 * 24 * 3600, TOKENS_PER_CONNECTION = 2 };

struct token {
    unsigned char id[TOKEN_ID_SIZE];
    char id_text[TOKEN_ID_TEXT_SIZE];
    enum principal_kind kind;
    uint32_t connection; /* 0: of no connection */
    const char *name;    /* "" for a connection's */
    uint64_t number;     /* grows in the order of issue */
    int64_t created_at;
    int64_t expires_at;
    int64_t used_at; /* last, as far as it was saved; 0: never */
};

struct token_request {
    const struct actor *actor;
    struct arena *arena;
    const struct connection *connection; /* whose; NULL: a program's */
    const char *name;                    /* a program's token: its name */
    bool is_for_metrics;                 /* issue: a program's that reads them, and no more */
    int64_t life;                        /* issue: seconds; 0: TOKEN_LIFE_SECONDS, the most */
    bool ends_other;                     /* issue: the connection's other token ends early, */
    int64_t grace;                       /* ... in so many seconds */
    struct token token;                  /* the result */
    char secret[TOKEN_TEXT_SIZE]; /* the result of issuing: the whole token; wipe it after use */
};

/*
 * store_changes whose argument is a token_request.
 *
 * token_issue   for a connection: the oldest ends when there would be more than
 *               two that live. For a program: STATUS_UNIQUENESS when the
 *               name is taken by one that lives. What has expired is tidied away.
 *               STATUS_INVALID_VALUE  what cannot be a name, a life or a grace
 * token_revoke  a program's, by name: STATUS_NOT_FOUND
 * token_revoke_all  every one of a connection
 */
enum status token_issue(struct store_txn *txn, void *argument, struct problem *problem);
enum status token_revoke(struct store_txn *txn, void *argument, struct problem *problem);
enum status token_revoke_all(struct store_txn *txn, void *argument, struct problem *problem);

/* Tokens of one connection, or (0) of programs: an administrator's, and those for metrics. Return
 * false to stop. */
typedef bool token_visit(void *context, const struct token *token);
void token_each(struct store_txn *txn, uint32_t connection, struct arena *arena, token_visit *visit,
                void *context);

#endif
