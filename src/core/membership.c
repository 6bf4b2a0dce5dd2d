#include "membership.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "insert.h"
#include "layout.h"

static struct store_key key_pair(struct store_txn *txn, enum index index, uint64_t from,
                                 uint64_t to)
{
    struct store_key key = key_index(txn, index);

    key_add_u64(&key, from);
    key_add_u64(&key, to);
    return key;
}

bool membership_is_there(struct store_txn *txn, uint64_t group_row, uint64_t user_row)
{
    struct store_key key = key_pair(txn, INDEX_MEMBER, group_row, user_row);
    struct bytes value;

    return store_get(txn, STORE_INDEX, key_bytes(&key), &value);
}

static void count(struct store_txn *txn, uint64_t group_row, int64_t amount)
{
    struct store_key key = key_counter_of(txn, COUNT_MEMBERS, group_row);

    store_add(txn, key_bytes(&key), amount);
}

void membership_insert(struct store_txn *txn, uint64_t group_row, uint64_t user_row)
{
    struct store_key member = key_pair(txn, INDEX_MEMBER, group_row, user_row);
    struct store_key member_of = key_pair(txn, INDEX_MEMBER_OF, user_row, group_row);

    store_put(txn, STORE_INDEX, key_bytes(&member), (struct bytes){0});
    store_put(txn, STORE_INDEX, key_bytes(&member_of), (struct bytes){0});
    count(txn, group_row, 1);
}

static void delete_pair(struct store_txn *txn, uint64_t group_row, uint64_t user_row)
{
    struct store_key member = key_pair(txn, INDEX_MEMBER, group_row, user_row);
    struct store_key member_of = key_pair(txn, INDEX_MEMBER_OF, user_row, group_row);

    store_delete(txn, STORE_INDEX, key_bytes(&member));
    store_delete(txn, STORE_INDEX, key_bytes(&member_of));
    count(txn, group_row, -1);
}

/* ------------------------------------------------------------------------- walking */

struct walk {
    membership_visit *visit;
    void *context;
};

static bool visit_key(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;

    (void)value;
    return walk->visit(walk->context, key_last_u64(key));
}

static void walk_pairs(struct store_txn *txn, enum index index, uint64_t from,
                       membership_visit *visit, void *context)
{
    struct store_key prefix = key_index(txn, index);
    struct walk walk = {visit, context};

    key_add_u64(&prefix, from);
    store_scan(txn, STORE_INDEX, key_bytes(&prefix), (struct bytes){0}, visit_key, &walk);
}

void group_members(struct store_txn *txn, uint64_t group_row, membership_visit *visit,
                   void *context)
{
    walk_pairs(txn, INDEX_MEMBER, group_row, visit, context);
}

void user_groups(struct store_txn *txn, uint64_t user_row, membership_visit *visit, void *context)
{
    walk_pairs(txn, INDEX_MEMBER_OF, user_row, visit, context);
}

struct walk_on {
    struct walk walk;
    uint64_t user_row;
    uint64_t next;
};

/* MEMBER_OF: the person, then the group. */
static bool visit_or_stop(void *context, struct bytes key, struct bytes value)
{
    struct walk_on *on = context;

    on->next = key_last_u64(bytes_of(key.data, key.size - sizeof(uint64_t)));
    return on->next == on->user_row && visit_key(&on->walk, key, value);
}

uint64_t user_groups_and_next(struct store_txn *txn, uint64_t user_row, membership_visit *visit,
                              void *context)
{
    struct store_key prefix = key_index(txn, INDEX_MEMBER_OF);
    struct store_key from = prefix;
    struct walk_on on = {{visit, context}, user_row, user_row};

    key_add_u64(&from, user_row);
    store_scan(txn, STORE_INDEX, key_bytes(&prefix), key_bytes(&from), visit_or_stop, &on);
    return on.next == user_row ? UINT64_MAX : on.next;
}

static bool gather(void *context, uint64_t row)
{
    rows_add(context, row);
    return true;
}

