/* Random filters and paths: against a plain evaluator, and through their text and back. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "any_scim.h"
#include "schemas.h"

enum { FILTERS = 4000, RESOURCES = 3, PATHS = 3000, DEPTH = 4 };

/* ------------------------------------------------------------------- filters as such */

struct plain {
    enum filter_kind kind;
    const struct plain *left;
    const struct plain *right;
    const struct scim_schema *schema; /* NULL inside a value filter */
    const struct scim_attribute *attribute;
    const struct plain *selects; /* the value filter */
    const struct scim_attribute *sub;
    enum filter_operator op;
    json_t *literal; /* as it is written; the arena owns it */
    int64_t at;      /* of a moment */
};

static struct arena *arena;
static const struct scim_resource_type *type;

static void release(void *json)
{
    json_decref(json);
}

static json_t *keep(json_t *json)
{
    arena_take(arena, json, release);
    return json;
}

static const struct scim_attribute *leaf_of(const struct plain *plain)
{
    const struct scim_attribute *value = NULL;

    if (plain->sub)
        return plain->sub;
    for (const struct scim_attribute *sub = plain->attribute->sub; sub && sub->name; sub++)
        value = strcmp(sub->name, "value") == 0 ? sub : value;
    return plain->op != FILTER_PR && value ? value : plain->attribute;
}

static enum filter_operator any_operator(enum scim_type of)
{
    static const enum filter_operator all[] = {FILTER_EQ, FILTER_NE, FILTER_PR, FILTER_GT,
                                               FILTER_GE, FILTER_LT, FILTER_LE, FILTER_CO,
                                               FILTER_SW, FILTER_EW};

    switch (of) {
    case SCIM_STRING:
    case SCIM_REFERENCE:
        return all[below(10)];
    case SCIM_INTEGER:
    case SCIM_DECIMAL:
    case SCIM_DATETIME:
        return all[below(7)];
    case SCIM_BOOLEAN:
    case SCIM_BINARY:
        return all[below(3)];
    case SCIM_COMPLEX:
        break;
    }
    return FILTER_PR;
}

static void set_literal(struct plain *plain)
{
    const struct scim_attribute *leaf = leaf_of(plain);
    bool is_equality = plain->op == FILTER_EQ || plain->op == FILTER_NE;

    if (is_equality && percent(8)) {
        plain->literal = json_null();
    } else if (leaf->type == SCIM_DATETIME) {
        const struct any_moment *moment = &any_moments[below(ANY_MOMENTS)];

        plain->literal = keep(json_string(moment->text));
        plain->at = moment->microseconds;
    } else if (leaf->type == SCIM_BOOLEAN && percent(30)) {
        plain->literal = keep(json_string(ANY_OF("True", "false")));
    } else {
        plain->literal = keep(any_simple(leaf));
    }
}

static const struct plain *any_plain(int depth, const struct scim_attribute *value_of);

static void make_comparison(struct plain *plain)
{
    const struct scim_attribute *leaf;

    plain->kind = FILTER_COMPARE;
    plain->op = FILTER_PR;
    leaf = leaf_of(plain); /* with pr a complex attribute is meant as such */
    plain->op = any_operator(leaf->type);
    if (plain->op != FILTER_PR)
        set_literal(plain);
}

static const struct plain *any_term(const struct scim_attribute *value_of)
{
    struct plain *plain = arena_alloc(arena, sizeof(*plain));

    if (value_of) {
        plain->attribute = any_sub(value_of);
        make_comparison(plain);
        return plain;
    }
    do
        plain->attribute = any_attribute(type, &plain->schema);
    while (plain->attribute->returned == SCIM_NEVER);
    if (plain->attribute->type == SCIM_COMPLEX && percent(85))
        plain->sub = any_sub(plain->attribute);
    if (plain->sub && plain->attribute->is_multi_valued && percent(40))
        plain->selects = any_plain(1, plain->attribute);
    if (plain->selects && percent(50)) {
        plain->kind = FILTER_VALUE_PATH;
        plain->sub = NULL;
        return plain;
    }
    make_comparison(plain);
    return plain;
}

static const struct plain *any_plain(int depth, const struct scim_attribute *value_of)
{
    struct plain *plain;

    if (depth == 0 || percent(40))
        return any_term(value_of);
    plain = arena_alloc(arena, sizeof(*plain));
    plain->kind = (enum filter_kind)below(3);
    plain->left = any_plain(depth - 1, value_of);
    if (plain->kind != FILTER_NOT)
        plain->right = any_plain(depth - 1, value_of);
    return plain;
}

/* ----------------------------------------------------------------------- as text */

/* Names and words in any letter case. */
static void add_cased(struct text *text, const char *word)
{
    char *copy = arena_strdup(arena, word);

    for (char *c = copy; *c && percent(30); c++)
        *c = (char)(percent(50) ? toupper((unsigned char)*c) : tolower((unsigned char)*c));
    text_add(text, copy);
}

