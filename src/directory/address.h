#ifndef DIRECTORY_ADDRESS_H
#define DIRECTORY_ADDRESS_H

#include "bridge/directory/connection.h"

/*
 * The URI of the bare connection below the TLS: ldaps://host is ldap://host:636,
 * so that a handshake is always made by us. To be freed with ldap_memfree; NULL:
 * no memory.
 */
char *address_without_tls(const struct directory_settings *settings);

/* Whether nothing but TLS is spoken, with settings that were checked. */
bool address_is_protected(const struct directory_settings *settings);

#endif
