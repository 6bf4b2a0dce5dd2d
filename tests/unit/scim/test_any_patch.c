/*
 * Random PATCH requests against a plain model, in which a resource is a list of
 * facts: this sub-attribute of that value of this attribute is so and so.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "any_scim.h"
#include "schemas.h"

#include "bridge/scim/patch.h"

enum { PATCHES = 3000, OPERATIONS_MAX = 4, FACTS_MAX = 2000, LISTED = 1000 };

static struct arena *arena;
static const struct scim_resource_type *type;

/* ----------------------------------------------------------------------------- the model */

/* A single value has place 0; a simple attribute is a value without a sub-attribute. */
struct fact {
    const struct scim_schema *schema;
    const struct scim_attribute *attribute;
    unsigned place;
    const char *sub; /* "" : none */
    json_t *value;   /* borrowed */
};

struct model {
    struct fact facts[FACTS_MAX];
    size_t count;
    unsigned next_place;
};

static void release(void *json)
{
    json_decref(json);
}

static json_t *keep(json_t *json)
{
    arena_take(arena, json, release);
    return json;
}

static bool is_of(const struct fact *fact, const struct scim_attribute *attribute)
{
    return fact->attribute == attribute;
}

static void drop(struct model *model, size_t at)
{
    memmove(&model->facts[at], &model->facts[at + 1],
            (--model->count - at) * sizeof(model->facts[0]));
}

static json_t *known(const struct model *model, const struct scim_attribute *attribute,
                     unsigned place, const char *sub)
{
    for (size_t i = 0; i < model->count; i++) {
        const struct fact *fact = &model->facts[i];

        if (is_of(fact, attribute) && fact->place == place && strcmp(fact->sub, sub) == 0)
            return fact->value;
    }
    return NULL;
}

/* NULL: not so any more. */
static void state(struct model *model, const struct scim_schema *schema,
                  const struct scim_attribute *attribute, unsigned place, const char *sub,
                  json_t *value)
{
    for (size_t i = 0; i < model->count; i++) {
        struct fact *fact = &model->facts[i];

        if (!is_of(fact, attribute) || fact->place != place || strcmp(fact->sub, sub) != 0)
            continue;
        if (value)
            fact->value = value;
        else
            drop(model, i);
        return;
    }
    if (value)
        model->facts[model->count++] = (struct fact){schema, attribute, place, sub, value};
}

static void state_all(struct model *model, const struct scim_schema *schema,
                      const struct scim_attribute *attribute, unsigned place, const json_t *value)
{
    for (const struct scim_attribute *sub = attribute->sub; sub->name; sub++) {
        json_t *member = json_object_get(value, sub->name);

        if (member)
            state(model, schema, attribute, place, sub->name, member);
    }
}

static void forget(struct model *model, const struct scim_attribute *attribute, unsigned place)
{
    for (size_t i = model->count; i-- > 0;) {
        if (is_of(&model->facts[i], attribute) && model->facts[i].place == place)
            drop(model, i);
    }
}

/* Places of an attribute's values, in order; how many. */
static size_t places(const struct model *model, const struct scim_attribute *attribute,
                     unsigned *found)
{
    size_t count = 0;

    for (size_t i = 0; i < model->count; i++) {
        bool is_new = is_of(&model->facts[i], attribute);

        for (size_t j = 0; j < count; j++)
            is_new = is_new && found[j] != model->facts[i].place;
        if (is_new)
            found[count++] = model->facts[i].place;
    }
    for (size_t i = 1; i < count; i++) { /* few: by insertion */
        for (size_t j = i; j > 0 && found[j] < found[j - 1]; j--) {
            unsigned place = found[j];

            found[j] = found[j - 1];
            found[j - 1] = place;
        }
    }
    return count;
}

static json_t *value_at(const struct model *model, const struct scim_attribute *attribute,
                        unsigned place)
{
    json_t *value = json_object();

    for (const struct scim_attribute *sub = attribute->sub; sub->name; sub++) {
        json_t *member = known(model, attribute, place, sub->name);

        if (member)
            (void)json_object_set(value, sub->name, member);
    }
    return keep(value);
}

