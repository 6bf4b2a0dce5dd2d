#ifndef CORE_REVISION_H
#define CORE_REVISION_H

#include "bridge/core/user.h"

/* A person's account before and after one request. */
struct revision {
    struct store_txn *txn;
    struct user_request *request;
    bool is_there;     /* there was an account before */
    bool is_deletion;  /* there will be none after */
    const char *event; /* the journal's word for it; NULL: after what becomes of the account */
    unsigned stated;   /* what the request speaks of: STATED_ROLE, STATED_SITE */

    struct account before; /* zero when there was none */
    struct bytes old_document;
    json_t *old_resource; /* owned; NULL when there was none */
    struct assertion old_assertion;

    struct account account; /* after */
    json_t *resource;       /* owned; after */
    json_t *password;       /* owned; a new one to be set in the directory; NULL: none */
    struct assertion assertion;
};

/*
 * Put a judged revision into the store: document, record, indexes, counts,
 * journal, outbox. A revision that changes nothing puts nothing. The request's
 * result is set.
 */
enum status revision_write(struct revision *revision, struct problem *problem);

/*
 * Within the change that takes its connection away: an account becomes local, as it
 * is, or inactive.
 *
 * STATUS_FORBIDDEN  it is to be inactive, and is the last active administrator
 */
enum status user_release(struct store_txn *txn, struct user_request *request, bool is_ended,
                         struct problem *problem);

/*
 * Take an account away. Its entry in the directory, if there is one, stays
 * linked, so that the worker can lock it and a later account of the same name
 * and owner can take it up again.
 */
void revision_delete(struct revision *revision);

#endif
