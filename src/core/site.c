#include "bridge/core/site.h"

#include <inttypes.h>
#include <string.h>

#include "bridge/base/json.h"
#include "bridge/base/random.h"
#include "bridge/core/journal.h"
#include "bridge/core/outbox.h"
#include "bridge/scim/resource.h"
#include "bridge/store/record.h"
#include "insert.h"
#include "layout.h"
#include "roster.h"
#include "version.h"

enum { RECORD_VERSION = 1, FORMER_MAX = 100 };

static struct store_key key_name(struct store_txn *txn, const char *name, struct arena *arena)
{
    struct store_key key = key_index(txn, INDEX_SITE_NAME);

    key_add_digest(&key, text_fold(arena, text_trim(arena, name)));
    return key;
}

uint64_t site_resolve(struct store_txn *txn, const char *name, struct arena *arena)
{
    struct store_key key = key_name(txn, name, arena);
    uint64_t row = 0;

    return index_get_row(txn, &key, &row) ? row : 0;
}

bool site_exists(struct store_txn *txn, uint64_t row)
{
    struct store_key key = key_row(txn, row);
    struct bytes value;

    return row && store_get(txn, STORE_SITE, key_bytes(&key), &value);
}

/* -------------------------------------------------------------------- record */

static void record_save(struct store_txn *txn, const struct site *site, struct arena *arena)
{
    struct store_key key = key_row(txn, site->row);
    struct record_writer writer = record_write(arena, RECORD_VERSION);

    record_put_text(&writer, site->id);
    record_put_text(&writer, site->key);
    record_put_text(&writer, site->name);
    record_put_u64(&writer, (uint64_t)site->created_at);
    record_put_u64(&writer, (uint64_t)site->modified_at);
    record_put_u64(&writer, site->version);
    record_put_u32(&writer, site->former_count);
    for (uint32_t i = 0; i < site->former_count; i++)
        record_put_text(&writer, site->former[i]);
    store_put(txn, STORE_SITE, key_bytes(&key), record_bytes(&writer));
}

static bool record_load(struct bytes value, uint64_t row, struct arena *arena, struct site *site)
{
    struct record_reader reader = record_read(value, RECORD_VERSION);

    site->row = row;
    (void)snprintf(site->id, sizeof(site->id), "%s", record_take_text(&reader, arena));
    site->key = record_take_text(&reader, arena);
    site->name = record_take_text(&reader, arena);
    site->created_at = (int64_t)record_take_u64(&reader);
    site->modified_at = (int64_t)record_take_u64(&reader);
    site->version = record_take_u64(&reader);
    site->former_count = record_take_u32(&reader);
    if (site->former_count > FORMER_MAX)
        return false;
    site->former = arena_alloc(arena, site->former_count * sizeof(*site->former));
    for (uint32_t i = 0; i < site->former_count; i++)
        site->former[i] = record_take_text(&reader, arena);
    return !reader.is_damaged;
}

bool site_load(struct store_txn *txn, uint64_t row, struct arena *arena, struct site *site)
{
    struct store_key key = key_row(txn, row);
    struct store_key document = key_resource(txn, SCIM_SITE, row);
    struct bytes value;

    if (!store_get(txn, STORE_SITE, key_bytes(&key), &value) ||
        !record_load(value, row, arena, site) ||
        !store_get(txn, STORE_RESOURCE, key_bytes(&document), &value))
        return false;
    site->document = arena_copy(arena, value);
    return true;
}

const char *site_name(struct store_txn *txn, uint64_t row, struct arena *arena)
{
    struct store_key key = key_row(txn, row);
    struct site site = {0};
    struct bytes value;

    if (!store_get(txn, STORE_SITE, key_bytes(&key), &value) ||
        !record_load(value, row, arena, &site))
        return NULL;
    return site.name;
}

bool site_find(struct store_txn *txn, const char *id, struct arena *arena, struct site *site)
{
    uint64_t row;

    return id_find(txn, SCIM_SITE, id, &row) && site_load(txn, row, arena, site);
}

/* -------------------------------------------------------------------- create */

static enum status take_key(const struct site_request *request, struct site *site,
                            struct problem *problem)
{
    const char *given = json_string_value(json_object_get(request->resource, "key"));
    const char *slug = text_slug(request->arena, given ? given : site->name);

