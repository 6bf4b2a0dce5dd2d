/*
 * What one line of an export becomes. A line is judged as a request would be: its
 * resource by the schema, its names and ids against those that are there, what it
 * refers to by what stands before it.
 */
#include <string.h>

#include "account.h"
#include "bridge/base/crypt.h"
#include "bridge/core/outbox.h"
#include "bridge/scim/resource.h"
#include "dump.h"
#include "group_index.h"
#include "insert.h"
#include "layout.h"
#include "membership.h"
#include "user_index.h"

enum { FORMER_MAX = 100 };

static enum status refuse(struct problem *problem, const char *what)
{
    return problem_set(problem, STATUS_INVALID_VALUE, "%s", what);
}

/* ---------------------------------------------------------------------- members */

/* jansson's json_unpack, strictly: every member must be known and of its type. */
static enum status unpack(const json_t *json, struct problem *problem, const char *format, ...)
{
    json_error_t error;
    va_list arguments;
    int code;

    va_start(arguments, format);
    code = json_vunpack_ex(json_incref((json_t *)(uintptr_t)json), &error, JSON_STRICT, format,
                           arguments);
    va_end(arguments);
    json_decref((json_t *)(uintptr_t)json);
    return code ? problem_set(problem, STATUS_INVALID_VALUE, "%s", error.text) : STATUS_OK;
}

static enum status read_time(const char *text, int64_t *at, struct problem *problem)
{
    if (timestamp_parse(text, at))
        return STATUS_OK;
    return problem_set(problem, STATUS_INVALID_VALUE,
                       "\"%s\" is no time; expected one like 2026-01-31T08:00:00Z", text);
}

/* Of a resource's life: created, modified, version. */
struct life {
    const char *created, *modified;
    json_int_t version;
    int64_t created_at, modified_at;
};

static enum status read_life(struct life *life, struct problem *problem)
{
    enum status status;

    if ((status = read_time(life->created, &life->created_at, problem)) ||
        (status = read_time(life->modified, &life->modified_at, problem)))
        return status;
    return life->version > 0 ? STATUS_OK : refuse(problem, "a version begins with 1");
}

/* The resource that a line has, judged by its schema; the caller's to json_decref. */
static enum status read_resource(struct line_import *import, enum scim_kind kind,
                                 const json_t *written, json_t **resource, char id[UUID_TEXT_SIZE],
                                 struct problem *problem)
{
    const struct scim_resource_type *type = scim_resource_type(kind);
    const char *text = json_string_value(json_object_get(written, "id"));
    unsigned char uuid[UUID_SIZE];
    enum status status;

    if (!text || !uuid_parse(text, uuid))
        return refuse(problem, "the resource has no id that is a UUID");
    uuid_format(uuid, id);
    if (!id_is_free(import->txn, uuid))
        return problem_set(problem, STATUS_INVALID_VALUE, "the id %s is there twice", id);
    if ((status = resource_read(written, type, resource, problem)))
        return status;
    (void)json_object_set_new(*resource, "id", json_string(id));
    return resource_check(*resource, type, problem);
}

/* NULL: local. */
static enum status read_owner(struct line_import *import, const char *name, uint32_t *number,
                              struct problem *problem)
{
    struct connection connection = {0};

    *number = 0;
    if (!name)
        return STATUS_OK;
    if (!connection_find(import->txn, name, import->arena, &connection))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "the connection %s is in no line before this one", name);
    *number = connection.number;
    return STATUS_OK;
}

/* NULL: none. */
static enum status read_reference(struct line_import *import, enum scim_kind kind, const char *id,
                                  uint64_t *row, struct problem *problem)
{
    static const char *const names[] = {
        [SCIM_USER] = "user", [SCIM_GROUP] = "group", [SCIM_SITE] = "site"};

    *row = 0;
    if (!id || id_find(import->txn, kind, id, row))
        return STATUS_OK;
    return problem_set(problem, STATUS_INVALID_VALUE, "the %s %s is in no line before this one",
                       names[kind], id);
}

