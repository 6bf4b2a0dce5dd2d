#include "text_index.h"

#include <string.h>

#include "bridge/base/text.h"

static struct store_key key_start(struct store_txn *txn, enum index index, const char *folded)
{
    struct store_key key = key_index(txn, index);

    key_add_bytes(&key, bytes_of(folded, strnlen(folded, TEXT_KEPT)));
    return key;
}

struct store_key key_text(struct store_txn *txn, enum index index, const char *folded)
{
    struct store_key key = key_start(txn, index, folded);
    bool is_whole = strlen(folded) <= TEXT_KEPT;

    key_add_u8(&key, !is_whole); /* nothing that goes on begins so, nor does a digest */
    if (!is_whole)
        key_add_digest(&key, folded);
    return key;
}

struct walk {
    row_visit *visit;
    void *context;
};

static bool visit_value(void *context, struct bytes key, struct bytes value)
{
    const struct walk *walk = context;

    (void)key;
    return walk->visit(walk->context, key_last_u64(value));
}

static void walk_from(struct store_txn *txn, const struct store_key *prefix,
                      const struct store_key *from, row_visit *visit, void *context)
{
    struct walk walk = {visit, context};

    store_scan(txn, STORE_INDEX, key_bytes(prefix), key_bytes(from), visit_value, &walk);
}

void text_walk(struct store_txn *txn, enum index index, const char *folded, row_visit *visit,
               void *context)
{
    struct store_key prefix = key_text(txn, index, folded);

    walk_from(txn, &prefix, &prefix, visit, context);
}

void text_walk_start(struct store_txn *txn, enum index index, const char *folded, row_visit *visit,
                     void *context)
{
    struct store_key prefix = key_start(txn, index, folded);

    walk_from(txn, &prefix, &prefix, visit, context);
}

static char *ascii_start(struct arena *arena, const char *folded)
{
    size_t size = 0;

    while (folded[size] && (unsigned char)folded[size] < 0x80)
        size++;
    return arena_text(arena, bytes_of(folded, size));
}

/*
 * The coarser form may join a character with the one behind it. Only ASCII is sure
 * to be the same in both forms, but for its last character: what begins so is looked
 * for with it, and with whatever is not ASCII in its place.
 */
void text_walk_name_start(struct store_txn *txn, enum index index, const char *start,
                          struct arena *arena, row_visit *visit, void *context)
{
    char *ascii = text_fold_name(arena, ascii_start(arena, text_fold(arena, start)));
    size_t size = strlen(ascii);
    struct store_key prefix;
    struct store_key from;

    text_walk_start(txn, index, ascii, visit, context);
    if (size == 0 || size > TEXT_KEPT)
        return;
    ascii[size - 1] = '\0';
    from = prefix = key_start(txn, index, ascii);
    key_add_u8(&from, 0x80);
    walk_from(txn, &prefix, &from, visit, context);
}
