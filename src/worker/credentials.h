#ifndef WORKER_CREDENTIALS_H
#define WORKER_CREDENTIALS_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "bridge/base/status.h"

enum { CREDENTIALS_REFUSALS_MAX = 3 };

/*
 * How often the server has refused our password. Who fails to bind too often is
 * locked out, the bridge too: after a few refusals the same password is not tried
 * again, until its file is another one or the daemon starts again.
 */
struct credentials {
    const char *file; /* NULL: there is no password */
    ino_t inode;      /* which file it was ... */
    struct timespec changed_at;
    unsigned refusals; /* ... that was refused, in a row */
};

/* Before a bind: whether it may be tried. Looks at the file. */
bool credentials_may_be_tried(struct credentials *credentials);

/* After it: STATUS_UNAUTHORIZED when the server has refused. */
void credentials_judge(struct credentials *credentials, enum status status);

/* Whether it will not be tried again as it is. */
bool credentials_are_spent(const struct credentials *credentials);

#endif
