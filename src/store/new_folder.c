#include "new_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_SIZE = FOLDER_PATH_SIZE + 32 };

static int sync_path(const char *path, int flags)
{
    int descriptor = open(path, flags | O_CLOEXEC);
    int code = descriptor < 0 || fsync(descriptor) ? errno : 0;

    if (descriptor >= 0)
        (void)close(descriptor);
    return code;
}

bool folder_path_copy(const char *path, char copy[FOLDER_PATH_SIZE])
{
    size_t size = strlen(path);

    while (size > 1 && path[size - 1] == '/')
        size--;
    if (size >= FOLDER_PATH_SIZE)
        return false;
    memcpy(copy, path, size);
    copy[size] = '\0';
    return true;
}

int folder_sync_parent(const char *path)
{
    char parent[FOLDER_PATH_SIZE];
    char *slash;

    if (!folder_path_copy(path, parent))
        return ENAMETOOLONG;
    slash = strrchr(parent, '/');
    if (!slash)
        return sync_path(".", O_RDONLY | O_DIRECTORY);
    slash[slash == parent] = '\0';
    return sync_path(parent, O_RDONLY | O_DIRECTORY);
}

enum status new_folder_beside(struct new_folder *folder, const char *path, struct problem *problem)
{
    folder->is_made = false;
    if (!folder_path_copy(path, folder->path))
        return problem_set(problem, STATUS_CONFIGURATION, "this path is too long: %s", path);
    (void)snprintf(folder->made, sizeof(folder->made), "%s.new-XXXXXX", folder->path);
    folder->is_made = mkdtemp(folder->made) != NULL;
    if (!folder->is_made)
        return problem_set(problem, STATUS_INTERNAL,
                           "make %s: %s; the folder above it must exist and be writable",
                           folder->path, strerror(errno));
    return STATUS_OK;
}

enum status new_folder_open(struct new_folder *folder, const char *path, struct problem *problem)
{
    if (access(path, F_OK) == 0)
        return problem_set(problem, STATUS_CONFLICT,
                           "%s exists already; name another folder, or remove it if nothing in it "
                           "is needed",
                           path);
    return new_folder_beside(folder, path, problem);
}

int new_folder_finish(struct new_folder *folder)
{
    char file[FILE_SIZE];
    int code;

    (void)snprintf(file, sizeof(file), "%s/data.mdb", folder->made);
    code = sync_path(file, O_RDWR);
    if (!code)
        code = sync_path(folder->made, O_RDONLY | O_DIRECTORY);
    if (!code && rename(folder->made, folder->path))
        code = errno;
    if (code)
        return code;
    folder->is_made = false;
    return folder_sync_parent(folder->path);
}

void new_folder_release(struct new_folder *folder)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    char file[FILE_SIZE];

    if (!folder->is_made)
        return;
    folder->is_made = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(file, sizeof(file), "%s/%s", folder->made, names[i]);
        (void)unlink(file);
    }
    (void)rmdir(folder->made);
}
