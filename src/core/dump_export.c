#include <errno.h>
#include <string.h>

#include "account.h"
#include "bridge/base/crypt.h"
#include "bridge/base/json.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/organization.h"
#include "bridge/core/site.h"
#include "bridge/core/user.h"
#include "dump.h"
#include "layout.h"
#include "roster.h"
#include "user_index.h"

const char *const dump_types[DUMP_KIND_COUNT] = {
    [DUMP_CONNECTION] = "connection", [DUMP_SITE] = "site",       [DUMP_USER] = "user",
    [DUMP_GROUP] = "group",           [DUMP_MEMBERS] = "members", [DUMP_ENTRY] = "entry",
};

struct writer {
    struct store_txn *txn;
    FILE *out;
    struct dump_counts *counts;
    struct rows left; /* entries that are written already */
    struct problem *problem;
    enum status status; /* the first failure; nothing is written after it */
};

/* ---------------------------------------------------------------------- writing */

/* Takes the line. */
static void write_line(struct writer *writer, json_t *line)
{
    if (!line)
        writer->status = problem_set(writer->problem, STATUS_INTERNAL, "out of memory");
    else if (json_dumpf(line, writer->out, JSON_COMPACT) || fputc('\n', writer->out) == EOF)
        writer->status =
            problem_set(writer->problem, STATUS_INTERNAL, "write the export: %s", strerror(errno));
    json_decref(line);
}

static bool write_counted(struct writer *writer, enum dump_kind kind, json_t *line)
{
    writer->counts->of[kind]++;
    write_line(writer, line);
    return !writer->status;
}

static bool fail_damaged(struct writer *writer, enum dump_kind kind)
{
    writer->status = problem_set(writer->problem, STATUS_INTERNAL,
                                 "a %s in the store is damaged; restore the store from a backup",
                                 dump_types[kind]);
    return false;
}

static const char *time_text(int64_t at, struct arena *arena)
{
    char *text = arena_alloc(arena, TIMESTAMP_SIZE);

    timestamp_format(at, text);
    return text;
}

/* The stored document; NULL: it is damaged. */
static json_t *document_of(struct bytes document)
{
    return json_stored(document);
}

/* NULL: it belongs to no connection. */
static const char *owner_name(struct writer *writer, uint32_t owner, struct arena *arena)
{
    struct connection connection;

    return owner && connection_load(writer->txn, owner, arena, &connection) ? connection.name
                                                                            : NULL;
}

/* NULL: there is none. */
static const char *site_id(struct writer *writer, uint64_t row, struct arena *arena)
{
    struct site site;

    return row && site_load(writer->txn, row, arena, &site) ? arena_strdup(arena, site.id) : NULL;
}

static json_t *new_entry(const struct link *link)
{
    return json_pack("{s:s, s:s, s:b}", "dn", link->dn, "identity", link->identity, "adopted",
                     link->is_adopted);
}

static json_t *entry_of(struct writer *writer, enum outbox_kind kind, uint64_t row,
                        struct arena *arena)
{
    struct link link;

    return link_find(writer->txn, kind, row, arena, &link) ? new_entry(&link) : NULL;
}

/* ------------------------------------------------------------------ connections */

static json_t *grants_of(const struct connection *connection)
{
    json_t *grants = json_array();

    for (enum role role = ROLE_USER; role <= ROLE_ADMIN; role++)
        if (connection->grants & 1u << role)
            (void)json_array_append_new(grants, json_string(role_name(role)));
    return grants;
}

static json_t *texts_of(const char *const *texts, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_string(texts[i]));
    return list;
}

static bool export_connection(void *context, const struct connection *connection)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    return write_counted(context, DUMP_CONNECTION,
                         json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "type",
                                   dump_types[DUMP_CONNECTION], "name", connection->name, "carrier",
                                   connection->carrier, "grants", grants_of(connection), "domains",
                                   texts_of(connection->domains, connection->domain_count),
                                   "created", time_text(connection->created_at, arena)));
}

/* ------------------------------------------------------------------------ sites */

static bool export_site(void *context, const struct site *site)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct writer *writer = context;
    json_t *resource = document_of(site->document);

    if (!resource)
        return fail_damaged(writer, DUMP_SITE);
    return write_counted(
        writer, DUMP_SITE,
        json_pack("{s:s, s:o, s:o, s:s, s:s, s:I, s:o*}", "type", dump_types[DUMP_SITE], "resource",
                  resource, "formerNames", texts_of(site->former, site->former_count), "created",
                  time_text(site->created_at, arena), "modified",
                  time_text(site->modified_at, arena), "version", (json_int_t)site->version,
                  "entry", entry_of(writer, OUTBOX_SITE, site->row, arena)));
}

/* ------------------------------------------------------------------------ users */

struct assertions {
    struct writer *writer;
    struct arena *arena;
    uint64_t row;
    json_t *list;
};

