#include "bridge/scim/filter.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/instant.h"
#include "bridge/base/json.h"
#include "bridge/base/text.h"
#include "json.h"
#include "parser.h"
#include "schema.h"

enum { LITERAL_SIZE_MAX = 1024 };

static const struct json_limits literal_limits = {.values = 1, .text = LITERAL_SIZE_MAX};

static const char *const operator_words[] = {
    [FILTER_EQ] = "eq",
    [FILTER_NE] = "ne",
    [FILTER_CO] = "co",
    [FILTER_SW] = "sw",
    [FILTER_EW] = "ew",
    [FILTER_GT] = "gt",
    [FILTER_GE] = "ge",
    [FILTER_LT] = "lt",
    [FILTER_LE] = "le",
    [FILTER_PR] = "pr",
    NULL,
};

#define BIT(op)   (1u << (op))
#define EQUALITY  (BIT(FILTER_EQ) | BIT(FILTER_NE) | BIT(FILTER_PR))
#define ORDER     (BIT(FILTER_GT) | BIT(FILTER_GE) | BIT(FILTER_LT) | BIT(FILTER_LE))
#define SUBSTRING (BIT(FILTER_CO) | BIT(FILTER_SW) | BIT(FILTER_EW))

/* Which operators go with which type. */
static const unsigned operators_of[] = {
    [SCIM_STRING] = EQUALITY | ORDER | SUBSTRING,
    [SCIM_BOOLEAN] = EQUALITY,
    [SCIM_INTEGER] = EQUALITY | ORDER,
    [SCIM_DECIMAL] = EQUALITY | ORDER,
    [SCIM_DATETIME] = EQUALITY | ORDER,
    [SCIM_REFERENCE] = EQUALITY | ORDER | SUBSTRING,
    [SCIM_BINARY] = EQUALITY,
    [SCIM_COMPLEX] = BIT(FILTER_PR),
};

static enum status take_or(struct parser *parser, const struct filter **filter);

/* A word, if it is next and ends there. */
static bool take_word(struct parser *parser, const char *word)
{
    size_t size = strlen(word);

    parser_skip_spaces(parser);
    if (strncasecmp(parser->at, word, size) != 0 || isalpha((unsigned char)parser->at[size]))
        return false;
    parser->at += size;
    return true;
}

static enum status take_operator(struct parser *parser, enum filter_operator *op)
{
    for (unsigned i = 0; operator_words[i]; i++) {
        if (take_word(parser, operator_words[i])) {
            *op = i;
            return STATUS_OK;
        }
    }
    parser_skip_spaces(parser);
    return parser_refuse(parser, parser->at,
                         "expected an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr");
}

/* Where a JSON text that starts at `at` ends, behind its closing quote; NULL when it does not. */
static const char *end_of_text(const char *at)
{
    for (at++; *at && *at != '"'; at++) {
        if (*at == '\\' && at[1])
            at++;
    }
    return *at ? at + 1 : NULL;
}

static enum status take_json(struct parser *parser, const char *end, const json_t **literal)
{
    const char *at = parser->at;
    size_t size = (size_t)(end - at);
    json_t *value;

    if (size > LITERAL_SIZE_MAX)
        return parser_refuse(parser, at, "a value of more than %d bytes", LITERAL_SIZE_MAX);
    if (json_read(bytes_of(at, size), &literal_limits, &value, NULL))
        return parser_refuse(parser, at, "this is no JSON text or number");
    *literal = json_take(parser->arena, value);
    parser->at = end;
    return STATUS_OK;
}

static enum status take_constant(struct parser *parser, const json_t **literal)
{
    if (take_word(parser, "true"))
        *literal = json_true();
    else if (take_word(parser, "false"))
        *literal = json_false();
    else if (take_word(parser, "null"))
        *literal = json_null();
    else
        return parser_refuse(parser, parser->at,
                             "expected a text in double quotes, a number, true, false or null");
    return STATUS_OK;
}

static enum status take_literal(struct parser *parser, const json_t **literal)
{
    const char *at = parser->at;

    if (*at == '\'')
        return parser_refuse(parser, at, "a text stands in double quotes, not in single ones");
    if (*at == '"') {
        const char *end = end_of_text(at);

        if (!end)
            return parser_refuse(parser, at, "the closing quote is missing");
        return take_json(parser, end, literal);
    }
    if (isdigit((unsigned char)*at) || *at == '-')
        return take_json(parser, at + strspn(at, "+-.0123456789eE"), literal);
    return take_constant(parser, literal);
}

