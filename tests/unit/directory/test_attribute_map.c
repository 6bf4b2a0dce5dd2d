#include "unit.h"

#include <string.h>

#include "attributes.h"
#include "bridge/base/text.h"
#include "schemas.h"

#define PEOPLE "ou=people,dc=example,dc=com"

static const char ada[] =
    "{'userName':'ada','displayName':'Ada King Lovelace','title':'Countess','active':true,"
    "'name':{'givenName':'Ada','middleName':' ','familyName':'Lovelace'},"
    "'emails':[{'value':'a@x','type':'home'},{'value':'b@x','type':'work','primary':true},"
    "{'value':'A@X','type':'other'},{'value':'\\u00e9@x','type':'work'},"
    "{'value':'d@x','type':'odd}'}],"
    "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User':{'employeeNumber':'1815'}}";

static struct {
    struct arena *arena;
    struct attribute_map *map;
    struct problem problem;
    size_t fault;
} given;

static int begin(void **state)
{
    (void)state;
    given.arena = arena_new();
    given.problem = (struct problem){0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_release(&given.arena);
    attribute_map_free(given.map);
    given.map = NULL;
    return 0;
}

static enum status make(const char *rdn, const struct attribute_row *rows, size_t count)
{
    const struct attribute_rows all = {rdn, rows, count};

    attribute_map_free(given.map);
    given.map = NULL;
    given.problem = (struct problem){0};
    return attribute_map_new(&all, account_profile("openldap"), &given.map, &given.fault,
                             &given.problem);
}

static void given_a_row(const char *attribute, const char *source)
{
    const struct attribute_row row = {attribute, source};

    if (make("uid={userName}", &row, 1))
        fail_msg("%s", given.problem.detail);
}

static json_t *user_of(const char *text)
{
    char *json = arena_strdup(given.arena, text);

    for (char *at = json; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return json_loads(json, 0, NULL);
}

static struct entry *applied(const char *user)
{
    json_auto_t *resource = user_of(user);
    struct entry *entry = NULL;

    assert_non_null(resource);
    if (attribute_map_apply(given.map, resource, PEOPLE, given.arena, &entry, &given.problem))
        return NULL;
    return entry;
}

/* All values of an attribute, with | between them; "" where it has none. */
static const char *values(const char *user, const char *name)
{
    const struct entry_attribute *attribute = entry_find(applied(user), name);
    struct text text = {.arena = given.arena};

    text_add(&text, "");
    for (size_t i = 0; attribute && i < attribute->count; i++)
        text_add_format(&text, "%s%s", i ? "|" : "", (const char *)attribute->values[i].data);
    return text.data;
}

static void assert_source(const char *source, const char *attribute, const char *expected)
{
    given_a_row(attribute, source);
    if (strcmp(values(ada, attribute), expected) != 0)
        fail_msg("%s: %s, not %s", source, values(ada, attribute), expected);
}

static void a_path_gives_all_that_it_selects_once(void **state)
{
    (void)state;
    assert_source("emails.value", "description", "a@x|b@x|\xC3\xA9@x|d@x");
    assert_source("emails[type eq \"work\"].value", "description", "b@x|\xC3\xA9@x");
    assert_source("emails[type eq \"odd}\"].value", "description", "d@x");
    assert_source("emails[type eq \"none\"].value", "description", "");
    assert_source("active", "description", "TRUE");
    assert_source("userType", "description", "");
}

static void values_that_the_syntax_does_not_allow_are_left_out(void **state)
{
    (void)state;
    assert_source("emails.value", "mail", "a@x|b@x|d@x");
    assert_source("displayName", "pager", "Ada King Lovelace");
    assert_source("emails.value", "pager", "");
}

static void a_template_gives_one_value_around_what_is_there(void **state)
{
    (void)state;
    assert_source("{emails.value}", "description", "a@x");
    assert_source("{emails[type eq \"odd}\"].value}", "description", "d@x");
    assert_source("{name.familyName}, {name.givenName}", "description", "Lovelace, Ada");
    assert_source("{name.givenName} {name.middleName} {name.familyName}", "description",
                  "Ada Lovelace");
    assert_source("{name.middleName} {name.familyName}", "description", "Lovelace");
    assert_source("{name.familyName} {name.middleName}", "description", "Lovelace");
    assert_source("no {name.middleName} here {userType}", "description", "");
    assert_source("{title} no. "
                  "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber}",
                  "description", "Countess no. 1815");
}

static void the_last_word_stands_alone(void **state)
{
    (void)state;
    assert_source("last(displayName)", "description", "Lovelace");
    assert_source("last(userName)", "description", "ada");
    assert_source("last(userType)", "description", "");
}

static void a_row_takes_the_place_of_the_bridges_own(void **state)
{
    const struct attribute_row rows[] = {
        {"MAIL", "emails[type eq \"home\"].value"}, {"title", ""}, {"description", "title"}};

    (void)state;
    assert_int_equal(make("uid={userName}", rows, 3), STATUS_OK);

    assert_string_equal(values(ada, "mail"), "a@x");
    assert_string_equal(values(ada, "title"), "");
    assert_string_equal(values(ada, "description"), "Countess");
    assert_string_equal(values(ada, "givenName"), "Ada");
    for (const char *const *name = attribute_map_names(given.map); *name; name++)
        assert_string_not_equal(*name, "title");
}

static void what_an_entry_must_have_is_the_user_name_where_a_source_has_nothing(void **state)
{
    const struct attribute_row rows[] = {{"cn", "nickName"}, {"sn", "{nickName}"}};

    (void)state;
    assert_int_equal(make("uid={userName}", rows, 2), STATUS_OK);

    assert_string_equal(values(ada, "cn"), "ada");
    assert_string_equal(values(ada, "sn"), "ada");
}

static void entries_are_named_as_the_configuration_says(void **state)
{
    (void)state;
    assert_int_equal(make("cn={name.familyName}, {name.givenName}", NULL, 0), STATUS_OK);

    assert_string_equal(applied(ada)->dn, "cn=Lovelace\\2C Ada," PEOPLE);
    assert_string_equal(values(ada, "cn"), "Lovelace, Ada");
    assert_string_equal(values(ada, "uid"), "ada");
    assert_string_equal(attribute_map_names(given.map)[0], "cn");
    assert_null(applied("{'userName':'ada'}"));
    assert_int_equal(given.problem.status, STATUS_INVALID_VALUE);
    assert_non_null(strstr(given.problem.detail, "directory.person_rdn"));
}

static void assert_no_map(const char *attribute, const char *source, const char *words)
{
    const struct attribute_row rows[] = {{"description", "title"}, {attribute, source}};

    assert_int_equal(make("uid={userName}", rows, 2), STATUS_CONFIGURATION);
    assert_int_equal(given.fault, 1);
    if (!strstr(given.problem.detail, words))
        fail_msg("%s", given.problem.detail);
}

static void what_is_not_the_maps_to_fill_is_refused_with_the_reason(void **state)
{
    static const char *const kept[] = {
        "objectClass", "USERPASSWORD", "unicodePwd",           "member",        "memberOf",
        "entryUUID",   "pwdEndTime",   "pwdAccountLockedTime", "nsAccountLock", "uid"};

    (void)state;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        assert_no_map(kept[i], "title", "cannot be mapped");
    assert_no_map("cn", "", "cannot be left out");
    assert_no_map("l", "", "not written by the bridge anyway");
    assert_no_map("title;lang-en", "title", "not the name of an attribute");
    assert_no_map("", "title", "not the name of an attribute");
    assert_no_map("2nd", "title", "not the name of an attribute");
}

static void a_source_that_cannot_be_read_is_refused_with_the_reason(void **state)
{
    static const char *const faulty[][2] = {
        {"{", "each path of a template"},
        {"}", "each path of a template"},
        {"{title", "each path of a template"},
        {"{title}}", "each path of a template"},
        {"{}", "expected the name"},
        {"{title {title}}", "should end here"},
        {"last(title", "should end with )"},
        {"last()", "expected the name"},
        {"shoeSize", "no attribute"},
        {"emails[", "column"},
        {"name", "sub-attributes, such as name.formatted"},
        {"password", "not kept"},
        {"meta.created", "not kept"},
        {"groups.value", "not kept"},
        {"urn:ietf:params:scim:schemas:extension:bridge:2.0:User:role", "not kept"},
        {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "whole schema"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++)
        assert_no_map("o", faulty[i][0], faulty[i][1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_path_gives_all_that_it_selects_once),
        TEST(values_that_the_syntax_does_not_allow_are_left_out),
        TEST(a_template_gives_one_value_around_what_is_there),
        TEST(the_last_word_stands_alone),
        TEST(a_row_takes_the_place_of_the_bridges_own),
        TEST(what_an_entry_must_have_is_the_user_name_where_a_source_has_nothing),
        TEST(entries_are_named_as_the_configuration_says),
        TEST(what_is_not_the_maps_to_fill_is_refused_with_the_reason),
        TEST(a_source_that_cannot_be_read_is_refused_with_the_reason),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