/* -------------------------------------------------------------- to and from a resource */

static void learn_attribute(struct model *model, const struct scim_schema *schema,
                            const struct scim_attribute *attribute, json_t *value)
{
    if (attribute->is_multi_valued) {
        for (size_t i = 0; i < json_array_size(value); i++)
            state_all(model, schema, attribute, model->next_place++, json_array_get(value, i));
    } else if (attribute->type == SCIM_COMPLEX) {
        state_all(model, schema, attribute, 0, value);
    } else if (value) {
        state(model, schema, attribute, 0, "", value);
    }
}

static void learn(struct model *model, const struct scim_schema *schema, const json_t *part)
{
    for (const struct scim_attribute *at = schema->attributes; at->name; at++)
        learn_attribute(model, schema, at, json_object_get(part, at->name));
}

static json_t *told_attribute(const struct model *model, const struct scim_attribute *attribute)
{
    unsigned found[LISTED];
    size_t count = places(model, attribute, found);
    json_t *list;

    if (count == 0)
        return NULL;
    if (!attribute->is_multi_valued)
        return attribute->type == SCIM_COMPLEX ? json_incref(value_at(model, attribute, 0))
                                               : json_incref(known(model, attribute, 0, ""));
    list = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append(list, value_at(model, attribute, found[i]));
    return list;
}

static void tell(const struct model *model, const struct scim_schema *schema, json_t *part)
{
    for (const struct scim_attribute *at = schema->attributes; at->name; at++) {
        json_t *value = told_attribute(model, at);

        if (value)
            (void)json_object_set_new(part, at->name, value);
    }
}

static void learn_resource(struct model *model, const json_t *resource)
{
    model->next_place = 1;
    learn(model, type->schema, resource);
    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++)
        learn(model, type->extensions[i], json_object_get(resource, type->extensions[i]->id));
}

static json_t *told_resource(const struct model *model)
{
    json_t *resource = json_object();

    tell(model, type->schema, resource);
    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++) {
        json_auto_t *part = json_object();

        tell(model, type->extensions[i], part);
        if (json_object_size(part))
            (void)json_object_set(resource, type->extensions[i]->id, part);
    }
    return resource;
}

/* ------------------------------------------------------------------------- operations */

/* A value filter is one eq term, or two that `and` joins. */
struct operation {
    enum patch_verb verb;
    const struct scim_schema *schema;
    const struct scim_attribute *attribute;
    const struct scim_attribute *selects[2]; /* NULL: no more terms */
    json_t *wanted[2];
    const struct scim_attribute *sub;
    json_t *value; /* NULL: a remove without values */
};

static bool texts_equal(const json_t *left, const json_t *right,
                        const struct scim_attribute *attribute)
{
    const char *first = json_string_value(left);
    const char *second = json_string_value(right);

    if (!first || !second)
        return left && right && json_equal(left, right);
    return attribute->is_case_exact
               ? strcmp(first, second) == 0
               : strcmp(text_fold(arena, first), text_fold(arena, second)) == 0;
}

static bool is_selected(const struct operation *operation, const json_t *value)
{
    for (size_t i = 0; i < 2 && operation->selects[i]; i++) {
        const struct scim_attribute *sub = operation->selects[i];

        if (!texts_equal(json_object_get(value, sub->name), operation->wanted[i], sub))
            return false;
    }
    return true;
}

static const struct scim_attribute *sub_named(const struct scim_attribute *attribute,
                                              const char *name)
{
    return scim_attribute_find(attribute->sub, name);
}

enum likeness { UNLIKE, LIKE_UNTYPED, LIKE_TYPED };

/* Whether two values are one: by `value` and `type`, or by `value` where a type is missing. */
static enum likeness likeness(const struct scim_attribute *attribute, const json_t *left,
                              const json_t *right)
{
    const struct scim_attribute *sub = sub_named(attribute, "value");
    const json_t *left_type = json_object_get(left, "type");
    const json_t *right_type = json_object_get(right, "type");
    bool has_value = sub && json_object_get(left, "value") && json_object_get(right, "value");

    if (!has_value)
        return json_equal(left, right) ? LIKE_TYPED : UNLIKE;
    if (!texts_equal(json_object_get(left, "value"), json_object_get(right, "value"), sub))
        return UNLIKE;
    if (!left_type || !right_type)
        return LIKE_UNTYPED;
    return text_equal_folded(json_string_value(left_type), json_string_value(right_type))
               ? LIKE_TYPED
               : UNLIKE;
}