static const json_t *boolean_of(const json_t *literal)
{
    const char *text = json_string_value(literal);

    if (json_is_boolean(literal))
        return literal;
    if (text && text_equal_ascii(text, "true"))
        return json_true();
    if (text && text_equal_ascii(text, "false"))
        return json_false();
    return NULL;
}

static const json_t *instant_of(struct parser *parser, const json_t *literal)
{
    const char *text = json_string_value(literal);
    int64_t instant;

    if (!text || !instant_parse(text, &instant))
        return NULL;
    return json_take(parser->arena, json_integer(instant));
}

/* The literal as values of the type are compared; NULL when it cannot be. */
static const json_t *literal_of_type(struct parser *parser, enum scim_type type,
                                     const json_t *literal)
{
    switch (type) {
    case SCIM_BOOLEAN:
        return boolean_of(literal);
    case SCIM_INTEGER:
    case SCIM_DECIMAL:
        return json_is_number(literal) ? literal : NULL;
    case SCIM_DATETIME:
        return instant_of(parser, literal);
    case SCIM_STRING:
    case SCIM_REFERENCE:
    case SCIM_BINARY:
    case SCIM_COMPLEX:
        break;
    }
    return json_is_string(literal) ? literal : NULL;
}

static enum status fit_literal(struct parser *parser, const char *at, const json_t *literal,
                               struct filter *node)
{
    const struct scim_attribute *leaf = path_leaf(&node->path);
    bool is_equality = BIT(node->op) & EQUALITY;

    if (!leaf || (json_is_null(literal) && is_equality)) {
        node->value = literal;
        return STATUS_OK;
    }
    node->value = literal_of_type(parser, leaf->type, literal);
    if (!node->value)
        return parser_refuse(parser, at, "%s is of type %s: the value does not go with it",
                             leaf->name, scim_type_word(leaf->type));
    if (json_is_string(node->value) && !leaf->is_case_exact)
        node->folded = text_fold(parser->arena, json_string_value(node->value));
    return STATUS_OK;
}

/* `members eq "x"` means `members.value eq "x"`. */
static void aim_at_value(struct filter *node)
{
    const struct scim_attribute *attribute = node->path.attribute;

    if (attribute && attribute->type == SCIM_COMPLEX && !node->path.sub && node->op != FILTER_PR)
        node->path.sub = scim_attribute_find(attribute->sub, "value");
}

static enum status check_operator(const struct parser *parser, const char *at,
                                  const struct filter *node)
{
    const struct scim_attribute *leaf = path_leaf(&node->path);

    if (!leaf)
        return STATUS_OK;
    if (leaf->returned == SCIM_NEVER)
        return parser_refuse(parser, at, "%s is never shown, so nothing can be filtered by it",
                             leaf->name);
    if (!(operators_of[leaf->type] & BIT(node->op)))
        return parser_refuse(parser, at, "%s does not go with %s, which is of type %s%s",
                             operator_words[node->op], leaf->name, scim_type_word(leaf->type),
                             leaf->type == SCIM_COMPLEX ? ": name a sub-attribute" : "");
    return STATUS_OK;
}

static enum status take_comparison(struct parser *parser, struct filter *node)
{
    const char *at;
    const json_t *literal = NULL;
    enum status status;

    node->kind = FILTER_COMPARE;
    parser_skip_spaces(parser);
    at = parser->at;
    if ((status = take_operator(parser, &node->op)))
        return status;
    aim_at_value(node);
    if ((status = check_operator(parser, at, node)) || node->op == FILTER_PR)
        return status;
    parser_skip_spaces(parser);
    at = parser->at;
    if ((status = take_literal(parser, &literal)))
        return status;
    return fit_literal(parser, at, literal, node);
}

static enum status take_attribute_term(struct parser *parser, struct filter *node)
{
    const char *at = parser->at;
    enum status status;

    if (++parser->terms > FILTER_TERMS_MAX)
        return parser_refuse(parser, at, "more than %d terms", FILTER_TERMS_MAX);
    if ((status = parser_take_path(parser, &node->path)))
        return status;
    if (node->path.schema && !node->path.attribute)
        return parser_refuse(parser, at, "expected an attribute of the schema");
    if (node->path.value_filter && parser->at[-1] == ']') {
        node->kind = FILTER_VALUE_PATH;
        return STATUS_OK;
    }
    return take_comparison(parser, node);
}

