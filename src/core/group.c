#include "bridge/core/group.h"

#include <inttypes.h>
#include <string.h>

#include "bridge/base/json.h"
#include "bridge/base/random.h"
#include "bridge/core/connection.h"
#include "bridge/core/journal.h"
#include "bridge/core/outbox.h"
#include "bridge/scim/resource.h"
#include "bridge/store/record.h"
#include "group_index.h"
#include "insert.h"
#include "layout.h"
#include "membership.h"
#include "roster.h"
#include "user_index.h"
#include "version.h"

enum { RECORD_VERSION = 1 };

/* -------------------------------------------------------------------------- record */

static void record_save(struct store_txn *txn, const struct group *group, struct arena *arena)
{
    struct store_key key = key_row(txn, group->row);
    struct record_writer writer = record_write(arena, RECORD_VERSION);

    record_put_text(&writer, group->id);
    record_put_u32(&writer, group->owner);
    record_put_text(&writer, group->name);
    record_put_u64(&writer, (uint64_t)group->created_at);
    record_put_u64(&writer, (uint64_t)group->modified_at);
    record_put_u64(&writer, group->version);
    store_put(txn, STORE_GROUP, key_bytes(&key), record_bytes(&writer));
}

static bool record_load(struct bytes value, uint64_t row, struct arena *arena, struct group *group)
{
    struct record_reader reader = record_read(value, RECORD_VERSION);

    *group = (struct group){.row = row};
    (void)snprintf(group->id, sizeof(group->id), "%s", record_take_text(&reader, arena));
    group->owner = record_take_u32(&reader);
    group->name = record_take_text(&reader, arena);
    group->created_at = (int64_t)record_take_u64(&reader);
    group->modified_at = (int64_t)record_take_u64(&reader);
    group->version = record_take_u64(&reader);
    return !reader.is_damaged;
}

bool group_load(struct store_txn *txn, uint64_t row, struct arena *arena, struct group *group)
{
    struct store_key key = key_row(txn, row);
    struct store_key document = key_resource(txn, SCIM_GROUP, row);
    struct bytes value;

    if (!store_get(txn, STORE_GROUP, key_bytes(&key), &value) ||
        !record_load(value, row, arena, group) ||
        !store_get(txn, STORE_RESOURCE, key_bytes(&document), &value))
        return false;
    group->document = arena_copy(arena, value);
    return true;
}

bool group_may_be_seen(const struct group *group, const struct actor *actor)
{
    return actor->kind != ACTOR_CONNECTION || actor->connection == group->owner;
}

bool group_find(struct store_txn *txn, const struct actor *actor, const char *id,
                struct arena *arena, struct group *group)
{
    uint64_t row;

    return id_find(txn, SCIM_GROUP, id, &row) && group_load(txn, row, arena, group) &&
           group_may_be_seen(group, actor);
}

/* -------------------------------------------------------------------------- judging */

static enum status check_owner(struct store_txn *txn, const struct group_request *request,
                               const struct group *group, struct problem *problem)
{
    struct connection owner;

    if (request->actor->kind == ACTOR_CONNECTION || group->owner == 0)
        return STATUS_OK;
    if (!connection_load(txn, group->owner, request->arena, &owner))
        owner.name = "that is gone";
    return problem_set(problem, STATUS_FORBIDDEN,
                       "this group is managed by the connection %s; change it at the identity "
                       "provider",
                       owner.name);
}

static enum status check_version(const struct group_request *request, const struct group *group,
                                 struct problem *problem)
{
    if (version_matches(request->if_match, group->version))
        return STATUS_OK;
    return problem_set(problem, STATUS_VERSION_MISMATCH,
                       "the resource is at version W/\"%" PRIu64 "\"; read it again before "
                       "changing it",
                       group->version);
}

static enum status check_unique(struct store_txn *txn, const struct group *group,
                                const json_t *resource, struct arena *arena,
                                struct problem *problem)
{
    const char *name = user_text(resource, "displayName");
    const char *external_id = user_text(resource, "externalId");
    uint64_t other = group_by_name(txn, name, arena);

    if (other && other != group->row)
        return problem_set(problem, STATUS_UNIQUENESS,
                           "displayName \"%s\" belongs to another group", name);
    if (!external_id || !group->owner)
        return STATUS_OK;
    other = group_by_external_id(txn, group->owner, external_id);
    if (other && other != group->row)
        return problem_set(problem, STATUS_UNIQUENESS,
                           "externalId \"%s\" belongs to another group of this connection",
                           external_id);
    return STATUS_OK;
}

static enum status judge(struct store_txn *txn, struct group *group, const json_t *resource,
                         struct arena *arena, struct problem *problem)
{
    enum status status = resource_check(resource, scim_resource_type(SCIM_GROUP), problem);

    if (status || (status = check_unique(txn, group, resource, arena, problem)))
        return status;
    group->name = arena_strdup(arena, user_text(resource, "displayName"));
    return STATUS_OK;
}

/* -------------------------------------------------------------------------- writing */

