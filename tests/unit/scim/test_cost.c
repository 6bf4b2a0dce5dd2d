#include "schemas.h"
#include "unit.h"

#include "bridge/base/json.h"
#include "bridge/base/text.h"
#include "bridge/scim/patch.h"
#include "bridge/scim/projection.h"
#include "bridge/scim/resource.h"

/*
 * What hostile input costs: twice as much of it takes twice as many steps, give or
 * take what sorting adds. A step is a block of code, counted by the compiler's own
 * call in front of each; no clock says anything here.
 */

enum { SIZE = 500 };

void __sanitizer_cov_trace_pc(void);

static uint64_t steps;

void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

static const struct json_limits limits = {.depth = 32, .values = 100000, .text = 65536};

/* `start`, then `count` times `piece` with its number for %d, then `end`. */
static struct text pieces(struct arena *arena, const char *start, const char *piece, int count,
                          const char *end)
{
    struct text text = {.arena = arena};
    const char *number = strstr(piece, "%d");
    int before = number ? (int)(number - piece) : (int)strlen(piece);

    text_add(&text, start);
    for (int i = 0; i < count; i++) {
        text_add_format(&text, "%.*s", before, piece);
        if (number)
            text_add_format(&text, "%d%s", i, number + 2);
    }
    text_add(&text, end);
    return text;
}

static json_t *read_json(struct text text)
{
    json_t *json = NULL;
    struct problem problem = {0};

    if (json_read(bytes_of(text.data, text.size), &limits, &json, &problem))
        fail_msg("%s", problem.detail);
    return json;
}

/* ------------------------------------------------------------------------ hostile input */

static void read_names(struct arena *arena, int size)
{
    json_decref(read_json(pieces(arena, "{\"x\":0", ",\"Name%d\":0", size, "}")));
}

static void read_escapes(struct arena *arena, int size)
{
    json_decref(read_json(pieces(arena, "[\"", "\\\"\\\\", size, "\"]")));
}

/* Distinct values, so that nothing is merged. */
static json_t *person_with_emails(struct arena *arena, int size)
{
    json_auto_t *body =
        read_json(pieces(arena, "{\"userName\":\"u\",\"emails\":[{\"value\":\"a@x\"}",
                         ",{\"value\":\"\u00dcnal%d@x\",\"type\":\"t%d\"}", size, "]}"));
    json_t *resource = NULL;

    assert_int_equal(resource_read(body, scim_resource_type(SCIM_USER), &resource, NULL),
                     STATUS_OK);
    return resource;
}

static void read_values(struct arena *arena, int size)
{
    json_decref(person_with_emails(arena, size));
}

static void match(struct arena *arena, const char *text, int size, bool expected)
{
    json_auto_t *resource = person_with_emails(arena, size);
    const struct filter *filter = NULL;
    uint64_t built = steps;

    assert_int_equal(filter_parse(text, scim_resource_type(SCIM_USER), arena, &filter, NULL),
                     STATUS_OK);
    assert_int_equal(filter_matches(filter, resource), expected);
    steps -= built; /* of the match alone */
}

static void match_values(struct arena *arena, int size)
{
    match(arena, "emails[not (value co \"none\") and type sw \"z\"] or emails.value ew \"never\"",
          size, false);
}

static void match_terms(struct arena *arena, int size)
{
    const struct filter *filter = NULL;
    json_auto_t *resource = person_with_emails(arena, 10);
    uint64_t built = steps;
    int terms = size / 32; /* SIZE and its double stay within FILTER_TERMS_MAX */
    struct text text = pieces(arena, "", "emails.value co \"z%d\" or ", terms, "title pr");

    assert_int_equal(filter_parse(text.data, scim_resource_type(SCIM_USER), arena, &filter, NULL),
                     STATUS_OK);
    assert_false(filter_matches(filter, resource));
    steps -= built;
}