    if (given && strcmp(given, slug) != 0)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "key \"%s\" cannot be used; a key is 1 to 40 lower-case letters, digits "
                           "and single hyphens, such as \"%s\"",
                           given, *slug ? slug : "north-plant");
    if (!*slug)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "no key can be made from \"%s\"; send one of lower-case letters, digits "
                           "and hyphens as key",
                           site->name);
    site->key = slug;
    return STATUS_OK;
}

/* A site may take a name back that it had. */
static enum status check_free(struct store_txn *txn, const struct site_request *request,
                              const struct site *site, struct problem *problem)
{
    const char *names[] = {site->name, site->key};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint64_t row = site_resolve(txn, names[i], request->arena);

        if (row && row != site->row)
            return problem_set(problem, STATUS_UNIQUENESS,
                               "\"%s\" is the name or key of another site; choose another",
                               names[i]);
    }
    return STATUS_OK;
}

static void put_name(struct store_txn *txn, const char *name, uint64_t row, struct arena *arena)
{
    struct store_key key = key_name(txn, name, arena);

    index_put_row(txn, &key, row);
}

static void write_document(struct store_txn *txn, const json_t *resource, struct site *site,
                           struct arena *arena)
{
    struct store_key key = key_resource(txn, SCIM_SITE, site->row);

    site->document = resource_encode(resource, scim_resource_type(SCIM_SITE), arena);
    store_put(txn, STORE_RESOURCE, key_bytes(&key), site->document);
}

static json_t *new_document(const struct site_request *request, const struct site *site)
{
    json_t *resource = json_copy(request->resource);

    (void)json_object_set_new(resource, "id", json_string(site->id));
    (void)json_object_set_new(resource, "key", json_string(site->key));
    (void)json_object_set_new(resource, "displayName", json_string(site->name));
    return resource;
}

void site_enter(struct store_txn *txn, const struct site *site, struct arena *arena)
{
    unsigned char uuid[UUID_SIZE];

    (void)uuid_parse(site->id, uuid);
    id_put(txn, SCIM_SITE, uuid, site->row);
    put_name(txn, site->name, site->row, arena);
    put_name(txn, site->key, site->row, arena);
    for (uint32_t i = 0; i < site->former_count; i++)
        put_name(txn, site->former[i], site->row, arena);
    roster_set(txn, SCIM_SITE, 0, site->row, true);
}

void site_insert(struct store_txn *txn, struct site *site, const json_t *resource,
                 const struct actor *actor, struct arena *arena)
{
    site_enter(txn, site, arena);
    record_save(txn, site, arena);
    write_document(txn, resource, site, arena);
    outbox_add(txn, OUTBOX_SITE, site->row, OUTBOX_ORDINARY, actor, arena);
}

static void write_site(struct store_txn *txn, const struct site_request *request, struct site *site)
{
    struct arena *arena = request->arena;
    struct journal journal = journal_begin(arena, request->actor, "site.create", site->id);
    json_auto_t *resource = new_document(request, site);

    site_insert(txn, site, resource, request->actor, arena);
    journal_add(&journal, "key", journal_text(arena, site->key));
    journal_add(&journal, "name", journal_text(arena, site->name));
    journal_end(&journal, txn);
}

enum status site_create(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct site_request *request = argument;
    struct site *site = &request->site;
    const char *name = json_string_value(json_object_get(request->resource, "displayName"));
    unsigned char uuid[UUID_SIZE];
    enum status status;

    *site = (struct site){
        .name = name ? text_trim(request->arena, name) : "",
        .created_at = request->actor->now,
        .modified_at = request->actor->now,
        .version = 1,
    };
    if (!*site->name)
        return problem_set(problem, STATUS_INVALID_VALUE, "a site needs a displayName");
    if ((status = resource_check(request->resource, scim_resource_type(SCIM_SITE), problem)) ||
        (status = take_key(request, site, problem)) ||
        (status = check_free(txn, request, site, problem)))
        return status;
    site->row = store_sequence(txn);
    uuid_new(request->actor->now * 1000, uuid);
    uuid_format(uuid, site->id);
    write_site(txn, request, site);
    return store_status(txn, problem);
}

