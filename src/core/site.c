#include "bridge/core/site.h"

#include <inttypes.h>

#include "bridge/base/random.h"
#include "bridge/core/outbox.h"
#include "bridge/scim/resource.h"
#include "bridge/store/record.h"
#include "journal.h"
#include "layout.h"

enum { RECORD_VERSION = 1 };

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

static enum status check_free(struct store_txn *txn, const struct site_request *request,
                              const struct site *site, struct problem *problem)
{
    const char *names[] = {site->name, site->key};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (site_resolve(txn, names[i], request->arena))
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

static void write_document(struct store_txn *txn, const struct site_request *request,
                           struct site *site)
{
    const struct scim_resource_type *type = scim_resource_type(SCIM_SITE);
    json_auto_t *resource = json_copy(request->resource);
    struct store_key key = key_resource(txn, SCIM_SITE, site->row);

    (void)json_object_set_new(resource, "id", json_string(site->id));
    (void)json_object_set_new(resource, "key", json_string(site->key));
    (void)json_object_set_new(resource, "displayName", json_string(site->name));
    site->document = resource_encode(resource, type, request->arena);
    store_put(txn, STORE_RESOURCE, key_bytes(&key), site->document);
}

static void write_site(struct store_txn *txn, const struct site_request *request, struct site *site)
{
    struct arena *arena = request->arena;
    struct store_key counter = key_counter(txn, COUNT_SITES);
    struct journal journal = journal_begin(arena, request->actor, "site.create", site->id);
    unsigned char uuid[UUID_SIZE];

    (void)uuid_parse(site->id, uuid);
    id_put(txn, SCIM_SITE, uuid, site->row);
    put_name(txn, site->name, site->row, arena);
    put_name(txn, site->key, site->row, arena);
    record_save(txn, site, arena);
    write_document(txn, request, site);
    store_add(txn, key_bytes(&counter), 1);
    outbox_add(txn, OUTBOX_SITE, site->row, OUTBOX_ORDINARY, request->actor->now, arena);
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
    if ((status = take_key(request, site, problem)) ||
        (status = check_free(txn, request, site, problem)))
        return status;
    site->row = store_sequence(txn);
    uuid_new(request->actor->now * 1000, uuid);
    uuid_format(uuid, site->id);
    write_site(txn, request, site);
    return store_status(txn, problem);
}

/* -------------------------------------------------------------------- reading */

int64_t site_count(struct store_txn *txn)
{
    struct store_key key = key_counter(txn, COUNT_SITES);

    return store_count(txn, key_bytes(&key));
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