static void apply(struct arena *arena, json_t *resource, struct text text)
{
    json_auto_t *request = read_json(text);
    struct patch *patch = NULL;

    assert_int_equal(patch_parse(request, scim_resource_type(SCIM_USER), arena, &patch, NULL),
                     STATUS_OK);
    assert_int_equal(patch_apply(patch, resource, scim_resource_type(SCIM_USER), NULL), STATUS_OK);
}

/* Operations on a few values. */
static void patch_operations(struct arena *arena, int size)
{
    json_auto_t *resource = person_with_emails(arena, 5);

    apply(arena, resource,
          pieces(arena, "{\"Operations\":[{\"op\":\"add\",\"path\":\"title\",\"value\":\"x\"}",
                 ",{\"op\":\"replace\",\"path\":\"emails[type eq "
                 "\\\"t1\\\"].display\",\"value\":\"%d\"}",
                 size - 1, "]}"));
}

/* One operation with many values, added to as many that are there. */
static void patch_values(struct arena *arena, int size)
{
    json_auto_t *resource = person_with_emails(arena, size);

    apply(arena, resource,
          pieces(
              arena,
              "{\"Operations\":[{\"op\":\"add\",\"path\":\"emails\",\"value\":[{\"value\":\"b@x\"}",
              ",{\"value\":\"n%d@x\",\"primary\":true}", size, "]}]}"));
}

static void patch_removal(struct arena *arena, int size)
{
    json_auto_t *resource = person_with_emails(arena, size);

    apply(arena, resource,
          pieces(arena,
                 "{\"Operations\":[{\"op\":\"remove\",\"path\":\"emails\",\"value\":[{\"value\":"
                 "\"b@x\"}",
                 ",{\"value\":\"\u00dcnal%d@x\"}", size, "]}]}"));
}

static void put_names(struct arena *arena, int size)
{
    json_auto_t *body = read_json(
        pieces(arena, "{\"userName\":\"u\"", ",\"urn:x:%d:emails.value\":\"x\"", size, "}"));
    struct patch *patch = NULL;

    assert_int_equal(patch_replace(body, scim_resource_type(SCIM_USER), arena, &patch, NULL),
                     STATUS_OK);
}

static void project(struct arena *arena, int size)
{
    struct text names = pieces(arena, "userName", ",emails.x%d", size, "");
    json_auto_t *resource = person_with_emails(arena, 5);
    struct projection *projection = NULL;

    assert_int_equal(
        projection_parse(names.data, NULL, scim_resource_type(SCIM_USER), arena, &projection, NULL),
        STATUS_OK);
    json_decref(projection_apply(projection, resource, scim_resource_type(SCIM_USER)));
}

/* -------------------------------------------------------------------------------- tests */

static const struct {
    const char *name;
    void (*run)(struct arena *arena, int size);
} inputs[] = {
    {"an object of many names", read_names},
    {"a text of many escapes", read_escapes},
    {"many values of one attribute", read_values},
    {"a filter over many values", match_values},
    {"a filter of many terms", match_terms},
    {"many operations", patch_operations},
    {"an operation with many values", patch_values},
    {"a removal of many values", patch_removal},
    {"a PUT with many names", put_names},
    {"a list of many attributes", project},
};

static uint64_t cost_of(size_t input, int size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    steps = 0;
    inputs[input].run(arena, size);
    return steps;
}

/* Sorting adds a tenth at this size, and a quadratic part would take the factor to four. */
static void twice_as_much_costs_twice_as_many_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        double once = (double)cost_of(i, SIZE);
        double twice = (double)cost_of(i, 2 * SIZE);

        assert_true(once > SIZE / 32); /* it is counted at all */
        if (twice > 2.3 * once)
            fail_msg("%s: %.0f steps, and %.0f for twice as much", inputs[i].name, once, twice);
        print_message("%s: %.0f steps, x%.2f\n", inputs[i].name, once, twice / once);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twice_as_much_costs_twice_as_many_steps),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
