#include "unit.h"

#include "bridge/base/status.h"
#include "bridge/base/text.h"
#include "bridge/directory/entry.h"
#include "dn.h"
#include "hostile.h"

#define PEOPLE "ou=people,dc=example,dc=com"

static void an_entry_keeps_values_in_the_order_in_which_they_came(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *entry = entry_new(arena, "uid=ada," PEOPLE);

    (void)state;
    for (int i = 0; i < 9; i++)
        entry_add(arena, entry, i % 2 ? "mail" : "MAIL", arena_printf(arena, "%d", i));
    entry_add(arena, entry, "cn", "Ada");

    assert_int_equal(entry->count, 2);
    assert_int_equal(entry_find(entry, "Mail")->count, 9);
    for (int i = 0; i < 9; i++)
        assert_string_equal(entry_find(entry, "mail")->values[i].data,
                            arena_printf(arena, "%d", i));
    assert_string_equal(entry_text(entry, "CN"), "Ada");
}

static void an_attribute_that_is_not_there_is_null(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *entry = entry_new(arena, "uid=ada," PEOPLE);

    (void)state;
    assert_null(entry_find(entry, "mail"));
    assert_null(entry_text(entry, "mail"));
}

static void any_text_survives_in_a_dn_and_stays_one_rdn(void **state)
{
    (void)state;
    for (size_t i = 0; hostile_names[i]; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        char *dn = dn_below(arena, "uid", hostile_names[i], PEOPLE);

        assert_true(dn_is_valid(dn));
        assert_string_equal(dn_rdn_value(arena, dn, "uid"), hostile_names[i]);
        assert_string_equal(dn_parent(arena, dn), PEOPLE);
        assert_true(dn_equal(dn, dn_join(arena, dn_rdn(arena, "uid", hostile_names[i]), PEOPLE)));
        assert_true(dn_is_within(dn, PEOPLE));
    }
}

static char *folded(struct arena *arena, const char *name)
{
    return text_fold_name(arena, name);
}

static void no_two_hostile_names_give_one_dn(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; hostile_names[i]; i++) {
        for (size_t j = 0; j < i; j++) {
            bool is_same_text =
                strcmp(folded(arena, hostile_names[i]), folded(arena, hostile_names[j])) == 0;

            /* " a", "a " and "a" are one name to every server, and "a  b" is "a b". */
            if (!is_same_text && !strstr(hostile_names[i], "  ") && !strstr(hostile_names[j], "  "))
                assert_false(dn_equal(dn_below(arena, "uid", hostile_names[i], PEOPLE),
                                      dn_below(arena, "uid", hostile_names[j], PEOPLE)));
        }
    }
}

static void what_is_not_utf8_is_written_in_hexadecimal(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *dn = dn_below(arena, "uid", "\xFF\xFE", PEOPLE);

    (void)state;
    assert_non_null(dn);
    assert_true(dn_is_valid(dn));
    assert_string_equal(dn_parent(arena, dn), PEOPLE);
    assert_null(dn_rdn_value(arena, dn, "uid"));
}

