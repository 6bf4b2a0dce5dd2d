#include "account.h"

#include <string.h>

#include "bridge/core/site.h"
#include "bridge/store/record.h"
#include "insert.h"
#include "layout.h"
#include "roster.h"

enum { ACCOUNT_VERSION = 2, ASSERTION_VERSION = 1 };

static const char *text_or_null(const char *text)
{
    return *text ? text : NULL;
}

static void copy_id(char id[UUID_TEXT_SIZE], const char *text)
{
    size_t size = strnlen(text, UUID_TEXT_SIZE - 1);

    memcpy(id, text, size);
    id[size] = '\0';
}

bool account_load(struct store_txn *txn, uint64_t row, struct arena *arena, struct account *account)
{
    struct store_key key = key_row(txn, row);
    struct record_reader reader;
    struct bytes value;
    uint8_t role;

    if (!store_get(txn, STORE_ACCOUNT, key_bytes(&key), &value))
        return false;
    reader = record_read(value, ACCOUNT_VERSION);
    *account = (struct account){.row = row};
    copy_id(account->id, record_take_text(&reader, arena));
    account->owner = record_take_u32(&reader);
    account->is_break_glass = record_take_u8(&reader) != 0;
    account->is_active = record_take_u8(&reader) != 0;
    role = record_take_u8(&reader);
    account->association.role = role <= ROLE_ADMIN ? role : ROLE_NONE;
    account->association.site_row = record_take_u64(&reader);
    account->created_at = (int64_t)record_take_u64(&reader);
    account->modified_at = (int64_t)record_take_u64(&reader);
    account->version = record_take_u64(&reader);
    account->asserts_active = record_take_u8(&reader) != 0;
    account->blocked_by = text_or_null(record_take_text(&reader, arena));
    account->block_reason = record_take_text(&reader, arena);
    account->blocked_at = (int64_t)record_take_u64(&reader);
    return !reader.is_damaged;
}

void account_save(struct store_txn *txn, const struct account *account, struct arena *arena)
{
    struct store_key key = key_row(txn, account->row);
    struct record_writer writer = record_write(arena, ACCOUNT_VERSION);

    record_put_text(&writer, account->id);
    record_put_u32(&writer, account->owner);
    record_put_u8(&writer, account->is_break_glass);
    record_put_u8(&writer, account->is_active);
    record_put_u8(&writer, (uint8_t)account->association.role);
    record_put_u64(&writer, account->association.site_row);
    record_put_u64(&writer, (uint64_t)account->created_at);
    record_put_u64(&writer, (uint64_t)account->modified_at);
    record_put_u64(&writer, account->version);
    record_put_u8(&writer, account->asserts_active);
    record_put_text(&writer, account->blocked_by);
    record_put_text(&writer, account->block_reason);
    record_put_u64(&writer, (uint64_t)account->blocked_at);
    store_put(txn, STORE_ACCOUNT, key_bytes(&key), record_bytes(&writer));
}

void account_drop(struct store_txn *txn, uint64_t row)
{
    struct store_key key = key_row(txn, row);

    store_delete(txn, STORE_ACCOUNT, key_bytes(&key));
}

/* ----------------------------------------------------------------- assertions */

struct assertion assertion_load(struct store_txn *txn, uint64_t row, uint32_t owner,
                                struct arena *arena)
{
    struct store_key key = key_assertion(txn, row, owner);
    struct assertion assertion = {0};
    struct record_reader reader;
    struct bytes value;

    if (!store_get(txn, STORE_ASSERTION, key_bytes(&key), &value))
        return assertion;
    reader = record_read(value, ASSERTION_VERSION);
    assertion.role = text_or_null(record_take_text(&reader, arena));
    assertion.site = text_or_null(record_take_text(&reader, arena));
    assertion.site_row = record_take_u64(&reader);
    /* A site keeps its row through renames; one that was unknown may exist by now. */
    if (assertion.site && !site_exists(txn, assertion.site_row))
        assertion.site_row = site_resolve(txn, assertion.site, arena);
    return assertion;
}

/* The site that the stored assertion means; 0 when there is none. */
static uint64_t asserted_site(struct store_txn *txn, uint64_t row, uint32_t owner)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct store_key key = key_assertion(txn, row, owner);
    struct record_reader reader;
    struct bytes value;

    if (!store_get(txn, STORE_ASSERTION, key_bytes(&key), &value))
        return 0;
    reader = record_read(value, ASSERTION_VERSION);
    (void)record_take_text(&reader, arena);
    (void)record_take_text(&reader, arena);
    return record_take_u64(&reader);
}