static void add_space(struct text *text)
{
    text_add(text, ANY_OF(" ", " ", " ", "  ", "\t"));
}

static void add_literal(struct text *text, const json_t *literal)
{
    char *dump = json_dumps(literal, JSON_ENCODE_ANY | (percent(30) ? JSON_ENSURE_ASCII : 0));

    text_add(text, dump);
    free(dump);
}

static void add_plain(struct text *text, const struct plain *plain);

static void add_path(struct text *text, const struct plain *plain)
{
    if (plain->schema && (plain->schema != type->schema || percent(10))) {
        add_cased(text, plain->schema->id);
        text_add(text, ":");
    }
    add_cased(text, plain->attribute->name);
    if (plain->selects) {
        text_add(text, "[");
        add_plain(text, plain->selects);
        text_add(text, "]");
    }
    if (plain->sub) {
        text_add(text, ".");
        add_cased(text, plain->sub->name);
    }
}

/* `and` binds closer than `or`, and both from the left: what is not so needs brackets. */
static void add_operand(struct text *text, const struct plain *parent, const struct plain *operand)
{
    bool is_right = operand == parent->right;
    bool needs = (parent->kind == FILTER_AND && operand->kind == FILTER_OR) ||
                 (is_right && operand->kind == parent->kind) || percent(20);

    text_add(text, needs ? "(" : "");
    add_plain(text, operand);
    text_add(text, needs ? ")" : "");
}

static void add_comparison(struct text *text, const struct plain *plain)
{
    static const char *const words[] = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"};

    add_path(text, plain);
    add_space(text);
    add_cased(text, words[plain->op]);
    if (plain->op == FILTER_PR)
        return;
    add_space(text);
    add_literal(text, plain->literal);
}

static void add_plain(struct text *text, const struct plain *plain)
{
    switch (plain->kind) {
    case FILTER_COMPARE:
        add_comparison(text, plain);
        return;
    case FILTER_VALUE_PATH:
        add_path(text, plain);
        return;
    case FILTER_NOT:
        add_cased(text, "not");
        text_add(text, ANY_OF(" (", "("));
        add_plain(text, plain->left);
        text_add(text, ")");
        return;
    case FILTER_AND:
    case FILTER_OR:
        break;
    }
    add_operand(text, plain, plain->left);
    add_space(text);
    add_cased(text, plain->kind == FILTER_AND ? "and" : "or");
    add_space(text);
    add_operand(text, plain, plain->right);
}

static const char *text_of_plain(const struct plain *plain)
{
    struct text text = {.arena = arena};

    add_plain(&text, plain);
    return text.data;
}

/* ------------------------------------------------------------------ the plain evaluator */

static int64_t moment_of(const char *text)
{
    for (size_t i = 0; i < ANY_MOMENTS; i++) {
        if (strcmp(any_moments[i].text, text) == 0)
            return any_moments[i].microseconds;
    }
    return INT64_MIN;
}

static bool ordered(enum filter_operator op, int order)
{
    return (op == FILTER_EQ && order == 0) || (op == FILTER_NE && order != 0) ||
           (op == FILTER_GT && order > 0) || (op == FILTER_GE && order >= 0) ||
           (op == FILTER_LT && order < 0) || (op == FILTER_LE && order <= 0);
}

static bool texts_match(enum filter_operator op, const char *left, const char *right)
{
    size_t left_size = strlen(left);
    size_t right_size = strlen(right);

    if (op == FILTER_CO)
        return strstr(left, right) != NULL;
    if (op == FILTER_SW)
        return strstr(left, right) == left;
    if (op == FILTER_EW)
        return left_size >= right_size && strcmp(left + left_size - right_size, right) == 0;
    return ordered(op, strcmp(left, right));
}

static bool is_true(const json_t *value)
{
    return json_is_true(value) ||
           (json_is_string(value) && text_equal_ascii(json_string_value(value), "true"));
}

static bool has_something(const json_t *value)
{
    if (json_is_string(value))
        return *json_string_value(value) != '\0';
    if (json_is_object(value))
        return json_object_size(value) > 0;
    return value != NULL;
}

static bool one_matches(const struct plain *term, const json_t *value)
{
    const struct scim_attribute *leaf = leaf_of(term);
    const char *text = json_string_value(value);
    const char *wanted = json_string_value(term->literal);

    if (term->op == FILTER_PR)
        return has_something(value);
    if (json_is_null(term->literal))
        return (term->op == FILTER_EQ) == (value == NULL);
    if (!value)
        return term->op == FILTER_NE;
    if (leaf->type == SCIM_BOOLEAN)
        return (term->op == FILTER_EQ) == (is_true(value) == is_true(term->literal));
    if (leaf->type == SCIM_DATETIME)
        return ordered(term->op, (moment_of(text) > term->at) - (moment_of(text) < term->at));
    if (json_is_integer(value))
        return ordered(term->op,
                       (int)(json_integer_value(value) - json_integer_value(term->literal)));
    return leaf->is_case_exact
               ? texts_match(term->op, text, wanted)
               : texts_match(term->op, text_fold(arena, text), text_fold(arena, wanted));
}

