#include "bridge/config/config.h"

#include <errno.h>
#include <libfyaml.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/nearest.h"
#include "bridge/base/screen.h"
#include "bridge/directory/attribute_map.h"
#include "bridge/directory/match.h"
#include "bridge/scim/schema.h"
#include "reader.h"
#include "setting.h"

enum { SHOWN_MOST = 60 };

/* The one section that holds no settings itself. */
#define ORGANIZATIONS "organizations"

/* One line of a mapping: a section, a setting in one, or an organization. */
struct pair {
    char *name; /* with all that is above it: "http", "organizations.acme.directory.uri" */
    struct place place;
    struct fy_node *value; /* NULL: nothing was written */
    struct place value_place;
};

typedef enum status pair_reader(struct reader *reader, const struct pair *pair);

/* --------------------------------------------------------------- YAML nodes */

static const char *kind_of(struct fy_node *node)
{
    if (fy_node_is_alias(node))
        return "an alias";
    if (fy_node_is_mapping(node))
        return "a mapping";
    return fy_node_is_sequence(node) ? "a list" : "a text";
}

static bool is_scalar(struct fy_node *node)
{
    return fy_node_is_scalar(node) && !fy_node_is_alias(node);
}

/* Nothing, or one of the two ways to write it down. */
static bool is_empty(struct fy_node *node)
{
    return fy_node_is_null(node) ||
           (is_scalar(node) && fy_node_get_style(node) == FYNS_PLAIN &&
            (fy_node_compare_text(node, "~", 1) || fy_node_compare_text(node, "null", 4)));
}

/* NULL when it is no scalar, or not one line of plain text. */
static char *scalar_text(struct fy_node *node, struct arena *arena)
{
    size_t size = 0;
    const char *data;

    if (!node || !is_scalar(node))
        return NULL;
    data = fy_node_get_scalar(node, &size);
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)data[i] < ' ' || data[i] == 0x7F)
            return NULL;
    return arena_text(arena, bytes_of(data, size));
}

/* Only scalars know where they are. */
static struct place place_of(struct fy_node *node, struct place otherwise)
{
    struct fy_token *token = node ? fy_node_get_scalar_token(node) : NULL;
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;

    return mark ? (struct place){mark->line + 1, mark->column + 1} : otherwise;
}

/* ------------------------------------------------------------------- scopes */

static bool is_top(const struct reader *reader)
{
    return reader->scope == reader->scopes;
}

/* A name without what stands before all names of the organization that is read. */
static const char *own_name(const struct reader *reader, const struct pair *pair)
{
    return pair->name + strlen(reader->scope->prefix);
}

/* An organization has those sections that hold its own settings, the top has all. */
static bool has_section(const struct reader *reader, const char *name)
{
    for (const struct setting *setting = settings; setting < settings + setting_count; setting++)
        if (setting_is_in(setting, name))
            return is_top(reader) || setting->owner == SETTING_OF_ORGANIZATION;
    return false;
}

static void apply_fallbacks(struct reader *reader, enum setting_owner owner)
{
    for (const struct setting *setting = settings; setting < settings + setting_count; setting++) {
        void *field = setting_field(setting, reader->config, reader->scope->organization);

        if (setting->owner == owner && setting->fallback)
            (void)setting_apply(setting, setting->fallback, "/", field);
    }
}

/* Another organization, of which everything has its default. */
static void begin_organization(struct reader *reader, const char *name, const char *prefix)
{
    size_t index = reader->config->organization_count++;
    struct organization_config *organization = &reader->config->organizations[index];

    (void)snprintf(organization->name, sizeof(organization->name), "%s", name);
    reader->scope = &reader->scopes[index];
    *reader->scope = (struct scope){
        .prefix = prefix,
        .organization = organization,
        .given = arena_alloc(reader->arena, setting_count * sizeof(struct place)),
    };
    apply_fallbacks(reader, SETTING_OF_ORGANIZATION);
}

/* ----------------------------------------------------------------- messages */

/* What was written, in quotes, so that it can stand in a message. */
static const char *shown(const char *written, struct arena *arena)
{
    struct bytes start = bytes_of(written, strnlen(written, SHOWN_MOST));
    bool is_whole = !written[start.size];
    struct text text = {.arena = arena};

    start.size = text_utf8_size(start);
    text_add(&text, "\"");
    screen_add(&text, arena_text(arena, start));
    text_add(&text, is_whole ? "\"" : "...\"");
    return text.data;
}

