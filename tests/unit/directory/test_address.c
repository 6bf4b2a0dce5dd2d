#include "unit.h"

#include <string.h>

#include "address.h"

static enum status check_settings(const struct directory_settings *settings, const char *word)
{
    struct problem problem = {0};
    enum status status = directory_check(settings, &problem);

    if (word && !strstr(problem.detail, word))
        fail_msg("%s: \"%s\" does not say %s", settings->uri ? settings->uri : "NULL",
                 problem.detail, word);
    return status;
}

static enum status check(const char *uri, const char *word)
{
    return check_settings(&(struct directory_settings){.uri = uri, .ca_file = "/ca"}, word);
}

static enum status check_with_start_tls(const char *uri, const char *word)
{
    return check_settings(
        &(struct directory_settings){.uri = uri, .ca_file = "/ca", .starts_tls = true}, word);
}

static enum status check_external(const char *uri, const char *word)
{
    return check_settings(&(struct directory_settings){.uri = uri, .binds_externally = true}, word);
}

static void a_password_may_travel_within_the_machine(void **state)
{
    static const char *const accepted[] = {
        "ldapi:///",           "ldapi://%2Frun%2Fslapd%2Fldapi", "ldap://127.0.0.1",
        "ldap://127.0.0.1:89", "LDAP://127.255.1.2:389/",        "ldap://[::1]:389",
        "ldap://localhost",    "ldap://LocalHost:1389",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
        assert_int_equal(check(accepted[i], NULL), STATUS_OK);
}

static void in_clear_it_travels_nowhere_else(void **state)
{
    static const char *const refused[] = {
        "ldap://ldap.example.org",
        "ldap://10.0.0.1",
        "ldap://128.0.0.1",
        "ldap://[::2]",
        "ldap://127.evil.org",
        "ldap://127.0.0.1.evil.org",
        "ldap://localhost.evil",
        "ldap://0.0.0.0",
        "ldap://[::]",
        "ldap:///",
        "ldap://evil#127.0.0.1",
        "ldap://127.0.0.1@evil",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (check(refused[i], NULL) != STATUS_CONFIGURATION)
            fail_msg("%s was accepted", refused[i]);
    }
    assert_int_equal(check("ldap://10.0.0.1", "ldapi://"), STATUS_CONFIGURATION);
}

/* libldap would try each of a list in turn, and we looked at the first. */
static void a_list_of_uris_is_refused(void **state)
{
    (void)state;
    assert_int_equal(check("ldap://127.0.0.1 ldap://evil.org", "one LDAP URI"),
                     STATUS_CONFIGURATION);
    assert_int_equal(check("ldap://127.0.0.1,ldap://evil.org", "one LDAP URI"),
                     STATUS_CONFIGURATION);
    assert_int_equal(check("ldap://127.0.0.1\tldap://evil.org", "one LDAP URI"),
                     STATUS_CONFIGURATION);
}

static void under_tls_it_travels_anywhere(void **state)
{
    (void)state;
    assert_int_equal(check("ldaps://ldap.example.org", NULL), STATUS_OK);
    assert_int_equal(check("LDAPS://10.0.0.1:1636", NULL), STATUS_OK);
    assert_int_equal(check_with_start_tls("ldap://ldap.example.org:389", NULL), STATUS_OK);
    assert_int_equal(check_with_start_tls("ldap://[2001:db8::1]", NULL), STATUS_OK);

    assert_int_equal(check("ldaps://", "names no host"), STATUS_CONFIGURATION);
    assert_int_equal(check_with_start_tls("ldap:///", "names no host"), STATUS_CONFIGURATION);
}

static void tls_without_a_ca_is_refused(void **state)
{
    struct directory_settings settings = {.uri = "ldaps://ldap.example.org"};

    (void)state;
    assert_int_equal(check_settings(&settings, "directory.ca_file"), STATUS_CONFIGURATION);
    settings = (struct directory_settings){.uri = "ldap://127.0.0.1", .starts_tls = true};
    assert_int_equal(check_settings(&settings, "directory.ca_file"), STATUS_CONFIGURATION);
}

static void protection_is_by_tls_alone(void **state)
{
    (void)state;
    assert_true(address_is_protected(&(struct directory_settings){.uri = "LdapS://a"}));
    assert_true(
        address_is_protected(&(struct directory_settings){.uri = "ldap://a", .starts_tls = true}));
    assert_false(address_is_protected(&(struct directory_settings){.uri = "ldap://127.0.0.1"}));
    assert_false(address_is_protected(&(struct directory_settings){.uri = "ldapi:///"}));
}

static void what_does_not_go_with_the_uri_is_refused(void **state)
{
    (void)state;
    assert_int_equal(check_with_start_tls("ldaps://127.0.0.1", "start_tls"), STATUS_CONFIGURATION);
    assert_int_equal(check_with_start_tls("ldapi:///", "start_tls"), STATUS_CONFIGURATION);
    assert_int_equal(check_external("ldapi:///", NULL), STATUS_OK);
    assert_int_equal(check_external("ldap://127.0.0.1", "external"), STATUS_CONFIGURATION);
    assert_int_equal(check_external("ldaps://127.0.0.1", "external"), STATUS_CONFIGURATION);
}

static void nonsense_is_called_so(void **state)
{
    (void)state;
    assert_int_equal(check("cldap://127.0.0.1", NULL), STATUS_CONFIGURATION);
    assert_int_equal(check("pldap://127.0.0.1", NULL), STATUS_CONFIGURATION);
    assert_int_equal(check("http://127.0.0.1", "one LDAP URI"), STATUS_CONFIGURATION);
    assert_int_equal(check("127.0.0.1:389", "one LDAP URI"), STATUS_CONFIGURATION);
    assert_int_equal(check("", "one LDAP URI"), STATUS_CONFIGURATION);
    assert_int_equal(check(NULL, "one LDAP URI"), STATUS_CONFIGURATION);
}

static void two_uris_may_lead_to_one_server(void **state)
{
    static const char *const same[][2] = {
        {"ldap://a.example.org", "LDAP://A.example.org:389/"},
        {"ldap://a.example.org", "ldaps://a.example.org"},
        {"ldaps://a.example.org", "ldaps://a.example.org:636"},
        {"ldap://127.0.0.1:389", "ldap://localhost"},
        {"ldap://[::1]:389", "ldap://127.0.0.1"},
        {"ldapi:///", "ldap://localhost:1389"},
        {"ldapi://%2Frun%2Fldapi", "ldapi://%2frun%2fldapi/"},
    };
    static const char *const others[][2] = {
        {"ldap://a.example.org", "ldap://b.example.org"},
        {"ldap://a.example.org", "ldap://a.example.org:1389"},
        {"ldap://127.0.0.1:1389", "ldap://127.0.0.1:1390"},
        {"ldapi://%2Frun%2Fa", "ldapi://%2Frun%2Fb"},
        {"ldapi:///", "ldaps://a.example.org"},
        {"nonsense", "nonsense"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        if (!directory_is_same_server(same[i][0], same[i][1]) ||
            !directory_is_same_server(same[i][1], same[i][0]))
            fail_msg("%s and %s are two", same[i][0], same[i][1]);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (directory_is_same_server(others[i][0], others[i][1]) ||
            directory_is_same_server(others[i][1], others[i][0]))
            fail_msg("%s and %s are one", others[i][0], others[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_may_travel_within_the_machine),
        cmocka_unit_test(in_clear_it_travels_nowhere_else),
        cmocka_unit_test(a_list_of_uris_is_refused),
        cmocka_unit_test(under_tls_it_travels_anywhere),
        cmocka_unit_test(tls_without_a_ca_is_refused),
        cmocka_unit_test(protection_is_by_tls_alone),
        cmocka_unit_test(what_does_not_go_with_the_uri_is_refused),
        cmocka_unit_test(nonsense_is_called_so),
        cmocka_unit_test(two_uris_may_lead_to_one_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
