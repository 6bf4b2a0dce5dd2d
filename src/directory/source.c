#include "source.h"

#include <ctype.h>
#include <string.h>

#include "array.h"
#include "bridge/base/text.h"
#include "value.h"

#define LAST "last("

/* ------------------------------------------------------------------ reading */

static const struct scim_attribute *leaf_of(const struct scim_path *path)
{
    return path->sub ? path->sub : path->attribute;
}

/* What is composed when a resource is answered is not there when an entry is made. */
static bool is_kept(const struct scim_path *path)
{
    const struct scim_attribute *leaf = leaf_of(path);
    bool is_id = strcmp(leaf->name, "id") == 0;

    return strcmp(path->schema->id, SCIM_URN_BRIDGE) != 0 && leaf->returned != SCIM_NEVER &&
           (is_id ||
            (path->attribute->mutability != SCIM_READ_ONLY && leaf->mutability != SCIM_READ_ONLY));
}

static enum status check_path(const char *text, const struct scim_path *path,
                              struct problem *problem)
{
    const struct scim_attribute *leaf = leaf_of(path);

    if (!leaf)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "%s is a whole schema; name one of its attributes", text);
    if (leaf->type == SCIM_COMPLEX)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "%s has no value of its own; name one of its sub-attributes, such as "
                           "%s.%s",
                           text, text, leaf->sub->name);
    if (!is_kept(path))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "%s is not kept with a person; take another attribute", text);
    return STATUS_OK;
}

static enum status add_path(const char *text, struct arena *arena, struct source *source,
                            struct problem *problem)
{
    struct problem reason = {0};
    struct source_part part = {0};

    if (path_parse(text, scim_resource_type(SCIM_USER), arena, &part.path, &reason))
        return problem_set(problem, STATUS_CONFIGURATION, "%s: %s", text, reason.detail);
    source->parts = array_room(arena, source->parts, source->count, sizeof(part));
    source->parts[source->count++] = part;
    return check_path(text, &part.path, problem);
}

static void add_literal(struct bytes text, struct arena *arena, struct source *source)
{
    if (text.size == 0)
        return;
    source->parts = array_room(arena, source->parts, source->count, sizeof(*source->parts));
    source->parts[source->count++] = (struct source_part){.literal = arena_text(arena, text)};
}

/* A brace in quotes belongs to a value filter. */
static size_t path_size(const char *text)
{
    bool is_quoted = false;
    size_t size = 0;

    for (; text[size] && (is_quoted || text[size] != '}'); size++)
        is_quoted ^= text[size] == '"' && (size == 0 || text[size - 1] != '\\');
    return size;
}

static enum status parse_template(const char *text, struct arena *arena, struct source *source,
                                  struct problem *problem)
{
    while (*text) {
        size_t literal = strcspn(text, "{}");
        size_t size = text[literal] ? path_size(text + literal + 1) : 0;
        enum status status;

        add_literal(bytes_of(text, literal), arena, source);
        text += literal;
        if (!*text)
            break;
        if (*text == '}' || text[size + 1] != '}')
            return problem_set(problem, STATUS_CONFIGURATION,
                               "each path of a template stands in one pair of braces");
        status = add_path(arena_text(arena, bytes_of(text + 1, size)), arena, source, problem);
        if (status)
            return status;
        text += size + 2;
    }
    return STATUS_OK;
}

static enum status parse_last_word(const char *text, struct arena *arena, struct source *source,
                                   struct problem *problem)
{
    const char *path = text + strlen(LAST);
    size_t size = strlen(path);

    if (size == 0 || path[size - 1] != ')')
        return problem_set(problem, STATUS_CONFIGURATION, "%s should end with )", text);
    return add_path(arena_text(arena, bytes_of(path, size - 1)), arena, source, problem);
}

/* Braces inside of a value filter are not those of a template. */
static bool is_template(const char *text)
{
    const char *mark = strpbrk(text, "{}[");

    return mark && *mark != '[';
}

