#ifndef HTTP_CONTROL_H
#define HTTP_CONTROL_H

#include <stdbool.h>
#include <sys/types.h>

#include "bridge/base/status.h"

/*
 * Listen on a unix socket at `path` that its owner and `group` may connect to;
 * (gid_t)-1 leaves the group as it is. One that a dead process left is
 * replaced. Call it before there are other threads: it sets the umask for a moment.
 *
 * STATUS_CONFLICT       somebody answers there
 * STATUS_CONFIGURATION  the path cannot be used
 */
enum status control_listen(const char *path, gid_t group, int *fd, struct problem *problem);

/*
 * Who is on the other side, by what the kernel recorded when it connected.
 * True for root, our own user and the members of `group`.
 */
bool control_peer_is_welcome(int fd, gid_t group, uid_t *uid);

#endif
