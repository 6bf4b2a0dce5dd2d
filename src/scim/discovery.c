#include "bridge/scim/discovery.h"

#include "bridge/base/json.h"
#include "bridge/base/text.h"
#include "bridge/scim/list.h"
#include "json.h"

static const char core[] = "urn:ietf:params:scim:schemas:core:2.0";

/* The schemas of every resource type that the caller may use, each once. */
enum { SCHEMAS_MAX = SCIM_KIND_COUNT * (1 + SCIM_EXTENSIONS_MAX) };

struct schema_set {
    const struct scim_schema *schemas[SCHEMAS_MAX];
    size_t count;
};

static bool may_use(unsigned kinds, enum scim_kind kind)
{
    return (kinds & (1u << kind)) != 0;
}

static void add_schema(struct schema_set *set, const struct scim_schema *schema)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->schemas[i] == schema)
            return;
    }
    set->schemas[set->count++] = schema;
}

static struct schema_set schemas_of(unsigned kinds)
{
    struct schema_set set = {0};

    for (enum scim_kind kind = 0; kind < SCIM_KIND_COUNT; kind++) {
        const struct scim_resource_type *type = scim_resource_type(kind);

        if (!may_use(kinds, kind))
            continue;
        add_schema(&set, type->schema);
        for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++)
            add_schema(&set, type->extensions[i]);
    }
    return set;
}

static void set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_string(text));
}

static void set_schemas(json_t *document, const char *name, struct arena *arena)
{
    json_t *schemas = json_array();

    json_array_append_new(schemas, json_string(arena_printf(arena, "%s:%s", core, name)));
    json_object_set_new(document, "schemas", schemas);
}

static void set_meta(json_t *document, const char *type, const char *location)
{
    json_t *meta = json_object();

    set_text(meta, "resourceType", type);
    set_text(meta, "location", location);
    json_object_set_new(document, "meta", meta);
}

static const char service_config[] =
    "{\"patch\":{\"supported\":true},"
    "\"bulk\":{\"supported\":false,\"maxOperations\":0,\"maxPayloadSize\":0},"
    "\"filter\":{\"supported\":true},"
    "\"changePassword\":{\"supported\":false},"
    "\"sort\":{\"supported\":false},"
    "\"etag\":{\"supported\":true},"
    "\"authenticationSchemes\":[{\"type\":\"oauthbearertoken\","
    "\"name\":\"Bearer token\","
    "\"description\":\"The token of a connection, in the Authorization header\","
    "\"specUri\":\"https://www.rfc-editor.org/info/rfc6750\",\"primary\":true}],"
    "\"pagination\":{\"cursor\":false,\"index\":true,\"defaultPaginationMethod\":\"index\"}}";

static void set_number(json_t *document, const char *owner, const char *name, json_int_t number)
{
    json_object_set_new(json_object_get(document, owner), name, json_integer(number));
}

struct bytes discovery_service_config(const char *base, bool changes_passwords, struct arena *arena)
{
    json_auto_t *settings = json_stored(bytes_of_text(service_config));
    json_auto_t *document = json_object();

    set_schemas(document, "ServiceProviderConfig", arena);
    json_object_update(document, settings);
    json_object_set_new(json_object_get(document, "changePassword"), "supported",
                        json_boolean(changes_passwords));
    set_number(document, "filter", "maxResults", PAGE_COUNT_MAX);
    set_number(document, "pagination", "defaultPageSize", PAGE_COUNT_DEFAULT);
    set_number(document, "pagination", "maxPageSize", PAGE_COUNT_MAX);
    set_meta(document, "ServiceProviderConfig",
             arena_printf(arena, "%s/ServiceProviderConfig", base));
    return json_encode(document, arena);
}

static json_t *extensions_of(const struct scim_resource_type *type)
{
    json_t *extensions = json_array();

    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++) {
        json_t *extension = json_object();

        set_text(extension, "schema", type->extensions[i]->id);
        json_object_set_new(extension, "required", json_false());
        json_array_append_new(extensions, extension);
    }
    return extensions;
}

static struct bytes resource_type_document(const char *base, const struct scim_resource_type *type,
                                           struct arena *arena)
{
    json_auto_t *document = json_object();

    set_schemas(document, "ResourceType", arena);
    set_text(document, "id", type->name);
    set_text(document, "name", type->name);
    set_text(document, "endpoint", type->endpoint);
    set_text(document, "description", type->description);
    set_text(document, "schema", type->schema->id);
    if (type->extensions[0])
        json_object_set_new(document, "schemaExtensions", extensions_of(type));
    set_meta(document, "ResourceType",
             arena_printf(arena, "%s/ResourceTypes/%s", base, type->name));
    return json_encode(document, arena);
}

static struct bytes schema_document(const char *base, const struct scim_schema *schema,
                                    struct arena *arena)
{
    json_auto_t *document = json_deep_copy(schema->document);

    set_meta(document, "Schema", arena_printf(arena, "%s/Schemas/%s", base, schema->id));
    return json_encode(document, arena);
}

/* A list of all there is: one page. */
static struct bytes end_list(struct list *list)
{
    return list_end(list, list->added, &(struct page){.start_index = 1});
}

struct bytes discovery_resource_types(const char *base, unsigned kinds, struct arena *arena)
{
    struct list list = list_begin(arena);

    for (enum scim_kind kind = 0; kind < SCIM_KIND_COUNT; kind++) {
        if (may_use(kinds, kind))
            list_add(&list, resource_type_document(base, scim_resource_type(kind), arena),
                     (struct bytes){0});
    }
    return end_list(&list);
}

struct bytes discovery_schemas(const char *base, unsigned kinds, struct arena *arena)
{
    struct list list = list_begin(arena);
    struct schema_set set = schemas_of(kinds);

    for (size_t i = 0; i < set.count; i++)
        list_add(&list, schema_document(base, set.schemas[i], arena), (struct bytes){0});
    return end_list(&list);
}

struct bytes discovery_resource_type(const char *base, unsigned kinds, const char *name,
                                     struct arena *arena)
{
    for (enum scim_kind kind = 0; kind < SCIM_KIND_COUNT; kind++) {
        const struct scim_resource_type *type = scim_resource_type(kind);

        if (may_use(kinds, kind) && text_equal_ascii(type->name, name))
            return resource_type_document(base, type, arena);
    }
    return bytes_of(NULL, 0);
}

struct bytes discovery_schema(const char *base, unsigned kinds, const char *urn,
                              struct arena *arena)
{
    struct schema_set set = schemas_of(kinds);

    for (size_t i = 0; i < set.count; i++) {
        if (text_equal_ascii(set.schemas[i]->id, urn))
            return schema_document(base, set.schemas[i], arena);
    }
    return bytes_of(NULL, 0);
}