enum status source_parse(const char *text, struct arena *arena, struct source *source,
                         struct problem *problem)
{
    *source = (struct source){.kind = SOURCE_PATH};
    if (strncmp(text, LAST, strlen(LAST)) == 0) {
        source->kind = SOURCE_LAST_WORD;
        return parse_last_word(text, arena, source, problem);
    }
    if (!is_template(text))
        return add_path(text, arena, source, problem);
    source->kind = SOURCE_TEMPLATE;
    return parse_template(text, arena, source, problem);
}

/* --------------------------------------------------------------- evaluating */

/* Without data where it is not one that an entry can have. */
static struct bytes text_of(const json_t *value, struct arena *arena)
{
    struct bytes text = {NULL, 0};

    if (json_is_string(value))
        text = bytes_of(json_string_value(value), json_string_length(value));
    else if (json_is_boolean(value))
        text = bytes_of_text(json_is_true(value) ? "TRUE" : "FALSE");
    else if (json_is_integer(value))
        text = bytes_of_text(arena_printf(arena, "%lld", (long long)json_integer_value(value)));
    return text.data && value_fits(SYNTAX_TEXT, text) ? text : (struct bytes){NULL, 0};
}

static struct bytes first_of(const struct source_part *part, const json_t *user,
                             struct arena *arena)
{
    return text_of(path_value(&part->path, user), arena);
}

static bool ends_with_space(const struct text *text)
{
    return text->size == 0 || isspace((unsigned char)text->data[text->size - 1]);
}

/* A text in the making, and whether the path before was absent. */
struct expansion {
    struct text text;
    bool is_gap;
    bool is_filled; /* some path was there */
};

static void expand_literal(struct expansion *expansion, const char *literal)
{
    if (expansion->is_gap && ends_with_space(&expansion->text)) {
        while (isspace((unsigned char)*literal))
            literal++;
    }
    text_add(&expansion->text, literal);
}

static void expand_path(struct expansion *expansion, struct bytes value)
{
    expansion->is_gap = !value.data;
    if (!value.data)
        return;
    expansion->is_filled = true;
    text_add_bytes(&expansion->text, value);
}

static struct bytes expand(const struct source *source, const json_t *user, struct arena *arena)
{
    struct expansion expansion = {.text = {.arena = arena}};
    size_t size;

    for (size_t i = 0; i < source->count; i++) {
        if (source->parts[i].literal)
            expand_literal(&expansion, source->parts[i].literal);
        else
            expand_path(&expansion, first_of(&source->parts[i], user, arena));
    }
    if (!expansion.is_filled)
        return (struct bytes){NULL, 0};
    size = expansion.text.size;
    while (expansion.is_gap && size > 0 && isspace((unsigned char)expansion.text.data[size - 1]))
        size--;
    return arena_copy(arena, bytes_of(expansion.text.data, size));
}

static struct bytes last_word(struct bytes value, struct arena *arena)
{
    const char *text;
    const char *space;

    if (!value.data)
        return value;
    text = text_trim(arena, value.data);
    space = strrchr(text, ' ');
    return bytes_of_text(space ? space + 1 : text);
}

struct walk {
    struct arena *arena;
    source_visit *visit;
    void *context;
};

static bool visit_value(void *context, const json_t *value)
{
    const struct walk *walk = context;
    struct bytes text = text_of(value, walk->arena);

    if (text.data)
        walk->visit(walk->context, text);
    return true;
}

struct bytes source_first(const struct source *source, const json_t *user, struct arena *arena)
{
    switch (source->kind) {
    case SOURCE_PATH:
        return first_of(source->parts, user, arena);
    case SOURCE_TEMPLATE:
        return expand(source, user, arena);
    case SOURCE_LAST_WORD:
        return last_word(first_of(source->parts, user, arena), arena);
    }
    return (struct bytes){NULL, 0};
}

void source_each(const struct source *source, const json_t *user, struct arena *arena,
                 source_visit *visit, void *context)
{
    struct walk walk = {arena, visit, context};
    struct bytes value;

    if (source->kind == SOURCE_PATH) {
        path_each(&source->parts->path, user, visit_value, &walk);
        return;
    }
    value = source_first(source, user, arena);
    if (value.data)
        visit(context, value);
}