/* NULL: there is none. */
static enum status put_entry(struct line_import *import, enum outbox_kind kind, uint64_t row,
                             const json_t *entry, struct problem *problem)
{
    struct link link = {0};
    int is_adopted = 0;
    enum status status;

    if (!entry)
        return STATUS_OK;
    if ((status = unpack(entry, problem, "{s:s, s:s, s:b}", "dn", &link.dn, "identity",
                         &link.identity, "adopted", &is_adopted)))
        return status;
    link.is_adopted = is_adopted;
    link_save(import->txn, kind, row, &link, import->arena);
    return STATUS_OK;
}

/* ------------------------------------------------------------------ connections */

static enum status read_grants(const json_t *list, unsigned *grants, struct problem *problem)
{
    size_t i;
    json_t *name;

    json_array_foreach (list, i, name) {
        enum role role;

        if (!json_is_string(name) || !role_parse(json_string_value(name), &role))
            return refuse(problem, "grants has something that is no role");
        *grants |= 1u << role;
    }
    return json_is_array(list) ? STATUS_OK : refuse(problem, "grants is no list");
}

static enum status read_texts(const json_t *list, const char *what, size_t most,
                              const char ***texts, size_t *count, struct arena *arena,
                              struct problem *problem)
{
    size_t i;
    json_t *text;

    if (!json_is_array(list) || json_array_size(list) > most)
        return problem_set(problem, STATUS_INVALID_VALUE, "%s is no list of at most %zu", what,
                           most);
    *texts = arena_alloc(arena, json_array_size(list) * sizeof(**texts));
    json_array_foreach (list, i, text) {
        if (!json_is_string(text))
            return problem_set(problem, STATUS_INVALID_VALUE, "%s has something that is no text",
                               what);
        (*texts)[(*count)++] = json_string_value(text);
    }
    return STATUS_OK;
}

/* As a request to create it would be judged. */
static enum status judge_connection(struct line_import *import, struct connection_request *request,
                                    struct problem *problem)
{
    struct problem words = {0};

    request->arena = import->arena;
    if (connection_judge(import->txn, request, &words))
        return refuse(problem, words.detail);
    return STATUS_OK;
}

static enum status import_connection(struct line_import *import, const json_t *line,
                                     struct problem *problem)
{
    const char *type, *created;
    const char **domains = NULL;
    json_t *grants = NULL, *domain_list = NULL;
    struct connection_request request = {0};
    struct connection *connection = &request.connection;
    enum status status = unpack(line, problem, "{s:s, s:s, s:s, s:o, s:o, s:s}", "type", &type,
                                "name", &request.name, "carrier", &request.carrier, "grants",
                                &grants, "domains", &domain_list, "created", &created);

    if (status || (status = read_grants(grants, &request.grants, problem)) ||
        (status = read_texts(domain_list, "domains", CONNECTION_DOMAINS_MAX, &domains,
                             &request.domain_count, import->arena, problem)))
        return status;
    request.domains = domains;
    if ((status = judge_connection(import, &request, problem)) ||
        (status = read_time(created, &connection->created_at, problem)))
        return status;
    connection->number = (uint32_t)store_sequence(import->txn);
    connection_insert(import->txn, connection, import->arena);
    return STATUS_OK;
}

/* ------------------------------------------------------------------------ sites */

static enum status check_site_name(struct line_import *import, const char *name,
                                   struct problem *problem)
{
    if (name && *name && !site_resolve(import->txn, name, import->arena))
        return STATUS_OK;
    return problem_set(problem, STATUS_INVALID_VALUE, "the name or key \"%s\" is there twice",
                       name ? name : "");
}

static enum status check_site_names(struct line_import *import, const struct site *site,
                                    struct problem *problem)
{
    enum status status;

    if ((status = check_site_name(import, site->name, problem)) ||
        (status = check_site_name(import, site->key, problem)))
        return status;
    for (uint32_t i = 0; i < site->former_count; i++)
        if ((status = check_site_name(import, site->former[i], problem)))
            return status;
    return STATUS_OK;
}

