#include "restate.h"

#include <string.h>

#include "account.h"
#include "bridge/base/json.h"
#include "bridge/base/keyring.h"
#include "bridge/core/lease.h"
#include "bridge/core/password.h"
#include "insert.h"
#include "person_key.h"
#include "user_index.h"

static const char damaged[] = "is damaged";
static const char no_document[] = "has no document that can be read";
static const char no_user[] = "there is no such user any more";
static const char no_key[] = "is sealed with a key that is not in keys.path";
static const char not_opened[] = "does not open: it was altered, or sealed with other keys";

/* ----------------------------------------------------------------- parts of keys */

/* What stands before the last `size` bytes. */
static struct bytes without_last(struct bytes key, size_t size)
{
    return bytes_of(key.data, key.size - size);
}

/* Behind the organization: the kind of a line or a link. */
static unsigned char kind_of(struct bytes key)
{
    return ((const unsigned char *)key.data)[sizeof(uint32_t)];
}

static bool is_there(struct store_txn *txn, enum store_table table, uint64_t row)
{
    struct store_key key = key_row(txn, row);
    struct bytes value;

    return store_get(txn, table, key_bytes(&key), &value);
}

/* NULL also where there are no keys to open it with. */
static const char *judge_seal(enum status status)
{
    if (!keyring_is_loaded() || !status)
        return NULL;
    return status == STATUS_CONFIGURATION ? no_key : not_opened;
}

/* --------------------------------------------------------------------- resources */

/* NULL unless it is whole and of this id; the caller's to json_decref. */
static json_t *document_of(struct bytes document, const char *id)
{
    json_auto_t *resource = json_stored(document);
    const char *own = user_text(resource, "id");

    return own && strcmp(own, id) == 0 ? json_incref(resource) : NULL;
}

static bool has_connection(struct store_txn *txn, uint32_t owner, struct arena *arena)
{
    struct connection connection;

    return owner == 0 || connection_load(txn, owner, arena, &connection);
}

/* What its record says goes together, and with the document. */
static const char *judge_account(struct store_txn *txn, const struct account *account,
                                 const json_t *resource, struct arena *arena)
{
    const struct association *association = &account->association;

    if (json_is_true(json_object_get(resource, "active")) != account->is_active)
        return "is active in its document or in its account, not in both";
    if (!account->is_active && association->role != ROLE_NONE)
        return "is inactive, and has a role in effect";
    if ((association->role == ROLE_USER) != (association->site_row != 0))
        return "has a site without the role user, or that role without a site";
    if (association->site_row && !site_exists(txn, association->site_row))
        return "is at a site that is not there";
    if (!has_connection(txn, account->owner, arena))
        return "belongs to a connection that is not there";
    return NULL;
}

const char *restate_user(struct store_txn *txn, struct record *record)
{
    json_auto_t *resource = NULL;
    struct user user = {0};
    uint64_t row = key_last_u64(record->key);

    if (!account_load(txn, row, record->arena, &user.account))
        return damaged;
    if (!user_load(txn, row, record->arena, &user) ||
        !(resource = document_of(user.document, user.account.id)) ||
        !user_text(resource, "userName"))
        return no_document;
    user_enter(txn, &user.account, resource, record->arena);
    return judge_account(txn, &user.account, resource, record->arena);
}

const char *restate_group(struct store_txn *txn, struct record *record)
{
    json_auto_t *resource = NULL;
    struct group group = {0};

    if (!group_load(txn, key_last_u64(record->key), record->arena, &group) ||
        !(resource = document_of(group.document, group.id)) || !user_text(resource, "displayName"))
        return no_document;
    group_enter(txn, &group, resource, record->arena);
    return has_connection(txn, group.owner, record->arena)
               ? NULL
               : "belongs to a connection that is not there";
}

const char *restate_site(struct store_txn *txn, struct record *record)
{
    json_auto_t *resource = NULL;
    struct site site = {0};

    if (!site_load(txn, key_last_u64(record->key), record->arena, &site) ||
        !(resource = document_of(site.document, site.id)))
        return no_document;
    site_enter(txn, &site, record->arena);
    return NULL;
}

const char *restate_connection(struct store_txn *txn, struct record *record)
{
    struct connection connection = {0};

    if (!connection_load(txn, (uint32_t)key_last_u64(record->key), record->arena, &connection))
        return damaged;
    connection_enter(txn, &connection);
    return NULL;
}

const char *restate_document(struct store_txn *txn, struct record *record)
{
    static const enum store_table tables[] = {
        [SCIM_USER] = STORE_ACCOUNT,
        [SCIM_GROUP] = STORE_GROUP,
        [SCIM_SITE] = STORE_SITE,
    };
    struct bytes row = without_last(record->key, 1);
    unsigned char kind = ((const unsigned char *)record->key.data)[row.size];

    return kind < sizeof(tables) / sizeof(tables[0]) &&
                   is_there(txn, tables[kind], key_last_u64(row))
               ? NULL
               : "a document is left of a resource that is not there";
}

/* ------------------------------------------------------------ what people have besides */