/* ------------------------------------------------------------------------- changes */

struct membership_change membership_begin(struct store_txn *txn, const struct actor *actor,
                                          struct arena *arena, const struct group *group)
{
    return (struct membership_change){
        .txn = txn,
        .actor = actor,
        .arena = arena,
        .group = group,
        .fresh = {.arena = arena},
        .added = {.arena = arena},
        .removed = {.arena = arena},
    };
}

static void note(struct text *list, const char *id)
{
    text_add_format(list, "\"%s\",", id);
}

static void add_row(struct membership_change *change, const struct account *account)
{
    if (membership_is_there(change->txn, change->group->row, account->row))
        return;
    membership_insert(change->txn, change->group->row, account->row);
    rows_add(&change->fresh, account->row);
    note(&change->added, account->id);
    change->added_count++;
}

static void remove_row(struct membership_change *change, uint64_t row)
{
    struct account account;

    if (!membership_is_there(change->txn, change->group->row, row))
        return;
    delete_pair(change->txn, change->group->row, row);
    if (account_load(change->txn, row, change->arena, &account))
        note(&change->removed, account.id);
    change->removed_count++;
}

/* A member as it was sent: the person, if there is one whom the group's owner may name. */
static bool resolve(const struct membership_change *change, const json_t *member,
                    struct account *account)
{
    const char *id = json_string_value(json_object_get(member, "value"));
    uint64_t row;

    return id && id_find(change->txn, SCIM_USER, id, &row) &&
           account_load(change->txn, row, change->arena, account) && !account->is_break_glass &&
           (change->actor->kind != ACTOR_CONNECTION || account->owner == change->actor->connection);
}

void membership_add_all(struct membership_change *change, const json_t *members)
{
    for (size_t i = 0; i < json_array_size(members); i++) {
        struct account account;

        if (resolve(change, json_array_get(members, i), &account))
            add_row(change, &account);
        else
            change->skipped++;
    }
}

static void remove_listed(struct membership_change *change, const json_t *members)
{
    for (size_t i = 0; i < json_array_size(members); i++) {
        struct account account;

        if (resolve(change, json_array_get(members, i), &account))
            remove_row(change, account.row);
    }
}

static struct rows present_rows(const struct membership_change *change)
{
    struct rows rows = {.arena = change->arena};

    group_members(change->txn, change->group->row, gather, &rows);
    for (size_t i = 0; i < change->fresh.count; i++)
        rows_add(&rows, change->fresh.data[i]);
    return rows;
}

void membership_remove_all(struct membership_change *change)
{
    struct rows rows = present_rows(change);

    for (size_t i = 0; i < rows.count; i++)
        remove_row(change, rows.data[i]);
}

/* The set becomes exactly these; only the difference is written. */
static void replace_all(struct membership_change *change, const json_t *members)
{
    struct rows present = present_rows(change);
    struct rows wanted = {.arena = change->arena};

    for (size_t i = 0; i < json_array_size(members); i++) {
        struct account account;

        if (resolve(change, json_array_get(members, i), &account))
            rows_add(&wanted, account.row);
    }
    rows_sort(&wanted);
    for (size_t i = 0; i < present.count; i++) {
        if (!rows_have(&wanted, present.data[i]))
            remove_row(change, present.data[i]);
    }
    membership_add_all(change, members);
}

/* members[value eq "..."], or any other filter on what a member shows. */
static void remove_matching(struct membership_change *change, const struct filter *filter)
{
    struct rows rows = present_rows(change);

    for (size_t i = 0; i < rows.count; i++) {
        struct account account;
        json_auto_t *member = NULL;

        if (!account_load(change->txn, rows.data[i], change->arena, &account))
            continue;
        member = json_pack("{s:s, s:s}", "value", account.id, "type", "User");
        if (filter_matches_value(filter, member))
            remove_row(change, rows.data[i]);
    }
}