static void write_document(struct store_txn *txn, struct group *group, const json_t *resource,
                           struct arena *arena)
{
    struct store_key key = key_resource(txn, SCIM_GROUP, group->row);

    group->document = resource_encode(resource, scim_resource_type(SCIM_GROUP), arena);
    store_put(txn, STORE_RESOURCE, key_bytes(&key), group->document);
    record_save(txn, group, arena);
}

/* How much of the lists of members one line of the journal takes: a thousand of each. */
enum { PIECE_SIZE = 1000 * MEMBER_NOTE_SIZE };

static void add_piece(struct journal *journal, const char *name, const struct text *list,
                      size_t from)
{
    size_t left = list->size > from ? list->size - from : 0;
    size_t size = left < PIECE_SIZE ? left : PIECE_SIZE;

    if (size)
        journal_add(journal, name,
                    arena_printf(journal->text.arena, "[%.*s]", (int)size - 1, list->data + from));
}

static void write_line(const struct group_request *request, struct store_txn *txn,
                       const char *event, const struct group *group,
                       const struct membership_change *members, size_t from)
{
    struct journal journal = journal_begin(request->arena, request->actor, event, group->id);

    journal_add(&journal, "name", journal_text(request->arena, group->name));
    add_piece(&journal, "added", &members->added, from);
    add_piece(&journal, "removed", &members->removed, from);
    journal_end(&journal, txn);
}

/* Lines have a bound, and a group has none: what does not fit goes on in further lines. */
static void write_journal(const struct group_request *request, struct store_txn *txn,
                          const char *event, const struct group *group,
                          const struct membership_change *members)
{
    size_t size =
        members->added.size > members->removed.size ? members->added.size : members->removed.size;

    write_line(request, txn, event, group, members, 0);
    for (size_t from = PIECE_SIZE; from < size; from += PIECE_SIZE)
        write_line(request, txn, "group.members", group, members, from);
}

/* The document without members: these are keys of their own. */
static json_t *without_members(json_t *resource)
{
    json_t *copy = json_copy(resource);

    (void)json_object_del(copy, "members");
    return copy;
}

/* ------------------------------------------------------------------------- requests */

static size_t members_max(const struct group_request *request)
{
    return request->members_max ? request->members_max : GROUP_MEMBERS_MAX;
}

static void new_group(struct store_txn *txn, const struct actor *actor, struct group *group)
{
    unsigned char uuid[UUID_SIZE];

    uuid_new(actor->now * 1000, uuid);
    *group = (struct group){
        .row = store_sequence(txn),
        .owner = actor->connection,
        .created_at = actor->now,
        .modified_at = actor->now,
        .version = 1,
    };
    uuid_format(uuid, group->id);
}

void group_enter(struct store_txn *txn, const struct group *group, const json_t *resource,
                 struct arena *arena)
{
    unsigned char uuid[UUID_SIZE];

    (void)uuid_parse(group->id, uuid);
    id_put(txn, SCIM_GROUP, uuid, group->row);
    group_reindex(txn, group, NULL, resource, arena);
    roster_set(txn, SCIM_GROUP, group->owner, group->row, true);
}

void group_insert(struct store_txn *txn, struct group *group, const json_t *resource,
                  const struct actor *actor, struct arena *arena)
{
    write_document(txn, group, resource, arena);
    group_enter(txn, group, resource, arena);
    outbox_add(txn, OUTBOX_GROUP, group->row, OUTBOX_ORDINARY, actor, arena);
}

enum status group_create(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct group_request *request = argument;
    struct group *group = &request->group;
    json_auto_t *resource = without_members(request->resource);
    struct membership_change members = membership_begin(txn, request->actor, request->arena, group);
    enum status status;

    new_group(txn, request->actor, group);
    (void)json_object_set_new(resource, "id", json_string(group->id));
    if ((status = judge(txn, group, resource, request->arena, problem)))
        return status;
    group_insert(txn, group, resource, request->actor, request->arena);
    membership_add_all(&members, json_object_get(request->resource, "members"));
    if ((status = membership_check(&members, members_max(request), problem)))
        return status;
    request->skipped = members.skipped;
    write_journal(request, txn, "group.create", group, &members);
    return store_status(txn, problem);
}

static enum status load(struct store_txn *txn, struct group_request *request, json_t **resource,
                        struct problem *problem)
{
    struct group *group = &request->group;
    enum status status;

    if (!group_find(txn, request->actor, request->id, request->arena, group))
        return store_missing(txn, problem, "group", request->id);
    if ((status = check_owner(txn, request, group, problem)) ||
        (status = check_version(request, group, problem)))
        return status;
    *resource = json_stored(group->document);
    if (!*resource)
        return problem_set(problem, STATUS_INTERNAL,
                           "the stored document of group %s is damaged; restore a backup",
                           request->id);
    return STATUS_OK;
}

static bool is_on_members(const struct patch_operation *operation)
{
    return operation->path.attribute && strcmp(operation->path.attribute->name, "members") == 0;
}

/* The operations of a patch that are not on members, in their order. */
static struct patch document_patch(const struct patch *patch, struct arena *arena)
{
    struct patch rest = {
        .operations = arena_alloc(arena, patch->count * sizeof(*rest.operations)),
        .id = patch->id,
    };

