#ifndef DIRECTORY_RESULT_H
#define DIRECTORY_RESULT_H

#include "bridge/directory/connection.h"

/* What was asked of the server; the same result code means different things after each. */
enum operation {
    OPERATION_CONNECT,
    OPERATION_START_TLS,
    OPERATION_HANDSHAKE,
    OPERATION_BIND,     /* as ourselves, with a password */
    OPERATION_EXTERNAL, /* as ourselves, whom the server knows by the socket */
    OPERATION_TRY,      /* as somebody else, to see whether they may */
    OPERATION_READ,
    OPERATION_SEARCH,
    OPERATION_ADD,
    OPERATION_MODIFY,
    OPERATION_RENAME,
    OPERATION_DELETE,
    OPERATION_PASSWORD,
    OPERATION_START_TRANSACTION,
    OPERATION_END_TRANSACTION,
    OPERATION_COUNT
};

/* "modify", for messages. */
const char *operation_name(enum operation operation);

/* What a result code of the server, or of libldap (below zero), means for the caller. */
enum status status_from_ldap(int code, enum operation operation);

/* What a person can do about it; NULL where the words of the server must do. */
const char *advice_from_ldap(int code, enum operation operation);

/* The result code of the last operation on this connection. */
int directory_last_code(const struct directory *directory);

#endif