static bool add_assertion(void *context, struct bytes key, struct bytes value)
{
    const struct assertions *assertions = context;
    uint32_t number = (uint32_t)key_last_u64(key); /* the row's lower half is in the upper one */
    struct assertion assertion =
        assertion_load(assertions->writer->txn, assertions->row, number, assertions->arena);
    const char *by = owner_name(assertions->writer, number, assertions->arena);

    (void)value;
    if (number == 0 || by)
        (void)json_array_append_new(
            assertions->list,
            json_pack("{s:s*, s:s*, s:s*, s:s*}", "by", by, "role", assertion.role, "site",
                      assertion.site, "siteId",
                      site_id(assertions->writer, assertion.site_row, assertions->arena)));
    return true;
}

static json_t *assertions_of(struct writer *writer, uint64_t row, struct arena *arena)
{
    struct assertions assertions = {writer, arena, row, json_array()};
    struct store_key prefix = key_row(writer->txn, row);

    store_scan(writer->txn, STORE_ASSERTION, key_bytes(&prefix), (struct bytes){0}, add_assertion,
               &assertions);
    return assertions.list;
}

static json_t *block_of(const struct account *account, struct arena *arena)
{
    if (!account->blocked_by)
        return NULL;
    return json_pack("{s:s, s:s, s:s}", "by", account->blocked_by, "reason", account->block_reason,
                     "since", time_text(account->blocked_at, arena));
}

static json_t *account_of(struct writer *writer, const struct account *account, struct arena *arena)
{
    const struct association *association = &account->association;

    return json_pack(
        "{s:s*, s:b, s:b, s:s*, s:s*, s:o*, s:s, s:s, s:I}", "owner",
        owner_name(writer, account->owner, arena), "breakGlass", account->is_break_glass, "active",
        account->asserts_active, "role", role_name(association->role), "siteId",
        site_id(writer, association->site_row, arena), "blocked", block_of(account, arena),
        "created", time_text(account->created_at, arena), "modified",
        time_text(account->modified_at, arena), "version", (json_int_t)account->version);
}

static bool export_user(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct writer *writer = context;
    struct user user;
    json_t *resource =
        user_load(writer->txn, row, arena, &user) ? document_of(user.document) : NULL;

    if (!resource)
        return fail_damaged(writer, DUMP_USER);
    return write_counted(writer, DUMP_USER,
                         json_pack("{s:s, s:o, s:o, s:o, s:o*}", "type", dump_types[DUMP_USER],
                                   "resource", resource, "account",
                                   account_of(writer, &user.account, arena), "assertions",
                                   assertions_of(writer, row, arena), "entry",
                                   entry_of(writer, OUTBOX_USER, row, arena)));
}

/* ----------------------------------------------------------------------- groups */

struct members {
    struct writer *writer;
    const char *group;
    json_t *users; /* that are not written yet */
};

static void write_members(struct members *members)
{
    (void)write_counted(members->writer, DUMP_MEMBERS,
                        json_pack("{s:s, s:s, s:O}", "type", dump_types[DUMP_MEMBERS], "group",
                                  members->group, "users", members->users));
    (void)json_array_clear(members->users);
}

static bool export_member(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct members *members = context;
    struct account account;

    if (!account_load(members->writer->txn, row, arena, &account))
        return fail_damaged(members->writer, DUMP_MEMBERS);
    (void)json_array_append_new(members->users, json_string(account.id));
    if (json_array_size(members->users) == DUMP_MEMBERS_MAX)
        write_members(members);
    return !members->writer->status;
}

static bool export_group(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *users = json_array();
    struct writer *writer = context;
    struct group group;
    struct members members = {writer, group.id, users};
    json_t *resource =
        group_load(writer->txn, row, arena, &group) ? document_of(group.document) : NULL;

    if (!resource)
        return fail_damaged(writer, DUMP_GROUP);
    if (!write_counted(
            writer, DUMP_GROUP,
            json_pack("{s:s, s:o, s:s*, s:s, s:s, s:I, s:o*}", "type", dump_types[DUMP_GROUP],
                      "resource", resource, "owner", owner_name(writer, group.owner, arena),
                      "created", time_text(group.created_at, arena), "modified",
                      time_text(group.modified_at, arena), "version", (json_int_t)group.version,
                      "entry", entry_of(writer, OUTBOX_GROUP, row, arena))))
        return false;
    group_members(writer->txn, row, export_member, &members);
    if (!writer->status && json_array_size(users) > 0)
        write_members(&members);
    return !writer->status;
}

/* ------------------------------------------------- entries that nobody has any more */

static const char *const entry_kinds[] = {
    [OUTBOX_SITE] = "site",
    [OUTBOX_USER] = "user",
    [OUTBOX_GROUP] = "group",
};

/*
 * Those of deleted people, which an account of the same name and owner would take
 * up. Where the owner is gone nobody can.
 */