static int hex(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* RFC 4515 section 3, backwards. */
static char *filter_unescape(struct arena *arena, const char *escaped)
{
    char *text = arena_alloc(arena, strlen(escaped) + 1);
    size_t size = 0;

    for (; *escaped; escaped++) {
        if (*escaped == '\\') {
            text[size++] = (char)(hex(escaped[1]) << 4 | hex(escaped[2]));
            escaped += 2;
        } else {
            text[size++] = *escaped;
        }
    }
    return text;
}

static void any_text_survives_in_a_filter_without_a_character_of_its_grammar(void **state)
{
    (void)state;
    for (size_t i = 0; hostile_names[i]; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        char *escaped = filter_escape(arena, hostile_names[i]);

        assert_null(strpbrk(escaped, "*()"));
        assert_string_equal(filter_unescape(arena, escaped), hostile_names[i]);
    }
}

static void dns_are_equal_whatever_their_letter_case_and_idle_space(void **state)
{
    static const struct {
        const char *left;
        const char *right;
        bool is_equal;
    } pairs[] = {
        {"uid=ada," PEOPLE, "UID=Ada,OU=People,DC=Example,DC=com", true},
        {"uid=ada," PEOPLE, "uid=ada, ou=people , dc=example,dc=com", true},
        {"uid=ada," PEOPLE, "uid = ada," PEOPLE, true},
        {"cn=a b,dc=x", "cn=A  B,dc=x", true},
        {"cn=a b,dc=x", "cn=\\20a b\\20,dc=x", true},
        {"cn=a,dc=x", "cn=\\61,dc=x", true},
        {"cn=a\\,b,dc=x", "cn=a\\2Cb,dc=x", true},
        {"cn=\xC3\xA9,dc=x", "cn=e\xCC\x81,dc=x", true},
        {"cn=\xC3\x89,dc=x", "cn=\\C3\\A9,dc=x", true},
        {"cn=STRASSE,dc=x",
         "cn=stra\xC3\x9F"
         "e,dc=x",
         true},
        {"cn=\xEF\xBC\xA1,dc=x", "cn=a,dc=x", true}, /* a wide A */
        {"cn=\xC2\xA0"
         "a,dc=x",
         "cn=a,dc=x", true}, /* a space that does not break */
        {"cn=a+uid=b,dc=x", "uid=B+cn=A,dc=x", true},
        {"cn=a\\2Bcn\\3Db,dc=x", "cn=a+cn=b,dc=x", false},
        {"cn=\\23040161,dc=x", "cn=#040161,dc=x", false},
        {"cn=\\5C2c,dc=x", "cn=\\2C,dc=x", false},
        {"", "", true},
        {"cn=#0401,dc=x", "cn=#0401,dc=x", true},
        {"uid=ada," PEOPLE, "uid=adam," PEOPLE, false},
        {"uid=ada," PEOPLE, "cn=ada," PEOPLE, false},
        {"uid=ada," PEOPLE, "uid=ada,ou=sub," PEOPLE, false},
        {"uid=ada," PEOPLE, PEOPLE, false},
        {"cn=a b,dc=x", "cn=ab,dc=x", false},
        {"cn=a+uid=b,dc=x", "cn=a,dc=x", false},
        {"cn=a+uid=b,dc=x", "cn=b+uid=a,dc=x", false},
        {"cn=a,cn=b,dc=x", "cn=a\\,cn\\=b,dc=x", false},
        {"cn=a\\00b,dc=x", "cn=a\\00c,dc=x", false},
        {"cn=a\\00b,dc=x", "cn=a,dc=x", false},
        {"cn=#0401,dc=x", "cn=#0402,dc=x", false},
        {"not a dn", "not a dn", false},
        {"uid=ada,", "uid=ada,", false},
        {"", "dc=x", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (dn_equal(pairs[i].left, pairs[i].right) != pairs[i].is_equal ||
            dn_equal(pairs[i].right, pairs[i].left) != pairs[i].is_equal)
            fail_msg("%s and %s: expected %s", pairs[i].left, pairs[i].right,
                     pairs[i].is_equal ? "equal" : "different");
    }
}

static void a_dn_is_within_its_base_and_not_within_one_that_looks_like_it(void **state)
{
    (void)state;
    assert_true(dn_is_within(PEOPLE, PEOPLE));
    assert_true(dn_is_within("uid=a,ou=x," PEOPLE, "OU=People, dc=example,dc=com"));
    assert_true(dn_is_within("dc=com", ""));
    assert_false(dn_is_within("uid=a,ou=notpeople,dc=example,dc=com", PEOPLE));
    assert_false(dn_is_within("uid=a\\,ou\\=people,dc=example,dc=com", PEOPLE));
    assert_false(dn_is_within("uid=a\\,OU=people,dc=example,dc=com", PEOPLE));
    assert_false(dn_is_within("dc=com", PEOPLE));
    assert_false(dn_is_within("nonsense", PEOPLE));
    assert_false(dn_is_within("", "nonsense"));
}

static void what_cannot_be_parsed_is_no_dn(void **state)
{
    static const char *const invalid[] = {
        "ada",         "=ada",       "uid",       "uid=a,",  ",",         ",uid=a",
        "uid=a,,dc=x", "uid=a;dc=x", "uid=\"a\"", "uid=a\\", "uid=a\\zz", "uid=#xyz",
        "uid=#",      "uid=# ,dc=x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
        if (dn_is_valid(invalid[i]))
            fail_msg("%s was taken for a DN", invalid[i]);
    }
    assert_false(dn_is_valid(NULL));
    assert_true(dn_is_valid(""));
    assert_true(dn_is_valid(PEOPLE));
}

static void a_dn_comes_apart_at_its_first_rdn(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(dn_parent(arena, "uid=a\\,b," PEOPLE), PEOPLE);
    assert_string_equal(dn_first_rdn(arena, "uid=a\\,b," PEOPLE), "uid=a\\2Cb");
    assert_string_equal(dn_parent(arena, "dc=com"), "");
    assert_null(dn_parent(arena, "nonsense"));
    assert_null(dn_first_rdn(arena, ""));
    assert_null(dn_rdn_value(arena, "uid=a+cn=b," PEOPLE, "uid"));
    assert_null(dn_rdn_value(arena, "uid=a," PEOPLE, "cn"));
    assert_string_equal(dn_join(arena, "dc=com", ""), "dc=com");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_keeps_values_in_the_order_in_which_they_came),
        cmocka_unit_test(an_attribute_that_is_not_there_is_null),
        cmocka_unit_test(any_text_survives_in_a_dn_and_stays_one_rdn),
        cmocka_unit_test(no_two_hostile_names_give_one_dn),
        cmocka_unit_test(what_is_not_utf8_is_written_in_hexadecimal),
        cmocka_unit_test(any_text_survives_in_a_filter_without_a_character_of_its_grammar),
        cmocka_unit_test(dns_are_equal_whatever_their_letter_case_and_idle_space),
        cmocka_unit_test(a_dn_is_within_its_base_and_not_within_one_that_looks_like_it),
        cmocka_unit_test(what_cannot_be_parsed_is_no_dn),
        cmocka_unit_test(a_dn_comes_apart_at_its_first_rdn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
