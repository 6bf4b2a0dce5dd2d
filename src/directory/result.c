#include "result.h"

#include <ldap.h>

#define AFTER(operation)     (1u << OPERATION_##operation)
#define AFTER_ANYTHING       (AFTER(COUNT) - 1)
#define AFTER_A_SIGN_IN      (AFTER(BIND) | AFTER(EXTERNAL) | AFTER(TRY))
#define AFTER_A_LOOK         (AFTER(READ) | AFTER(SEARCH))
#define AFTER_A_NEW_NAME     (AFTER(ADD) | AFTER(RENAME))
#define AFTER_A_WRITE_TO_ONE (AFTER(MODIFY) | AFTER(RENAME) | AFTER(DELETE) | AFTER(PASSWORD))
#define AFTER_A_WRITE        (AFTER(ADD) | AFTER_A_WRITE_TO_ONE)

#define PROTECT_IT                                                                                \
    "the server wants a protected connection: use ldaps://, directory.start_tls or its ldapi:// " \
    "socket"
#define SET_UP_TLS         "the server does not do StartTLS: give it a certificate, or use ldaps://"
#define CHECK_THE_PASSWORD "check directory.bind_dn and the password file"
#define MAP_THE_PEER \
    "let the server map the user that the bridge runs as to an account (authz-regexp)"
#define RAISE_THE_LIMIT "raise the limits of the bridge's account on the server to size=unlimited"

static const char *const names[OPERATION_COUNT] = {
    [OPERATION_CONNECT] = "connect",
    [OPERATION_START_TLS] = "StartTLS",
    [OPERATION_HANDSHAKE] = "TLS handshake",
    [OPERATION_BIND] = "bind",
    [OPERATION_EXTERNAL] = "bind by SASL EXTERNAL",
    [OPERATION_TRY] = "try to bind",
    [OPERATION_READ] = "read",
    [OPERATION_SEARCH] = "search",
    [OPERATION_ADD] = "add",
    [OPERATION_MODIFY] = "modify",
    [OPERATION_RENAME] = "rename",
    [OPERATION_DELETE] = "delete",
    [OPERATION_PASSWORD] = "set the password of",
    [OPERATION_START_TRANSACTION] = "start of a transaction",
    [OPERATION_END_TRANSACTION] = "end of a transaction",
};

/*
 * The first row that fits. A code without a row is a refusal when the server
 * sent it, and an unknown outcome when libldap made it up.
 */