/* At most one value stays primary. */
static void prefer(struct model *model, const struct scim_attribute *attribute, unsigned preferred)
{
    unsigned found[LISTED];
    size_t count = places(model, attribute, found);

    for (size_t i = 0; i < count; i++) {
        if (found[i] != preferred && json_is_true(known(model, attribute, found[i], "primary")))
            state(model, NULL, attribute, found[i], "primary", json_false());
    }
}

/* The place of the value that `value` is, or becomes. */
static unsigned place_for(struct model *model, const struct operation *operation,
                          const json_t *value)
{
    const struct scim_attribute *attribute = operation->attribute;
    bool is_typed = json_object_get(value, "type") != NULL;
    unsigned found[LISTED];
    size_t count = places(model, attribute, found);

    for (size_t i = 0; is_typed && i < count; i++) {
        if (likeness(attribute, value_at(model, attribute, found[i]), value) == LIKE_TYPED)
            return found[i];
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *present = value_at(model, attribute, found[i]);

        if (likeness(attribute, present, value) != UNLIKE &&
            (!is_typed || !json_object_get(present, "type")))
            return found[i];
    }
    return model->next_place++;
}

static void add_values(struct model *model, const struct operation *operation)
{
    unsigned preferred = 0;

    for (size_t i = 0; i < json_array_size(operation->value); i++) {
        const json_t *value = json_array_get(operation->value, i);
        unsigned place = place_for(model, operation, value);

        state_all(model, operation->schema, operation->attribute, place, value);
        if (!preferred && json_is_true(json_object_get(value, "primary")))
            preferred = place;
    }
    if (preferred)
        prefer(model, operation->attribute, preferred);
}

static void forget_all(struct model *model, const struct scim_attribute *attribute)
{
    unsigned found[LISTED];
    size_t count = places(model, attribute, found);

    for (size_t i = 0; i < count; i++)
        forget(model, attribute, found[i]);
}

static void remove_values(struct model *model, const struct operation *operation)
{
    unsigned found[LISTED];
    size_t count = places(model, operation->attribute, found);

    for (size_t i = 0; i < count; i++) {
        const json_t *present = value_at(model, operation->attribute, found[i]);

        for (size_t j = 0; j < json_array_size(operation->value); j++) {
            if (likeness(operation->attribute, present, json_array_get(operation->value, j)))
                forget(model, operation->attribute, found[i]);
        }
    }
}

static void set_one(struct model *model, const struct operation *operation, unsigned place)
{
    if (operation->sub)
        state(model, operation->schema, operation->attribute, place, operation->sub->name,
              operation->value);
    else
        state_all(model, operation->schema, operation->attribute, place, operation->value);
}

/* Where nothing is selected the filter says what to make. */
static void make_one(struct model *model, const struct operation *operation, unsigned place)
{
    for (size_t i = 0; i < 2 && operation->selects[i]; i++)
        state(model, operation->schema, operation->attribute, place, operation->selects[i]->name,
              operation->wanted[i]);
    set_one(model, operation, place);
}

static void set_selected(struct model *model, const struct operation *operation)
{
    const struct scim_attribute *attribute = operation->attribute;
    unsigned found[LISTED];
    size_t count = places(model, attribute, found);
    unsigned first = 0;
    bool says_primary = operation->sub ? strcmp(operation->sub->name, "primary") == 0 &&
                                             json_is_true(operation->value)
                                       : json_is_true(json_object_get(operation->value, "primary"));

    for (size_t i = 0; i < count; i++) {
        if (!is_selected(operation, value_at(model, attribute, found[i])))
            continue;
        set_one(model, operation, found[i]);
        first = first ? first : found[i];
    }
    if (first) {
        if (says_primary)
            prefer(model, attribute, first);
        return;
    }
    first = model->next_place++;
    make_one(model, operation, first);
    if (json_is_true(known(model, attribute, first, "primary")))
        prefer(model, attribute, first);
}

