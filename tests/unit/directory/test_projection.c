#include "unit.h"

#include <glob.h>
#include <string.h>

#include "attributes.h"
#include "bridge/base/text.h"
#include "bridge/directory/projection.h"
#include "bridge/scim/schema.h"
#include "dn.h"
#include "hostile.h"

#define PEOPLE "ou=people,dc=example,dc=com"
#define ROLES  "ou=roles,dc=example,dc=com"
#define GROUPS "ou=groups,dc=example,dc=com"

static struct projection_settings settings;
static struct attribute_map *attributes;

static int load_schemas(void **state)
{
    (void)state;
    if (scim_load(NULL))
        return -1;
    attributes = attribute_map_usual();
    settings = (struct projection_settings){.people_base = PEOPLE,
                                            .roles_base = ROLES,
                                            .groups_base = GROUPS,
                                            .profile = account_profile("openldap"),
                                            .attributes = attributes};
    return 0;
}

static int unload_schemas(void **state)
{
    (void)state;
    attribute_map_free(attributes);
    scim_unload();
    return 0;
}

/* -------------------------------------------------------------------- cases */

static void assert_owned(const struct entry *entry, const json_t *expected, const char *file)
{
    for (const char *const *name = attribute_map_names(attributes); *name; name++) {
        const char *wanted = json_string_value(json_object_get(expected, *name));
        const char *value = entry_text(entry, *name);

        if (!wanted != !value || (wanted && value && strcmp(wanted, value) != 0))
            fail_msg("%s: %s is \"%s\", not \"%s\"", file, *name, value ? value : "(none)",
                     wanted ? wanted : "(none)");
    }
}

static void assert_as_the_case_says(const json_t *test, const char *file, enum status status,
                                    const struct entry *entry, const struct problem *problem)
{
    const char *refused = json_string_value(json_object_get(test, "refused"));

    if (refused) {
        assert_int_equal(status, STATUS_INVALID_VALUE);
        if (!strstr(problem->detail, refused))
            fail_msg("%s: \"%s\" does not say %s", file, problem->detail, refused);
        return;
    }
    if (status)
        fail_msg("%s: %s", file, problem->detail);
    assert_string_equal(entry->dn, json_string_value(json_object_get(test, "dn")));
    assert_owned(entry, json_object_get(test, "entry"), file);
}

static void users_become_the_entries_that_the_cases_show(void **state)
{
    glob_t files = {0};

    (void)state;
    assert_int_equal(glob(CASES_DIR "/projection/*.json", 0, NULL, &files), 0);
    assert_true(files.gl_pathc > 20);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        json_auto_t *test = json_load_file(files.gl_pathv[i], 0, NULL);
        struct entry *entry = NULL;
        struct problem problem = {0};
        enum status status;

        assert_non_null(test);
        status =
            projection_person(&settings, json_object_get(test, "user"), arena, &entry, &problem);
        assert_as_the_case_says(test, files.gl_pathv[i], status, entry, &problem);
    }
    globfree(&files);
}

/* ------------------------------------------------------------------- people */

static enum status project(struct arena *arena, json_t *user, struct entry **entry)
{
    json_auto_t *owned = user;

    return projection_person(&settings, owned, arena, entry, NULL);
}

static void a_person_is_an_inet_org_person(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *entry = NULL;
    const struct entry_attribute *classes;

    (void)state;
    assert_int_equal(project(arena, json_pack("{s:s}", "userName", "ada"), &entry), STATUS_OK);

    classes = entry_find(entry, "objectClass");
    assert_int_equal(classes->count, 4);
    assert_string_equal(classes->values[3].data, "inetOrgPerson");
}

static void what_others_put_into_an_entry_is_not_owned(void **state)
{
    (void)state;
    for (const char *const *name = attribute_map_names(attributes); *name; name++) {
        assert_false(text_equal_ascii(*name, "objectClass"));
        assert_false(text_equal_ascii(*name, "userPassword"));
        assert_false(text_equal_ascii(*name, "member"));
    }
}

static void a_name_with_a_nul_byte_is_refused_and_another_value_is_left_out(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *entry = NULL;

    (void)state;
    assert_int_equal(project(arena, json_pack("{s:s%}", "userName", "ada\0x", (size_t)5), &entry),
                     STATUS_INVALID_VALUE);

    assert_int_equal(
        project(arena, json_pack("{s:s, s:s%}", "userName", "ada", "title", "a\0b", (size_t)3),
                &entry),
        STATUS_OK);
    assert_null(entry_find(entry, "title"));
}

