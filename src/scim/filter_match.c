#include <ctype.h>
#include <string.h>

#include "bridge/base/instant.h"
#include "bridge/base/text.h"
#include "bridge/scim/filter.h"
#include "parser.h"
#include "schema.h"

/*
 * Folding for the length of one comparison. Nearly all text is short and ASCII
 * and needs no memory for it.
 */
struct folding {
    char small[256];
    struct arena *arena;
};

static void folding_clear(struct folding *folding)
{
    arena_release(&folding->arena);
}

static const char *fold(struct folding *folding, const char *text)
{
    size_t i;

    for (i = 0; i < sizeof(folding->small); i++) {
        unsigned char c = (unsigned char)text[i];

        if (c >= 0x80)
            break;
        folding->small[i] = (char)tolower(c);
        if (c == '\0')
            return folding->small;
    }
    folding->arena = arena_new();
    return text_fold(folding->arena, text);
}

static bool order_satisfies(enum filter_operator op, int order)
{
    switch (op) {
    case FILTER_EQ:
        return order == 0;
    case FILTER_NE:
        return order != 0;
    case FILTER_GT:
        return order > 0;
    case FILTER_GE:
        return order >= 0;
    case FILTER_LT:
        return order < 0;
    case FILTER_LE:
        return order <= 0;
    case FILTER_CO:
    case FILTER_SW:
    case FILTER_EW:
    case FILTER_PR:
        break;
    }
    return false;
}

static bool ends_with(const char *text, const char *end)
{
    size_t text_size = strlen(text);
    size_t end_size = strlen(end);

    return text_size >= end_size && strcmp(text + text_size - end_size, end) == 0;
}

static bool text_satisfies(enum filter_operator op, const char *actual, const char *wanted)
{
    switch (op) {
    case FILTER_CO:
        return strstr(actual, wanted) != NULL;
    case FILTER_SW:
        return strncmp(actual, wanted, strlen(wanted)) == 0;
    case FILTER_EW:
        return ends_with(actual, wanted);
    case FILTER_EQ:
    case FILTER_NE:
    case FILTER_GT:
    case FILTER_GE:
    case FILTER_LT:
    case FILTER_LE:
    case FILTER_PR:
        break;
    }
    return order_satisfies(op, strcmp(actual, wanted));
}

static bool number_satisfies(enum filter_operator op, double actual, double wanted)
{
    return order_satisfies(op, (actual > wanted) - (actual < wanted));
}

static bool instant_satisfies(const struct filter *term, const char *actual)
{
    json_int_t wanted = json_integer_value(term->value);
    int64_t instant;

    if (!instant_parse(actual, &instant))
        return term->op == FILTER_NE;
    return order_satisfies(term->op, (instant > wanted) - (instant < wanted));
}

static bool is_present(const json_t *value)
{
    if (json_is_string(value))
        return json_string_length(value) > 0;
    if (json_is_array(value))
        return json_array_size(value) > 0;
    if (json_is_object(value))
        return json_object_size(value) > 0;
    return value && !json_is_null(value);
}

/* Values of one type, neither of them null. */
static bool value_satisfies(const struct filter *term, const json_t *value)
{
    SCOPED(folding_clear) struct folding folding = {.arena = NULL};
    const char *text = json_string_value(value);

    if (json_is_boolean(term->value))
        return order_satisfies(term->op, value != term->value);
    if (json_is_number(value) && json_is_number(term->value))
        return number_satisfies(term->op, json_number_value(value), json_number_value(term->value));
    if (text && json_is_integer(term->value))
        return instant_satisfies(term, text);
    if (text && term->folded)
        return text_satisfies(term->op, fold(&folding, text), term->folded);
    if (text && json_is_string(term->value))
        return text_satisfies(term->op, text, json_string_value(term->value));
    return term->op == FILTER_NE;
}

/* `value` may be NULL: what is absent is unequal to everything but null. */
static bool term_matches(const struct filter *term, const json_t *value)
{
    if (json_is_null(value))
        value = NULL;
    if (term->op == FILTER_PR)
        return is_present(value);
    if (json_is_null(term->value))
        return (term->op == FILTER_EQ) == !value;
    if (!value)
        return term->op == FILTER_NE;
    return value_satisfies(term, value);
}

static const json_t *sub_of(const struct filter *term, const json_t *value)
{
    return term->path.sub ? json_object_get(value, term->path.sub->name) : value;
}

/* Of several values any will do. */
static bool any_matches(const struct filter *term, const json_t *values)
{
    bool is_selected = false;
    const json_t *value;
    size_t i;

    json_array_foreach (values, i, value) {
        if (term->path.value_filter && !filter_matches_value(term->path.value_filter, value))
            continue;
        is_selected = true;
        if (term_matches(term, sub_of(term, value)))
            return true;
    }
    return !is_selected && term_matches(term, NULL);
}

static bool selects_any(const struct filter *value_filter, const json_t *values)
{
    const json_t *value;
    size_t i;

    json_array_foreach (values, i, value) {
        if (filter_matches_value(value_filter, value))
            return true;
    }
    return false;
}

static const json_t *attribute_value(const struct scim_path *path, const json_t *resource)
{
    return json_object_get(schema_part(path->schema, resource), path->attribute->name);
}

bool filter_matches(const struct filter *filter, const json_t *resource)
{
    const json_t *value;

    switch (filter->kind) {
    case FILTER_AND:
        return filter_matches(filter->left, resource) && filter_matches(filter->right, resource);
    case FILTER_OR:
        return filter_matches(filter->left, resource) || filter_matches(filter->right, resource);
    case FILTER_NOT:
        return !filter_matches(filter->left, resource);
    case FILTER_VALUE_PATH:
        return selects_any(filter->path.value_filter, attribute_value(&filter->path, resource));
    case FILTER_COMPARE:
        break;
    }
    value = attribute_value(&filter->path, resource);
    if (json_is_array(value))
        return any_matches(filter, value);
    return term_matches(filter, sub_of(filter, value));
}

bool filter_matches_value(const struct filter *value_filter, const json_t *value)
{
    switch (value_filter->kind) {
    case FILTER_AND:
        return filter_matches_value(value_filter->left, value) &&
               filter_matches_value(value_filter->right, value);
    case FILTER_OR:
        return filter_matches_value(value_filter->left, value) ||
               filter_matches_value(value_filter->right, value);
    case FILTER_NOT:
        return !filter_matches_value(value_filter->left, value);
    case FILTER_VALUE_PATH:
    case FILTER_COMPARE:
        break;
    }
    return term_matches(value_filter, json_object_get(value, value_filter->path.attribute->name));
}
