#include "unit.h"

#include <string.h>

#include "address.h"

static enum status check(const char *uri, const char *word)
{
    struct problem problem = {0};
    enum status status = address_check(uri, &problem);

    if (word && !strstr(problem.detail, word))
        fail_msg("%s: \"%s\" does not say %s", uri ? uri : "NULL", problem.detail, word);
    return status;
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

static void tls_is_announced_and_nonsense_is_called_so(void **state)
{
    (void)state;
    assert_int_equal(check("ldaps://127.0.0.1", "later release"), STATUS_CONFIGURATION);
    assert_int_equal(check("cldap://127.0.0.1", NULL), STATUS_CONFIGURATION);
    assert_int_equal(check("http://127.0.0.1", "one LDAP URI"), STATUS_CONFIGURATION);
    assert_int_equal(check("127.0.0.1:389", "one LDAP URI"), STATUS_CONFIGURATION);
    assert_int_equal(check("", "one LDAP URI"), STATUS_CONFIGURATION);
    assert_int_equal(check(NULL, "one LDAP URI"), STATUS_CONFIGURATION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_may_travel_within_the_machine),
        cmocka_unit_test(in_clear_it_travels_nowhere_else),
        cmocka_unit_test(a_list_of_uris_is_refused),
        cmocka_unit_test(tls_is_announced_and_nonsense_is_called_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
