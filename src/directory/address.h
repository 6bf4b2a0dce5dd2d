#ifndef DIRECTORY_ADDRESS_H
#define DIRECTORY_ADDRESS_H

#include "bridge/base/status.h"

/*
 * Whether a password may travel to this URI: ldapi:// anywhere, ldap:// to the
 * machine itself. STATUS_CONFIGURATION says why not.
 */
enum status address_check(const char *uri, struct problem *problem);

#endif
