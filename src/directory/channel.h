#ifndef DIRECTORY_CHANNEL_H
#define DIRECTORY_CHANNEL_H

#include "call.h"

/*
 * Connect, and protect the connection as the settings say, within their
 * connect_seconds. Nothing is sent in clear on the way to TLS but a request for
 * StartTLS, and nothing at all any more if this fails, not even a goodbye.
 */
enum status channel_open(struct directory *directory, const struct directory_settings *settings,
                         struct problem *problem);

#endif