/* What is left of a value that only says what it was called is nothing. */
static void tidy(struct model *model, const struct scim_attribute *attribute, unsigned place)
{
    for (const struct scim_attribute *sub = attribute->sub; sub->name; sub++) {
        if (strcmp(sub->name, "type") != 0 && strcmp(sub->name, "primary") != 0 &&
            strcmp(sub->name, "display") != 0 && known(model, attribute, place, sub->name))
            return;
    }
    forget(model, attribute, place);
}

static void remove_selected(struct model *model, const struct operation *operation)
{
    const struct scim_attribute *attribute = operation->attribute;
    unsigned found[LISTED];
    size_t count = places(model, attribute, found);

    for (size_t i = 0; i < count; i++) {
        if (!is_selected(operation, value_at(model, attribute, found[i])))
            continue;
        if (!operation->sub) {
            forget(model, attribute, found[i]);
            continue;
        }
        state(model, operation->schema, attribute, found[i], operation->sub->name, NULL);
        tidy(model, attribute, found[i]);
    }
}

static void change_list(struct model *model, const struct operation *operation)
{
    bool is_whole = !operation->sub && !operation->selects[0];

    if (operation->verb == PATCH_REMOVE && operation->value)
        remove_values(model, operation);
    else if (operation->verb == PATCH_REMOVE)
        remove_selected(model, operation);
    else if (!is_whole)
        set_selected(model, operation);
    else {
        if (operation->verb == PATCH_REPLACE)
            forget_all(model, operation->attribute);
        add_values(model, operation);
    }
}

static void change_single(struct model *model, const struct operation *operation)
{
    const struct scim_attribute *attribute = operation->attribute;

    if (operation->verb == PATCH_REMOVE && !operation->sub)
        forget(model, attribute, 0);
    else if (attribute->type != SCIM_COMPLEX)
        state(model, operation->schema, attribute, 0, "", operation->value);
    else if (operation->verb == PATCH_REMOVE)
        state(model, operation->schema, attribute, 0, operation->sub->name, NULL);
    else
        set_one(model, operation, 0);
    for (const struct scim_attribute *sub = attribute->sub; sub && sub->name; sub++) {
        if (sub->is_required && !known(model, attribute, 0, sub->name))
            forget(model, attribute, 0);
    }
}

static void change(struct model *model, const struct operation *operation)
{
    if (operation->attribute->is_multi_valued)
        change_list(model, operation);
    else
        change_single(model, operation);
}

/* ------------------------------------------------------------------ operations at random */

static bool is_eligible(const struct scim_attribute *attribute)
{
    return is_settable(attribute) &&
           !(attribute->is_multi_valued && attribute->type != SCIM_COMPLEX);
}

static const struct scim_attribute *any_settable_sub(const struct scim_attribute *attribute)
{
    const struct scim_attribute *sub;

    do
        sub = any_sub(attribute);
    while (!is_settable(sub));
    return sub;
}

static void select_some(struct operation *operation)
{
    unsigned terms = 1 + below(2);

    for (unsigned i = 0; i < terms; i++) {
        operation->selects[i] = percent(50) && sub_named(operation->attribute, "type")
                                    ? sub_named(operation->attribute, "type")
                                    : any_settable_sub(operation->attribute);
        operation->wanted[i] = keep(any_simple(operation->selects[i]));
    }
    if (terms == 2 && operation->selects[0] == operation->selects[1])
        operation->selects[1] = NULL;
}

/* As a request is read: of values that are one only one stays, and one at most is primary. */
static json_t *distinct(const struct scim_attribute *attribute, json_t *list)
{
    json_t *rest = json_array();
    bool has_primary = false;

    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *value = json_array_get(list, i);
        bool is_new = true;

        if (has_primary)
            (void)json_object_del(value, "primary");
        for (size_t j = 0; j < json_array_size(rest); j++)
            is_new = is_new && !likeness(attribute, json_array_get(rest, j), value);
        if (!is_new || json_object_size(value) == 0)
            continue;
        has_primary = has_primary || json_is_true(json_object_get(value, "primary"));
        (void)json_array_append(rest, value);
    }
    json_decref(list);
    return rest;
}

