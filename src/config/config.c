#include "bridge/config/config.h"

#include <errno.h>
#include <libfyaml.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/nearest.h"
#include "bridge/base/screen.h"
#include "document.h"
#include "setting.h"

enum { SHOWN_MOST = 60 };

struct reader {
    struct document document;
    struct arena *arena;
    struct config *config;
    const char *folder;  /* absolute: what relative paths start from */
    struct place *given; /* where each setting is; line 0: nowhere */
};

/* One line of a mapping: a section, or a setting in one. */
struct pair {
    char *name; /* "http", "http.port" */
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

/* What could stand in place of an unknown name: a section's settings, or the sections. */
static const char *alternative(size_t index, const char *section, struct arena *arena)
{
    const struct setting *setting = &settings[index];
    char *own = arena_text(arena, bytes_of(setting->name, strcspn(setting->name, ".")));

    if (section)
        return strcmp(section, own) == 0 ? setting->name : NULL;
    return index > 0 && setting_is_in(setting - 1, own) ? NULL : own;
}

static enum status fail_unknown(struct reader *reader, const struct pair *pair, const char *section)
{
    struct nearest nearest = {.text = pair->name};
    struct text known = {.arena = reader->arena};
    const char *advice;

    for (size_t i = 0; i < setting_count; i++) {
        const char *name = alternative(i, section, reader->arena);

        if (!name)
            continue;
        nearest_offer(&nearest, name);
        text_add_format(&known, "%s%s", known.size ? ", " : "", name);
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

static bool is_section(const char *name)
{
    for (size_t i = 0; i < setting_count; i++)
        if (setting_is_in(&settings[i], name))
            return true;
    return false;
}

static enum status check_known(struct reader *reader, const struct pair *pair, const char *section)
{
    const struct setting *setting = setting_find(pair->name);

    if (section ? setting != NULL : is_section(pair->name))
        return STATUS_OK;
    if (setting)
        return document_fail(
            &reader->document, pair->place,
            arena_printf(reader->arena, "%s is written as %s below %.*s:", pair->name,
                         setting_key(setting), (int)strcspn(pair->name, "."), pair->name));
    return fail_unknown(reader, pair, section);
}

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

/* `above` is where the mapping belongs, for a key that does not know its place. */
static enum status read_pair(struct reader *reader, struct fy_node *mapping, int index,
                             const char *section, struct place above, struct pair *pair)
{
    struct fy_node_pair *node = fy_node_mapping_get_by_index(mapping, index);
    char *key = scalar_text(fy_node_pair_key(node), reader->arena);
    enum status status;

    pair->place = place_of(fy_node_pair_key(node), above);
    pair->value = fy_node_pair_value(node);
    pair->value_place = place_of(pair->value, pair->place);
    if (!key)
        return document_fail(&reader->document, pair->place,
                             "a name is not one line of plain text; expected a setting's name");
    pair->name = section ? arena_printf(reader->arena, "%s.%s", section, key) : key;
    if ((status = check_known(reader, pair, section)))
        return status;
    return check_twin(reader, mapping, index, pair);
}

static enum status read_mapping(struct reader *reader, struct fy_node *mapping, const char *section,
                                struct place above, pair_reader *read)
{
    int count = fy_node_mapping_item_count(mapping);
    enum status status = STATUS_OK;

    for (int i = 0; i < count && !status; i++) {
        struct pair pair = {0};

        status = read_pair(reader, mapping, i, section, above, &pair);
        if (!status)
            status = read(reader, &pair);
    }
    return status;
}

static enum status read_setting(struct reader *reader, const struct pair *pair)
{
    const struct setting *setting = setting_find(pair->name);
    const char *value = scalar_text(pair->value, reader->arena);

    reader->given[setting - settings] = pair->place;
    if (is_empty(pair->value))
        return fail_value(reader, pair, setting, "empty");
    if (!is_scalar(pair->value))
        return fail_value(reader, pair, setting, kind_of(pair->value));
    if (!value)
        return fail_value(reader, pair, setting, "not one line of plain text");
    if (!setting_apply(setting, value, reader->folder, reader->config))
        return fail_value(reader, pair, setting, shown(value, reader->arena));
    return STATUS_OK;
}

static enum status read_section(struct reader *reader, const struct pair *pair)
{
    if (is_empty(pair->value))
        return STATUS_OK;
    if (!fy_node_is_mapping(pair->value))
        return document_fail(&reader->document, pair->value_place,
                             arena_printf(reader->arena,
                                          "%s is %s; expected its settings, indented, below it",
                                          pair->name, kind_of(pair->value)));
    return read_mapping(reader, pair->value, pair->name, pair->place, read_setting);
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
    return read_mapping(reader, root, NULL, top, read_section);
}

static enum status check_required(struct reader *reader)
{
    for (const struct setting *setting = settings; setting < settings + setting_count; setting++) {
        const struct setting *cause = setting_find(setting->required_by);
        struct place place = cause ? reader->given[cause - settings] : (struct place){0, 0};

        if (place.line && !reader->given[setting - settings].line &&
            !setting_is_barred(setting, reader->config))
            return document_fail(
                &reader->document, place,
                arena_printf(reader->arena,
                             "%s needs %s; add to the section %.*s, for example, %s: %s",
                             cause->name, setting->name, (int)strcspn(setting->name, "."),
                             setting->name, setting_key(setting), setting->example));
    }
    return STATUS_OK;
}

static enum status check_barred(struct reader *reader)
{
    for (const struct setting *setting = settings; setting < settings + setting_count; setting++) {
        struct place place = reader->given[setting - settings];

        if (place.line && setting_is_barred(setting, reader->config))
            return document_fail(&reader->document, place,
                                 arena_printf(reader->arena,
                                              "%s does not go with %s: %s; remove one of them",
                                              setting->name, setting->barred_by, setting->bar));
    }
    return STATUS_OK;
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

static void apply_fallbacks(struct config *config)
{
    for (size_t i = 0; i < setting_count; i++)
        if (settings[i].fallback)
            (void)setting_apply(&settings[i], settings[i].fallback, "/", config);
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
    if ((status = check_barred(reader)))
        return status;
    return check_required(reader);
}

enum status config_load(const char *path, struct config *config, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct reader reader = {
        .document = {.path = path, .arena = arena, .problem = problem},
        .arena = arena,
        .config = config,
        .given = arena_alloc(arena, setting_count * sizeof(*reader.given)),
    };
    enum status status;

    *config = (struct config){0};
    apply_fallbacks(config);
    status = read_document(&reader);
    document_release(&reader.document);
    return status;
}

void config_clear(struct config *config)
{
    for (size_t i = 0; i < setting_count; i++) {
        void *field = (char *)config + settings[i].offset;

        if (setting_is_text(&settings[i]))
            free(*(char **)field);
    }
    *config = (struct config){0};
}
