#include "unit.h"

#include <jansson.h>

#include "run_command.h"
#include "user.h"

#define ADA_ID "0190163d-8694-739b-aea5-966c26f8ad91"
#define BOB_ID "0190163d-8694-739b-aea5-966c26f8ad92"

#define ADA                                                                                     \
    "{\"id\":\"" ADA_ID "\",\"userName\":\"ada\",\"active\":true,\"displayName\":\"Ada King\"," \
    "\"name\":{\"givenName\":\"Ada\",\"familyName\":\"King\"},"                                 \
    "\"emails\":[{\"value\":\"ada@home.example\"},"                                             \
    "{\"value\":\"ada@example.org\",\"primary\":true}],"                                        \
    "\"" BRIDGE_USER "\":{\"status\":\"active\",\"role\":\"user\",\"site\":\"North "            \
    "Plant\",\"managedBy\":\"entra\","                                                          \
    "\"directory\":{\"state\":\"parked\",\"dn\":\"uid=ada,ou=people\","                         \
    "\"detail\":\"the entry exists\"}}}"
#define BOB                                                        \
    "{\"id\":\"" BOB_ID "\",\"userName\":\"bob\",\"active\":true," \
    "\"emails\":[{\"value\":\"bob@example.org\"}],"                \
    "\"" BRIDGE_USER                                               \
    "\":{\"status\":\"active\",\"role\":\"admin\",\"directory\":{\"state\":\"landed\"}}}"
#define EVE "{\"id\":\"x\",\"userName\":\"eve\",\"active\":false,\"" BRIDGE_USER "\":{}}"

#define LIST_OF_NONE      "{\"totalResults\":0,\"Resources\":[]}"
#define LIST_OF(...)      "{\"totalResults\":1,\"Resources\":[" __VA_ARGS__ "]}"
#define LIST_OF_TWO(a, b) "{\"totalResults\":2,\"Resources\":[" a "," b "]}"
#define EVERYBODY         "{\"totalResults\":3,\"Resources\":[" ADA "," BOB "," EVE "]}"
#define NORTH             "{\"displayName\":\"North Plant\",\"key\":\"north\",\"userCount\":1}"

/* The first line of a request. */
static const char *asked(struct arena *arena, const struct fake_daemon *fake, int number)
{
    const char *request = fake->requests[number];

    return arena_text(arena, bytes_of(request, strcspn(request, "\r")));
}

/* Its body. */
static json_t *sent(const struct fake_daemon *fake, int number)
{
    const char *end = strstr(fake->requests[number], "\r\n\r\n");
    json_t *body = end ? json_loads(end + 4, 0, NULL) : NULL;

    assert_non_null(body);
    return body;
}

static void assert_sent(const struct fake_daemon *fake, int number, const char *expected)
{
    json_auto_t *got = sent(fake, number);
    json_auto_t *wanted = json_loads(expected, 0, NULL);

    assert_non_null(wanted);
    if (!json_equal(got, wanted))
        print_error("%s\n", fake->requests[number]);
    assert_true(json_equal(got, wanted));
}

/* -------------------------------------------------------------------- list */

