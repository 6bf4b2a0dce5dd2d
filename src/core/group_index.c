#include "group_index.h"

#include "layout.h"
#include "user_index.h"

static struct store_key key_name(struct store_txn *txn, const char *name, struct arena *arena)
{
    struct store_key key = key_index(txn, INDEX_GROUP_NAME);

    key_add_digest(&key, text_fold_name(arena, name)); /* two of these would be one entry */
    return key;
}

static struct store_key key_external(struct store_txn *txn, uint32_t owner, const char *external_id)
{
    struct store_key key = key_index(txn, INDEX_GROUP_EXTERNAL_ID);

    key_add_u32(&key, owner);
    key_add_digest(&key, external_id);
    return key;
}

static uint64_t find(struct store_txn *txn, struct store_key key)
{
    uint64_t row = 0;

    return index_get_row(txn, &key, &row) ? row : 0;
}

uint64_t group_by_name(struct store_txn *txn, const char *name, struct arena *arena)
{
    return find(txn, key_name(txn, name, arena));
}

uint64_t group_by_external_id(struct store_txn *txn, uint32_t owner, const char *external_id)
{
    return find(txn, key_external(txn, owner, external_id));
}

static void set(struct store_txn *txn, const struct group *group, const json_t *resource,
                bool is_there, struct arena *arena)
{
    const char *external_id = user_text(resource, "externalId");
    struct store_key keys[2] = {key_name(txn, user_text(resource, "displayName"), arena)};
    size_t count = 1;

    if (external_id && group->owner) /* it means something to its connection only */
        keys[count++] = key_external(txn, group->owner, external_id);
    for (size_t i = 0; i < count; i++) {
        if (is_there)
            index_put_row(txn, &keys[i], group->row);
        else
            store_delete(txn, STORE_INDEX, key_bytes(&keys[i]));
    }
}

void group_reindex(struct store_txn *txn, const struct group *group, const json_t *before,
                   const json_t *after, struct arena *arena)
{
    if (before)
        set(txn, group, before, false, arena);
    if (after)
        set(txn, group, after, true, arena);
}

struct walk {
    membership_visit *visit;
    void *context;
};

static bool visit_record(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;

    (void)value;
    return walk->visit(walk->context, key_last_u64(key));
}

void group_rows(struct store_txn *txn, membership_visit *visit, void *context)
{
    struct walk walk = {visit, context};
    struct store_key prefix = key_of(store_organization(txn));

    store_scan(txn, STORE_GROUP, key_bytes(&prefix), (struct bytes){0}, visit_record, &walk);
}
