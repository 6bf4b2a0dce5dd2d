#include "user_index.h"

#include "layout.h"

/* ----------------------------------------------------------------------- keys */

static struct store_key key_name(struct store_txn *txn, const char *user_name, struct arena *arena)
{
    struct store_key key = key_index(txn, INDEX_USER_NAME);

    key_add_digest(&key, text_fold_name(arena, user_name));
    return key;
}

static struct store_key key_external(struct store_txn *txn, uint32_t owner, const char *external_id)
{
    struct store_key key = key_index(txn, INDEX_EXTERNAL_ID);

    key_add_u32(&key, owner);
    key_add_digest(&key, external_id);
    return key;
}

static struct store_key key_email(struct store_txn *txn, const char *address, struct arena *arena)
{
    struct store_key key = key_index(txn, INDEX_EMAIL);

    key_add_digest(&key, text_fold(arena, address));
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

struct walk {
    row_visit *visit;
    void *context;
};

static bool visit_key(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;

    (void)value;
    return walk->visit(walk->context, key_last_u64(key));
}

void user_by_email(struct store_txn *txn, const char *address, struct arena *arena,
                   row_visit *visit, void *context)
{
    struct store_key prefix = key_email(txn, address, arena);
    struct walk walk = {visit, context};

    store_scan(txn, STORE_INDEX, key_bytes(&prefix), (struct bytes){0}, visit_key, &walk);
}

void user_rows_of(struct store_txn *txn, uint32_t owner, row_visit *visit, void *context)
{
    struct store_key prefix = key_index(txn, INDEX_OWNER);
    struct walk walk = {visit, context};

    key_add_u32(&prefix, owner);
    store_scan(txn, STORE_INDEX, key_bytes(&prefix), (struct bytes){0}, visit_key, &walk);
}

void user_rows(struct store_txn *txn, row_visit *visit, void *context)
{
    struct store_key prefix = key_of(store_organization(txn));
    struct walk walk = {visit, context};

    store_scan(txn, STORE_ACCOUNT, key_bytes(&prefix), (struct bytes){0}, visit_key, &walk);
}

void user_rows_with(struct store_txn *txn, const struct association *association, row_visit *visit,
                    void *context)
{
    struct store_key prefix = key_role(txn, (uint8_t)association->role);
    struct walk walk = {visit, context};

    if (association->site_row)
        key_add_u64(&prefix, association->site_row);
    store_scan(txn, STORE_INDEX, key_bytes(&prefix), (struct bytes){0}, visit_key, &walk);
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

/* Put or take away what an index says of one person. */
static void set(struct store_txn *txn, const struct store_key *key, uint64_t row, bool is_there)
{
    if (is_there)
        index_put_row(txn, key, row);
    else
        store_delete(txn, STORE_INDEX, key_bytes(key));
}

static void set_emails(struct store_txn *txn, uint64_t row, const json_t *resource, bool is_there,
                       struct arena *arena)
{
    json_t *email;
    size_t i;

    json_array_foreach (json_object_get(resource, "emails"), i, email) {
        const char *address = user_text(email, "value");
        struct store_key key;

        if (!address)
            continue;
        key = key_email(txn, address, arena);
        key_add_u64(&key, row);
        set(txn, &key, row, is_there);
    }
}

static void set_all(struct store_txn *txn, const struct account *account, const json_t *resource,
                    bool is_there, struct arena *arena)
{
    const char *external_id = user_text(resource, "externalId");
    struct store_key name = key_name(txn, user_text(resource, "userName"), arena);
    struct store_key owner = key_owner(txn, account->owner, account->row);

    set(txn, &name, account->row, is_there);
    set(txn, &owner, account->row, is_there);
    if (external_id && account->owner) { /* it means something to its connection only */
        struct store_key external = key_external(txn, account->owner, external_id);

        set(txn, &external, account->row, is_there);
    }
    set_emails(txn, account->row, resource, is_there, arena);
}

void user_reindex(struct store_txn *txn, const struct account *account, const json_t *before,
                  const json_t *after, struct arena *arena)
{
    static const char *const indexed[] = {"userName", "externalId", "emails"};
    bool is_same = before && after;

    for (size_t i = 0; is_same && i < sizeof(indexed) / sizeof(indexed[0]); i++) {
        json_t *old = json_object_get(before, indexed[i]);
        json_t *new = json_object_get(after, indexed[i]);

        is_same = old == new || json_equal(old, new);
    }
    if (is_same)
        return;
    if (before)
        set_all(txn, account, before, false, arena);
    if (after)
        set_all(txn, account, after, true, arena);
}