static void a_list_says_who_is_here_and_by_whom(void **state)
{
    static const struct fake_answer answers[] = {{200, EVERYBODY, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "list");

    (void)state;
    assert_string_equal(run.out, "NAME  STATUS    ROLE   SITE               SOURCE  DIRECTORY\n"
                                 "ada   Active    User   North Plant        entra   parked\n"
                                 "bob   Active    Admin  Organization-wide  local   landed\n"
                                 "eve   Inactive  -      -                  local   -\n");
    assert_string_equal(run.err, "");
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_string_equal(asked(arena, &fake, 0),
                        "GET /scim/v2/Users?startIndex=1&count=200 HTTP/1.1");
}

static void a_list_is_read_page_by_page(void **state)
{
    static const struct fake_answer answers[] = {
        {200, "{\"totalResults\":3,\"Resources\":[" ADA "," BOB "]}", 0},
        {200, "{\"totalResults\":3,\"Resources\":[" EVE "]}", 0},
        {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "list", "-o", "json");
    json_auto_t *array = json_loads(run.out, 0, NULL);

    (void)state;
    assert_int_equal(json_array_size(array), 3);
    assert_string_equal(asked(arena, &fake, 1),
                        "GET /scim/v2/Users?startIndex=3&count=200 HTTP/1.1");
}

static void a_list_that_gets_shorter_meanwhile_ends(void **state)
{
    static const struct fake_answer answers[] = {
        {200, "{\"totalResults\":2,\"Resources\":[" ADA "]}", 0},
        {200, "{\"totalResults\":2}", 0},
        {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "list", "-o", "csv");

    (void)state;
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_ptr_equal(strstr(run.out, "NAME,ID,STATUS,ROLE,SITE,\"MANAGED BY\","), run.out);
    assert_non_null(strstr(run.out, "\r\nada," ADA_ID ",active,user,\"North Plant\",entra,,"));
}

static void what_is_no_list_is_a_failure_and_not_nobody(void **state)
{
    static const char *const bodies[] = {"{}", "[]", NULL, "{\"totalResults\":\"3\"}",
                                         "{\"totalResults\":9999999,\"Resources\":[]}"};

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const struct fake_answer answers[] = {{200, bodies[i], 0}, {0}};
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, answers, "user", "list");

        assert_int_equal(run.exit_code, CLI_FAILED);
        assert_string_equal(run.out, "");
    }
}

static void a_list_is_narrowed_by_the_daemon(void **state)
{
    static const struct fake_answer answers[] = {
        {200, LIST_OF(NORTH), 0}, {200, EVERYBODY, 0}, {0}};
    static const char asked[] =
        "filter=urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Aextension%3Abridge%3A2.0%3AUser%3Asite%20eq%"
        "20"
        "%22North%20Plant%22%20and%20"
        "urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Aextension%3Abridge%3A2.0%3AUser%3Arole%20eq%20"
        "%22user%22%20and%20"
        "urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Aextension%3Abridge%3A2.0%3AUser%3Astatus%20eq%20"
        "%22active%22&startIndex=1";
    static const char *const names[] = {"north plant", "north"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, answers, "user", "list", "--site", names[i],
                                    "--role", "user", "--status", "active", "-o", "json");

        assert_int_equal(run.exit_code, CLI_DONE);
        assert_non_null(strstr(fake.requests[1], asked));
    }
}

static void an_unknown_site_is_a_failure_and_not_an_empty_list(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(NORTH), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "list", "--site", "south");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.err, "rolebridge: there is no site south; see: rolebridge site list\n");
}

/* -------------------------------------------------------------------- show */

static void one_person_is_shown_with_the_entry_and_why_it_is_parked(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(ADA), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "show", "ada");

    (void)state;
    assert_string_equal(run.out, "name: ada\n"
                                 "id: " ADA_ID "\n"
                                 "status: Active\n"
                                 "role: User\n"
                                 "site: North Plant\n"
                                 "source: entra\n"
                                 "blocked: -\n"
                                 "display name: Ada King\n"
                                 "given name: Ada\n"
                                 "family name: King\n"
                                 "email: ada@example.org\n"
                                 "directory: parked\n"
                                 "dn: uid=ada,ou=people\n"
                                 "detail: the entry exists\n"
                                 "created: -\n"
                                 "last modified: -\n");
    assert_string_equal(asked(arena, &fake, 0), "GET /scim/v2/Users?count=10&filter="
                                                "userName%20eq%20%22ada%22 HTTP/1.1");
}

static void a_name_cannot_break_out_of_the_filter(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF_NONE, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run =
        RUN_ASKING(arena, &fake, answers, "user", "show", "a\" or userName pr or id eq \"\\&x=1\n");

    (void)state;
    assert_string_equal(asked(arena, &fake, 0),
                        "GET /scim/v2/Users?count=10&filter=userName%20eq%20%22a%5C%22%20or%20"
                        "userName%20pr%20or%20id%20eq%20%5C%22%5C%5C%26x%3D1%5Cn%22 HTTP/1.1");
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.err, "rolebridge: there is no user a\" or userName pr or id eq "
                                 "\"\\&x=1\\n; see: rolebridge user list\n");
}