static void the_longest_name_has_1024_bytes(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *name = arena_alloc(arena, 1025);
    struct entry *entry = NULL;

    (void)state;
    memset(name, 'x', 1024);

    assert_int_equal(project(arena, json_pack("{s:s}", "userName", name), &entry), STATUS_OK);

    assert_string_equal(entry_text(entry, "uid"), name);
}

static void a_hostile_name_stays_one_rdn_below_the_base(void **state)
{
    (void)state;
    for (size_t i = 0; hostile_names[i]; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct entry *entry = NULL;

        assert_int_equal(project(arena, json_pack("{s:s}", "userName", hostile_names[i]), &entry),
                         STATUS_OK);

        assert_true(dn_equal(entry->dn, dn_below(arena, "uid", hostile_names[i], PEOPLE)));
        assert_string_equal(entry_text(entry, "uid"), hostile_names[i]);
        assert_false(projection_is_role_dn(&settings, entry->dn));
    }
}

/* ------------------------------------------------------------------- groups */

static void role_groups_have_names_of_their_own(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(projection_admins_dn(&settings, arena), "cn=admins," ROLES);
    assert_string_equal(projection_site_dn(&settings, "north-plant", arena),
                        "cn=site-north-plant," ROLES);
    assert_string_equal(projection_placeholder_dn(&settings, arena),
                        "cn=rolebridge-placeholder," ROLES);
}

static void only_what_a_role_template_can_make_is_a_role_group(void **state)
{
    static const char *const roles[] = {
        "cn=admins," ROLES,     "CN=Admins, OU=Roles,dc=example,dc=com",
        "cn=\\20admins," ROLES, "cn=site-north," ROLES,
        "cn=SITE-NORTH," ROLES, "cn=site-a\\2Cb," ROLES,
    };
    static const char *const others[] = {
        "cn=admins,ou=x," ROLES,
        "cn=admins," PEOPLE,
        "uid=admins," ROLES,
        "cn=administrators," ROLES,
        "cn=sites," ROLES,
        "cn=rolebridge-placeholder," ROLES,
        "cn=admins+ou=x," ROLES,
        "cn=admins\\2Cou\\3Droles\\2Cdc\\3Dexample,dc=com",
        ROLES,
        "",
        "nonsense",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (!projection_is_role_dn(&settings, roles[i]))
            fail_msg("%s is a role group", roles[i]);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (projection_is_role_dn(&settings, others[i]))
            fail_msg("%s is no role group", others[i]);
    }
}

static void the_names_of_role_groups_may_be_others(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct projection_settings named = settings;
    json_auto_t *admins = json_pack("{s:s}", "displayName", "app  ADMINS");
    json_auto_t *site = json_pack("{s:s}", "displayName", "Team-x-People");
    json_auto_t *former = json_pack("{s:s}", "displayName", "admins");
    struct entry *entry = NULL;

    (void)state;
    named.admins_group = "App Admins";
    named.site_group = "team-{key}-people";

    assert_string_equal(projection_admins_dn(&named, arena), "cn=App Admins," ROLES);
    assert_string_equal(projection_site_dn(&named, "north", arena), "cn=team-north-people," ROLES);
    assert_true(projection_is_role_dn(&named, "cn=app admins," ROLES));
    assert_true(projection_is_role_dn(&named, "cn=Team-North-People," ROLES));
    assert_false(projection_is_role_dn(&named, "cn=team-north," ROLES));
    assert_false(projection_is_role_dn(&named, "cn=admins," ROLES));
    assert_false(projection_is_role_dn(&named, "cn=site-north," ROLES));
    assert_int_equal(projection_group(&named, admins, arena, &entry, NULL),
                     STATUS_DIRECTORY_REFUSED);
    assert_int_equal(projection_group(&named, site, arena, &entry, NULL), STATUS_DIRECTORY_REFUSED);
    assert_int_equal(projection_group(&named, former, arena, &entry, NULL), STATUS_OK);
}

static void any_site_key_makes_a_role_group_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; hostile_names[i]; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        char *dn = projection_site_dn(&settings, hostile_names[i], arena);

        assert_true(projection_is_role_dn(&settings, dn));
        assert_false(dn_equal(dn, projection_admins_dn(&settings, arena)));
    }
}

static void a_role_group_begins_with_nobody_but_the_placeholder(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *dn = projection_site_dn(&settings, "north", arena);
    struct entry *group = projection_role_group(&settings, dn, "North plant", arena);

    (void)state;
    assert_string_equal(group->dn, dn);
    assert_string_equal(entry_text(group, "cn"), "site-north");
    assert_string_equal(entry_text(group, "description"), "North plant");
    assert_int_equal(entry_find(group, "member")->count, 1);
    assert_string_equal(entry_text(group, "member"), "cn=rolebridge-placeholder," ROLES);

    assert_null(entry_find(projection_role_group(&settings, dn, NULL, arena), "description"));
    assert_null(entry_find(projection_role_group(&settings, dn, "  ", arena), "description"));
}