/* Between an opening bracket, which has been taken, and the closing one. */
static enum status take_enclosed(struct parser *parser, char closing, const struct filter **filter)
{
    const char *at = parser->at - 1;
    enum status status;

    if (++parser->depth > FILTER_DEPTH_MAX)
        return parser_refuse(parser, at, "nested more than %d deep", FILTER_DEPTH_MAX);
    if ((status = take_or(parser, filter)))
        return status;
    parser->depth--;
    parser_skip_spaces(parser);
    if (!parser_take(parser, closing))
        return parser_refuse(parser, parser->at, "expected and, or or %c", closing);
    return STATUS_OK;
}

enum status parser_take_value_filter(struct parser *parser, const struct scim_attribute *value_of,
                                     const struct filter **filter)
{
    enum status status;

    parser->value_of = value_of;
    parser->is_in_value = true;
    status = take_enclosed(parser, ']', filter);
    parser->is_in_value = false;
    return status;
}

static enum status take_term(struct parser *parser, const struct filter **filter)
{
    struct filter *node = arena_alloc(parser->arena, sizeof(*node));

    *filter = node;
    parser_skip_spaces(parser);
    if (parser_take(parser, '('))
        return take_enclosed(parser, ')', filter);
    if (!take_word(parser, "not"))
        return take_attribute_term(parser, node);
    node->kind = FILTER_NOT;
    parser_skip_spaces(parser);
    if (!parser_take(parser, '('))
        return parser_refuse(parser, parser->at, "expected ( behind not");
    return take_enclosed(parser, ')', &node->left);
}

static enum status take_joined(struct parser *parser, enum filter_kind kind, const char *word,
                               enum status (*take)(struct parser *, const struct filter **),
                               const struct filter **filter)
{
    enum status status = take(parser, filter);

    while (!status && take_word(parser, word)) {
        struct filter *node = arena_alloc(parser->arena, sizeof(*node));

        node->kind = kind;
        node->left = *filter;
        *filter = node;
        status = take(parser, &node->right);
    }
    return status;
}

static enum status take_and(struct parser *parser, const struct filter **filter)
{
    return take_joined(parser, FILTER_AND, "and", take_term, filter);
}

static enum status take_or(struct parser *parser, const struct filter **filter)
{
    return take_joined(parser, FILTER_OR, "or", take_and, filter);
}

static enum status refuse_unknown(const struct parser *parser)
{
    size_t size = strcspn(parser->unknown, " \t\r\n[]()");

    return parser_refuse(parser, parser->unknown, "%s has no attribute %.*s", parser->type->name,
                         (int)size, parser->unknown);
}

enum status filter_parse(const char *text, const struct scim_resource_type *type,
                         struct arena *arena, const struct filter **filter, struct problem *problem)
{
    struct parser parser = {.text = text,
                            .at = text,
                            .type = type,
                            .arena = arena,
                            .refusal = STATUS_INVALID_FILTER,
                            .problem = problem};
    enum status status;

    *filter = NULL;
    if (strlen(text) > FILTER_LENGTH_MAX)
        return problem_set(problem, STATUS_INVALID_FILTER,
                           "a filter of more than %d bytes: ask for less at a time",
                           FILTER_LENGTH_MAX);
    if ((status = take_or(&parser, filter)))
        return status;
    parser_skip_spaces(&parser);
    if (*parser.at)
        return parser_refuse(&parser, parser.at, "expected and, or or the end");
    return parser.unknown ? refuse_unknown(&parser) : STATUS_OK;
}

static bool is_named(const struct scim_attribute *attribute, const char *name)
{
    if (!attribute || !name)
        return !attribute && !name;
    return strcmp(attribute->name, name) == 0;
}

const char *filter_demands(const struct filter *filter, const char *attribute, const char *sub)
{
    const char *demanded = NULL;

    switch (filter->kind) {
    case FILTER_AND:
        demanded = filter_demands(filter->left, attribute, sub);
        return demanded ? demanded : filter_demands(filter->right, attribute, sub);
    case FILTER_VALUE_PATH:
        if (sub && is_named(filter->path.attribute, attribute))
            demanded = filter_demands(filter->path.value_filter, sub, NULL);
        return demanded;
    case FILTER_COMPARE:
        if (filter->op == FILTER_EQ && is_named(filter->path.attribute, attribute) &&
            is_named(filter->path.sub, sub))
            demanded = json_string_value(filter->value);
        return demanded;
    case FILTER_OR:
    case FILTER_NOT:
        break;
    }
    return NULL;
}