static enum status import_site(struct line_import *import, const json_t *line,
                               struct problem *problem)
{
    const char *type;
    json_t *written = NULL, *former = NULL, *entry = NULL;
    json_auto_t *resource = NULL;
    size_t former_count = 0;
    struct site site = {0};
    struct life life = {0};
    enum status status =
        unpack(line, problem, "{s:s, s:o, s:o, s:s, s:s, s:I, s?o}", "type", &type, "resource",
               &written, "formerNames", &former, "created", &life.created, "modified",
               &life.modified, "version", &life.version, "entry", &entry);

    if (status || (status = read_life(&life, problem)) ||
        (status = read_resource(import, SCIM_SITE, written, &resource, site.id, problem)) ||
        (status = read_texts(former, "formerNames", FORMER_MAX, &site.former, &former_count,
                             import->arena, problem)))
        return status;
    site.row = store_sequence(import->txn);
    site.name = user_text(resource, "displayName");
    site.key = user_text(resource, "key");
    site.former_count = (uint32_t)former_count;
    site.created_at = life.created_at;
    site.modified_at = life.modified_at;
    site.version = (uint64_t)life.version;
    if ((status = check_site_names(import, &site, problem)))
        return status;
    site_insert(import->txn, &site, resource, import->actor, import->arena);
    return put_entry(import, OUTBOX_SITE, site.row, entry, problem);
}

/* ------------------------------------------------------------------------ users */

static enum status read_block(const json_t *block, struct account *account, struct problem *problem)
{
    const char *since;
    enum status status;

    account->block_reason = "";
    if (!block)
        return STATUS_OK;
    if ((status = unpack(block, problem, "{s:s, s:s, s:s}", "by", &account->blocked_by, "reason",
                         &account->block_reason, "since", &since)))
        return status;
    return read_time(since, &account->blocked_at, problem);
}

/* An active account may have none; an inactive one has none (association.h). */
static enum status check_association(const struct account *account, struct problem *problem)
{
    const struct association *association = &account->association;

    if (!account->is_active && association->role != ROLE_NONE)
        return refuse(problem, "an account that is inactive or blocked has no role");
    if (account->is_break_glass && account->owner)
        return refuse(problem, "a break-glass account belongs to no connection");
    if ((association->role == ROLE_USER) != (association->site_row != 0))
        return refuse(problem, "the role user has a site, and no other has one");
    return STATUS_OK;
}

static enum status read_account(struct line_import *import, const json_t *written,
                                struct account *account, struct problem *problem)
{
    const char *owner = NULL, *role = NULL, *site = NULL;
    json_t *block = NULL;
    struct life life = {0};
    int is_active = 0, is_break_glass = 0;
    enum status status =
        unpack(written, problem, "{s?s, s:b, s:b, s?s, s?s, s?o, s:s, s:s, s:I}", "owner", &owner,
               "breakGlass", &is_break_glass, "active", &is_active, "role", &role, "siteId", &site,
               "blocked", &block, "created", &life.created, "modified", &life.modified, "version",
               &life.version);

    if (status || (status = read_life(&life, problem)) ||
        (status = read_owner(import, owner, &account->owner, problem)) ||
        (status = read_block(block, account, problem)) ||
        (status = read_reference(import, SCIM_SITE, site, &account->association.site_row, problem)))
        return status;
    if (role && !role_parse(role, &account->association.role))
        return refuse(problem, "the role is none");
    account->is_break_glass = is_break_glass;
    account->asserts_active = is_active;
    account->is_active = is_active && !account->blocked_by;
    account->created_at = life.created_at;
    account->modified_at = life.modified_at;
    account->version = (uint64_t)life.version;
    return check_association(account, problem);
}

static enum status check_user(struct line_import *import, const struct account *account,
                              const json_t *resource, struct problem *problem)
{
    const char *name = user_text(resource, "userName");
    const char *external_id = user_text(resource, "externalId");

    if (json_is_true(json_object_get(resource, "active")) != account->is_active)
        return refuse(problem, "active differs between the resource and the account");
    if (user_by_name(import->txn, name, import->arena))
        return problem_set(problem, STATUS_INVALID_VALUE, "the userName \"%s\" is there twice",
                           name);
    if (external_id && account->owner &&
        user_by_external_id(import->txn, account->owner, external_id))
        return problem_set(problem, STATUS_INVALID_VALUE, "the externalId \"%s\" is there twice",
                           external_id);
    return STATUS_OK;
}

