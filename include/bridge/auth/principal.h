#ifndef BRIDGE_AUTH_PRINCIPAL_H
#define BRIDGE_AUTH_PRINCIPAL_H

#include "bridge/base/arena.h"
#include "bridge/store/store.h"

/*
 * Who a caller is. Found once a request, from its token or from the credentials
 * of its control socket, and held on to: a change asks again within its own
 * transaction, so that nothing succeeds after a revocation was acknowledged.
 */
enum principal_kind {
    PRINCIPAL_CONNECTION,    /* an identity provider, by its token */
    PRINCIPAL_ADMINISTRATOR, /* a program of an administrator, by its token */
    PRINCIPAL_CONTROL,       /* somebody on the control socket */
    PRINCIPAL_METRICS,       /* a program that reads the metrics, and nothing else, by its token */
};

enum { TOKEN_ID_SIZE = 9, TOKEN_ID_TEXT_SIZE = 13, TOKEN_TEXT_SIZE = 64 };

struct principal {
    enum principal_kind kind;
    uint32_t organization;
    uint32_t connection; /* of PRINCIPAL_CONNECTION; otherwise 0 */
    const char *name;    /* the connection's, the token's, "control" */
    unsigned char token_id[TOKEN_ID_SIZE];
};

/*
 * The principal of a bearer token (RFC 6750). Unknown, malformed, ended and
 * expired tokens, and those of connections that are gone, are the same
 * STATUS_UNAUTHORIZED with the same words, in the same time.
 */
enum status principal_of_token(struct store_txn *txn, const char *token, int64_t now,
                               struct arena *arena, struct principal *principal,
                               struct problem *problem);

/* The principal of the control socket: everything of the organization that it asks for. */
struct principal principal_of_control(uint32_t organization);

/*
 * Inside a change: whether this principal still may. What it looks at counts as
 * read, so a change that races with a revocation is judged again.
 */
enum status principal_verify(struct store_txn *txn, const struct principal *principal, int64_t now,
                             struct arena *arena, struct problem *problem);

#endif
