#include "new_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status fail(const struct new_file *file, const char *what, struct problem *problem)
{
    return problem_set(problem, STATUS_INTERNAL, "%s %s: %s", what, file->path, strerror(errno));
}

enum status new_file_open(struct new_file *file, const char *path, struct invocation *invocation,
                          struct problem *problem)
{
    struct stat stat;
    int descriptor;

    *file = (struct new_file){.path = path};
    if (!path)
        return STATUS_OK;
    if (lstat(path, &stat) == 0 && !S_ISREG(stat.st_mode))
        return usage_fail(invocation, problem, "%s is there and not a regular file", path);
    file->temporary = arena_printf(invocation->arena, "%s.XXXXXX", path);
    descriptor = mkstemp(file->temporary); /* mode 0600 */
    if (descriptor < 0) {
        file->temporary = NULL;
        return fail(file, "create", problem);
    }
    file->stream = fdopen(descriptor, "w");
    return file->stream ? STATUS_OK : fail(file, "create", problem);
}

enum status new_file_finish(struct new_file *file, struct problem *problem)
{
    if (fflush(file->stream) || fsync(fileno(file->stream)) || rename(file->temporary, file->path))
        return fail(file, "write", problem);
    file->temporary = NULL;
    return STATUS_OK;
}

void new_file_release(struct new_file *file)
{
    if (file->stream)
        (void)fclose(file->stream);
    if (file->temporary)
        (void)unlink(file->temporary);
    file->stream = NULL;
    file->temporary = NULL;
}