static json_t *value_for(const struct operation *operation)
{
    bool is_whole = !operation->sub && !operation->selects[0];

    if (operation->sub)
        return keep(any_simple(operation->sub));
    if (is_whole && operation->attribute->is_multi_valued)
        return keep(distinct(operation->attribute, any_list(operation->attribute, true)));
    return keep(any_element(operation->attribute, true));
}

static struct operation any_operation(void)
{
    struct operation operation = {.verb = (enum patch_verb)below(3)};
    bool is_complex;

    do
        operation.attribute = any_attribute(type, &operation.schema);
    while (!is_eligible(operation.attribute) ||
           scim_attribute_find(scim_common_attributes, operation.attribute->name));
    is_complex = operation.attribute->type == SCIM_COMPLEX;
    if (operation.attribute->is_multi_valued && percent(50))
        select_some(&operation);
    if (is_complex && percent(40))
        operation.sub = any_settable_sub(operation.attribute);
    if (operation.verb != PATCH_REMOVE || (operation.attribute->is_multi_valued && !operation.sub &&
                                           !operation.selects[0] && percent(50)))
        operation.value = value_for(&operation);
    return operation;
}

static const char *path_of(const struct operation *operation)
{
    struct text path = {.arena = arena};

    text_add_format(&path, "%s:%s", operation->schema->id, operation->attribute->name);
    for (size_t i = 0; i < 2 && operation->selects[i]; i++) {
        char *wanted = json_dumps(operation->wanted[i], JSON_ENCODE_ANY);

        text_add_format(&path, "%s%s eq %s", i ? " and " : "[", operation->selects[i]->name,
                        wanted);
        free(wanted);
    }
    text_add(&path, operation->selects[0] ? "]" : "");
    if (operation->sub)
        text_add_format(&path, ".%s", operation->sub->name);
    return path.data;
}

/* With the path in front, or as a member of a value without one, as Okta and Entra do. */
static json_t *request_of(const struct operation *operation)
{
    static const char *const verbs[] = {"add", "replace", "remove"};
    static const char *const cased[] = {"Add", "Replace", "Remove"};
    const char *verb = percent(70) ? verbs[operation->verb] : cased[operation->verb];
    const char *path = path_of(operation);
    json_t *request;

    if (operation->value && operation->verb != PATCH_REMOVE && percent(30))
        return json_pack("{s:s, s:{s:O}}", "op", verb, "value", path, operation->value);
    request = json_pack("{s:s, s:s}", "op", verb, "path", path);
    if (operation->value)
        (void)json_object_set(request, "value", operation->value);
    return request;
}

/* As reading a request leaves it: one primary value, no value twice. */
static json_t *any_stored(void)
{
    struct model model = {.next_place = 1};
    json_auto_t *resource = any_resource(type);
    json_t *stored;

    for (const struct scim_attribute *at = type->schema->attributes; at->name; at++) {
        struct operation add = {
            PATCH_ADD, type->schema, at, {0}, {0}, NULL, json_object_get(resource, at->name)};

        if (is_eligible(at) && add.value)
            change(&model, &add);
    }
    learn(&model, type->extensions[0], json_object_get(resource, type->extensions[0]->id));
    stored = told_resource(&model);
    if (!json_object_get(stored, "userName"))
        (void)json_object_set_new(stored, "userName", json_string("ada"));
    return stored;
}

/* ----------------------------------------------------------------------------- tests */

static enum status apply(json_t *operations, json_t *resource, struct problem *problem)
{
    json_auto_t *request = json_pack("{s:O}", "Operations", operations);
    struct patch *patch = NULL;
    enum status status = patch_parse(request, type, arena, &patch, problem);

    return status ? status : patch_apply(patch, resource, type, problem);
}