static bool plain_matches(const struct plain *plain, const json_t *object);

/* The values that a path leads to, one after the other; `object` is the resource, or a value. */
static bool term_matches(const struct plain *term, const json_t *object)
{
    bool is_extension = term->schema && term->schema != type->schema;
    const json_t *part = is_extension ? json_object_get(object, term->schema->id) : object;
    const json_t *values = json_object_get(part, term->attribute->name);
    const struct scim_attribute *leaf = leaf_of(term);
    const char *sub = leaf != term->attribute ? leaf->name : NULL;
    size_t looked_at = 0;

    if (!json_is_array(values))
        return one_matches(term, sub ? json_object_get(values, sub) : values);
    for (size_t i = 0; i < json_array_size(values); i++) {
        const json_t *value = json_array_get(values, i);

        if (term->selects && !plain_matches(term->selects, value))
            continue;
        looked_at++;
        if (term->kind == FILTER_VALUE_PATH ||
            one_matches(term, sub ? json_object_get(value, sub) : value))
            return true;
    }
    return term->kind == FILTER_COMPARE && !looked_at && one_matches(term, NULL);
}

static bool plain_matches(const struct plain *plain, const json_t *object)
{
    switch (plain->kind) {
    case FILTER_AND:
        return plain_matches(plain->left, object) && plain_matches(plain->right, object);
    case FILTER_OR:
        return plain_matches(plain->left, object) || plain_matches(plain->right, object);
    case FILTER_NOT:
        return !plain_matches(plain->left, object);
    case FILTER_VALUE_PATH:
    case FILTER_COMPARE:
        break;
    }
    return term_matches(plain, object);
}

/* ------------------------------------------------------------- a parsed filter, as text */

static void add_filter(struct text *text, const struct filter *filter);

static void add_parsed_path(struct text *text, const struct scim_path *path)
{
    if (path->schema) {
        text_add(text, path->schema->id);
        text_add(text, path->attribute ? ":" : "");
    }
    if (path->attribute)
        text_add(text, path->attribute->name);
    if (path->value_filter) {
        text_add(text, "[");
        add_filter(text, path->value_filter);
        text_add(text, "]");
    }
    if (path->sub)
        text_add_format(text, ".%s", path->sub->name);
}

static const char *moment_text(int64_t microseconds)
{
    for (size_t i = 0; i < ANY_MOMENTS; i++) {
        if (any_moments[i].microseconds == microseconds)
            return any_moments[i].text;
    }
    return "?";
}

static bool is_moment(const struct scim_path *path)
{
    return (path->sub ? path->sub : path->attribute)->type == SCIM_DATETIME;
}

static void add_filter(struct text *text, const struct filter *filter)
{
    static const char *const words[] = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"};
    static const char *const between[] = {[FILTER_AND] = ") and (", [FILTER_OR] = ") or ("};

    switch (filter->kind) {
    case FILTER_AND:
    case FILTER_OR:
        text_add(text, "(");
        add_filter(text, filter->left);
        text_add(text, between[filter->kind]);
        add_filter(text, filter->right);
        text_add(text, ")");
        return;
    case FILTER_NOT:
        text_add(text, "not (");
        add_filter(text, filter->left);
        text_add(text, ")");
        return;
    case FILTER_VALUE_PATH:
        add_parsed_path(text, &filter->path);
        return;
    case FILTER_COMPARE:
        break;
    }
    add_parsed_path(text, &filter->path);
    text_add_format(text, " %s", words[filter->op]);
    if (filter->op == FILTER_PR)
        return;
    text_add(text, " ");
    if (is_moment(&filter->path) && json_is_integer(filter->value))
        text_add_json(text, moment_text(json_integer_value(filter->value)));
    else
        add_literal(text, filter->value);
}

static bool same_filter(const struct filter *left, const struct filter *right);

static bool same_path(const struct scim_path *left, const struct scim_path *right)
{
    return left->schema == right->schema && left->attribute == right->attribute &&
           left->sub == right->sub && same_filter(left->value_filter, right->value_filter);
}

static bool same_value(const struct filter *left, const struct filter *right)
{
    if (left->op == FILTER_PR || right->op == FILTER_PR)
        return left->op == right->op;
    return left->op == right->op && json_equal(left->value, right->value) &&
           !left->folded == !right->folded &&
           (!left->folded || strcmp(left->folded, right->folded) == 0);
}

