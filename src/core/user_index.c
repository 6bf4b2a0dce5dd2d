#include "user_index.h"

#include <string.h>

#include "account.h"
#include "insert.h"
#include "layout.h"
#include "text_index.h"

/* ----------------------------------------------------------------------- keys */

static struct store_key key_name(struct store_txn *txn, const char *user_name, struct arena *arena)
{
    return key_text(txn, INDEX_USER_NAME, text_fold_name(arena, user_name));
}

static struct store_key key_external(struct store_txn *txn, uint32_t owner, const char *external_id)
{
    struct store_key key = key_index(txn, INDEX_EXTERNAL_ID);

    key_add_u32(&key, owner);
    key_add_digest(&key, external_id);
    return key;
}

static struct store_key key_left(struct store_txn *txn, uint32_t owner, const char *user_name,
                                 struct arena *arena)
{
    struct store_key key = key_index(txn, INDEX_LEFT);

    key_add_u32(&key, owner);
    key_add_digest(&key, text_fold_name(arena, user_name));
    return key;
}

/* -------------------------------------------------------------------- look-ups */

static uint64_t find(struct store_txn *txn, const struct store_key *key)
{
    uint64_t row = 0;

    return index_get_row(txn, key, &row) ? row : 0;
}

uint64_t user_by_name(struct store_txn *txn, const char *user_name, struct arena *arena)
{
    struct store_key key = key_name(txn, user_name, arena);

    return find(txn, &key);
}

uint64_t user_by_external_id(struct store_txn *txn, uint32_t owner, const char *external_id)
{
    struct store_key key = key_external(txn, owner, external_id);

    return find(txn, &key);
}

uint64_t user_left_find(struct store_txn *txn, uint32_t owner, const char *user_name,
                        struct arena *arena)
{
    struct store_key key = key_left(txn, owner, user_name, arena);

    return find(txn, &key);
}

/* ----------------------------------------------------------------------- walks */

struct walk {
    row_visit *visit;
    void *context;
    struct bytes last; /* the walk ends behind the keys that begin so, or sort before it */
};

static bool visit_key(void *context, struct bytes key, struct bytes value)
{
    const struct walk *walk = context;

    (void)value;
    if (walk->last.size && memcmp(key.data, walk->last.data, walk->last.size) > 0)
        return false;
    return walk->visit(walk->context, key_last_u64(key));
}

static void walk_keys(struct store_txn *txn, struct store_key prefix, row_visit *visit,
                      void *context)
{
    struct walk walk = {.visit = visit, .context = context};

    store_scan(txn, STORE_INDEX, key_bytes(&prefix), (struct bytes){0}, visit_key, &walk);
}

void user_by_display_name(struct store_txn *txn, const char *name, struct arena *arena,
                          row_visit *visit, void *context)
{
    text_walk(txn, INDEX_DISPLAY_NAME, text_fold(arena, name), visit, context);
}

void user_by_display_name_start(struct store_txn *txn, const char *start, struct arena *arena,
                                row_visit *visit, void *context)
{
    text_walk_start(txn, INDEX_DISPLAY_NAME, text_fold(arena, start), visit, context);
}

void user_by_email(struct store_txn *txn, const char *address, struct arena *arena,
                   row_visit *visit, void *context)
{
    text_walk(txn, INDEX_EMAIL, text_fold(arena, address), visit, context);
}

void user_by_email_start(struct store_txn *txn, const char *start, struct arena *arena,
                         row_visit *visit, void *context)
{
    text_walk_start(txn, INDEX_EMAIL, text_fold(arena, start), visit, context);
}

void user_by_name_start(struct store_txn *txn, const char *start, struct arena *arena,
                        row_visit *visit, void *context)
{
    text_walk_name_start(txn, INDEX_USER_NAME, start, arena, visit, context);
}

void user_by_active(struct store_txn *txn, bool is_active, row_visit *visit, void *context)
{
    struct store_key prefix = key_index(txn, INDEX_ASSOCIATION);

    key_add_u8(&prefix, is_active);
    walk_keys(txn, prefix, visit, context);
}

/* Who has an association is active. */
void user_by_association(struct store_txn *txn, const struct association *association,
                         row_visit *visit, void *context)
{
    struct store_key prefix = key_index(txn, INDEX_ASSOCIATION);

    key_add_u8(&prefix, true);
    key_add_u8(&prefix, (uint8_t)association->role);
    if (association->site_row)
        key_add_u64(&prefix, association->site_row);
    walk_keys(txn, prefix, visit, context);
}

void user_by_modified(struct store_txn *txn, int64_t from, int64_t to, row_visit *visit,
                      void *context)
{
    struct store_key prefix = key_index(txn, INDEX_MODIFIED);
    struct store_key first = prefix;
    struct store_key last = prefix;
    struct walk walk = {.visit = visit, .context = context};

    if (to < 0)
        return;
    key_add_u64(&first, from < 0 ? 0 : (uint64_t)from);
    key_add_u64(&last, (uint64_t)to);
    walk.last = key_bytes(&last);
    store_scan(txn, STORE_INDEX, key_bytes(&prefix), key_bytes(&first), visit_key, &walk);
}

/* --------------------------------------------------------------------- changes */

const char *user_text(const json_t *resource, const char *name)
{
    return json_string_value(json_object_get(resource, name));
}