static const struct meaning {
    int code;
    unsigned after;
    enum status status;
    const char *advice;
} meanings[] = {
    {LDAP_SUCCESS, AFTER_ANYTHING, STATUS_OK, NULL},
    {LDAP_TXN_SPECIFY_OKAY, AFTER_A_WRITE, STATUS_OK, NULL}, /* noted: see transaction.h */

    /* unavailable: the same again may succeed later; a write may have happened or not */
    {LDAP_BUSY, AFTER_ANYTHING, STATUS_DIRECTORY_UNAVAILABLE, NULL},
    {LDAP_UNAVAILABLE, AFTER_ANYTHING, STATUS_DIRECTORY_UNAVAILABLE, NULL},
    {LDAP_TIMELIMIT_EXCEEDED, AFTER_ANYTHING, STATUS_DIRECTORY_UNAVAILABLE, NULL},
    {LDAP_OTHER, AFTER_A_SIGN_IN | AFTER_A_LOOK, STATUS_DIRECTORY_UNAVAILABLE, NULL},

    /* conflict: what was planned does not fit what is there */
    {LDAP_ALREADY_EXISTS, AFTER_A_NEW_NAME | AFTER(MODIFY), STATUS_CONFLICT, NULL},
    {LDAP_TYPE_OR_VALUE_EXISTS, AFTER_A_WRITE_TO_ONE, STATUS_CONFLICT, NULL},
    {LDAP_NO_SUCH_ATTRIBUTE, AFTER_A_WRITE_TO_ONE, STATUS_CONFLICT, NULL},
    {LDAP_NO_SUCH_OBJECT, AFTER_A_WRITE_TO_ONE, STATUS_CONFLICT, NULL},
    {LDAP_NAMING_VIOLATION, AFTER_A_WRITE, STATUS_CONFLICT, NULL},
    {LDAP_NOT_ALLOWED_ON_RDN, AFTER_A_WRITE, STATUS_CONFLICT, NULL},
    {LDAP_NOT_ALLOWED_ON_NONLEAF, AFTER_A_WRITE, STATUS_CONFLICT, NULL},
    {LDAP_ASSERTION_FAILED, AFTER_A_WRITE, STATUS_CONFLICT, NULL},

    /* absence is an answer to one question only: a missing search base is a refusal */
    {LDAP_NO_SUCH_OBJECT, AFTER(READ), STATUS_NOT_FOUND, NULL},

    /* credentials, ours and those of others */
    {LDAP_INVALID_CREDENTIALS, AFTER(BIND), STATUS_UNAUTHORIZED, CHECK_THE_PASSWORD},
    {LDAP_INVALID_CREDENTIALS, AFTER(TRY), STATUS_UNAUTHORIZED, NULL},
    {LDAP_INVALID_CREDENTIALS, AFTER(EXTERNAL), STATUS_CONFIGURATION, MAP_THE_PEER},
    {LDAP_AUTH_METHOD_NOT_SUPPORTED, AFTER(EXTERNAL), STATUS_CONFIGURATION,
     "the server does not offer it on this socket: use directory.bind: password"},
    {LDAP_INAPPROPRIATE_AUTH, AFTER(BIND), STATUS_UNAUTHORIZED, CHECK_THE_PASSWORD},
    {LDAP_INAPPROPRIATE_AUTH, AFTER(TRY), STATUS_UNAUTHORIZED, NULL},
    {LDAP_INAPPROPRIATE_AUTH, AFTER(EXTERNAL), STATUS_CONFIGURATION, NULL},
    {LDAP_UNWILLING_TO_PERFORM, AFTER(BIND), STATUS_UNAUTHORIZED, CHECK_THE_PASSWORD},
    {LDAP_UNWILLING_TO_PERFORM, AFTER(TRY), STATUS_UNAUTHORIZED, NULL},
    {LDAP_UNWILLING_TO_PERFORM, AFTER(EXTERNAL), STATUS_CONFIGURATION, NULL},
    {LDAP_INVALID_DN_SYNTAX, AFTER_A_SIGN_IN, STATUS_CONFIGURATION, NULL},

    /* protection that the server does not have */
    {LDAP_OPERATIONS_ERROR, AFTER(START_TLS), STATUS_CONFIGURATION, SET_UP_TLS},
    {LDAP_PROTOCOL_ERROR, AFTER(START_TLS), STATUS_CONFIGURATION, SET_UP_TLS},
    {LDAP_UNWILLING_TO_PERFORM, AFTER(START_TLS), STATUS_CONFIGURATION, SET_UP_TLS},

    /* not this server, or not in this way: for a person to set right */
    {LDAP_REFERRAL, AFTER_ANYTHING, STATUS_CONFIGURATION,
     "this server sends us to another one: name that in directory.uri"},
    {LDAP_STRONG_AUTH_REQUIRED, AFTER_ANYTHING, STATUS_CONFIGURATION, PROTECT_IT},
    {LDAP_CONFIDENTIALITY_REQUIRED, AFTER_ANYTHING, STATUS_CONFIGURATION, PROTECT_IT},

    /* refused, and we know by whom */
    {LDAP_SIZELIMIT_EXCEEDED, AFTER_A_LOOK, STATUS_DIRECTORY_REFUSED, RAISE_THE_LIMIT},
    {LDAP_ADMINLIMIT_EXCEEDED, AFTER_A_LOOK, STATUS_DIRECTORY_REFUSED, RAISE_THE_LIMIT},
    {LDAP_NO_SUCH_OBJECT, AFTER(SEARCH), STATUS_DIRECTORY_REFUSED, "there is no such base entry"},
    {LDAP_NO_SUCH_OBJECT, AFTER(ADD), STATUS_DIRECTORY_REFUSED, "the entry above is missing"},
    {LDAP_PROTOCOL_ERROR, AFTER(PASSWORD), STATUS_DIRECTORY_REFUSED,
     "the server does not do Password Modify (RFC 3062)"},
    {LDAP_CONSTRAINT_VIOLATION, AFTER(PASSWORD), STATUS_DIRECTORY_REFUSED,
     "its policy does not allow this password: send another"},
    {LDAP_INSUFFICIENT_ACCESS, AFTER_ANYTHING, STATUS_DIRECTORY_REFUSED,
     "give the bridge's account this right on the server"},
    {LDAP_OTHER, AFTER_A_WRITE, STATUS_DIRECTORY_REFUSED,
     "a value may be longer than the server can keep; its log says more"},

    /* libldap did not send it */
    {LDAP_ENCODING_ERROR, AFTER_ANYTHING, STATUS_DIRECTORY_REFUSED, NULL},
    {LDAP_FILTER_ERROR, AFTER_A_LOOK, STATUS_DIRECTORY_REFUSED, NULL},
    {LDAP_PARAM_ERROR, AFTER_ANYTHING, STATUS_DIRECTORY_REFUSED, NULL},
};

const char *operation_name(enum operation operation)
{
    return names[operation];
}

static const struct meaning *meaning_of(int code, enum operation operation)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].code == code && (meanings[i].after & (1u << operation)))
            return &meanings[i];
    }
    return NULL;
}

enum status status_from_ldap(int code, enum operation operation)
{
    const struct meaning *meaning = meaning_of(code, operation);

    if (meaning)
        return meaning->status;
    return code < 0 ? STATUS_DIRECTORY_UNAVAILABLE : STATUS_DIRECTORY_REFUSED;
}

const char *advice_from_ldap(int code, enum operation operation)
{
    const struct meaning *meaning = meaning_of(code, operation);

    return meaning ? meaning->advice : NULL;
}