/*
 * What could stand in place of an unknown name: a section's settings, or the
 * sections. NULL: not this one.
 */
static const char *alternative(const struct reader *reader, const struct setting *setting,
                               const char *section)
{
    char *own = arena_text(reader->arena, bytes_of(setting->name, strcspn(setting->name, ".")));
    bool is_first = setting == settings || !setting_is_in(setting - 1, own);

    if (section)
        return strcmp(section, own) == 0 ? setting->name : NULL;
    return is_first && has_section(reader, own) ? own : NULL;
}

/* `section` is whose setting it would be; NULL: it would be a section. */
static enum status fail_unknown(struct reader *reader, const struct pair *pair, const char *section)
{
    struct nearest nearest = {.text = pair->name};
    struct text known = {.arena = reader->arena};
    const char *advice;

    for (const struct setting *setting = settings; setting < settings + setting_count; setting++) {
        const char *name = alternative(reader, setting, section);

        if (!name)
            continue;
        name = arena_printf(reader->arena, "%s%s", reader->scope->prefix, name);
        nearest_offer(&nearest, name);
        text_add_format(&known, "%s%s", known.size ? ", " : "", name);
    }
    if (!section && is_top(reader)) {
        nearest_offer(&nearest, ORGANIZATIONS);
        text_add(&known, ", " ORGANIZATIONS);
    }
    advice = nearest.name ? arena_printf(reader->arena, "did you mean %s?", nearest.name)
                          : arena_printf(reader->arena, "expected one of: %s", known.data);
    return document_fail(&reader->document, pair->place,
                         arena_printf(reader->arena, "there is no %s %s; %s",
                                      section ? "setting" : "section",
                                      shown(pair->name, reader->arena), advice));
}

static enum status fail_value(struct reader *reader, const struct pair *pair,
                              const struct setting *setting, const char *what)
{
    return document_fail(&reader->document, pair->value_place,
                         arena_printf(reader->arena, "%s is %s; expected %s", pair->name, what,
                                      setting_expected(setting, reader->arena)));
}

/* ----------------------------------------------------------------- mappings */

/* Every name above this one was known and was there once, so there are only a few. */
static enum status check_twin(struct reader *reader, struct fy_node *mapping, int index,
                              const struct pair *pair)
{
    struct fy_node *key = fy_node_pair_key(fy_node_mapping_get_by_index(mapping, index));

    for (int i = 0; i < index; i++) {
        struct fy_node *other = fy_node_pair_key(fy_node_mapping_get_by_index(mapping, i));

        if (fy_node_compare(key, other))
            return document_fail(&reader->document, pair->place,
                                 arena_printf(reader->arena,
                                              "%s is there twice; the first is in line %d",
                                              pair->name, place_of(other, pair->place).line));
    }
    return STATUS_OK;
}

/*
 * `path` is the name of what the mapping belongs to, NULL at the top; `above` is
 * where that is, for a key that does not know its place.
 */
static enum status read_pair(struct reader *reader, struct fy_node *mapping, int index,
                             const char *path, struct place above, struct pair *pair)
{
    struct fy_node_pair *node = fy_node_mapping_get_by_index(mapping, index);
    char *key = scalar_text(fy_node_pair_key(node), reader->arena);

    pair->place = place_of(fy_node_pair_key(node), above);
    pair->value = fy_node_pair_value(node);
    pair->value_place = place_of(pair->value, pair->place);
    if (!key)
        return document_fail(&reader->document, pair->place,
                             "a name is not one line of plain text; expected a setting's name");
    pair->name = path ? arena_printf(reader->arena, "%s.%s", path, key) : key;
    return check_twin(reader, mapping, index, pair);
}

static enum status read_mapping(struct reader *reader, struct fy_node *mapping, const char *path,
                                struct place above, pair_reader *read)
{
    int count = fy_node_mapping_item_count(mapping);
    enum status status = STATUS_OK;

    for (int i = 0; i < count && !status; i++) {
        struct pair pair = {0};

        status = read_pair(reader, mapping, i, path, above, &pair);
        if (!status)
            status = read(reader, &pair);
    }
    return status;
}