static void a_person_is_found_by_the_primary_address(void **state)
{
    static const struct fake_answer answers[] = {
        {200, LIST_OF_NONE, 0}, {200, LIST_OF(ADA), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run =
        RUN_ASKING(arena, &fake, answers, "user", "show", "ADA@example.org", "-o", "json");

    (void)state;
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_string_equal(asked(arena, &fake, 1), "GET /scim/v2/Users?count=10&filter=emails.value"
                                                "%20eq%20%22ADA%40example.org%22 HTTP/1.1");
}

static void another_address_of_somebody_does_not_count(void **state)
{
    static const struct fake_answer answers[] = {
        {200, LIST_OF_NONE, 0}, {200, LIST_OF(ADA), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "show", "ada@home.example");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_non_null(strstr(run.err, "there is no user ada@home.example"));
}

static void a_person_is_found_by_id(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF_NONE, 0}, {200, BOB, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "show", BOB_ID, "-o", "csv");

    (void)state;
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_string_equal(asked(arena, &fake, 1), "GET /scim/v2/Users/" BOB_ID " HTTP/1.1");
    assert_non_null(strstr(run.out, "bob," BOB_ID ",active,admin,,,,"));
}

static void a_name_that_several_have_is_not_guessed(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF_TWO(ADA, BOB), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "deactivate", "a");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.err, "rolebridge: a may be one of: ada (" ADA_ID "), bob (" BOB_ID
                                 "); name one by its id\n");
}

/* ------------------------------------------------------------------ create */

static void a_created_account_has_what_was_given_and_no_more(void **state)
{
    static const struct fake_answer answers[] = {{201, EVE, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "create", "eve", "--inactive");

    (void)state;
    assert_string_equal(asked(arena, &fake, 0), "POST /scim/v2/Users HTTP/1.1");
    assert_sent(&fake, 0,
                "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"" BRIDGE_USER
                "\"],\"userName\":\"eve\",\"active\":false}");
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(run.out, "eve   Inactive"));
}

static void a_created_account_can_be_given_everything(void **state)
{
    static const struct fake_answer answers[] = {{201, ADA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};

    (void)state;
    (void)RUN_ASKING(arena, &fake, answers, "user", "create", "--given-name=Ada",
                     "--family-name=King", "--display-name=Ada King", "--email=ada@example.org",
                     "--role=user", "--site=north", "--", "-ada");

    assert_sent(&fake, 0,
                "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"" BRIDGE_USER
                "\"],\"userName\":\"-ada\",\"active\":true,\"displayName\":\"Ada King\","
                "\"name\":{\"givenName\":\"Ada\",\"familyName\":\"King\"},\"emails\":[{\"value\":"
                "\"ada@example.org\",\"type\":\"work\",\"primary\":true}],\"" BRIDGE_USER
                "\":{\"role\":\"user\",\"site\":\"north\"}}");
}

static void a_refusal_of_the_daemon_is_passed_on(void **state)
{
    static const struct fake_answer answers[] = {
        {409, "{\"detail\":\"userName ada belongs to another user\"}", 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "create", "ada");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.err, "rolebridge: userName ada belongs to another user\n");
}

/* ------------------------------------------------------------------ change */

#define PATCH(operations)                                                                          \
    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[" operations \
    "]}"
#define REPLACE(path, value) "{\"op\":\"replace\",\"path\":\"" path "\",\"value\":\"" value "\"}"
#define REMOVE(path)         "{\"op\":\"remove\",\"path\":\"" path "\"}"

static void an_edit_changes_what_was_given(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(ADA), 0}, {200, ADA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};

    (void)state;
    (void)RUN_ASKING(arena, &fake, answers, "user", "edit", "ada", "--given-name", "",
                     "--display-name", "A. King", "--email", "a@example.org", "--site", "south");

    assert_string_equal(asked(arena, &fake, 1), "PATCH /scim/v2/Users/" ADA_ID " HTTP/1.1");
    assert_sent(&fake, 1,
                PATCH(REMOVE("name.givenName") "," REPLACE("displayName", "A. King") "," REPLACE(
                    BRIDGE_USER ":site", "south") "," REPLACE("emails[primary eq true].value",
                                                              "a@example.org")));
}

