#ifndef DIRECTORY_TRANSACTION_H
#define DIRECTORY_TRANSACTION_H

#include "request.h"

/*
 * Whether changes go as transactions (RFC 5805): the settings want it, and the server
 * says in its root DSE, which is asked once a connection, that it takes them.
 */
bool transaction_is_offered(struct directory *directory);

/*
 * Changes that are carried out all together, in their order, or not at all. They
 * may be about the same entries, and build on each other.
 *
 * STATUS_DIRECTORY_REFUSED      none of it has happened. Those that the server named
 *                               as the reason have a status; where there are none,
 *                               it will not have this transaction at all
 * STATUS_DIRECTORY_UNAVAILABLE  the connection is of no use any more; all of it has
 *                               happened, or nothing
 */
enum status transaction_run(struct directory *directory, struct request *requests, size_t count,
                            struct problem *problem);

#endif