static const struct setting *setting_of(const struct reader *reader, const struct pair *pair)
{
    return setting_find(own_name(reader, pair));
}

/* One of several texts. `setting` is what they belong to, `name` what is behind that. */
static enum status add_item(struct reader *reader, const struct setting *setting, char *name,
                            const struct pair *pair)
{
    char *text = is_empty(pair->value) ? "" : scalar_text(pair->value, reader->arena);
    const struct config_item item = {name, text, pair->place.line, pair->place.column};

    if (!text)
        return fail_value(reader, pair, setting, "not one line of plain text");
    if (!setting_add(setting, &item,
                     setting_field(setting, reader->config, reader->scope->organization)))
        return fail_value(reader, pair, setting, shown(text, reader->arena));
    return STATUS_OK;
}

static enum status read_list(struct reader *reader, const struct pair *pair)
{
    enum status status = STATUS_OK;
    struct fy_node *node;
    void *position = NULL;

    while (!status && (node = fy_node_sequence_iterate(pair->value, &position))) {
        const struct place place = place_of(node, pair->place);
        const struct pair element = {pair->name, place, node, place};

        status = is_empty(node) ? fail_value(reader, &element, setting_of(reader, pair), "empty")
                                : add_item(reader, setting_of(reader, pair), NULL, &element);
    }
    return status;
}

static enum status read_row(struct reader *reader, const struct pair *pair)
{
    char *name = strrchr(pair->name, '.');
    size_t size = (size_t)(name - pair->name) - strlen(reader->scope->prefix);
    const struct setting *setting =
        setting_find(arena_text(reader->arena, bytes_of(own_name(reader, pair), size)));

    if (!setting)
        return document_fail(&reader->document, pair->place,
                             "a name with a dot in it; expected the name of an attribute");
    return add_item(reader, setting, name + 1, pair);
}

/* What is below a name: `what`, or nothing. */
static enum status read_below(struct reader *reader, const struct pair *pair, const char *what,
                              pair_reader *read)
{
    if (is_empty(pair->value))
        return STATUS_OK;
    if (!fy_node_is_mapping(pair->value))
        return document_fail(&reader->document, pair->value_place,
                             arena_printf(reader->arena,
                                          "%s is %s; expected %s, indented, below it", pair->name,
                                          kind_of(pair->value), what));
    return read_mapping(reader, pair->value, pair->name, pair->place, read);
}

static enum status read_items(struct reader *reader, const struct setting *setting,
                              const struct pair *pair)
{
    if (setting->kind == SETTING_ROWS)
        return read_below(reader, pair, "names with their values", read_row);
    if (!fy_node_is_sequence(pair->value))
        return fail_value(reader, pair, setting, kind_of(pair->value));
    return read_list(reader, pair);
}

static enum status read_setting(struct reader *reader, const struct pair *pair)
{
    const char *name = own_name(reader, pair);
    const struct setting *setting = setting_of(reader, pair);
    const char *value = scalar_text(pair->value, reader->arena);

    if (!setting)
        return fail_unknown(reader, pair,
                            arena_text(reader->arena, bytes_of(name, strcspn(name, "."))));
    reader->scope->given[setting - settings] = pair->place;
    if (is_empty(pair->value))
        return fail_value(reader, pair, setting, "empty");
    if (setting_is_many(setting))
        return read_items(reader, setting, pair);
    if (!is_scalar(pair->value))
        return fail_value(reader, pair, setting, kind_of(pair->value));
    if (!value)
        return fail_value(reader, pair, setting, "not one line of plain text");
    if (!setting_apply(setting, value, reader->folder,
                       setting_field(setting, reader->config, reader->scope->organization)))
        return fail_value(reader, pair, setting, shown(value, reader->arena));
    return STATUS_OK;
}

static enum status read_section(struct reader *reader, const struct pair *pair)
{
    const struct setting *setting = setting_of(reader, pair);

    if (setting)
        return document_fail(
            &reader->document, pair->place,
            arena_printf(reader->arena, "%s is written as %s below %.*s:", pair->name,
                         setting_key(setting), (int)strcspn(setting->name, "."), setting->name));
    if (!has_section(reader, own_name(reader, pair)))
        return fail_unknown(reader, pair, NULL);
    return read_below(reader, pair, "its settings", read_setting);
}