const char *restate_assertion(struct store_txn *txn, struct record *record)
{
    uint32_t connection = (uint32_t)key_last_u64(record->key); /* the row ends in the other half */
    uint64_t row = key_last_u64(without_last(record->key, sizeof(connection)));

    assertion_enter(txn, row, connection);
    return is_there(txn, STORE_ACCOUNT, row) ? NULL : no_user;
}

static const char *open_password(struct store_txn *txn, uint64_t row,
                                 const struct password *password, struct arena *arena)
{
    struct bytes plain;
    enum status status;

    if (!keyring_is_loaded())
        return NULL;
    status = password_open(store_organization(txn), row, password, arena, &plain, NULL);
    if (!status)
        explicit_bzero((void *)(uintptr_t)plain.data, plain.size);
    return judge_seal(status);
}

/* Only who may bind has a password on its way. */
const char *restate_password(struct store_txn *txn, struct record *record)
{
    uint64_t row = key_last_u64(record->key);
    struct account account;
    struct password password;

    if (!account_load(txn, row, record->arena, &account))
        return no_user;
    if (!password_find(txn, row, record->arena, &password))
        return damaged;
    record->number = password.stamp;
    return account.is_active ? open_password(txn, row, &password, record->arena)
                             : "a password waits for a user who is inactive";
}

/* It outlives the account, so it is there for its own sake. */
const char *restate_person(struct store_txn *txn, struct record *record)
{
    SCOPED(person_key_clear) struct person_key key = {0};
    unsigned char uuid[UUID_SIZE];
    char id[UUID_TEXT_SIZE];

    if (record->key.size != sizeof(uint32_t) + UUID_SIZE || !person_key_row(record->value))
        return damaged;
    if (!keyring_is_loaded())
        return NULL;
    memcpy(uuid, (const unsigned char *)record->key.data + sizeof(uint32_t), UUID_SIZE);
    uuid_format(uuid, id);
    return judge_seal(person_key_find(txn, id, record->arena, &key, NULL));
}

/* A connection's group has members of that connection. */
const char *restate_member(struct store_txn *txn, struct record *record)
{
    uint64_t user_row = key_last_u64(record->key);
    uint64_t group_row = key_last_u64(without_last(record->key, sizeof(user_row)));
    struct account account;
    struct group group;

    membership_insert(txn, group_row, user_row);
    if (!account_load(txn, user_row, record->arena, &account))
        return no_user;
    if (!group_load(txn, group_row, record->arena, &group))
        return "is in a group that is not there";
    return !group.owner || group.owner == account.owner ? NULL
                                                        : "is in a group of another connection";
}

/* ------------------------------------------------------------------ the directory's side */

/*
 * A line may be of a resource that is gone: its entry is still to be taken away, or
 * the worker will find that nothing is left to do.
 */
const char *restate_outbox_line(struct store_txn *txn, struct record *record)
{
    struct outbox_line line;
    struct account account = {0};

    if (kind_of(record->key) > OUTBOX_GROUP)
        return "is work of a kind that there is not";
    if (!outbox_find(txn, kind_of(record->key), key_last_u64(record->key), record->arena, &line))
        return damaged;
    record->number = line.generation;
    outbox_enter(txn, &line, record->arena);
    (void)account_load(txn, line.row, record->arena, &account);
    return account.is_break_glass ? "has work waiting, and is break-glass, without an entry" : NULL;
}

/* An entry of somebody who is gone may belong to another by now, or to nobody. */
static bool is_given_up(struct store_txn *txn, enum outbox_kind kind, uint64_t row,
                        const char *identity, struct arena *arena)
{
    uint64_t owner = link_owner(txn, kind, identity);
    struct link other;

    if (owner == 0)
        return kind == OUTBOX_USER && !is_there(txn, STORE_ACCOUNT, row);
    return owner != row && link_find(txn, kind, owner, arena, &other) &&
           strcmp(other.identity, identity) == 0;
}

static bool is_linked_kind(enum outbox_kind kind)
{
    return kind == OUTBOX_USER || kind == OUTBOX_GROUP;
}

const char *restate_link(struct store_txn *txn, struct record *record)
{
    enum outbox_kind kind = kind_of(record->key);
    uint64_t row = key_last_u64(record->key);
    struct link link;

    if (!is_linked_kind(kind) || !link_find(txn, kind, row, record->arena, &link))
        return damaged;
    if (*link.identity && !is_given_up(txn, kind, row, link.identity, record->arena))
        link_enter(txn, kind, row, &link);
    return NULL;
}

/* What is kept of the deleted is there for its own sake. */
const char *restate_left(struct store_txn *txn, struct record *record)
{
    struct left_entry left = user_left_decode(record->key, record->value);

    user_left_insert(txn, &left);
    return is_there(txn, STORE_ACCOUNT, left.row) ? "is kept as one who was deleted, and is there"
                                                  : NULL;
}

/* An organization has one at most, at its number alone. */
const char *restate_lease(struct store_txn *txn, struct record *record)
{
    struct lease lease = lease_find(txn);

    return record->key.size == sizeof(uint32_t) && lease.epoch ? NULL : damaged;
}