/* ---------------------------------------------------------------------- change */

static enum status load(struct store_txn *txn, struct site_request *request,
                        struct problem *problem)
{
    struct site *site = &request->site;

    if (!site_find(txn, request->id, request->arena, site))
        return store_missing(txn, problem, "site", request->id);
    if (version_matches(request->if_match, site->version))
        return STATUS_OK;
    return problem_set(problem, STATUS_VERSION_MISMATCH,
                       "the resource is at version W/\"%" PRIu64 "\"; read it again before "
                       "changing it",
                       site->version);
}

static bool had_name(const struct site *site, const char *name)
{
    for (uint32_t i = 0; i < site->former_count; i++) {
        if (text_equal_folded(site->former[i], name))
            return true;
    }
    return false;
}

static enum status remember_name(struct site *site, const char *name, struct arena *arena,
                                 struct problem *problem)
{
    const char **former;

    if (had_name(site, name))
        return STATUS_OK;
    if (site->former_count == FORMER_MAX)
        return problem_set(problem, STATUS_CONFLICT, "the site has had %d names; make a new one",
                           FORMER_MAX);
    former = arena_alloc(arena, (site->former_count + 1) * sizeof(*former));
    if (site->former_count)
        memcpy(former, site->former, site->former_count * sizeof(*former));
    former[site->former_count++] = name;
    site->former = former;
    return STATUS_OK;
}

/* The name that goes is remembered, and goes on leading here. */
static enum status rename_site(struct store_txn *txn, const struct site_request *request,
                               struct site *site, const char *name, struct problem *problem)
{
    const char *old = site->name;
    enum status status;

    site->name = name;
    if (!*name)
        return problem_set(problem, STATUS_INVALID_VALUE, "a site needs a displayName");
    if (strcmp(name, old) == 0)
        return STATUS_OK;
    if ((status = check_free(txn, request, site, problem)) ||
        (status = remember_name(site, old, request->arena, problem)))
        return status;
    put_name(txn, name, site->row, request->arena);
    return STATUS_OK;
}

static void write_change(struct store_txn *txn, const struct site_request *request,
                         struct site *site, const json_t *resource, const char *old_name)
{
    struct arena *arena = request->arena;
    struct journal journal = journal_begin(arena, request->actor, "site.update", site->id);

    site->modified_at = request->actor->now;
    site->version++;
    record_save(txn, site, arena);
    write_document(txn, resource, site, arena);
    outbox_add(txn, OUTBOX_SITE, site->row, OUTBOX_ORDINARY, request->actor, arena);
    journal_changed(&journal, "name", journal_text(arena, old_name),
                    journal_text(arena, site->name));
    journal_end(&journal, txn);
}

/* The document as the patch makes it; the caller's to json_decref. */
static enum status patch_document(const struct site_request *request, const struct site *site,
                                  json_t **before, json_t **after, struct problem *problem)
{
    const struct scim_resource_type *type = scim_resource_type(SCIM_SITE);
    enum status status;

    *before = json_stored(site->document);
    *after = json_deep_copy(*before);
    if (request->patch->id && strcmp(request->patch->id, site->id) != 0)
        return problem_set(problem, STATUS_MUTABILITY, "an id cannot be changed; leave it out");
    if ((status = patch_apply(request->patch, *after, type, problem)))
        return status;
    return resource_check(*after, type, problem);
}

enum status site_patch(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct site_request *request = argument;
    struct site *site = &request->site;
    json_auto_t *before = NULL;
    json_auto_t *after = NULL;
    const char *old_name;
    const char *name;
    enum status status = load(txn, request, problem);

    if (status || (status = patch_document(request, site, &before, &after, problem)))
        return status;
    old_name = site->name;
    name = text_trim(request->arena, json_string_value(json_object_get(after, "displayName")));
    if ((status = rename_site(txn, request, site, name, problem)))
        return status;
    (void)json_object_set_new(after, "displayName", json_string(name));
    if (!json_equal(before, after))
        write_change(txn, request, site, after, old_name);
    return store_status(txn, problem);
}

/* ---------------------------------------------------------------------- delete */