static void a_first_primary_address_is_added(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(BOB), 0}, {200, BOB, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};

    (void)state;
    (void)RUN_ASKING(arena, &fake, answers, "user", "edit", "bob", "--email", "b@example.org");

    assert_sent(&fake, 1,
                PATCH("{\"op\":\"add\",\"path\":\"emails\",\"value\":[{\"value\":\"b@example.org\","
                      "\"type\":\"work\",\"primary\":true}]}"));
}

static void an_address_can_be_taken_away(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(ADA), 0}, {200, ADA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};

    (void)state;
    (void)RUN_ASKING(arena, &fake, answers, "user", "edit", "ada", "--email", "");

    assert_sent(&fake, 1, PATCH(REMOVE("emails[primary eq true]")));
}

static void who_becomes_an_administrator_leaves_the_site(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(ADA), 0}, {200, ADA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};

    (void)state;
    (void)RUN_ASKING(arena, &fake, answers, "user", "edit", "ada", "--role", "admin");

    assert_sent(&fake, 1,
                PATCH(REPLACE(BRIDGE_USER ":role", "admin") "," REMOVE(BRIDGE_USER ":site")));
}

static void deactivating_says_only_that(void **state)
{
    static const struct fake_answer answers[] = {
        {200, LIST_OF(ADA), 0}, {204, NULL, 0}, {200, EVE, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "deactivate", "ada");

    (void)state;
    assert_sent(&fake, 1, PATCH("{\"op\":\"replace\",\"path\":\"active\",\"value\":false}"));
    assert_string_equal(asked(arena, &fake, 2), "GET /scim/v2/Users/" ADA_ID " HTTP/1.1");
    assert_non_null(strstr(run.out, "eve   Inactive"));
}

static void reactivating_may_give_a_role_and_a_site(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(EVE), 0}, {200, EVE, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};

    (void)state;
    (void)RUN_ASKING(arena, &fake, answers, "user", "reactivate", "eve", "--role", "user", "--site",
                     "north");

    assert_sent(&fake, 1,
                PATCH(REPLACE(BRIDGE_USER ":role", "user") "," REPLACE(
                    BRIDGE_USER ":site",
                    "north") ",{\"op\":\"replace\",\"path\":\"active\",\"value\":true}"));
}

/* -------------------------------------------------------------------- site */

