#include "bridge/base/secret.h"

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

/* A file that is being read, and what its holder calls it. */
struct source {
    const char *what;
    const char *path;
    struct problem *problem;
};

static enum status refuse(const struct source *source, const char *why)
{
    return problem_set(source->problem, STATUS_CONFIGURATION, "%s %s %s", source->what,
                       source->path, why);
}

static enum status refuse_unreadable(const struct source *source)
{
    return problem_set(source->problem, STATUS_CONFIGURATION, "%s %s cannot be read: %s",
                       source->what, source->path, strerror(errno));
}

static enum status check_file(const struct source *source, int descriptor)
{
    struct stat file;

    if (fstat(descriptor, &file))
        return refuse_unreadable(source);
    if (!S_ISREG(file.st_mode))
        return refuse(source, "is not a regular file");
    if (file.st_mode & (S_IRWXG | S_IRWXO))
        return refuse(source, "can be reached by others than its owner: chmod 600 it");
    if (file.st_size > SECRET_SIZE_MAX + 1)
        return refuse(source, "is larger than 1024 bytes");
    return STATUS_OK;
}

static enum status read_all(const struct source *source, int descriptor, struct secret *secret)
{
    ssize_t size;

    do {
        size = read(descriptor, secret->data + secret->size, SECRET_SIZE_MAX + 1 - secret->size);
        if (size > 0)
            secret->size += (size_t)size;
    } while (size > 0 || (size < 0 && errno == EINTR));
    return size < 0 ? refuse_unreadable(source) : STATUS_OK;
}

enum status secret_read(const char *what, const char *path, struct secret *secret,
                        struct problem *problem)
{
    const struct source source = {what, path, problem};
    /* Not blocking, for a pipe without a writer would hold us here. */
    SCOPED(release_descriptor)
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum status status;

    if (descriptor < 0)
        return refuse_unreadable(&source);
    if ((status = check_file(&source, descriptor)))
        return status;
    if ((status = read_all(&source, descriptor, secret)))
        return status;

    if (secret->size > 0 && secret->data[secret->size - 1] == '\n')
        secret->size--;
    if (secret->size == 0)
        return refuse(&source, "is empty");
    if (secret->size > SECRET_SIZE_MAX)
        return refuse(&source, "is larger than 1024 bytes");
    if (memchr(secret->data, '\0', secret->size))
        return refuse(&source, "has a NUL byte, at which it would end for those who are sent it");
    if (memchr(secret->data, '\n', secret->size) || memchr(secret->data, '\r', secret->size))
        return refuse(&source, "has more than one line, or one that ends with a carriage return");
    secret->data[secret->size] = '\0';
    return STATUS_OK;
}

void secret_clear(struct secret *secret)
{
    explicit_bzero(secret, sizeof(*secret));
}
