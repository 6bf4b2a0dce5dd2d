#include "roster.h"

#include "layout.h"

/* Where all rows of a kind are, and what counts them. */
static const struct {
    enum store_table table;
    enum counter all;
    enum counter owned;
} kinds[] = {
    [SCIM_USER] = {STORE_ACCOUNT, COUNT_USERS, COUNT_OWNED},
    [SCIM_GROUP] = {STORE_GROUP, COUNT_GROUPS, COUNT_GROUPS},
    [SCIM_SITE] = {STORE_SITE, COUNT_SITES, COUNT_SITES},
};

static struct store_key key_owner(struct store_txn *txn, enum scim_kind kind, uint32_t owner)
{
    struct store_key key = key_index(txn, INDEX_OWNER);

    key_add_u8(&key, (uint8_t)kind);
    key_add_u32(&key, owner);
    return key;
}

static struct store_key key_blocks(struct store_txn *txn, enum scim_kind kind, uint32_t owner)
{
    struct store_key key = key_counter(txn, COUNT_ROWS);

    key_add_u8(&key, (uint8_t)kind);
    key_add_u32(&key, owner);
    return key;
}

static struct store_key key_total(struct store_txn *txn, enum scim_kind kind, uint32_t owner)
{
    return owner == ROSTER_ALL ? key_counter(txn, kinds[kind].all)
                               : key_counter_of(txn, kinds[kind].owned, owner);
}

static void count(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t row,
                  int64_t amount)
{
    struct store_key total = key_total(txn, kind, owner);
    struct store_key block = key_blocks(txn, kind, owner);

    key_add_u64(&block, row / ROSTER_BLOCK);
    store_add(txn, key_bytes(&total), amount);
    store_add(txn, key_bytes(&block), amount);
}

void roster_set(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t row,
                bool is_there)
{
    struct store_key key = key_owner(txn, kind, owner);

    key_add_u64(&key, row);
    if (is_there)
        store_put(txn, STORE_INDEX, key_bytes(&key), (struct bytes){0});
    else
        store_delete(txn, STORE_INDEX, key_bytes(&key));
    count(txn, kind, owner, row, is_there ? 1 : -1);
    count(txn, kind, ROSTER_ALL, row, is_there ? 1 : -1);
}

bool roster_has(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t row)
{
    struct store_key key = key_owner(txn, kind, owner);
    struct bytes value;

    key_add_u64(&key, row);
    return store_get(txn, STORE_INDEX, key_bytes(&key), &value);
}

uint64_t roster_count(struct store_txn *txn, enum scim_kind kind, uint32_t owner)
{
    struct store_key total = key_total(txn, kind, owner);

    return (uint64_t)store_count(txn, key_bytes(&total));
}

/* -------------------------------------------------------------------------- walking */

struct walk {
    row_visit *visit;
    void *context;
};

static bool visit_key(void *context, struct bytes key, struct bytes value)
{
    const struct walk *walk = context;

    (void)value;
    return walk->visit(walk->context, key_last_u64(key));
}

void roster_walk(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t from,
                 row_visit *visit, void *context)
{
    bool is_all = owner == ROSTER_ALL;
    struct store_key prefix =
        is_all ? key_of(store_organization(txn)) : key_owner(txn, kind, owner);
    struct store_key first = prefix;
    struct walk walk = {visit, context};

    key_add_u64(&first, from);
    store_scan(txn, is_all ? kinds[kind].table : STORE_INDEX, key_bytes(&prefix), key_bytes(&first),
               visit_key, &walk);
}

/* Where the n-th row is: `left` rows further, from the first of a block. */
struct search {
    uint64_t left;
    uint64_t from;
    uint64_t row;
};

static bool pass_block(void *context, struct bytes key, struct bytes value)
{
    struct search *search = context;
    uint64_t count = (uint64_t)store_number(value);

    search->from = key_last_u64(key) * ROSTER_BLOCK;
    if (count >= search->left)
        return false;
    search->left -= count;
    return true;
}

static bool pass_row(void *context, uint64_t row)
{
    struct search *search = context;

    if (--search->left > 0)
        return true;
    search->row = row;
    return false;
}

uint64_t roster_nth(struct store_txn *txn, enum scim_kind kind, uint32_t owner, uint64_t n)
{
    struct store_key blocks = key_blocks(txn, kind, owner);
    struct search search = {.left = n};

    if (n == 0 || n > roster_count(txn, kind, owner))
        return 0;
    store_scan(txn, STORE_COUNTER, key_bytes(&blocks), (struct bytes){0}, pass_block, &search);
    roster_walk(txn, kind, owner, search.from, pass_row, &search);
    return search.row;
}
