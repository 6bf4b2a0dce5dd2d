#include "schema.h"

#include "bridge/base/arena.h"
#include "bridge/base/json.h"
#include "bridge/base/text.h"
#include "document.h"
#include "json.h"

enum schema_row {
    SCHEMA_USER,
    SCHEMA_GROUP,
    SCHEMA_ENTERPRISE,
    SCHEMA_BRIDGE,
    SCHEMA_SITE,
    SCHEMA_COUNT
};

static const struct {
    const char *id;
    const char *file;
    bool is_ours; /* canonical values of the RFCs' own schemas are suggestions */
} rows[SCHEMA_COUNT] = {
    [SCHEMA_USER] = {SCIM_URN_USER, "user.json", false},
    [SCHEMA_GROUP] = {SCIM_URN_GROUP, "group.json", false},
    [SCHEMA_ENTERPRISE] = {SCIM_URN_ENTERPRISE, "enterprise-user.json", false},
    [SCHEMA_BRIDGE] = {SCIM_URN_BRIDGE, "bridge-user.json", true},
    [SCHEMA_SITE] = {SCIM_URN_SITE, "site.json", true},
};

static struct scim_schema schemas[SCHEMA_COUNT];
static struct arena *loaded;

static const struct scim_resource_type types[SCIM_KIND_COUNT] = {
    [SCIM_USER] = {.kind = SCIM_USER,
                   .name = "User",
                   .endpoint = "/Users",
                   .description = "A person's account",
                   .schema = &schemas[SCHEMA_USER],
                   .extensions = {&schemas[SCHEMA_ENTERPRISE], &schemas[SCHEMA_BRIDGE]}},
    [SCIM_GROUP] = {.kind = SCIM_GROUP,
                    .name = "Group",
                    .endpoint = "/Groups",
                    .description = "A group of people",
                    .schema = &schemas[SCHEMA_GROUP]},
    [SCIM_SITE] = {.kind = SCIM_SITE,
                   .name = "Site",
                   .endpoint = "/Sites",
                   .description = "A named place within the organization",
                   .schema = &schemas[SCHEMA_SITE]},
};

static const struct scim_attribute meta_attributes[] = {
    {.name = "resourceType", .mutability = SCIM_READ_ONLY, .is_case_exact = true},
    {.name = "created", .type = SCIM_DATETIME, .mutability = SCIM_READ_ONLY},
    {.name = "lastModified", .type = SCIM_DATETIME, .mutability = SCIM_READ_ONLY},
    {.name = "location",
     .type = SCIM_REFERENCE,
     .mutability = SCIM_READ_ONLY,
     .is_case_exact = true},
    {.name = "version", .mutability = SCIM_READ_ONLY, .is_case_exact = true},
    {.name = NULL},
};

const struct scim_attribute scim_common_attributes[] = {
    {.name = "schemas",
     .type = SCIM_REFERENCE,
     .mutability = SCIM_READ_ONLY,
     .returned = SCIM_ALWAYS,
     .is_multi_valued = true},
    {.name = "id",
     .mutability = SCIM_READ_ONLY,
     .returned = SCIM_ALWAYS,
     .uniqueness = SCIM_UNIQUE_SERVER,
     .is_case_exact = true},
    {.name = "externalId", .is_case_exact = true},
    {.name = "meta", .type = SCIM_COMPLEX, .mutability = SCIM_READ_ONLY, .sub = meta_attributes},
    {.name = NULL},
};

/* The words of RFC 7643 section 7, by the enum that they stand for; each ended by NULL. */
static const char *const type_words[] = {
    [SCIM_STRING] = "string",   [SCIM_BOOLEAN] = "boolean",   [SCIM_INTEGER] = "integer",
    [SCIM_DECIMAL] = "decimal", [SCIM_DATETIME] = "dateTime", [SCIM_REFERENCE] = "reference",
    [SCIM_BINARY] = "binary",   [SCIM_COMPLEX] = "complex",   NULL,
};
static const char *const mutability_words[] = {
    [SCIM_READ_WRITE] = "readWrite",
    [SCIM_READ_ONLY] = "readOnly",
    [SCIM_IMMUTABLE] = "immutable",
    [SCIM_WRITE_ONLY] = "writeOnly",
    NULL,
};
static const char *const returned_words[] = {
    [SCIM_BY_DEFAULT] = "default",
    [SCIM_ALWAYS] = "always",
    [SCIM_NEVER] = "never",
    [SCIM_ON_REQUEST] = "request",
    NULL,
};
static const char *const uniqueness_words[] = {
    [SCIM_UNIQUE_NONE] = "none",
    [SCIM_UNIQUE_SERVER] = "server",
    [SCIM_UNIQUE_GLOBAL] = "global",
    NULL,
};

const char *scim_type_word(enum scim_type type)
{
    return type_words[type];
}