/* The usual case names one person: no need to look at the others. */
static void remove_selected(struct membership_change *change, const struct filter *filter)
{
    const char *id = filter_demands(filter, "value", NULL);
    json_auto_t *list = id ? json_pack("[{s:s}]", "value", id) : NULL;

    if (list)
        remove_listed(change, list);
    else
        remove_matching(change, filter);
}

/* ------------------------------------------------------------------------- bounds */

/* How many members the group has, near enough. */
static size_t member_count(const struct membership_change *change)
{
    struct store_key key = key_counter_of(change->txn, COUNT_MEMBERS, change->group->row);
    int64_t number = store_count_roughly(change->txn, key_bytes(&key));

    return number > 0 ? (size_t)number : 0;
}

/* Whether an operation goes over all members, whomever it names. */
static bool looks_at_all(const struct patch_operation *operation)
{
    const struct filter *filter = operation->path.value_filter;

    switch (operation->verb) {
    case PATCH_ADD:
        break;
    case PATCH_REPLACE:
        return !filter;
    case PATCH_REMOVE:
        return filter ? !filter_demands(filter, "value", NULL) : !operation->value;
    }
    return false;
}

static enum status check_work(struct membership_change *change,
                              const struct patch_operation *operation, struct problem *problem)
{
    change->work += json_array_size(operation->value);
    if (looks_at_all(operation))
        change->work += member_count(change);
    if (change->work <= MEMBERSHIP_WORK_MAX)
        return STATUS_OK;
    return problem_set(problem, STATUS_TOO_MANY,
                       "so many operations on so many members take too long: send them in several "
                       "requests");
}

enum status membership_check(const struct membership_change *change, size_t most,
                             struct problem *problem)
{
    if (change->added_count == 0 || member_count(change) <= most)
        return STATUS_OK;
    return problem_set(problem, STATUS_TOO_MANY,
                       "a group has no more than %zu members (scim.group_members): this one "
                       "would have %zu",
                       most, member_count(change));
}

static void apply(struct membership_change *change, const struct patch_operation *operation)
{
    switch (operation->verb) {
    case PATCH_ADD:
        membership_add_all(change, operation->value);
        return;
    case PATCH_REPLACE:
        if (operation->path.value_filter)
            membership_add_all(change, operation->value);
        else
            replace_all(change, operation->value);
        return;
    case PATCH_REMOVE:
        if (operation->path.value_filter)
            remove_selected(change, operation->path.value_filter);
        else if (operation->value)
            remove_listed(change, operation->value);
        else
            membership_remove_all(change);
        return;
    }
}

enum status membership_apply(struct membership_change *change,
                             const struct patch_operation *operation, struct problem *problem)
{
    enum status status = check_work(change, operation, problem);

    if (!status)
        apply(change, operation);
    return status;
}

void membership_forget_user(struct store_txn *txn, uint64_t user_row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct rows rows = {.arena = arena};

    user_groups(txn, user_row, gather, &rows);
    for (size_t i = 0; i < rows.count; i++)
        delete_pair(txn, rows.data[i], user_row);
}

void membership_leave(struct store_txn *txn, uint64_t user_row, uint32_t owner,
                      const struct actor *actor)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct rows rows = {.arena = arena};

    user_groups(txn, user_row, gather, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        struct group group;

        if (!group_load(txn, rows.data[i], arena, &group) || group.owner != owner)
            continue;
        delete_pair(txn, rows.data[i], user_row);
        outbox_add(txn, OUTBOX_GROUP, rows.data[i], OUTBOX_LOSING, actor, arena);
    }
}

void user_groups_touch(struct store_txn *txn, uint64_t user_row, enum outbox_urgency urgency,
                       const struct actor *actor)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct rows rows = {.arena = arena};

    user_groups(txn, user_row, gather, &rows);
    for (size_t i = 0; i < rows.count; i++)
        outbox_add(txn, OUTBOX_GROUP, rows.data[i], urgency, actor, arena);
}
