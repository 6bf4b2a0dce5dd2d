#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void release_descriptor(const int *descriptor)
{
    if (*descriptor >= 0)
        (void)close(*descriptor);
}

static enum status refuse(struct problem *problem, const char *path, const char *why)
{
    return problem_set(problem, STATUS_CONFIGURATION, "password file %s %s", path, why);
}

static enum status refuse_unreadable(struct problem *problem, const char *path)
{
    return problem_set(problem, STATUS_CONFIGURATION, "password file %s cannot be read: %s", path,
                       strerror(errno));
}

static enum status check_file(int descriptor, const char *path, struct problem *problem)
{
    struct stat file;

    if (fstat(descriptor, &file))
        return refuse_unreadable(problem, path);
    if (!S_ISREG(file.st_mode))
        return refuse(problem, path, "is not a regular file");
    if (file.st_mode & (S_IRWXG | S_IRWXO))
        return refuse(problem, path, "can be reached by others than its owner: chmod 600 it");
    if (file.st_size > SECRET_SIZE_MAX + 1)
        return refuse(problem, path, "is larger than 1024 bytes");
    return STATUS_OK;
}

static enum status read_all(int descriptor, const char *path, struct secret *secret,
                            struct problem *problem)
{
    ssize_t size;

    do {
        size = read(descriptor, secret->data + secret->size, SECRET_SIZE_MAX + 1 - secret->size);
        if (size > 0)
            secret->size += (size_t)size;
    } while (size > 0 || (size < 0 && errno == EINTR));
    if (size < 0)
        return refuse_unreadable(problem, path);
    return STATUS_OK;
}

enum status secret_read(const char *path, struct secret *secret, struct problem *problem)
{
    /* Not blocking, for a pipe without a writer would hold us here. */
    SCOPED(release_descriptor)
    int descriptor = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
    enum status status;

    if (!path)
        return problem_set(problem, STATUS_CONFIGURATION, "directory.password_file is not set");
    if (descriptor < 0)
        return refuse_unreadable(problem, path);
    if ((status = check_file(descriptor, path, problem)))
        return status;
    if ((status = read_all(descriptor, path, secret, problem)))
        return status;

    if (secret->size > 0 && secret->data[secret->size - 1] == '\n')
        secret->size--;
    if (secret->size == 0)
        return refuse(problem, path, "is empty, and an empty password is never sent");
    if (secret->size > SECRET_SIZE_MAX)
        return refuse(problem, path, "is larger than 1024 bytes");
    if (memchr(secret->data, '\0', secret->size))
        return refuse(problem, path, "has a NUL byte, at which servers end a password");
    return STATUS_OK;
}

void secret_clear(struct secret *secret)
{
    explicit_bzero(secret, sizeof(*secret));
}
