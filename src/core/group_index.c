#include "group_index.h"

#include "layout.h"
#include "text_index.h"
#include "user_index.h"

/* Two that are the same in this form would be one entry. */
static struct store_key key_name(struct store_txn *txn, const char *name, struct arena *arena)
{
    return key_text(txn, INDEX_GROUP_NAME, text_fold_name(arena, name));
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

void group_by_name_start(struct store_txn *txn, const char *start, struct arena *arena,
                         row_visit *visit, void *context)
{
    text_walk_name_start(txn, INDEX_GROUP_NAME, start, arena, visit, context);
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
