/* People as they are shown: the tail that is composed at read time, and lists. */
#include <inttypes.h>

#include "account.h"
#include "adoption.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/outbox.h"
#include "bridge/core/site.h"
#include "layout.h"
#include "user_index.h"

/* -------------------------------------------------------------------------- the tail */

static void add_member(struct text *tail, const char *name, const char *value)
{
    if (!value)
        return;
    text_add_format(tail, ",\"%s\":", name);
    text_add_json(tail, value);
}

static void add_directory(struct store_txn *txn, uint64_t row, struct text *tail)
{
    struct outbox_line line;
    struct link link = {0};
    bool is_waiting = outbox_find(txn, OUTBOX_USER, row, tail->arena, &line);
    bool is_parked = is_waiting && line.refusal;

    (void)link_find(txn, OUTBOX_USER, row, tail->arena, &link);
    text_add_format(tail, ",\"directory\":{\"state\":\"%s\"",
                    is_parked    ? "parked"
                    : is_waiting ? "pending"
                                 : "landed");
    add_member(tail, "dn", link.dn);
    add_member(tail, "detail", is_parked ? line.refusal : NULL);
    text_add(tail, "}");
}

static void add_block(const struct account *account, struct text *tail)
{
    char since[TIMESTAMP_SIZE];

    if (!account->blocked_by)
        return;
    timestamp_format(account->blocked_at, since);
    text_add_format(tail, ",\"blocked\":{\"since\":\"%s\"", since);
    add_member(tail, "by", account->blocked_by);
    add_member(tail, "reason", *account->block_reason ? account->block_reason : NULL);
    text_add(tail, "}");
}

/* A break-glass account has no entry. */
static void add_extension(struct store_txn *txn, const struct account *account, struct text *tail)
{
    struct connection owner = {0};
    struct site site = {0};

    if (account->owner)
        (void)connection_load(txn, account->owner, tail->arena, &owner);
    if (account->association.site_row)
        (void)site_load(txn, account->association.site_row, tail->arena, &site);
    text_add_format(tail, ",\"%s\":{\"status\":\"%s\"", SCIM_URN_BRIDGE,
                    account->is_active ? "active" : "inactive");
    add_member(tail, "role", role_name(account->association.role));
    add_member(tail, "site", site.name);
    add_member(tail, "managedBy", owner.name);
    add_block(account, tail);
    if (account->is_break_glass)
        text_add(tail, ",\"breakGlass\":true");
    else
        add_directory(txn, account->row, tail);
    text_add(tail, "}");
}

struct composing {
    struct store_txn *txn;
    const char *base;
    struct text *tail;
    size_t count;
};

static bool add_group(void *context, uint64_t row)
{
    struct composing *composing = context;
    struct text *tail = composing->tail;
    struct group group;

    if (!group_load(composing->txn, row, tail->arena, &group))
        return true;
    text_add_format(tail, "%s{\"value\":\"%s\",\"type\":\"direct\"",
                    composing->count++ ? "," : ",\"groups\":[", group.id);
    add_member(tail, "display", group.name);
    add_member(tail, "$ref", arena_printf(tail->arena, "%s/Groups/%s", composing->base, group.id));
    text_add(tail, "}");
    return true;
}

static void add_groups(struct store_txn *txn, uint64_t row, const char *base, struct text *tail)
{
    struct composing composing = {txn, base, tail, 0};

    user_groups(txn, row, add_group, &composing);
    if (composing.count)
        text_add(tail, "]");
}

struct bytes user_tail(struct store_txn *txn, const struct user *user, const char *base,
                       struct arena *arena)
{
    const struct account *account = &user->account;
    struct text tail = {.arena = arena};
    char created[TIMESTAMP_SIZE];
    char modified[TIMESTAMP_SIZE];

    timestamp_format(account->created_at, created);
    timestamp_format(account->modified_at, modified);
    add_groups(txn, account->row, base, &tail);
    add_extension(txn, account, &tail);
    text_add_format(&tail,
                    ",\"meta\":{\"resourceType\":\"User\",\"created\":\"%s\","
                    "\"lastModified\":\"%s\",\"version\":\"W/\\\"%" PRIu64 "\\\"\",\"location\":",
                    created, modified, account->version);
    text_add_json(&tail, arena_printf(arena, "%s/Users/%s", base, account->id));
    text_add(&tail, "}}");
    return bytes_of(tail.data, tail.size);
}

json_t *user_json(struct store_txn *txn, const struct user *user, const char *base,
                  struct arena *arena)
{
    struct text whole = {.arena = arena};

    text_add_bytes(&whole, bytes_of(user->document.data, user->document.size - 1));
    text_add_bytes(&whole, user_tail(txn, user, base, arena));
    return json_loadb(whole.data, whole.size, 0, NULL);
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

/* -------------------------------------------------------------------------- lists */

/* A list as it is made: rows are offered in order, those of the page are visited. */
struct selection {
    struct store_txn *txn;
    const struct user_query *query;
    struct arena *arena;
    user_visit *visit;
    void *context;
    bool is_answered; /* the index has said all that the filter asks */
    uint64_t matched;
    uint64_t visited;
};

static bool is_on_page(const struct selection *selection, uint64_t place)
{
    return place >= selection->query->page.start_index &&
           selection->visited < selection->query->page.count;
}

static bool matches(const struct selection *selection, const struct user *user,
                    struct arena *scratch)
{
    const struct user_query *query = selection->query;
    json_t *resource;
    bool is_match;

