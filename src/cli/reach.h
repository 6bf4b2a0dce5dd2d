#ifndef CLI_REACH_H
#define CLI_REACH_H

#include "bridge/base/secret.h"
#include "bridge/client/client.h"
#include "command.h"

/*
 * Which daemon is asked, and how it is reached: the one of --url, with the token
 * of a file, or the one whose control socket a configuration names. What is not
 * given as an option comes from the environment, unless --config is given:
 * ROLEBRIDGE_URL, ROLEBRIDGE_TOKEN_FILE, ROLEBRIDGE_CA_FILE.
 *
 * token - owns what `client` points to; to be wiped by secret_clear.
 *
 * STATUS_INVALID_SYNTAX  options that do not go together: a matter of usage
 * STATUS_CONFIGURATION   the configuration, or the token's file
 */
enum status reach_daemon(struct invocation *invocation, struct secret *token, struct client *client,
                         struct problem *problem);

#endif
