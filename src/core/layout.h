#ifndef CORE_LAYOUT_H
#define CORE_LAYOUT_H

#include "bridge/scim/schema.h"
#include "bridge/store/key.h"
#include "bridge/store/store.h"

/*
 * Where things are in the store. Every key starts with the organization of the
 * transaction.
 *
 * RESOURCE    kind, row                          finished bytes
 * ACCOUNT     row                                account record
 * ASSERTION   row, connection                    role, site as asserted
 * INDEX       ID, uuid                           kind, row
 *             USER_NAME, digest                  row
 *             EXTERNAL_ID, connection, digest    row
 *             EMAIL, digest, row                 1 if it is the primary one
 *             OWNER, connection, row             nothing
 *             ASSOCIATION, role, site, row       nothing: who has a role, or a site, in effect
 *             LEFT, connection, digest           row of a deleted user whose entry is still there
 *             GROUP_NAME, digest                 row
 *             GROUP_EXTERNAL_ID, connection, digest  row
 *             MEMBER, group row, user row        nothing
 *             MEMBER_OF, user row, group row     nothing
 *             SITE_NAME, digest                  row
 *             CONNECTION_NAME, digest            number
 *             CONNECTION_DOMAIN, digest          number
 * COUNTER     what [, of which]
 */
enum index {
    INDEX_ID = 1,
    INDEX_USER_NAME,
    INDEX_EXTERNAL_ID,
    INDEX_EMAIL,
    INDEX_OWNER,
    INDEX_ASSOCIATION,
    INDEX_LEFT,
    INDEX_GROUP_NAME,
    INDEX_GROUP_EXTERNAL_ID,
    INDEX_MEMBER,
    INDEX_MEMBER_OF,
    INDEX_SITE_NAME,
    INDEX_CONNECTION_NAME,
    INDEX_CONNECTION_DOMAIN,
};

enum counter {
    COUNT_USERS = 1,
    COUNT_ACTIVE,
    COUNT_ADMINS,      /* active ones, without break-glass accounts */
    COUNT_OWNED,       /* by connection */
    COUNT_AT_SITE,     /* by site: people whose effective site it is */
    COUNT_ASSERTED_AT, /* by site: accounts for which it was asserted, in effect or not */
    COUNT_SITES,
    COUNT_GROUPS,
    COUNT_OUTBOX,
    COUNT_PARKED,
};

struct store_key key_resource(struct store_txn *txn, enum scim_kind kind, uint64_t row);
struct store_key key_row(struct store_txn *txn, uint64_t row);
struct store_key key_assertion(struct store_txn *txn, uint64_t row, uint32_t connection);
struct store_key key_index(struct store_txn *txn, enum index index);
struct store_key key_id(struct store_txn *txn, const unsigned char *uuid);
struct store_key key_owner(struct store_txn *txn, uint32_t owner, uint64_t row);

/* Ends with the role, to walk or to go on with site and row. */
struct store_key key_role(struct store_txn *txn, uint8_t role);
struct store_key key_counter(struct store_txn *txn, enum counter counter);
struct store_key key_counter_of(struct store_txn *txn, enum counter counter, uint64_t which);

/* An index entry whose value is a row number. */
void index_put_row(struct store_txn *txn, const struct store_key *key, uint64_t row);
bool index_get_row(struct store_txn *txn, const struct store_key *key, uint64_t *row);

/* Resolve an id as clients send it. False unless it is a resource of this kind. */
bool id_find(struct store_txn *txn, enum scim_kind kind, const char *id, uint64_t *row);
void id_put(struct store_txn *txn, enum scim_kind kind, const unsigned char *uuid, uint64_t row);

#endif