static void count_asserted(struct store_txn *txn, uint64_t site_row, int64_t amount)
{
    struct store_key key = key_counter_of(txn, COUNT_ASSERTED_AT, site_row);

    if (site_row)
        store_add(txn, key_bytes(&key), amount);
}

void assertion_save(struct store_txn *txn, uint64_t row, uint32_t owner,
                    const struct assertion *assertion, struct arena *arena)
{
    struct store_key key = key_assertion(txn, row, owner);
    struct record_writer writer = record_write(arena, ASSERTION_VERSION);

    count_asserted(txn, asserted_site(txn, row, owner), -1);
    count_asserted(txn, assertion->site_row, 1);
    record_put_text(&writer, assertion->role);
    record_put_text(&writer, assertion->site);
    record_put_u64(&writer, assertion->site_row);
    store_put(txn, STORE_ASSERTION, key_bytes(&key), record_bytes(&writer));
}

void assertion_drop(struct store_txn *txn, uint64_t row, uint32_t owner)
{
    struct store_key key = key_assertion(txn, row, owner);

    count_asserted(txn, asserted_site(txn, row, owner), -1);
    store_delete(txn, STORE_ASSERTION, key_bytes(&key));
}

void assertion_enter(struct store_txn *txn, uint64_t row, uint32_t owner)
{
    count_asserted(txn, asserted_site(txn, row, owner), 1);
}

/* ----------------------------------------------------------- counts and indexes */

static void count(struct store_txn *txn, const struct account *account, int64_t amount)
{
    struct store_key active = key_counter(txn, COUNT_ACTIVE);
    struct store_key admins = key_counter(txn, COUNT_ADMINS);
    struct store_key site = key_counter_of(txn, COUNT_AT_SITE, account->association.site_row);

    if (account->is_active)
        store_add(txn, key_bytes(&active), amount);
    if (account->association.role == ROLE_ADMIN && !account->is_break_glass)
        store_add(txn, key_bytes(&admins), amount);
    if (account->association.site_row)
        store_add(txn, key_bytes(&site), amount);
}

static void set(struct store_txn *txn, const struct store_key *key, bool is_there)
{
    if (is_there)
        store_put(txn, STORE_INDEX, key_bytes(key), (struct bytes){0});
    else
        store_delete(txn, STORE_INDEX, key_bytes(key));
}

static void set_state(struct store_txn *txn, const struct account *account, bool is_there)
{
    struct store_key key = key_index(txn, INDEX_ASSOCIATION);

    key_add_u8(&key, account->is_active);
    key_add_u8(&key, (uint8_t)account->association.role);
    key_add_u64(&key, account->association.site_row);
    key_add_u64(&key, account->row);
    set(txn, &key, is_there);
    count(txn, account, is_there ? 1 : -1);
}

static void set_modified(struct store_txn *txn, const struct account *account, bool is_there)
{
    struct store_key key = key_index(txn, INDEX_MODIFIED);

    key_add_u64(&key, (uint64_t)account->modified_at);
    key_add_u64(&key, account->row);
    set(txn, &key, is_there);
}

static bool has_same_owner(const struct account *left, const struct account *right)
{
    return left->owner == right->owner;
}

static bool has_same_state(const struct account *left, const struct account *right)
{
    return left->is_active == right->is_active &&
           left->association.role == right->association.role &&
           left->association.site_row == right->association.site_row;
}

static bool has_same_time(const struct account *left, const struct account *right)
{
    return left->modified_at == right->modified_at;
}

static void set_owner(struct store_txn *txn, const struct account *account, bool is_there)
{
    roster_set(txn, SCIM_USER, account->owner, account->row, is_there);
}

/* What is kept of an account beside it, and whether it may stay as it is. */
static const struct {
    bool (*is_same)(const struct account *left, const struct account *right);
    void (*set)(struct store_txn *txn, const struct account *account, bool is_there);
} registers[] = {
    {has_same_owner, set_owner},
    {has_same_state, set_state},
    {has_same_time, set_modified},
};

void account_register(struct store_txn *txn, const struct account *before,
                      const struct account *after)
{
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        if (before && after && registers[i].is_same(before, after))
            continue;
        if (before)
            registers[i].set(txn, before, false);
        if (after)
            registers[i].set(txn, after, true);
    }
}