    if (query->actor->kind == ACTOR_CONNECTION && user->account.owner != query->actor->connection &&
        !(adoption_is_asked_for(query->filter) &&
          adoption_is_open(selection->txn, query->actor, user, scratch)))
        return false;
    if (!query->filter || selection->is_answered)
        return true;
    resource = user_json(selection->txn, user, query->base, scratch);
    is_match = resource && filter_matches(query->filter, resource);
    json_decref(resource);
    return is_match;
}

/* Judge one person. What is only looked at does not stay in the request's memory. */
static bool offer(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *scratch = arena_new();
    struct selection *selection = context;
    struct user user;

    if (!user_load(selection->txn, row, scratch, &user) || !matches(selection, &user, scratch))
        return true;
    selection->matched++;
    if (!is_on_page(selection, selection->matched))
        return true;
    selection->visited++;
    user.document = arena_copy(selection->arena, user.document);
    selection->visit(selection->context, &user);
    return true;
}

/* Without a filter the total is known and nothing but the page is looked at. */
static bool offer_unfiltered(void *context, uint64_t row)
{
    struct selection *selection = context;
    const struct page *page = &selection->query->page;

    if (selection->visited >= page->count)
        return false;
    if (selection->matched + 1 < page->start_index) {
        selection->matched++;
        return true;
    }
    return offer(context, row);
}

static void offer_id(struct selection *selection, const char *value)
{
    uint64_t row;

    if (id_find(selection->txn, SCIM_USER, value, &row))
        (void)offer(selection, row);
}

static void offer_user_name(struct selection *selection, const char *value)
{
    uint64_t row = user_by_name(selection->txn, value, selection->arena);

    if (row)
        (void)offer(selection, row);
}

static void offer_external_id(struct selection *selection, const char *value)
{
    uint64_t row = user_by_external_id(selection->txn, selection->query->actor->connection, value);

    if (row)
        (void)offer(selection, row);
}

static void offer_email(struct selection *selection, const char *value)
{
    user_by_email(selection->txn, value, selection->arena, offer, selection);
}

static void offer_role(struct selection *selection, const char *value)
{
    struct association association = {0};

    if (role_parse(value, &association.role))
        user_rows_with(selection->txn, &association, offer, selection);
}

static void offer_site(struct selection *selection, const char *value)
{
    struct association association = {ROLE_USER,
                                      site_resolve(selection->txn, value, selection->arena)};

    if (association.site_row)
        user_rows_with(selection->txn, &association, offer, selection);
}

static void offer_group(struct selection *selection, const char *value)
{
    uint64_t row;

    if (id_find(selection->txn, SCIM_GROUP, value, &row))
        group_members(selection->txn, row, offer, selection);
}

/*
 * What a filter may demand that an index answers. A userName is found as it is
 * kept unique, which is a little coarser than the filter's own comparison: who
 * looks before creating must find whatever would be in the way.
 */
static const struct {
    const char *attribute;
    const char *sub;
    bool is_whole;          /* nothing is left to judge when the filter says no more */
    bool is_per_connection; /* an externalId is known within its connection only */
    void (*offer)(struct selection *selection, const char *value);
} lookups[] = {
    {"id", NULL, true, false, offer_id},
    {"userName", NULL, true, false, offer_user_name},
    {"externalId", NULL, true, true, offer_external_id},
    {"emails", "value", true, false, offer_email},
    {"groups", "value", true, false, offer_group},
    {"site", NULL, false, false, offer_site}, /* also by its key and former names */
    {"role", NULL, true, false, offer_role},
};

static bool is_single_term(const struct filter *filter)
{
    return filter->kind == FILTER_COMPARE && !filter->path.value_filter;
}

static bool use_index(struct selection *selection)
{
    const struct user_query *query = selection->query;

    for (size_t i = 0; query->filter && i < sizeof(lookups) / sizeof(lookups[0]); i++) {
        const char *value = filter_demands(query->filter, lookups[i].attribute, lookups[i].sub);

        if (!value || (lookups[i].is_per_connection && query->actor->kind != ACTOR_CONNECTION))
            continue;
        selection->is_answered = lookups[i].is_whole && is_single_term(query->filter);
        lookups[i].offer(selection, value);
        return true;
    }
    return false;
}

static void walk(struct selection *selection, row_visit *visit)
{
    const struct actor *actor = selection->query->actor;

    if (actor->kind == ACTOR_CONNECTION)
        user_rows_of(selection->txn, actor->connection, visit, selection);
    else
        user_rows(selection->txn, visit, selection);
}

static uint64_t count_all(const struct selection *selection)
{
    const struct actor *actor = selection->query->actor;
    struct store_key key = actor->kind == ACTOR_CONNECTION
                               ? key_counter_of(selection->txn, COUNT_OWNED, actor->connection)
                               : key_counter(selection->txn, COUNT_USERS);

    return (uint64_t)store_count(selection->txn, key_bytes(&key));
}

enum status user_list(struct store_txn *txn, const struct user_query *query, struct arena *arena,
                      user_visit *visit, void *context, uint64_t *total, struct problem *problem)
{
    struct selection selection = {
        .txn = txn, .query = query, .arena = arena, .visit = visit, .context = context};

    if (!query->filter)
        walk(&selection, offer_unfiltered);
    else if (!use_index(&selection))
        walk(&selection, offer);
    *total = query->filter ? selection.matched : count_all(&selection);
    return store_status(txn, problem);
}
