#include "unit.h"

#include "bridge/base/arena.h"
#include "bridge/base/json.h"
#include "bridge/base/text.h"

static const struct json_limits limits = {.depth = 32, .values = 1000, .text = 1024};

static enum status read_bytes(struct bytes bytes, struct problem *problem)
{
    json_t *json = NULL;
    enum status status = json_read(bytes, &limits, &json, problem);

    assert_true(status ? !json : json != NULL);
    json_decref(json);
    return status;
}

static enum status read_text(const char *text, struct problem *problem)
{
    return read_bytes(bytes_of_text(text), problem);
}

/* `first`, then `count` times `piece`, then `last`. */
static enum status read_pieces(const char *first, const char *piece, size_t count, const char *last,
                               struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct text text = {.arena = arena};

    text_add(&text, first);
    for (size_t i = 0; i < count; i++)
        text_add(&text, piece);
    text_add(&text, last);
    return read_bytes(bytes_of(text.data, text.size), problem);
}

/* ------------------------------------------------------------------------- limits */

/* What stands at a limit, how often a piece fits, and what is said of one more. */
static const struct {
    const char *first, *piece, *last;
    size_t fits;
    const char *words;
} bounds[] = {
    /* depth: the middle need not be closed to be too deep */
    {"", "[", "", 32, "nested more than 32 levels deep, at column 33"},
    {"", "{\"a\":", "", 32, "nested more than 32 levels deep, at column 161"},
    {"{\"a\":[1,{}],\"b\":", "[", "", 31, "nested more than 32 levels deep, at column 48"},
    /* values: each, and each list or object */
    {"[0", ",0", "]", 998, "more than 1000 values, at column 2000"},
    {"[[]", ",[]", "]", 998, "more than 1000 values, at column 2999"},
    {"[{\"a\":{}}", ",\n {\"a\":{}}", "]", 498, "more than 1000 values, at line 500 column 3"},
    {"[\"x\"", " , \"x\"", "]", 998, "more than 1000 values"},
    {"[true,null", ",-1.5e3", "]", 997, "more than 1000 values"},
    /* texts: the bytes between the quotes, of names as well */
    {"\"", "a", "\"", 1024, "a text of more than 1024 bytes, at column 1"},
    {"[\n\n\"", "\\\"", "\"]", 512, "a text of more than 1024 bytes, at line 3 column 1"},
    {"[\"\u00e4\",\"", "a", "\"]", 1024, "a text of more than 1024 bytes, at column 6"},
    {"{\"", "\\\\", "\":1}", 512, "a text of more than 1024 bytes"},
    {"[1,\"", "a", "", 1024, "a text of more than 1024 bytes"}, /* nor does it need an end */
};

static bool is_excess(enum status status, const struct problem *problem)
{
    return status == STATUS_INVALID_SYNTAX && strstr(problem->detail, "more than");
}

static void a_limit_holds_below_it_at_it_and_above_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        for (size_t count = bounds[i].fits - 1; count <= bounds[i].fits + 1; count++) {
            struct problem problem = {0};
            enum status status =
                read_pieces(bounds[i].first, bounds[i].piece, count, bounds[i].last, &problem);

            if (is_excess(status, &problem) != (count > bounds[i].fits))
                fail_msg("%s %s: %zu of them: %s", bounds[i].first, bounds[i].piece, count,
                         problem.detail);
            if (count > bounds[i].fits && !strstr(problem.detail, bounds[i].words))
                fail_msg("%s instead of %s", problem.detail, bounds[i].words);
        }
    }
}

static void *build_nothing(size_t size)
{
    (void)size;
    fail_msg("something is built");
    return NULL;
}

static void what_is_too_much_is_refused_before_anything_is_built(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    enum { SIZE = 50 * 1000 * 1000 };
    char *huge = arena_alloc(arena, SIZE);
    json_malloc_t allocate;
    json_free_t release;

    (void)state;
    json_get_alloc_funcs(&allocate, &release);
    json_set_alloc_funcs(build_nothing, release);

    assert_int_equal(read_pieces("", "[", 100000, "", NULL), STATUS_INVALID_SYNTAX);
    assert_int_equal(read_pieces("{\"x\":\"", "y", 100000, "\"}", NULL), STATUS_INVALID_SYNTAX);
    assert_int_equal(read_pieces("{", "\"x\":1,", 60000, "\"y\":1}", NULL), STATUS_INVALID_SYNTAX);
    memset(huge, '0', SIZE);
    for (int i = 1; i < SIZE; i += 2)
        huge[i] = ',';
    huge[0] = '[';
    huge[SIZE - 1] = ']';
    assert_int_equal(read_bytes(bytes_of(huge, SIZE), NULL), STATUS_INVALID_SYNTAX);

    json_set_alloc_funcs(allocate, release);
}

static void brackets_and_commas_in_a_text_are_text(void **state)
{
    (void)state;
    assert_int_equal(read_pieces("[\"", "[{,", 300, "\\\\\",\"]\"]", NULL), STATUS_OK);
    assert_int_equal(read_pieces("[\"\\\"", "]},", 300, "\\\"\"]", NULL), STATUS_OK);
}

/* -------------------------------------------------------------------------- names */

