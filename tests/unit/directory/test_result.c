#include "unit.h"

#include <ldap.h>

#include "result.h"

static void a_code_means_what_the_operation_makes_of_it(void **state)
{
    static const struct {
        int code;
        enum operation operation;
        enum status status;
    } rows[] = {
        {LDAP_SUCCESS, OPERATION_ADD, STATUS_OK},
        {LDAP_ALREADY_EXISTS, OPERATION_ADD, STATUS_CONFLICT},
        {LDAP_ALREADY_EXISTS, OPERATION_RENAME, STATUS_CONFLICT},
        {LDAP_ALREADY_EXISTS, OPERATION_MODIFY, STATUS_CONFLICT},
        {LDAP_TYPE_OR_VALUE_EXISTS, OPERATION_MODIFY, STATUS_CONFLICT},
        {LDAP_TYPE_OR_VALUE_EXISTS, OPERATION_ADD, STATUS_DIRECTORY_REFUSED},
        {LDAP_NO_SUCH_ATTRIBUTE, OPERATION_MODIFY, STATUS_CONFLICT},
        {LDAP_NO_SUCH_OBJECT, OPERATION_READ, STATUS_NOT_FOUND},
        {LDAP_NO_SUCH_OBJECT, OPERATION_SEARCH, STATUS_DIRECTORY_REFUSED},
        {LDAP_NO_SUCH_OBJECT, OPERATION_ADD, STATUS_DIRECTORY_REFUSED},
        {LDAP_NO_SUCH_OBJECT, OPERATION_MODIFY, STATUS_CONFLICT},
        {LDAP_NO_SUCH_OBJECT, OPERATION_DELETE, STATUS_CONFLICT},
        {LDAP_NOT_ALLOWED_ON_NONLEAF, OPERATION_DELETE, STATUS_CONFLICT},
        {LDAP_NAMING_VIOLATION, OPERATION_MODIFY, STATUS_CONFLICT},
        {LDAP_ASSERTION_FAILED, OPERATION_MODIFY, STATUS_CONFLICT},
        {LDAP_INVALID_CREDENTIALS, OPERATION_BIND, STATUS_UNAUTHORIZED},
        {LDAP_INAPPROPRIATE_AUTH, OPERATION_BIND, STATUS_UNAUTHORIZED},
        {LDAP_UNWILLING_TO_PERFORM, OPERATION_BIND, STATUS_UNAUTHORIZED},
        {LDAP_INVALID_CREDENTIALS, OPERATION_TRY, STATUS_UNAUTHORIZED},
        {LDAP_UNWILLING_TO_PERFORM, OPERATION_TRY, STATUS_UNAUTHORIZED},
        {LDAP_UNWILLING_TO_PERFORM, OPERATION_MODIFY, STATUS_DIRECTORY_REFUSED},
        {LDAP_AUTH_METHOD_NOT_SUPPORTED, OPERATION_EXTERNAL, STATUS_CONFIGURATION},
        {LDAP_INVALID_CREDENTIALS, OPERATION_EXTERNAL, STATUS_CONFIGURATION},
        {LDAP_PROTOCOL_ERROR, OPERATION_START_TLS, STATUS_CONFIGURATION},
        {LDAP_UNAVAILABLE, OPERATION_START_TLS, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_SERVER_DOWN, OPERATION_CONNECT, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_CONFIDENTIALITY_REQUIRED, OPERATION_TRY, STATUS_CONFIGURATION},
        {LDAP_STRONG_AUTH_REQUIRED, OPERATION_MODIFY, STATUS_CONFIGURATION},
        {LDAP_REFERRAL, OPERATION_MODIFY, STATUS_CONFIGURATION},
        {LDAP_SIZELIMIT_EXCEEDED, OPERATION_SEARCH, STATUS_DIRECTORY_REFUSED},
        {LDAP_ADMINLIMIT_EXCEEDED, OPERATION_SEARCH, STATUS_DIRECTORY_REFUSED},
        {LDAP_TIMELIMIT_EXCEEDED, OPERATION_SEARCH, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_BUSY, OPERATION_MODIFY, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_UNAVAILABLE, OPERATION_BIND, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_OTHER, OPERATION_READ, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_OTHER, OPERATION_ADD, STATUS_DIRECTORY_REFUSED},
        {LDAP_SERVER_DOWN, OPERATION_MODIFY, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_TIMEOUT, OPERATION_TRY, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_DECODING_ERROR, OPERATION_SEARCH, STATUS_DIRECTORY_UNAVAILABLE},
        {LDAP_FILTER_ERROR, OPERATION_SEARCH, STATUS_DIRECTORY_REFUSED},
        {LDAP_OBJECT_CLASS_VIOLATION, OPERATION_MODIFY, STATUS_DIRECTORY_REFUSED},
        {LDAP_UNDEFINED_TYPE, OPERATION_MODIFY, STATUS_DIRECTORY_REFUSED},
        {LDAP_INVALID_SYNTAX, OPERATION_ADD, STATUS_DIRECTORY_REFUSED},
        {LDAP_CONSTRAINT_VIOLATION, OPERATION_MODIFY, STATUS_DIRECTORY_REFUSED},
        {LDAP_INSUFFICIENT_ACCESS, OPERATION_MODIFY, STATUS_DIRECTORY_REFUSED},
        {4096, OPERATION_SEARCH, STATUS_DIRECTORY_REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum status status = status_from_ldap(rows[i].code, rows[i].operation);

        if (status != rows[i].status)
            fail_msg("%d after %s: %d, not %d", rows[i].code, operation_name(rows[i].operation),
                     (int)status, (int)rows[i].status);
    }
}

/* Only success is success, and only one operation may be told that something is not there. */
static void no_code_makes_a_search_or_a_bind_look_fine(void **state)
{
    (void)state;
    for (int code = -20; code < 5000; code++) {
        if (code == LDAP_SUCCESS)
            continue;
        for (int operation = 0; operation < OPERATION_COUNT; operation++) {
            enum status status = status_from_ldap(code, (enum operation)operation);

            assert_int_not_equal(status, STATUS_OK);
            if (operation != OPERATION_READ)
                assert_int_not_equal(status, STATUS_NOT_FOUND);
            if (operation != OPERATION_TRY && operation != OPERATION_BIND)
                assert_int_not_equal(status, STATUS_UNAUTHORIZED);
        }
    }
}

static void what_a_person_can_set_right_comes_with_advice(void **state)
{
    (void)state;
    assert_non_null(advice_from_ldap(LDAP_INVALID_CREDENTIALS, OPERATION_BIND));
    assert_non_null(advice_from_ldap(LDAP_SIZELIMIT_EXCEEDED, OPERATION_SEARCH));
    assert_non_null(advice_from_ldap(LDAP_REFERRAL, OPERATION_MODIFY));
    assert_non_null(advice_from_ldap(LDAP_INSUFFICIENT_ACCESS, OPERATION_ADD));
    assert_null(advice_from_ldap(LDAP_INVALID_CREDENTIALS, OPERATION_TRY));
    assert_null(advice_from_ldap(LDAP_SERVER_DOWN, OPERATION_BIND));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_means_what_the_operation_makes_of_it),
        cmocka_unit_test(no_code_makes_a_search_or_a_bind_look_fine),
        cmocka_unit_test(what_a_person_can_set_right_comes_with_advice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