/* ------------------------------------------------------------ pushed groups */

static enum status project_group(struct arena *arena, json_t *name, struct entry **entry,
                                 struct problem *problem)
{
    json_auto_t *group = json_pack("{s:o}", "displayName", name);

    return projection_group(&settings, group, arena, entry, problem);
}

static void a_pushed_group_is_named_by_its_display_name(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *entry = NULL;

    (void)state;
    assert_int_equal(project_group(arena, json_string("Wiki, all"), &entry, NULL), STATUS_OK);

    assert_string_equal(entry->dn, "cn=Wiki\\2C all," GROUPS);
    assert_string_equal(entry_text(entry, "cn"), "Wiki, all");
    assert_string_equal(entry_find(entry, "objectClass")->values[1].data, "groupOfNames");
    assert_int_equal(entry_find(entry, "member")->count, 1);
    assert_string_equal(entry_text(entry, "member"), "cn=rolebridge-placeholder," ROLES);
}

static void no_pushed_group_has_a_name_that_the_bridge_keeps_for_itself(void **state)
{
    static const char *const kept[] = {
        "admins",
        " Admins ",
        "ADMINS",
        "site-north",
        "Site-",
        "\xEF\xBD\x81"
        "dmins", /* a wide a */
        "\xC2\xA0"
        "admins", /* a space that does not break */
        "Rolebridge-Placeholder",
    };
    static const char *const others[] = {"administrators", "sites", "site", "my-site-x",
                                         "admins x"};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *entry = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        struct problem problem = {0};

        assert_int_equal(project_group(arena, json_string(kept[i]), &entry, &problem),
                         STATUS_DIRECTORY_REFUSED);
        assert_non_null(strstr(problem.detail, "another name at the provider"));
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_int_equal(project_group(arena, json_string(others[i]), &entry, NULL), STATUS_OK);
}

static void assert_name_is_refused(json_t *name, const char *word)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *entry = NULL;
    struct problem problem = {0};

    assert_int_equal(project_group(arena, name, &entry, &problem), STATUS_DIRECTORY_REFUSED);
    if (!strstr(problem.detail, word))
        fail_msg("\"%s\" does not say %s", problem.detail, word);
}

static void a_pushed_group_needs_a_name_that_an_entry_can_have(void **state)
{
    char name[1026] = {0};

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    assert_name_is_refused(json_null(), "is missing");
    assert_name_is_refused(json_integer(1), "is missing");
    assert_name_is_refused(json_string(""), "is missing");
    assert_name_is_refused(json_string(" \t "), "blank");
    assert_name_is_refused(json_stringn("a\0b", 3), "NUL byte");
    assert_name_is_refused(json_string(name), "1024");
}

static void a_hostile_group_name_stays_one_rdn_below_its_base(void **state)
{
    (void)state;
    for (size_t i = 0; hostile_names[i]; i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct entry *entry = NULL;
        json_t *name = json_string(hostile_names[i]);

        assert_int_equal(project_group(arena, name, &entry, NULL), STATUS_OK);
        assert_true(dn_equal(dn_parent(arena, entry->dn), GROUPS));
        assert_string_equal(dn_rdn_value(arena, entry->dn, "cn"), hostile_names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_become_the_entries_that_the_cases_show),
        cmocka_unit_test(a_person_is_an_inet_org_person),
        cmocka_unit_test(what_others_put_into_an_entry_is_not_owned),
        cmocka_unit_test(a_name_with_a_nul_byte_is_refused_and_another_value_is_left_out),
        cmocka_unit_test(the_longest_name_has_1024_bytes),
        cmocka_unit_test(a_hostile_name_stays_one_rdn_below_the_base),
        cmocka_unit_test(role_groups_have_names_of_their_own),
        cmocka_unit_test(only_what_a_role_template_can_make_is_a_role_group),
        cmocka_unit_test(the_names_of_role_groups_may_be_others),
        cmocka_unit_test(any_site_key_makes_a_role_group_and_no_other),
        cmocka_unit_test(a_role_group_begins_with_nobody_but_the_placeholder),
        cmocka_unit_test(a_pushed_group_is_named_by_its_display_name),
        cmocka_unit_test(no_pushed_group_has_a_name_that_the_bridge_keeps_for_itself),
        cmocka_unit_test(a_pushed_group_needs_a_name_that_an_entry_can_have),
        cmocka_unit_test(a_hostile_group_name_stays_one_rdn_below_its_base),
    };

    return cmocka_run_group_tests(tests, load_schemas, unload_schemas);
}