const char *user_primary_email(const json_t *resource)
{
    const json_t *emails = json_object_get(resource, "emails");
    size_t i;
    json_t *email;

    json_array_foreach (emails, i, email)
        if (json_is_true(json_object_get(email, "primary")))
            return user_text(email, "value");
    return json_array_size(emails) == 1 ? user_text(json_array_get(emails, 0), "value") : NULL;
}

void user_left_put(struct store_txn *txn, uint32_t owner, const char *user_name, uint64_t row,
                   struct arena *arena)
{
    struct store_key key = key_left(txn, owner, user_name, arena);

    index_put_row(txn, &key, row);
}

void user_left_drop(struct store_txn *txn, uint32_t owner, const char *user_name,
                    struct arena *arena)
{
    struct store_key key = key_left(txn, owner, user_name, arena);

    store_delete(txn, STORE_INDEX, key_bytes(&key));
}

/* What a LEFT key says: owner and digest behind the organization and the index. */
struct left_entry user_left_decode(struct bytes key, struct bytes value)
{
    const unsigned char *digest = (const unsigned char *)key.data + key.size - DIGEST_SIZE;
    struct left_entry left = {
        .owner = (uint32_t)key_last_u64(bytes_of(digest - sizeof(uint64_t), sizeof(uint64_t))),
        .row = key_last_u64(value),
    };

    memcpy(left.name_digest, digest, DIGEST_SIZE);
    return left;
}

struct left_walk {
    left_visit *visit;
    void *context;
};

static bool visit_left(void *context, struct bytes key, struct bytes value)
{
    const struct left_walk *walk = context;
    struct left_entry left = user_left_decode(key, value);

    return walk->visit(walk->context, &left);
}

void user_left_each(struct store_txn *txn, left_visit *visit, void *context)
{
    struct store_key prefix = key_index(txn, INDEX_LEFT);
    struct left_walk walk = {visit, context};

    store_scan(txn, STORE_INDEX, key_bytes(&prefix), (struct bytes){0}, visit_left, &walk);
}

void user_left_insert(struct store_txn *txn, const struct left_entry *left)
{
    struct store_key key = key_index(txn, INDEX_LEFT);

    key_add_u32(&key, left->owner);
    key_add_bytes(&key, bytes_of(left->name_digest, DIGEST_SIZE));
    index_put_row(txn, &key, left->row);
}

/* What an index says of one person, to be put in or taken out. */
struct entry {
    struct store_txn *txn;
    const struct account *account;
    const json_t *value;
    struct arena *arena;
    bool is_there;
};

static void set(const struct entry *entry, const struct store_key *key)
{
    if (entry->is_there)
        index_put_row(entry->txn, key, entry->account->row);
    else
        store_delete(entry->txn, STORE_INDEX, key_bytes(key));
}

/* Where several may have the same, the row makes the key of each another one. */
static void set_shared(const struct entry *entry, enum index index, const char *text)
{
    struct store_key key = key_text(entry->txn, index, text_fold(entry->arena, text));

    key_add_u64(&key, entry->account->row);
    set(entry, &key);
}

static void set_user_name(const struct entry *entry)
{
    struct store_key key = key_name(entry->txn, json_string_value(entry->value), entry->arena);

    set(entry, &key);
}

/* It means something to its connection only. */
static void set_external_id(const struct entry *entry)
{
    struct store_key key =
        key_external(entry->txn, entry->account->owner, json_string_value(entry->value));

    if (entry->account->owner)
        set(entry, &key);
}

static void set_display_name(const struct entry *entry)
{
    set_shared(entry, INDEX_DISPLAY_NAME, json_string_value(entry->value));
}

static void set_emails(const struct entry *entry)
{
    for (size_t i = 0; i < json_array_size(entry->value); i++) {
        const char *address = user_text(json_array_get(entry->value, i), "value");

        if (address)
            set_shared(entry, INDEX_EMAIL, address);
    }
}

static const struct {
    const char *attribute;
    void (*set)(const struct entry *entry);
} indexed[] = {
    {"userName", set_user_name},
    {"externalId", set_external_id},
    {"displayName", set_display_name},
    {"emails", set_emails},
};

static bool is_same(const json_t *left, const json_t *right)
{
    return left == right || (left && right && json_equal(left, right));
}

void user_reindex(struct store_txn *txn, const struct account *account, const json_t *before,
                  const json_t *after, struct arena *arena)
{
    struct entry entry = {.txn = txn, .account = account, .arena = arena};

    for (size_t i = 0; i < sizeof(indexed) / sizeof(indexed[0]); i++) {
        const json_t *old = json_object_get(before, indexed[i].attribute);
        const json_t *new = json_object_get(after, indexed[i].attribute);

        if (is_same(old, new))
            continue;
        for (int is_there = 0; is_there <= 1; is_there++) {
            entry.is_there = is_there;
            entry.value = is_there ? new : old;
            if (entry.value)
                indexed[i].set(&entry);
        }
    }
}

void user_enter(struct store_txn *txn, const struct account *account, const json_t *resource,
                struct arena *arena)
{
    unsigned char uuid[UUID_SIZE];

    (void)uuid_parse(account->id, uuid);
    id_put(txn, SCIM_USER, uuid, account->row);
    account_register(txn, NULL, account);
    user_reindex(txn, account, NULL, resource, arena);
}