static bool export_left(void *context, const struct left_entry *left)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct writer *writer = context;
    const char *owner = owner_name(writer, left->owner, arena);
    char digest[DIGEST_SIZE * 4 / 3 + 4];
    struct link link;

    if ((left->owner && !owner) || !link_find(writer->txn, OUTBOX_USER, left->row, arena, &link))
        return true;
    rows_add(&writer->left, left->row);
    base64url_encode(bytes_of(left->name_digest, DIGEST_SIZE), digest, sizeof(digest));
    return write_counted(writer, DUMP_ENTRY,
                         json_pack("{s:s, s:s, s:o, s:s*, s:s}", "type", dump_types[DUMP_ENTRY],
                                   "of", entry_kinds[OUTBOX_USER], "entry", new_entry(&link),
                                   "owner", owner, "nameDigest", digest));
}

static bool has_resource(struct writer *writer, enum outbox_kind kind, uint64_t row)
{
    static const enum scim_kind kinds[] = {
        [OUTBOX_SITE] = SCIM_SITE,
        [OUTBOX_USER] = SCIM_USER,
        [OUTBOX_GROUP] = SCIM_GROUP,
    };
    struct store_key key = key_resource(writer->txn, kinds[kind], row);
    struct bytes value;

    return store_get(writer->txn, STORE_RESOURCE, key_bytes(&key), &value);
}

static bool export_orphan(void *context, enum outbox_kind kind, uint64_t row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct writer *writer = context;

    if (kind == OUTBOX_ORGANIZATION || has_resource(writer, kind, row) ||
        (kind == OUTBOX_USER && rows_have(&writer->left, row)))
        return true;
    return write_counted(writer, DUMP_ENTRY,
                         json_pack("{s:s, s:s, s:o}", "type", dump_types[DUMP_ENTRY], "of",
                                   entry_kinds[kind], "entry", entry_of(writer, kind, row, arena)));
}

/* ------------------------------------------------------------------------- face */

enum dump_kind dump_kind_of(const json_t *line)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    enum dump_kind kind = 0;

    while (kind < DUMP_KIND_COUNT && !(type && strcmp(type, dump_types[kind]) == 0))
        kind++;
    return kind;
}

json_t *dump_trailer(const struct dump_counts *counts)
{
    json_t *lines = json_object();

    for (enum dump_kind kind = 0; kind < DUMP_KIND_COUNT; kind++)
        (void)json_object_set_new(lines, dump_types[kind],
                                  json_integer((json_int_t)counts->of[kind]));
    return json_pack("{s:s, s:o}", "type", DUMP_TRAILER, "lines", lines);
}

static bool count_key(void *context, struct bytes key, struct bytes value)
{
    uint64_t *count = context;

    (void)key;
    (void)value;
    ++*count;
    return true;
}

/* A walk of connections or sites passes over a record that is damaged: an export must not. */
static void check_complete(struct writer *writer, enum dump_kind kind, enum store_table table)
{
    struct store_key prefix = key_of(store_organization(writer->txn));
    uint64_t count = 0;

    store_scan(writer->txn, table, key_bytes(&prefix), (struct bytes){0}, count_key, &count);
    if (!writer->status && count != writer->counts->of[kind])
        (void)fail_damaged(writer, kind);
}

static void write_all(struct writer *writer, const char *organization, int64_t now,
                      struct arena *arena)
{
    struct store_txn *txn = writer->txn;

    write_line(writer,
               json_pack("{s:s, s:i, s:s, s:s}", "type", DUMP_HEADER, "version", DUMP_VERSION,
                         "organization", organization, "exported", time_text(now, arena)));
    if (!writer->status)
        connection_each(txn, arena, export_connection, writer);
    if (!writer->status)
        site_each(txn, arena, export_site, writer);
    check_complete(writer, DUMP_CONNECTION, STORE_CONNECTION);
    check_complete(writer, DUMP_SITE, STORE_SITE);
    if (!writer->status)
        roster_walk(txn, SCIM_USER, ROSTER_ALL, 0, export_user, writer);
    if (!writer->status)
        roster_walk(txn, SCIM_GROUP, ROSTER_ALL, 0, export_group, writer);
    if (!writer->status)
        user_left_each(txn, export_left, writer);
    rows_sort(&writer->left);
    if (!writer->status)
        link_each(txn, export_orphan, writer);
    if (!writer->status)
        writer->status = store_status(txn, writer->problem);
    if (!writer->status)
        write_line(writer, dump_trailer(writer->counts));
}

enum status dump_export(struct store *store, const char *organization, int64_t now, FILE *out,
                        struct dump_counts *counts, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct writer writer = {.out = out, .counts = counts, .problem = problem};
    struct organization found;
    enum status status = store_begin(store, ORGANIZATION_DEFAULT, &txn, problem);

    *counts = (struct dump_counts){0};
    if (status)
        return status;
    if (!organization_find(txn, organization, arena, &found))
        return store_missing(txn, problem, "organization", organization);
    store_enter(txn, found.number);
    writer.txn = txn;
    writer.left.arena = arena;
    write_all(&writer, organization, now, arena);
    return writer.status;
}