static enum status check_organization(struct reader *reader, const struct pair *pair,
                                      const char *name)
{
    if (!text_is_label(name))
        return document_fail(
            &reader->document, pair->place,
            arena_printf(reader->arena,
                         "%s cannot name an organization; use 1 to %d of a-z, 0-9 and -",
                         shown(name, reader->arena), LABEL_MAX));
    if (strcmp(name, reader->config->organizations[0].name) == 0)
        return document_fail(&reader->document, pair->place,
                             arena_printf(reader->arena,
                                          "the organization %s has the sections at the top; write "
                                          "its directory: there",
                                          name));
    if (reader->config->organization_count == CONFIG_ORGANIZATIONS_MAX)
        return document_fail(&reader->document, pair->place,
                             arena_printf(reader->arena,
                                          "%s is one too many; there may be %d besides default",
                                          pair->name, CONFIG_ORGANIZATIONS_MAX - 1));
    return STATUS_OK;
}

static enum status read_organization(struct reader *reader, const struct pair *pair)
{
    const char *name = pair->name + strlen(ORGANIZATIONS ".");
    enum status status = check_organization(reader, pair, name);

    if (status)
        return status;
    begin_organization(reader, name, arena_printf(reader->arena, "%s.", pair->name));
    status = read_below(reader, pair, "its sections", read_section);
    reader->scope = reader->scopes;
    return status;
}

static enum status read_top(struct reader *reader, const struct pair *pair)
{
    if (strcmp(pair->name, ORGANIZATIONS) == 0)
        return read_below(reader, pair, "their names", read_organization);
    return read_section(reader, pair);
}

static enum status read_root(struct reader *reader, struct fy_node *root)
{
    const struct place top = {1, 1};

    if (is_empty(root))
        return STATUS_OK;
    if (!fy_node_is_mapping(root))
        return document_fail(
            &reader->document, place_of(root, top),
            arena_printf(reader->arena,
                         "the file is %s; expected sections, as in http:", kind_of(root)));
    return read_mapping(reader, root, NULL, top, read_top);
}

/* --------------------------------------------------------------------- face */

static enum status find_folder(struct reader *reader)
{
    const char *folder = dirname(arena_strdup(reader->arena, reader->document.path));
    char whole[PATH_MAX];

    if (!realpath(folder, whole))
        return document_fail_file(&reader->document, strerror(errno));
    reader->folder = arena_strdup(reader->arena, whole);
    return STATUS_OK;
}

static enum status read_document(struct reader *reader)
{
    enum status status;

    if ((status = document_load(&reader->document)))
        return status;
    if ((status = find_folder(reader)))
        return status;
    if (!reader->document.tree)
        return STATUS_OK;
    if ((status = read_root(reader, fy_document_root(reader->document.tree))))
        return status;
    return check_settings(reader);
}

enum status reader_load(struct reader *reader)
{
    enum status status;

    *reader->config = (struct config){0};
    begin_organization(reader, "default", "");
    apply_fallbacks(reader, SETTING_OF_DAEMON);
    status = scim_load(reader->document.problem);
    if (!status)
        status = read_document(reader);
    document_release(&reader->document);
    return status;
}

enum status config_load(const char *path, struct config *config, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct reader reader = {
        .document = {.path = path, .arena = arena, .problem = problem},
        .arena = arena,
        .config = config,
    };

    return reader_load(&reader);
}

static void clear_settings(struct config *config, struct organization_config *organization,
                           enum setting_owner owner)
{
    for (const struct setting *setting = settings; setting < settings + setting_count; setting++) {
        void *field = setting->owner == owner ? setting_field(setting, config, organization) : NULL;

        if (field && setting_is_text(setting))
            free(*(char **)field);
        else if (field && setting_is_many(setting))
            setting_clear_items(field);
    }
}

void config_clear(struct config *config)
{
    for (size_t i = 0; i < config->organization_count; i++) {
        attribute_map_free(config->organizations[i].directory.attributes);
        protection_free(config->organizations[i].directory.protection);
        clear_settings(config, &config->organizations[i], SETTING_OF_ORGANIZATION);
    }
    clear_settings(config, NULL, SETTING_OF_DAEMON);
    *config = (struct config){0};
}
