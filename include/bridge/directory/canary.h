#ifndef BRIDGE_DIRECTORY_CANARY_H
#define BRIDGE_DIRECTORY_CANARY_H

#include "bridge/directory/projection.h"

/*
 * Make sure that the placeholder entry exists, and prove with it that a locked
 * account cannot bind here: give it a random password and the lock in one
 * change, and try to bind. On OpenLDAP the marks do nothing unless a password
 * policy applies (directories.md section 0, fact 2), and nothing else shows it.
 *
 * STATUS_CONFIGURATION  the bind succeeded, or the marks cannot be written: the
 *                       words say which policy the directory needs
 */
enum status canary_check(struct directory *directory, const struct directory_settings *settings,
                         const struct projection_settings *projection, struct problem *problem);

#endif