static void names_that_differ_in_letter_case_only_are_found_at_any_depth(void **state)
{
    static const struct {
        const char *text, *words;
    } refused[] = {
        {"{\"active\":false,\"Active\":true}", "active and Active stand in one object"},
        {"[[[{\"b\":1,\"op\":1,\"OP\":2}]]]", "op and OP"},
        {"{\"a\":{\"A\":[1,{\"one\":1,\"two\":2,\"ONE\":3}]}}", "one and ONE"},
        {"{\"a\":1,\"a\":1}", "no JSON at column 10: a name that stands in the same object"},
        {"{\"a\":1,\"\\u0061\":1}", "a name that stands in the same object"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct problem problem = {0};

        assert_int_equal(read_text(refused[i].text, &problem), STATUS_INVALID_SYNTAX);
        if (!strstr(problem.detail, refused[i].words))
            fail_msg("%s instead of %s", problem.detail, refused[i].words);
    }
    assert_int_equal(read_text("{\"a\":{\"b\":1},\"c\":[{\"B\":1},{\"b\":2},2]}", NULL), STATUS_OK);
    assert_int_equal(read_text("{\"\u00e4\":1,\"\u00c4\":2}", NULL), STATUS_OK); /* no ASCII */
}

static void an_object_of_very_many_names_is_checked_in_a_moment(void **state)
{
    static const struct json_limits wide = {.depth = 1, .values = 100002, .text = 16};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct text text = {.arena = arena};
    json_t *json = NULL;

    (void)state;
    text_add(&text, "{");
    for (int i = 0; i < 100000; i++)
        text_add_format(&text, "\"name%d\":null,", i);
    text_add(&text, "\"NAME50000\":null}");
    assert_int_equal(json_read(bytes_of(text.data, text.size), &wide, &json, NULL),
                     STATUS_INVALID_SYNTAX);
    text.data[text.size - 8] = 'x';
    assert_int_equal(json_read(bytes_of(text.data, text.size), &wide, &json, NULL), STATUS_OK);
    json_decref(json);
}

/* ------------------------------------------------------------------------- no JSON */

static void what_is_no_json_is_refused_with_its_place_and_without_its_words(void **state)
{
    static const struct {
        struct bytes bytes;
        const char *words;
    } refused[] = {
#define TEXT(text) {text, sizeof(text) - 1}
        {TEXT(""), "no JSON: it is empty"},
        {TEXT(" \n"), "no JSON at line 2 column 0: it ends too early"},
        {TEXT("{\"password\":\"secret"), "it ends too early"},
        {TEXT("{\"password\":secret}"), "no JSON at column 18: unexpected here"},
        {TEXT("{\"a\":1} secret"), "something follows behind its end"},
        {TEXT("{}\0"), "something follows behind its end"},
        {TEXT("\xEF\xBB\xBF{}"), "unexpected here"},
        {TEXT("[\"secret\\u0000\"]"), "a NUL character"},
        {TEXT("{\"secret\\u0000\":1}"), "a NUL character"},
        {TEXT("[\"secret\0\"]"), "unexpected here"},
        {TEXT("[\"secret\xC3\"]"), "bytes that are no UTF-8"},
        {TEXT("[\"\xED\xA0\x80\"]"), "bytes that are no UTF-8"},
        {TEXT("[\"\\ud800secret\"]"), "unexpected here"},
        {TEXT("[9223372036854775808]"), "a number that is too large"},
        {TEXT("[1e400]"), "a number that is too large"},
        {TEXT("[1,]"), "unexpected here"},
        {TEXT("{'a':1}"), "unexpected here"},
        {TEXT("]]]]"), "unexpected here"},
#undef TEXT
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct problem problem = {0};

        assert_int_equal(read_bytes(refused[i].bytes, &problem), STATUS_INVALID_SYNTAX);
        if (!strstr(problem.detail, refused[i].words) || strstr(problem.detail, "secret"))
            fail_msg("row %zu: %s instead of %s", i, problem.detail, refused[i].words);
    }
}

static void any_value_is_json(void **state)
{
    static const char *const taken[] = {
        "{}",
        " [ ] ",
        "\"\"",
        "0",
        "-0",
        "1e-999",
        "9223372036854775807",
        "true",
        "null",
        "\"\\ud83d\\ude00 \u00e4\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        assert_int_equal(read_text(taken[i], NULL), STATUS_OK);
}

/* Cut anywhere it is refused, and nothing is read behind it. */
static void a_document_that_is_cut_is_refused(void **state)
{
    static const char whole[] = "{\"a\":[1,\"b\\\\\",{\"c\":-1.5}],\"d\":\"\\u00e4\u00e4\"}";

    (void)state;
    for (size_t size = 0; size < sizeof(whole) - 1; size++) {
        char *cut = heap_alloc(size + !size, 1); /* so that a sanitizer sees a byte too many */

        memcpy(cut, whole, size);
        assert_int_equal(read_bytes(bytes_of(cut, size), NULL), STATUS_INVALID_SYNTAX);
        free(cut);
    }
    assert_int_equal(read_text(whole, NULL), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_holds_below_it_at_it_and_above_it),
        cmocka_unit_test(what_is_too_much_is_refused_before_anything_is_built),
        cmocka_unit_test(brackets_and_commas_in_a_text_are_text),
        cmocka_unit_test(names_that_differ_in_letter_case_only_are_found_at_any_depth),
        cmocka_unit_test(an_object_of_very_many_names_is_checked_in_a_moment),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_place_and_without_its_words),
        cmocka_unit_test(any_value_is_json),
        cmocka_unit_test(a_document_that_is_cut_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