static void a_site_is_created_and_shown(void **state)
{
    static const struct fake_answer answers[] = {{201, NORTH, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run =
        RUN_ASKING(arena, &fake, answers, "site", "create", "North Plant", "--key", "north");

    (void)state;
    assert_string_equal(asked(arena, &fake, 0), "POST /scim/v2/Sites HTTP/1.1");
    assert_sent(&fake, 0,
                "{\"schemas\":[\"urn:ietf:params:scim:schemas:bridge:2.0:Site\"],"
                "\"displayName\":\"North Plant\",\"key\":\"north\"}");
    assert_string_equal(run.out, "NAME         KEY    USERS  DESCRIPTION\n"
                                 "North Plant  north  1      -\n");
}

static void sites_are_listed(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(NORTH), 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "site", "list", "-o", "csv");

    (void)state;
    assert_string_equal(asked(arena, &fake, 0),
                        "GET /scim/v2/Sites?startIndex=1&count=200 HTTP/1.1");
    assert_string_equal(run.out, "NAME,KEY,USERS,DESCRIPTION\r\n\"North Plant\",north,1,\r\n");
}

static void an_account_is_given_to_a_connection_by_its_name(void **state)
{
    static const struct fake_answer answers[] = {{200, LIST_OF(BOB), 0}, {200, ADA, 0}, {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "move", "bob", "--to", "entra");
    struct run nowhere = RUN(arena, "user", "move", "bob");

    (void)state;
    assert_string_equal(asked(arena, &fake, 1), "POST /scim/v2/Users/" BOB_ID "/.move HTTP/1.1");
    assert_sent(&fake, 1, "{\"to\":\"entra\"}");
    assert_non_null(strstr(run.out, "entra"));
    assert_int_equal(nowhere.exit_code, CLI_USAGE);
    assert_non_null(strstr(nowhere.err, "--to is missing"));
}

static void a_break_glass_account_is_an_administrators_and_shown_as_what_it_is(void **state)
{
    static const struct fake_answer answers[] = {
        {201,
         "{\"id\":\"x\",\"userName\":\"glass\",\"active\":true,\"" BRIDGE_USER
         "\":{\"role\":\"admin\",\"breakGlass\":true}}",
         0},
        {0}};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct fake_daemon fake = {0};
    struct run run = RUN_ASKING(arena, &fake, answers, "user", "create", "glass", "--break-glass");
    json_auto_t *body = sent(&fake, 0);

    (void)state;
    assert_string_equal(run.out, "NAME   STATUS  ROLE   SITE               SOURCE       DIRECTORY\n"
                                 "glass  Active  Admin  Organization-wide  break-glass  -\n");
    assert_string_equal(text_of(user_extension(body), "role"), "admin");
    assert_true(json_is_true(json_object_get(user_extension(body), "breakGlass")));
}

#define BLOCKED(reason)                                                  \
    "{\"id\":\"x\",\"userName\":\"eve\",\"active\":false,\"" BRIDGE_USER \
    "\":{\"blocked\":{\"by\":\"ops\",\"since\":\"2026-01-31T08:00:00Z\"" reason "}}}"

static void a_reason_that_is_not_kept_is_not_passed_over(void **state)
{
    static const struct {
        struct fake_answer answers[3];
        bool is_told;
    } cases[] = {
        {{{200, LIST_OF(EVE), 0}, {200, BLOCKED(",\"reason\":\"stolen\""), 0}, {0}}, false},
        {{{200, LIST_OF(EVE), 0}, {200, BLOCKED(",\"reason\":\"lost\""), 0}, {0}}, true},
        {{{200, LIST_OF(EVE), 0}, {200, BLOCKED(""), 0}, {0}}, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct fake_daemon fake = {0};
        struct run run = RUN_ASKING(arena, &fake, cases[i].answers, "user", "block", "eve",
                                    "--reason", "stolen");

        assert_int_equal(run.exit_code, CLI_DONE);
        assert_int_equal(
            strstr(run.err, "eve is blocked already, by ops since 2026-01-31T08:00:00Z") != NULL,
            cases[i].is_told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_given_to_a_connection_by_its_name),
        cmocka_unit_test(a_break_glass_account_is_an_administrators_and_shown_as_what_it_is),
        cmocka_unit_test(a_list_says_who_is_here_and_by_whom),
        cmocka_unit_test(a_list_is_read_page_by_page),
        cmocka_unit_test(a_list_that_gets_shorter_meanwhile_ends),
        cmocka_unit_test(what_is_no_list_is_a_failure_and_not_nobody),
        cmocka_unit_test(a_list_is_narrowed_by_the_daemon),
        cmocka_unit_test(an_unknown_site_is_a_failure_and_not_an_empty_list),
        cmocka_unit_test(one_person_is_shown_with_the_entry_and_why_it_is_parked),
        cmocka_unit_test(a_name_cannot_break_out_of_the_filter),
        cmocka_unit_test(a_person_is_found_by_the_primary_address),
        cmocka_unit_test(another_address_of_somebody_does_not_count),
        cmocka_unit_test(a_person_is_found_by_id),
        cmocka_unit_test(a_name_that_several_have_is_not_guessed),
        cmocka_unit_test(a_created_account_has_what_was_given_and_no_more),
        cmocka_unit_test(a_created_account_can_be_given_everything),
        cmocka_unit_test(a_refusal_of_the_daemon_is_passed_on),
        cmocka_unit_test(an_edit_changes_what_was_given),
        cmocka_unit_test(a_first_primary_address_is_added),
        cmocka_unit_test(an_address_can_be_taken_away),
        cmocka_unit_test(who_becomes_an_administrator_leaves_the_site),
        cmocka_unit_test(deactivating_says_only_that),
        cmocka_unit_test(reactivating_may_give_a_role_and_a_site),
        cmocka_unit_test(a_site_is_created_and_shown),
        cmocka_unit_test(a_reason_that_is_not_kept_is_not_passed_over),
        cmocka_unit_test(sites_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
