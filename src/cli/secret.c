#include "secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

enum status secret_open(struct secret *secret, struct invocation *invocation,
                        struct problem *problem)
{
    const char *path = invocation->options[OPTION_SAVE_TOKEN];
    struct stat stat;

    *secret = (struct secret){.path = path, .file = -1};
    if (!path)
        return STATUS_OK;
    if (lstat(path, &stat) == 0 && !S_ISREG(stat.st_mode))
        return usage_fail(invocation, problem, "%s is there and not a regular file", path);
    secret->temporary = arena_printf(invocation->arena, "%s.XXXXXX", path);
    secret->file = mkstemp(secret->temporary); /* mode 0600 */
    if (secret->file < 0) {
        secret->temporary = NULL;
        return problem_set(problem, STATUS_INTERNAL, "create %s: %s", path, strerror(errno));
    }
    return STATUS_OK;
}

static bool write_line(int file, const char *text, struct arena *arena)
{
    const char *line = arena_printf(arena, "%s\n", text);
    size_t size = strlen(line);

    return write(file, line, size) == (ssize_t)size && fsync(file) == 0;
}

static enum status save(struct secret *secret, struct invocation *invocation, const char *token,
                        struct problem *problem)
{
    if (!write_line(secret->file, token, invocation->arena) ||
        rename(secret->temporary, secret->path))
        return problem_set(problem, STATUS_INTERNAL,
                           "the token was made and is lost: write %s: %s; make another one",
                           secret->path, strerror(errno));
    secret->temporary = NULL;
    message_print(invocation, "the token is in %s", secret->path);
    return STATUS_OK;
}

static const struct field fields[] = {
    {"name", {"name"}, NULL},
    {"token", {"token"}, NULL},
    {NULL, {NULL}, NULL},
};

enum status secret_keep(struct secret *secret, struct invocation *invocation, json_t *answer,
                        struct problem *problem)
{
    const char *token = text_of(answer, "token");
    enum status status;

    if (!token)
        return problem_set(problem, STATUS_INTERNAL, "the daemon's answer has no token in it");
    if (secret->path) {
        if ((status = save(secret, invocation, token, problem)))
            return status;
        (void)json_object_del(answer, "token");
    } else {
        message_print(invocation, "this token is shown only now");
    }
    if (!output_is_table(invocation))
        output_one(invocation, answer, fields);
    else if (!secret->path)
        fprintf(invocation->out, "%s\n", token);
    return STATUS_OK;
}

void secret_release(struct secret *secret)
{
    if (secret->file >= 0)
        (void)close(secret->file);
    if (secret->temporary)
        (void)unlink(secret->temporary);
    secret->file = -1;
    secret->temporary = NULL;
}
