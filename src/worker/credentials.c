#include "credentials.h"

#include <sys/stat.h>

static bool is_same_time(struct timespec left, struct timespec right)
{
    return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}

bool credentials_are_spent(const struct credentials *credentials)
{
    return credentials->refusals >= CREDENTIALS_REFUSALS_MAX;
}

bool credentials_may_be_tried(struct credentials *credentials)
{
    struct stat now;

    if (!credentials->file || stat(credentials->file, &now))
        return true; /* who opens it says what is wrong with it */
    if (now.st_ino != credentials->inode || !is_same_time(now.st_ctim, credentials->changed_at))
        credentials->refusals = 0;
    credentials->inode = now.st_ino;
    credentials->changed_at = now.st_ctim;
    return !credentials_are_spent(credentials);
}

/* Anything else says nothing about the password. */
void credentials_judge(struct credentials *credentials, enum status status)
{
    if (status == STATUS_UNAUTHORIZED)
        credentials->refusals++;
    else if (status == STATUS_OK)
        credentials->refusals = 0;
}
