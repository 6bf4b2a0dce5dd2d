#include "cases.h"
#include "schemas.h"

#include "bridge/base/text.h"
#include "bridge/scim/filter.h"

/* Parsing and matching are one subject: what a filter means is what it matches. */
static const char *run_case(const struct test_case *test)
{
    struct problem problem = {0};
    const struct filter *filter;
    enum status status =
        filter_parse(case_text(test, "filter"), test->type, test->arena, &filter, &problem);
    const char *wrong = case_check_status(test, status, &problem);

    if (wrong || status)
        return wrong;
    if (filter_matches(filter, case_member(test, "resource")) !=
        json_is_true(case_member(test, "matches")))
        return "matches the other way round";
    return NULL;
}

static void filters_match_what_their_cases_say(void **state)
{
    (void)state;
    run_cases("filter", run_case, 60);
}

static enum status parse(const char *text, struct arena *arena, struct problem *problem)
{
    const struct filter *filter;

    return filter_parse(text, scim_resource_type(SCIM_USER), arena, &filter, problem);
}

/* `count` times `part`, then `end`. */
static char *repeat(struct arena *arena, const char *part, int count, const char *end)
{
    struct text text = {.arena = arena};

    for (int i = 0; i < count; i++)
        text_add(&text, part);
    text_add(&text, end);
    return text.data;
}

static void parentheses_nest_as_deep_as_the_limit_says(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct problem problem = {0};

    (void)state;
    for (int depth = FILTER_DEPTH_MAX - 1; depth <= FILTER_DEPTH_MAX + 1; depth++) {
        char *open = repeat(arena, "(", depth, "title pr");
        char *text = arena_printf(arena, "%s%s", open, repeat(arena, ")", depth, ""));

        assert_int_equal(parse(text, arena, &problem),
                         depth > FILTER_DEPTH_MAX ? STATUS_INVALID_FILTER : STATUS_OK);
    }
    assert_string_equal(problem.detail, "column 17: nested more than 16 deep");
}

static void a_filter_has_as_many_terms_as_the_limit_says(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct problem problem = {0};

    (void)state;
    for (int terms = FILTER_TERMS_MAX - 1; terms <= FILTER_TERMS_MAX + 1; terms++) {
        char *text = repeat(arena, "title pr or ", terms - 1, "title pr");

        assert_int_equal(parse(text, arena, &problem),
                         terms > FILTER_TERMS_MAX ? STATUS_INVALID_FILTER : STATUS_OK);
    }
    assert_non_null(strstr(problem.detail, "more than 64 terms"));
}

static void a_filter_is_as_long_as_the_limit_says(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    for (int size = FILTER_LENGTH_MAX - 1; size <= FILTER_LENGTH_MAX + 1; size++) {
        char *text = repeat(arena, " ", size - (int)strlen("title pr"), "title pr");

        assert_int_equal(parse(text, arena, NULL),
                         size > FILTER_LENGTH_MAX ? STATUS_INVALID_FILTER : STATUS_OK);
    }
}

static void a_value_in_a_filter_is_as_long_as_the_limit_says(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    for (int size = 1023; size <= 1025; size++) { /* with its quotes */
        char *text = arena_printf(arena, "title eq \"%s", repeat(arena, "a", size - 2, "\""));

        assert_int_equal(parse(text, arena, NULL), size > 1024 ? STATUS_INVALID_FILTER : STATUS_OK);
    }
}

static const char *demanded(const char *text, const char *attribute, const char *sub,
                            struct arena *arena)
{
    const struct filter *filter;

    assert_int_equal(filter_parse(text, scim_resource_type(SCIM_USER), arena, &filter, NULL),
                     STATUS_OK);
    return filter_demands(filter, attribute, sub);
}

static void an_index_may_start_from_what_every_match_must_have(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(demanded("USERNAME eq \"Ada\"", "userName", NULL, arena), "Ada");
    assert_string_equal(
        demanded("active eq true and (title pr and id eq \"1\")", "id", NULL, arena), "1");
    assert_string_equal(
        demanded("emails[type eq \"work\" and value eq \"a@x\"]", "emails", "value", arena), "a@x");
    assert_string_equal(
        demanded("emails[type eq \"work\"].value eq \"a@x\"", "emails", "value", arena), "a@x");
    assert_string_equal(demanded("emails eq \"a@x\"", "emails", "value", arena), "a@x");
    assert_string_equal(demanded("manager eq \"m\"", "manager", "value", arena), "m");
}

static void an_index_may_not_start_from_what_a_match_can_do_without(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_null(demanded("userName eq \"a\" or title pr", "userName", NULL, arena));
    assert_null(demanded("not (userName eq \"a\")", "userName", NULL, arena));
    assert_null(demanded("userName sw \"a\"", "userName", NULL, arena));
    assert_null(demanded("emails[type eq \"work\" or value eq \"a\"]", "emails", "value", arena));
    assert_null(demanded("emails.value eq \"a\"", "emails", NULL, arena));
    assert_null(demanded("userName eq null", "userName", NULL, arena));
    assert_null(demanded("active eq \"true\"", "active", NULL, arena));
}

static void the_tree_outlives_the_text(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct filter *filter;
    char *text = strdup("title eq \"Line lead\"");
    json_auto_t *resource = json_pack("{s:s}", "title", "LINE LEAD");

    (void)state;
    assert_int_equal(filter_parse(text, scim_resource_type(SCIM_USER), arena, &filter, NULL),
                     STATUS_OK);
    memset(text, 'x', strlen(text));
    free(text);

    assert_true(filter_matches(filter, resource));
}

static void a_resource_of_odd_types_matches_nothing_and_harms_nothing(void **state)
{
    static const char *const filters[] = {
        "title eq \"x\"",          "active eq true",
        "emails.value eq \"x\"",   "emails[type eq \"x\"]",
        "name.givenName co \"x\"", "meta.created gt \"2026-01-01T00:00:00Z\""};
    SCOPED(arena_release) struct arena *arena = arena_new();
    json_auto_t *resource =
        json_pack("{s:i, s:s, s:[i, n, [s]], s:[], s:{s:s}}", "title", 5, "active", "true",
                  "emails", 1, "x", "name", "meta", "created", "yesterday");

    (void)state;
    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
        const struct filter *filter;

        assert_int_equal(
            filter_parse(filters[i], scim_resource_type(SCIM_USER), arena, &filter, NULL),
            STATUS_OK);
        assert_false(filter_matches(filter, resource));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_match_what_their_cases_say),
        cmocka_unit_test(parentheses_nest_as_deep_as_the_limit_says),
        cmocka_unit_test(a_filter_has_as_many_terms_as_the_limit_says),
        cmocka_unit_test(a_filter_is_as_long_as_the_limit_says),
        cmocka_unit_test(a_value_in_a_filter_is_as_long_as_the_limit_says),
        cmocka_unit_test(an_index_may_start_from_what_every_match_must_have),
        cmocka_unit_test(an_index_may_not_start_from_what_a_match_can_do_without),
        cmocka_unit_test(the_tree_outlives_the_text),
        cmocka_unit_test(a_resource_of_odd_types_matches_nothing_and_harms_nothing),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