static bool same_filter(const struct filter *left, const struct filter *right)
{
    if (!left || !right)
        return left == right;
    if (left->kind != right->kind)
        return false;
    if (left->kind == FILTER_COMPARE)
        return same_path(&left->path, &right->path) && same_value(left, right);
    if (left->kind == FILTER_VALUE_PATH)
        return same_path(&left->path, &right->path);
    return same_filter(left->left, right->left) && same_filter(left->right, right->right);
}

/* ------------------------------------------------------------------------------ tests */

static const struct filter *parse(const char *text)
{
    const struct filter *filter = NULL;
    struct problem problem = {0};

    if (filter_parse(text, type, arena, &filter, &problem))
        fail_msg("%s: %s", text, problem.detail);
    return filter;
}

static void begin_case(void)
{
    static const enum scim_kind kinds[] = {SCIM_USER, SCIM_USER, SCIM_GROUP};

    arena = arena_new();
    type = scim_resource_type(kinds[below(3)]);
}

static void end_case(void)
{
    arena_free(arena);
}

static void a_filter_matches_what_a_plain_evaluator_says(void **state)
{
    int matched = 0;

    (void)state;
    for (int i = 0; i < FILTERS; i++) {
        const struct plain *plain;
        const struct filter *filter;
        const char *text;

        begin_case();
        plain = any_plain(DEPTH, NULL);
        text = text_of_plain(plain);
        filter = strlen(text) < FILTER_LENGTH_MAX ? parse(text) : NULL;
        for (int j = 0; filter && j < RESOURCES; j++) {
            json_auto_t *resource = any_resource(type);

            matched += filter_matches(filter, resource);
            if (filter_matches(filter, resource) != plain_matches(plain, resource))
                fail_msg("%s on %s", text, json_dumps(resource, 0));
        }
        end_case();
    }
    assert_in_range(matched, FILTERS, FILTERS * (RESOURCES - 1)); /* neither all nor none */
}

static void a_filter_that_is_written_and_read_again_is_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < FILTERS; i++) {
        struct text written = {0};
        const struct filter *filter;
        const char *text;

        begin_case();
        written.arena = arena;
        text = text_of_plain(any_plain(2, NULL));
        filter = parse(text);
        add_filter(&written, filter);
        if (written.size < FILTER_LENGTH_MAX && !same_filter(filter, parse(written.data)))
            fail_msg("%s is read otherwise than %s", written.data, text);
        end_case();
    }
}

static bool any_parsed_path(struct scim_path *path, const char **text)
{
    struct text written = {.arena = arena};
    const struct plain *plain;

    do
        plain = any_term(NULL);
    while (plain->attribute->type == SCIM_COMPLEX && plain->kind == FILTER_COMPARE && !plain->sub &&
           percent(50));
    add_path(&written, plain);
    *text = written.data;
    return written.size <= PATH_SIZE_MAX && path_parse(*text, type, arena, path, NULL) == STATUS_OK;
}

static void a_path_that_is_written_and_read_again_is_the_same(void **state)
{
    int read = 0;

    (void)state;
    for (int i = 0; i < PATHS; i++) {
        struct text written = {0};
        struct scim_path path = {0};
        struct scim_path again = {0};
        const char *text = NULL;

        begin_case();
        written.arena = arena;
        if (any_parsed_path(&path, &text)) {
            read++;
            add_parsed_path(&written, &path);
            if (written.size <= PATH_SIZE_MAX &&
                (path_parse(written.data, type, arena, &again, NULL) || !same_path(&path, &again)))
                fail_msg("%s is read otherwise than %s", written.data, text);
        }
        end_case();
    }
    assert_true(read > PATHS / 2);
}

/* Whatever stands there: an answer, and words with each refusal. */
static void what_is_no_filter_is_refused_with_words(void **state)
{
    (void)state;
    for (int i = 0; i < FILTERS; i++) {
        const struct filter *filter = NULL;
        struct problem problem = {0};
        char *text;

        begin_case();
        text = arena_strdup(arena, text_of_plain(any_plain(2, NULL)));
        for (unsigned changes = 1 + below(3); changes > 0; changes--)
            text[below((unsigned)strlen(text))] =
                *ANY_OF("(", ")", "[", "]", "\"", ".", " ", "x", ":");
        if (filter_parse(text, type, arena, &filter, &problem))
            assert_true(problem.status == STATUS_INVALID_FILTER && *problem.detail);
        else
            assert_non_null(filter);
        end_case();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_matches_what_a_plain_evaluator_says),
        cmocka_unit_test(a_filter_that_is_written_and_read_again_is_the_same),
        cmocka_unit_test(a_path_that_is_written_and_read_again_is_the_same),
        cmocka_unit_test(what_is_no_filter_is_refused_with_words),
    };

    chance_begin();
    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
