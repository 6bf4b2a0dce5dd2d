#ifndef CLI_USER_H
#define CLI_USER_H

#include <jansson.h>

#include "command.h"
#include "output.h"

#define BRIDGE_USER "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"

/* The columns of a list of users: a few for a table, everything for programs. */
const struct field *user_fields(const struct invocation *invocation);

/* What the bridge extension says about a user. */
const json_t *user_extension(const json_t *user);

/* The primary e-mail address: the one marked so, or the only one. NULL: none. */
const char *user_email(const json_t *user);

/*
 * The one user that a name means: a userName, a primary e-mail address or an
 * id, in this order. The caller's to json_decref.
 *
 * STATUS_NOT_FOUND  nobody
 * STATUS_TOO_MANY   several; the problem lists them
 */
enum status user_look_up(struct invocation *invocation, const char *name, json_t **user,
                         struct problem *problem);

/* The path of one user's resource. */
const char *user_path(const json_t *user, struct arena *arena);

#endif
