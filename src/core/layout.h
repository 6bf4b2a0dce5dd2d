#ifndef CORE_LAYOUT_H
#define CORE_LAYOUT_H

#include "bridge/scim/schema.h"
#include "bridge/store/key.h"
#include "bridge/store/store.h"

/*
 * Where things are in the store. Every key starts with the organization of the
 * transaction.
 *
 * RESOURCE    row, kind                          finished bytes
 * ACCOUNT     row                                account record
 * ASSERTION   row, connection                    role, site as asserted
 * PASSWORD    row                                a password on its way to the directory, sealed
 * INDEX       ID, uuid                           kind, row
 *             USER_NAME, text                    row
 *             DISPLAY_NAME, text, row            row
 *             EXTERNAL_ID, connection, digest    row
 *             EMAIL, text, row                   row
 *             OWNER, kind, connection, row       nothing
 *             ASSOCIATION, active, role, site, row  nothing: what is in effect
 *             MODIFIED, seconds, row             nothing: when a user was last changed
 *             LEFT, connection, digest           row of a deleted user whose entry is still there
 *             GROUP_NAME, text                   row
 *             LINKED, kind, digest               row to which the entry of this identity belongs
 *             GROUP_EXTERNAL_ID, connection, digest  row
 *             MEMBER, group row, user row        nothing
 *             MEMBER_OF, user row, group row     nothing
 *             SITE_NAME, digest                  row
 *             CONNECTION_NAME, digest            number
 *             CONNECTION_DOMAIN, digest          number
 *             UNFINISHED                         nothing: an import goes on, or was cut off
 * COUNTER     what [, of which]
 *             ROWS, kind, connection, block      how many rows of a block it owns: see roster.h
 *
 * A text is folded, and cut where it is long: see text_index.h.
 */
enum index {
    INDEX_ID = 1,
    INDEX_USER_NAME,
    INDEX_DISPLAY_NAME,
    INDEX_EXTERNAL_ID,
    INDEX_EMAIL,
    INDEX_OWNER,
    INDEX_ASSOCIATION,
    INDEX_MODIFIED,
    INDEX_LEFT,
    INDEX_GROUP_NAME,
    INDEX_GROUP_EXTERNAL_ID,
    INDEX_MEMBER,
    INDEX_MEMBER_OF,
    INDEX_SITE_NAME,
    INDEX_CONNECTION_NAME,
    INDEX_CONNECTION_DOMAIN,
    INDEX_LINKED,
    INDEX_UNFINISHED,
};

enum counter {
    COUNT_USERS = 1,
    COUNT_ACTIVE,
    COUNT_ADMINS,      /* active ones, without break-glass accounts */
    COUNT_OWNED,       /* users, by connection */
    COUNT_AT_SITE,     /* by site: people whose effective site it is */
    COUNT_ASSERTED_AT, /* by site: accounts for which it was asserted, in effect or not */
    COUNT_SITES,
    COUNT_GROUPS, /* and by connection */
    COUNT_OUTBOX,
    COUNT_PARKED,
    COUNT_ROWS,
    COUNT_MEMBERS, /* by group */
};

struct store_key key_resource(struct store_txn *txn, enum scim_kind kind, uint64_t row);
struct store_key key_row(struct store_txn *txn, uint64_t row);
struct store_key key_assertion(struct store_txn *txn, uint64_t row, uint32_t connection);
struct store_key key_index(struct store_txn *txn, enum index index);
struct store_key key_id(struct store_txn *txn, const unsigned char *uuid);
struct store_key key_counter(struct store_txn *txn, enum counter counter);
struct store_key key_counter_of(struct store_txn *txn, enum counter counter, uint64_t which);

/* An index entry whose value is a row number. */
void index_put_row(struct store_txn *txn, const struct store_key *key, uint64_t row);
bool index_get_row(struct store_txn *txn, const struct store_key *key, uint64_t *row);

/* Resolve an id as clients send it. False unless it is a resource of this kind. */
bool id_find(struct store_txn *txn, enum scim_kind kind, const char *id, uint64_t *row);
/* Whether no resource of any kind has it. */
bool id_is_free(struct store_txn *txn, const unsigned char *uuid);
void id_put(struct store_txn *txn, enum scim_kind kind, const unsigned char *uuid, uint64_t row);

#endif