/* What is missing or unknown is the default, which is the zero of each enum. */
static unsigned characteristic(const json_t *attribute, const char *name, const char *const *words)
{
    const char *word = json_string_value(json_object_get(attribute, name));

    for (unsigned i = 0; word && words[i]; i++) {
        if (text_equal_ascii(words[i], word))
            return i;
    }
    return 0;
}

static bool flag(const json_t *attribute, const char *name)
{
    return json_is_true(json_object_get(attribute, name));
}

static const char *const *canonical_values(const json_t *attribute)
{
    const json_t *list = json_object_get(attribute, "canonicalValues");
    size_t count = json_array_size(list);
    const char **values;

    if (count == 0)
        return NULL;
    values = arena_alloc(loaded, (count + 1) * sizeof(*values));
    for (size_t i = 0; i < count; i++)
        values[i] = json_string_value(json_array_get(list, i));
    return values;
}

static const struct scim_attribute *load_attributes(const json_t *list, bool is_ours);

static struct scim_attribute load_attribute(const json_t *row, bool is_ours)
{
    const json_t *sub = json_object_get(row, "subAttributes");

    return (struct scim_attribute){
        .name = json_string_value(json_object_get(row, "name")),
        .type = characteristic(row, "type", type_words),
        .mutability = characteristic(row, "mutability", mutability_words),
        .returned = characteristic(row, "returned", returned_words),
        .uniqueness = characteristic(row, "uniqueness", uniqueness_words),
        .is_multi_valued = flag(row, "multiValued"),
        .is_required = flag(row, "required"),
        .is_case_exact = flag(row, "caseExact"),
        .canonical_values = is_ours ? canonical_values(row) : NULL,
        .sub = sub ? load_attributes(sub, is_ours) : NULL,
    };
}

static const struct scim_attribute *load_attributes(const json_t *list, bool is_ours)
{
    size_t count = json_array_size(list);
    struct scim_attribute *attributes = arena_alloc(loaded, (count + 1) * sizeof(*attributes));

    for (size_t i = 0; i < count; i++)
        attributes[i] = load_attribute(json_array_get(list, i), is_ours);
    return attributes;
}

static struct bytes document_of(const char *file)
{
    for (const struct scim_document *document = scim_documents; document->file; document++) {
        if (strcmp(document->file, file) == 0)
            return bytes_of(document->data, document->size);
    }
    return bytes_of(NULL, 0);
}

static const struct json_limits document_limits = {.depth = 16, .values = 10000, .text = 4096};

static enum status load_schema(enum schema_row row, struct problem *problem)
{
    struct bytes bytes = document_of(rows[row].file);
    struct problem why = {0};
    json_t *document = NULL;

    if (json_read(bytes, &document_limits, &document, &why))
        return problem_set(problem, STATUS_INTERNAL, "scim-schemas/%s: %s: build again",
                           rows[row].file, why.detail);
    json_take(loaded, document);
    schemas[row] = (struct scim_schema){
        .id = rows[row].id,
        .name = json_string_value(json_object_get(document, "name")),
        .attributes = load_attributes(json_object_get(document, "attributes"), rows[row].is_ours),
        .document = document,
    };
    return STATUS_OK;
}

enum status scim_load(struct problem *problem)
{
    if (loaded)
        return STATUS_OK;
    loaded = arena_new();
    for (enum schema_row row = 0; row < SCHEMA_COUNT; row++) {
        enum status status = load_schema(row, problem);

        if (status) {
            scim_unload();
            return status;
        }
    }
    return STATUS_OK;
}

void scim_unload(void)
{
    memset(schemas, 0, sizeof(schemas));
    arena_release(&loaded);
}

const struct scim_resource_type *scim_resource_type(enum scim_kind kind)
{
    return &types[kind];
}

const struct scim_schema *scim_schema_of(const struct scim_resource_type *type, const char *urn)
{
    if (text_equal_ascii(type->schema->id, urn))
        return type->schema;
    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++) {
        if (text_equal_ascii(type->extensions[i]->id, urn))
            return type->extensions[i];
    }
    return NULL;
}

const struct scim_attribute *scim_attribute_find(const struct scim_attribute *attributes,
                                                 const char *name)
{
    for (; attributes && attributes->name; attributes++) {
        if (text_equal_ascii(attributes->name, name))
            return attributes;
    }
    return NULL;
}

bool schema_is_extension(const struct scim_schema *schema)
{
    for (size_t kind = 0; kind < SCIM_KIND_COUNT; kind++) {
        if (types[kind].schema == schema)
            return false;
    }
    return true;
}

json_t *schema_part(const struct scim_schema *schema, const json_t *resource)
{
    if (schema_is_extension(schema))
        return json_object_get(resource, schema->id);
    return json_walk(resource);
}

json_t *schema_make_part(const struct scim_schema *schema, json_t *resource)
{
    return schema_is_extension(schema) ? json_make_object(resource, schema->id) : resource;
}

bool attribute_is_writable(const struct scim_attribute *attribute)
{
    return attribute->mutability != SCIM_READ_ONLY;
}