    for (size_t i = 0; i < patch->count; i++) {
        if (!is_on_members(&patch->operations[i]))
            rest.operations[rest.count++] = patch->operations[i];
    }
    return rest;
}

static enum status patch_members(const struct group_request *request,
                                 struct membership_change *members, struct problem *problem)
{
    const struct patch *patch = request->patch;
    enum status status = STATUS_OK;

    for (size_t i = 0; !status && i < patch->count; i++) {
        if (is_on_members(&patch->operations[i]))
            status = membership_apply(members, &patch->operations[i], problem);
    }
    return status ? status : membership_check(members, members_max(request), problem);
}

static enum status patch_document(struct store_txn *txn, struct group_request *request,
                                  json_t *before, bool *is_changed, struct problem *problem)
{
    const struct scim_resource_type *type = scim_resource_type(SCIM_GROUP);
    struct group *group = &request->group;
    struct patch patch = document_patch(request->patch, request->arena);
    json_auto_t *after = json_deep_copy(before);
    enum status status = patch_apply(&patch, after, type, problem);

    if (status || (status = judge(txn, group, after, request->arena, problem)))
        return status;
    *is_changed = !json_equal(before, after);
    if (!*is_changed)
        return STATUS_OK;
    group->modified_at = request->actor->now;
    group->version++;
    group_reindex(txn, group, before, after, request->arena);
    write_document(txn, group, after, request->arena);
    return STATUS_OK;
}

enum status group_patch(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct group_request *request = argument;
    struct group *group = &request->group;
    json_auto_t *resource = NULL;
    struct membership_change members = membership_begin(txn, request->actor, request->arena, group);
    bool is_changed = false;
    enum status status = load(txn, request, &resource, problem);

    if (status)
        return status;
    if (request->patch->id && strcmp(request->patch->id, group->id) != 0)
        return problem_set(problem, STATUS_MUTABILITY, "an id cannot be changed; leave it out");
    if ((status = patch_document(txn, request, resource, &is_changed, problem)))
        return status;
    if ((status = patch_members(request, &members, problem)))
        return status;
    request->skipped = members.skipped;
    if (!is_changed && !members.added_count && !members.removed_count)
        return store_status(txn, problem);
    if (members.removed_count)
        store_use_reserve(txn);
    write_journal(request, txn, "group.update", group, &members);
    outbox_add(txn, OUTBOX_GROUP, group->row,
               members.removed_count ? OUTBOX_LOSING : OUTBOX_ORDINARY, request->actor,
               request->arena);
    return store_status(txn, problem);
}

/* An entry that the bridge made stays linked, so that the worker can take it away. */
static void write_end(struct store_txn *txn, const struct group_request *request,
                      const struct group *group)
{
    struct link link;

    if (link_find(txn, OUTBOX_GROUP, group->row, request->arena, &link))
        outbox_add(txn, OUTBOX_GROUP, group->row, OUTBOX_LOSING, request->actor, request->arena);
    else
        outbox_drop(txn, OUTBOX_GROUP, group->row, request->arena);
}

enum status group_delete(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct group_request *request = argument;
    struct group *group = &request->group;
    json_auto_t *resource = NULL;
    struct membership_change members = membership_begin(txn, request->actor, request->arena, group);
    struct store_key row = {0};
    struct store_key document = {0};
    struct store_key id = {0};
    unsigned char uuid[UUID_SIZE];
    enum status status = load(txn, request, &resource, problem);

    if (status)
        return status;
    (void)uuid_parse(group->id, uuid);
    id = key_id(txn, uuid);
    row = key_row(txn, group->row);
    document = key_resource(txn, SCIM_GROUP, group->row);
    store_use_reserve(txn);
    membership_remove_all(&members);
    group_reindex(txn, group, resource, NULL, request->arena);
    store_delete(txn, STORE_INDEX, key_bytes(&id));
    store_delete(txn, STORE_RESOURCE, key_bytes(&document));
    store_delete(txn, STORE_GROUP, key_bytes(&row));
    roster_set(txn, SCIM_GROUP, group->owner, group->row, false);
    write_journal(request, txn, "group.delete", group, &members);
    write_end(txn, request, group);
    return store_status(txn, problem);
}

/* ------------------------------------------------------------------- a connection goes */

static bool release_row(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct store_txn *txn = context;
    struct group group;
    json_auto_t *resource = NULL;

    if (!group_load(txn, row, arena, &group))
        return true;
    resource = json_stored(group.document);
    if (!resource)
        return true;
    group_reindex(txn, &group, resource, NULL, arena);
    roster_set(txn, SCIM_GROUP, group.owner, row, false);
    group.owner = 0;
    record_save(txn, &group, arena);
    group_reindex(txn, &group, NULL, resource, arena);
    roster_set(txn, SCIM_GROUP, group.owner, row, true);
    return true;
}

void groups_release(struct store_txn *txn, uint32_t owner)
{
    roster_walk(txn, SCIM_GROUP, owner, 0, release_row, txn);
}