static int64_t count_of(struct store_txn *txn, enum counter counter, const struct site *site)
{
    struct store_key key = key_counter_of(txn, counter, site->row);

    return store_count(txn, key_bytes(&key));
}

static enum status check_unused(struct store_txn *txn, const struct site *site,
                                struct problem *problem)
{
    int64_t people = count_of(txn, COUNT_AT_SITE, site);
    int64_t asserted = count_of(txn, COUNT_ASSERTED_AT, site);

    if (people == 0 && asserted == 0)
        return STATUS_OK;
    return problem_set(problem, STATUS_CONFLICT,
                       "%s is the site of %lld people, and was last named for %lld accounts, "
                       "inactive ones and administrators among them; give these another site first",
                       site->name, (long long)people, (long long)asserted);
}

static void drop_name(struct store_txn *txn, const char *name, struct arena *arena)
{
    struct store_key key = key_name(txn, name, arena);

    store_delete(txn, STORE_INDEX, key_bytes(&key));
}

static void drop_records(struct store_txn *txn, const struct site *site, struct arena *arena)
{
    struct store_key record = key_row(txn, site->row);
    struct store_key document = key_resource(txn, SCIM_SITE, site->row);
    struct store_key id;
    unsigned char uuid[UUID_SIZE];

    (void)uuid_parse(site->id, uuid);
    id = key_id(txn, uuid);
    store_delete(txn, STORE_INDEX, key_bytes(&id));
    store_delete(txn, STORE_SITE, key_bytes(&record));
    store_delete(txn, STORE_RESOURCE, key_bytes(&document));
    roster_set(txn, SCIM_SITE, 0, site->row, false);
    drop_name(txn, site->name, arena);
    drop_name(txn, site->key, arena);
    for (uint32_t i = 0; i < site->former_count; i++)
        drop_name(txn, site->former[i], arena);
}

enum status site_delete(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct site_request *request = argument;
    struct site *site = &request->site;
    struct journal journal;
    enum status status = load(txn, request, problem);

    if (status || (status = check_unused(txn, site, problem)))
        return status;
    store_use_reserve(txn);
    drop_records(txn, site, request->arena);
    outbox_drop(txn, OUTBOX_SITE, site->row, request->arena);
    journal = journal_begin(request->arena, request->actor, "site.delete", site->id);
    journal_add(&journal, "name", journal_text(request->arena, site->name));
    journal_end(&journal, txn);
    return store_status(txn, problem);
}

/* -------------------------------------------------------------------- reading */

int64_t site_count(struct store_txn *txn)
{
    return (int64_t)roster_count(txn, SCIM_SITE, ROSTER_ALL);
}

struct bytes site_tail(struct store_txn *txn, const struct site *site, const char *base,
                       struct arena *arena)
{
    struct store_key counter = key_counter_of(txn, COUNT_AT_SITE, site->row);
    struct text tail = {.arena = arena};
    char created[TIMESTAMP_SIZE];
    char modified[TIMESTAMP_SIZE];

    timestamp_format(site->created_at, created);
    timestamp_format(site->modified_at, modified);
    text_add_format(&tail,
                    ",\"userCount\":%" PRId64 ",\"meta\":{\"resourceType\":\"Site\","
                    "\"created\":\"%s\",\"lastModified\":\"%s\",\"version\":\"W/\\\"%" PRIu64
                    "\\\"\",\"location\":",
                    store_count(txn, key_bytes(&counter)), created, modified, site->version);
    text_add_json(&tail, arena_printf(arena, "%s/Sites/%s", base, site->id));
    text_add(&tail, "}}");
    return bytes_of(tail.data, tail.size);
}

struct walk {
    struct store_txn *txn;
    struct arena *arena;
    site_visit *visit;
    void *context;
};

static bool visit_record(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;
    struct site site;

    (void)value;
    return !site_load(walk->txn, key_last_u64(key), walk->arena, &site) ||
           walk->visit(walk->context, &site);
}

void site_each(struct store_txn *txn, struct arena *arena, site_visit *visit, void *context)
{
    struct walk walk = {txn, arena, visit, context};
    struct store_key prefix = key_of(store_organization(txn));

    store_scan(txn, STORE_SITE, key_bytes(&prefix), (struct bytes){0}, visit_record, &walk);
}