static enum status put_assertion(struct line_import *import, uint64_t row, const json_t *written,
                                 struct problem *problem)
{
    const char *by = NULL, *site = NULL;
    struct assertion assertion = {0};
    uint32_t number;
    enum status status = unpack(written, problem, "{s?s, s?s, s?s, s?s}", "by", &by, "role",
                                &assertion.role, "site", &assertion.site, "siteId", &site);

    if (status || (status = read_owner(import, by, &number, problem)) ||
        (status = read_reference(import, SCIM_SITE, site, &assertion.site_row, problem)))
        return status;
    assertion_save(import->txn, row, number, &assertion, import->arena);
    return STATUS_OK;
}

static enum status put_assertions(struct line_import *import, uint64_t row, const json_t *list,
                                  struct problem *problem)
{
    enum status status = json_is_array(list) ? STATUS_OK : refuse(problem, "assertions is no list");
    size_t i;
    json_t *assertion;

    json_array_foreach (list, i, assertion)
        if (!status)
            status = put_assertion(import, row, assertion, problem);
    return status;
}

static void put_user(struct line_import *import, const struct account *account,
                     const json_t *resource)
{
    struct store_txn *txn = import->txn;
    struct arena *arena = import->arena;
    struct store_key key = key_resource(txn, SCIM_USER, account->row);

    store_put(txn, STORE_RESOURCE, key_bytes(&key),
              resource_encode(resource, scim_resource_type(SCIM_USER), arena));
    account_save(txn, account, arena);
    user_enter(txn, account, resource, arena);
    if (!account->is_break_glass) /* these have no entry */
        outbox_add(txn, OUTBOX_USER, account->row,
                   account->is_active ? OUTBOX_ORDINARY : OUTBOX_LOSING, import->actor, arena);
}

static enum status import_user(struct line_import *import, const json_t *line,
                               struct problem *problem)
{
    const char *type;
    json_t *written = NULL, *written_account = NULL, *assertions = NULL, *entry = NULL;
    json_auto_t *resource = NULL;
    struct account account = {0};
    enum status status =
        unpack(line, problem, "{s:s, s:o, s:o, s:o, s?o}", "type", &type, "resource", &written,
               "account", &written_account, "assertions", &assertions, "entry", &entry);

    if (status || (status = read_account(import, written_account, &account, problem)) ||
        (status = read_resource(import, SCIM_USER, written, &resource, account.id, problem)) ||
        (status = check_user(import, &account, resource, problem)))
        return status;
    account.row = store_sequence(import->txn);
    put_user(import, &account, resource);
    if ((status = put_assertions(import, account.row, assertions, problem)))
        return status;
    return put_entry(import, OUTBOX_USER, account.row, entry, problem);
}

/* ----------------------------------------------------------------------- groups */

static enum status check_group(struct line_import *import, const struct group *group,
                               const json_t *resource, struct problem *problem)
{
    const char *external_id = user_text(resource, "externalId");

    if (group_by_name(import->txn, group->name, import->arena))
        return problem_set(problem, STATUS_INVALID_VALUE, "the displayName \"%s\" is there twice",
                           group->name);
    if (external_id && group->owner && group_by_external_id(import->txn, group->owner, external_id))
        return problem_set(problem, STATUS_INVALID_VALUE, "the externalId \"%s\" is there twice",
                           external_id);
    return STATUS_OK;
}

static enum status import_group(struct line_import *import, const json_t *line,
                                struct problem *problem)
{
    const char *type, *owner = NULL;
    json_t *written = NULL, *entry = NULL;
    json_auto_t *resource = NULL;
    struct group group = {0};
    struct life life = {0};
    enum status status =
        unpack(line, problem, "{s:s, s:o, s?s, s:s, s:s, s:I, s?o}", "type", &type, "resource",
               &written, "owner", &owner, "created", &life.created, "modified", &life.modified,
               "version", &life.version, "entry", &entry);