static void begin_case(void)
{
    arena = arena_new();
    type = scim_resource_type(SCIM_USER);
}

static void end_case(void)
{
    arena_free(arena);
}

static bool takes_required_away(const struct model *model)
{
    return !known(model, scim_attribute_find(type->schema->attributes, "userName"), 0, "");
}

static void print(const char *what, const json_t *value)
{
    char *dump = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;

    (void)fprintf(stderr, "%s %s\n", what, dump ? dump : "nothing");
    free(dump);
}

/* cmocka cuts what it says of a failure; this is the whole of it. */
static void compare(const json_t *before, const json_t *operations, json_t *expected,
                    const json_t *actual)
{
    const char *name;
    json_t *value;

    if (json_equal(expected, actual))
        return;
    print("operations", operations);
    json_object_foreach (expected, name, value) {
        if (json_equal(value, json_object_get(actual, name)))
            continue;
        print(name, json_object_get(before, name));
        print("  becomes", json_object_get(actual, name));
        print("  and not", value);
    }
    print("all of it", actual);
    fail();
}

static void a_patch_does_what_the_model_does(void **unused)
{
    int applied = 0;

    (void)unused;
    for (int i = 0; i < PATCHES; i++) {
        begin_case();
        struct model *model = arena_alloc(arena, sizeof(*model));
        json_t *before = keep(any_stored());
        json_t *after = keep(json_deep_copy(before));
        json_t *operations = keep(json_array());
        struct problem problem = {0};
        enum status status;

        learn_resource(model, before);
        for (unsigned count = 1 + below(OPERATIONS_MAX); count > 0; count--) {
            struct operation operation = any_operation();

            change(model, &operation);
            (void)json_array_append_new(operations, request_of(&operation));
        }
        status = apply(operations, after, &problem);
        if (takes_required_away(model)) {
            assert_int_equal(status, STATUS_INVALID_VALUE);
        } else {
            if (status)
                fail_msg("%s: %s", json_dumps(operations, 0), problem.detail);
            compare(before, operations, keep(told_resource(model)), after);
            applied++;
        }
        end_case();
    }
    assert_true(applied > PATCHES / 2);
}

/*
 * RFC 7644 section 3.5.2.1: an add of what is there already changes nothing; and a
 * replace or a remove has no more to do. Only where a filter selects by what the
 * operation changes is there something else to select the second time.
 */
static void the_same_operation_again_changes_nothing(void **unused)
{
    (void)unused;
    for (int i = 0; i < PATCHES; i++) {
        begin_case();
        struct operation operation = any_operation();
        json_t *before = keep(any_stored());
        json_t *once = keep(json_deep_copy(before));
        json_t *operations = keep(json_pack("[o]", request_of(&operation)));
        json_t *twice;

        if ((operation.verb == PATCH_REMOVE || !operation.selects[0]) &&
            apply(operations, once, NULL) == STATUS_OK) {
            twice = keep(json_deep_copy(once));
            assert_int_equal(apply(operations, twice, NULL), STATUS_OK);
            compare(once, operations, once, twice);
        }
        end_case();
    }
}

static int primary_count(const json_t *list)
{
    int count = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        count += json_is_true(json_object_get(json_array_get(list, i), "primary"));
    return count;
}

static void at_most_one_value_is_primary_whatever_is_sent(void **unused)
{
    (void)unused;
    for (int i = 0; i < PATCHES; i++) {
        begin_case();
        json_t *resource = keep(any_stored());
        json_t *operations = keep(json_array());
        const char *name;
        json_t *value;

        for (unsigned count = 1 + below(OPERATIONS_MAX); count > 0; count--) {
            struct operation operation = any_operation();

            (void)json_array_append_new(operations, request_of(&operation));
        }
        if (apply(operations, resource, NULL) == STATUS_OK) {
            json_object_foreach (resource, name, value)
                assert_true(primary_count(value) <= 1);
        }
        end_case();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_does_what_the_model_does),
        cmocka_unit_test(the_same_operation_again_changes_nothing),
        cmocka_unit_test(at_most_one_value_is_primary_whatever_is_sent),
    };

    chance_begin();
    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
