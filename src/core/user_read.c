/* People as they are shown: the tail that is composed at read time. */
#include "account.h"
#include "bridge/base/json.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/outbox.h"
#include "bridge/core/site.h"
#include "layout.h"

/* -------------------------------------------------------------------------- the tail */

static void add_member(struct text *tail, const char *name, const char *value)
{
    if (!value)
        return;
    text_add(tail, name);
    text_add_json(tail, value);
}

/* What the bridge says itself needs no escapes. */
static void add_words(struct text *tail, const char *name, const char *words)
{
    text_add(tail, name);
    text_add(tail, words);
    text_add(tail, "\"");
}

static void add_moment(struct text *tail, const char *name, int64_t at)
{
    char moment[TIMESTAMP_SIZE];

    timestamp_format(at, moment);
    add_words(tail, name, moment);
}

/* Where a resource is: the base comes from the request. */
static void add_location(struct text *tail, const char *base, const char *endpoint, const char *id)
{
    text_add(tail, "\"");
    text_add_json_part(tail, base);
    text_add(tail, endpoint);
    text_add(tail, id);
    text_add(tail, "\"");
}

static void add_directory(struct store_txn *txn, uint64_t row, struct text *tail)
{
    struct outbox_line line;
    struct link link = {0};
    bool is_waiting = outbox_find(txn, OUTBOX_USER, row, tail->arena, &line);
    bool is_parked = is_waiting && line.refusal;

    (void)link_find(txn, OUTBOX_USER, row, tail->arena, &link);
    add_words(tail, ",\"directory\":{\"state\":\"",
              is_parked    ? "parked"
              : is_waiting ? "pending"
                           : "landed");
    add_member(tail, ",\"dn\":", link.dn);
    add_member(tail, ",\"detail\":", is_parked ? line.refusal : NULL);
    text_add(tail, "}");
}

static void add_block(const struct account *account, struct text *tail)
{
    if (!account->blocked_by)
        return;
    add_moment(tail, ",\"blocked\":{\"since\":\"", account->blocked_at);
    add_member(tail, ",\"by\":", account->blocked_by);
    add_member(tail, ",\"reason\":", *account->block_reason ? account->block_reason : NULL);
    text_add(tail, "}");
}

typedef const char *look_up_name(struct store_txn *txn, uint64_t number, struct arena *arena);

static const char *owner_name(struct store_txn *txn, uint64_t number, struct arena *arena)
{
    struct connection owner;

    return connection_load(txn, (uint32_t)number, arena, &owner) ? owner.name : NULL;
}

/* Of number 0 there is none. */
static const char *name_of(struct store_txn *txn, struct known_name *known, uint64_t number,
                           look_up_name *look_up, struct arena *arena)
{
    known += number % NAMES_KNOWN;
    if (known->number != number)
        *known = (struct known_name){number, look_up(txn, number, arena)};
    return known->name;
}

/* A break-glass account has no entry. */
static void add_extension(struct store_txn *txn, const struct account *account,
                          struct tail_facts *facts, struct text *tail)
{
    const char *site =
        name_of(txn, facts->sites, account->association.site_row, site_name, facts->arena);
    const char *owner = name_of(txn, facts->owners, account->owner, owner_name, facts->arena);

    add_words(tail, ",\"" SCIM_URN_BRIDGE "\":{\"status\":\"",
              account->is_active ? "active" : "inactive");
    add_member(tail, ",\"role\":", role_name(account->association.role));
    add_member(tail, ",\"site\":", site);
    add_member(tail, ",\"managedBy\":", owner);
    add_block(account, tail);
    if (account->is_break_glass)
        text_add(tail, ",\"breakGlass\":true");
    else
        add_directory(txn, account->row, tail);
    text_add(tail, "}");
}

struct composing {
    struct store_txn *txn;
    const struct actor *actor;
    const char *base;
    struct text *tail;
    size_t count;
};

static bool add_group(void *context, uint64_t row)
{
    struct composing *composing = context;
    struct text *tail = composing->tail;
    struct group group;

    if (!group_load(composing->txn, row, tail->arena, &group) ||
        !group_may_be_seen(&group, composing->actor))
        return true;
    text_add(tail, composing->count++ ? "," : ",\"groups\":[");
    add_words(tail, "{\"value\":\"", group.id);
    add_member(tail, ",\"type\":", "direct");
    add_member(tail, ",\"display\":", group.name);
    text_add(tail, ",\"$ref\":");
    add_location(tail, composing->base, "/Groups/", group.id);
    text_add(tail, "}");
    return true;
}

static void add_groups(struct composing *composing, uint64_t row, struct tail_facts *facts)
{
    if (row >= facts->no_groups_from && row < facts->no_groups_to)
        return;
    facts->no_groups_from = row + 1;
    facts->no_groups_to = user_groups_and_next(composing->txn, row, add_group, composing);
    if (composing->count)
        text_add(composing->tail, "]");
}

static void add_meta(const struct account *account, const char *base, struct text *tail)
{
    add_moment(tail, ",\"meta\":{\"resourceType\":\"User\",\"created\":\"", account->created_at);
    add_moment(tail, ",\"lastModified\":\"", account->modified_at);
    text_add(tail, ",\"version\":\"W/\\\"");
    text_add_number(tail, account->version);
    text_add(tail, "\\\"\",\"location\":");
    add_location(tail, base, "/Users/", account->id);
    text_add(tail, "}}");
}

struct bytes user_tail(struct store_txn *txn, const struct user *user, const struct actor *actor,
                       const char *base, struct tail_facts *facts, struct arena *arena)
{
    struct text tail = {.arena = arena};
    struct composing composing = {txn, actor, base, &tail, 0};

    if (!facts) {
        facts = arena_alloc(arena, sizeof(*facts));
        facts->arena = arena;
    }
    add_groups(&composing, user->account.row, facts);
    add_extension(txn, &user->account, facts, &tail);
    add_meta(&user->account, base, &tail);
    return bytes_of(tail.data, tail.size);
}

struct bytes user_meta(const struct user *user, const char *base, struct arena *arena)
{
    struct text tail = {.arena = arena};

    add_meta(&user->account, base, &tail);
    return bytes_of(tail.data, tail.size);
}

json_t *user_json(struct store_txn *txn, const struct user *user, const struct actor *actor,
                  const char *base, struct arena *arena)
{
    struct text whole = {.arena = arena};

    text_add_bytes(&whole, bytes_of(user->document.data, user->document.size - 1));
    text_add_bytes(&whole, user_tail(txn, user, actor, base, NULL, arena));
    return json_stored(bytes_of(whole.data, whole.size));
}

struct user_counts user_counts(struct store_txn *txn)
{
    struct store_key total = key_counter(txn, COUNT_USERS);
    struct store_key active = key_counter(txn, COUNT_ACTIVE);
    struct store_key admins = key_counter(txn, COUNT_ADMINS);

    return (struct user_counts){
        .total = store_count(txn, key_bytes(&total)),
        .active = store_count(txn, key_bytes(&active)),
        .admins = store_count(txn, key_bytes(&admins)),
    };
}