    if (status || (status = read_life(&life, problem)) ||
        (status = read_owner(import, owner, &group.owner, problem)) ||
        (status = read_resource(import, SCIM_GROUP, written, &resource, group.id, problem)))
        return status;
    (void)json_object_del(resource, "members"); /* these have lines of their own */
    group.row = store_sequence(import->txn);
    group.name = user_text(resource, "displayName");
    group.created_at = life.created_at;
    group.modified_at = life.modified_at;
    group.version = (uint64_t)life.version;
    if ((status = check_group(import, &group, resource, problem)))
        return status;
    group_insert(import->txn, &group, resource, import->actor, import->arena);
    return put_entry(import, OUTBOX_GROUP, group.row, entry, problem);
}

static enum status import_members(struct line_import *import, const json_t *line,
                                  struct problem *problem)
{
    const char *type, *group_id;
    json_t *users = NULL;
    const char **ids = NULL;
    size_t count = 0;
    uint64_t group_row;
    enum status status = unpack(line, problem, "{s:s, s:s, s:o}", "type", &type, "group", &group_id,
                                "users", &users);

    if (status || (status = read_reference(import, SCIM_GROUP, group_id, &group_row, problem)) ||
        (status =
             read_texts(users, "users", DUMP_MEMBERS_MAX, &ids, &count, import->arena, problem)))
        return status;
    for (size_t i = 0; i < count; i++) {
        uint64_t user_row;

        if ((status = read_reference(import, SCIM_USER, ids[i], &user_row, problem)))
            return status;
        if (!membership_is_there(import->txn, group_row, user_row))
            membership_insert(import->txn, group_row, user_row);
    }
    return STATUS_OK;
}

/* ---------------------------------------------------------------------- entries */

static enum status read_kind(const char *name, enum outbox_kind *kind, struct problem *problem)
{
    static const struct {
        const char *name;
        enum outbox_kind kind;
    } kinds[] = {{"site", OUTBOX_SITE}, {"user", OUTBOX_USER}, {"group", OUTBOX_GROUP}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = kinds[i].kind;
            return STATUS_OK;
        }
    return refuse(problem, "the entry is of nothing that is known");
}

static enum status put_left(struct line_import *import, uint64_t row, const char *owner,
                            const char *digest, struct problem *problem)
{
    struct left_entry left = {.row = row};
    enum status status = read_owner(import, owner, &left.owner, problem);

    if (status || !digest)
        return status;
    if (!base64url_decode(digest, left.name_digest, DIGEST_SIZE))
        return refuse(problem, "nameDigest is none");
    user_left_insert(import->txn, &left);
    return STATUS_OK;
}

/* A site's group stays as it is; what is left of people and groups is looked at again. */
static enum status import_entry(struct line_import *import, const json_t *line,
                                struct problem *problem)
{
    const char *type, *of, *owner = NULL, *digest = NULL;
    json_t *entry = NULL;
    enum outbox_kind kind = OUTBOX_SITE;
    uint64_t row;
    enum status status = unpack(line, problem, "{s:s, s:s, s:o, s?s, s?s}", "type", &type, "of",
                                &of, "entry", &entry, "owner", &owner, "nameDigest", &digest);

    if (status || (status = read_kind(of, &kind, problem)))
        return status;
    row = store_sequence(import->txn);
    if ((status = put_left(import, row, owner, digest, problem)) ||
        (status = put_entry(import, kind, row, entry, problem)))
        return status;
    if (kind != OUTBOX_SITE)
        outbox_add(import->txn, kind, row, OUTBOX_LOSING, import->actor, import->arena);
    return STATUS_OK;
}

/* ------------------------------------------------------------------------- face */

enum status dump_import_line(struct line_import *import, const json_t *line,
                             struct problem *problem)
{
    static enum status (*const imports[DUMP_KIND_COUNT])(struct line_import *, const json_t *,
                                                         struct problem *) = {
        [DUMP_CONNECTION] = import_connection,
        [DUMP_SITE] = import_site,
        [DUMP_USER] = import_user,
        [DUMP_GROUP] = import_group,
        [DUMP_MEMBERS] = import_members,
        [DUMP_ENTRY] = import_entry,
    };
    enum dump_kind kind = dump_kind_of(line);

    if (kind == DUMP_KIND_COUNT)
        return refuse(problem, "a line of no type that is known");
    return imports[kind](import, line, problem);
}
