#include "bridge/base/keyring.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "key_file.h"

enum { FORMAT = 1, HEAD_SIZE = KEYRING_OVERHEAD - SEAL_OVERHEAD };

/* By number, the newest last. */
struct keyring {
    size_t count;
    struct key_file keys[KEYRING_KEYS_MAX];
};

static struct keyring *ring;

/* ------------------------------------------------------------------ in memory */

static struct keyring *keyring_new(void)
{
    struct keyring *made = sodium_malloc(sizeof(*made)); /* guarded, and locked if possible */

    if (!made)
        abort();
    sodium_memzero(made, sizeof(*made));
    return made;
}

static void keyring_release(struct keyring **given)
{
    if (*given)
        sodium_free(*given); /* wipes */
    *given = NULL;
}

/* From here on even a stray pointer cannot write to it. */
static void install(struct keyring *loaded)
{
    keyring_unload();
    ring = loaded;
    (void)sodium_mprotect_readonly(ring);
}

bool keyring_is_loaded(void)
{
    return ring != NULL;
}

void keyring_make(void)
{
    struct keyring *made = keyring_new();

    made->count = 1;
    made->keys[0].number = 1;
    seal_key_make(&made->keys[0].key);
    install(made);
}

void keyring_unload(void)
{
    keyring_release(&ring);
}

/* ---------------------------------------------------------------- in a folder */

static void close_folder(DIR **folder)
{
    if (*folder)
        (void)closedir(*folder);
}

static enum status open_folder(const char *path, DIR **folder, struct problem *problem)
{
    struct stat stat;

    *folder = opendir(path);
    if (!*folder && errno == ENOENT)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "keys.path: there is no folder %s; put it back from its backup, for "
                           "without its keys what they have sealed is lost",
                           path);
    if (!*folder || fstat(dirfd(*folder), &stat))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "keys.path: %s cannot be read: %s; it must belong to the daemon's user",
                           path, strerror(errno));
    if (stat.st_mode & (S_IRWXG | S_IRWXO))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "keys.path: %s can be reached by others than its owner: chmod 700 it",
                           path);
    return STATUS_OK;
}

static enum status list_keys(const char *path, DIR *folder, struct keyring *loaded,
                             struct problem *problem)
{
    uint32_t number;

    errno = 0;
    for (struct dirent *entry; (entry = readdir(folder)); errno = 0) {
        if (!key_file_number(entry->d_name, &number))
            continue;
        if (loaded->count == KEYRING_KEYS_MAX)
            return problem_set(problem, STATUS_CONFIGURATION,
                               "keys.path: %s has more than %d keys; move the oldest away, once "
                               "nothing is sealed with them any more",
                               path, KEYRING_KEYS_MAX);
        loaded->keys[loaded->count++].number = number;
    }
    if (errno)
        return problem_set(problem, STATUS_CONFIGURATION, "keys.path: %s cannot be read: %s", path,
                           strerror(errno));
    return STATUS_OK;
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t one = ((const struct key_file *)left)->number;
    uint32_t other = ((const struct key_file *)right)->number;

    return (one > other) - (one < other);
}

/* Every key of the folder; none is no failure. */
static enum status read_keys(const char *path, DIR *folder, struct keyring *loaded,
                             struct problem *problem)
{
    enum status status = list_keys(path, folder, loaded, problem);

    qsort(loaded->keys, loaded->count, sizeof(loaded->keys[0]), compare_numbers);
    for (size_t i = 0; !status && i < loaded->count; i++)
        status = key_file_read(path, &loaded->keys[i], problem);
    return status;
}

enum status keyring_load(const char *path, struct problem *problem)
{
    SCOPED(close_folder) DIR *folder = NULL;
    SCOPED(keyring_release) struct keyring *loaded = keyring_new();
    enum status status;

    if ((status = open_folder(path, &folder, problem)) ||
        (status = read_keys(path, folder, loaded, problem)))
        return status;
    if (loaded->count == 0)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "keys.path: there is no key in %s; put them back from their backup, for "
                           "without them what they have sealed is lost",
                           path);
    install(loaded);
    loaded = NULL;
    return STATUS_OK;
}

static enum status write_next(const char *path, DIR *folder, const struct keyring *there,
                              uint32_t *number, struct problem *problem)
{
    struct key_file file = {.number = 1};
    enum status status;

    if (there->count)
        file.number = there->keys[there->count - 1].number + 1;
    seal_key_make(&file.key);
    status = key_file_write(dirfd(folder), path, &file, problem);
    seal_key_clear(&file.key);
    *number = file.number;
    return status;
}

/* So that a power cut does not take the folder with the keys in it. */
static int sync_parent(const char *path)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *parent = arena_strdup(arena, path);
    char *slash = strrchr(parent, '/');
    int descriptor, code;

    if (slash)
        slash[slash == parent] = '\0';
    descriptor = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return errno;
    code = fsync(descriptor) ? errno : 0;
    (void)close(descriptor);
    return code;
}

static enum status make_folder(const char *path, struct problem *problem)
{
    int code = mkdir(path, 0700) && errno != EEXIST ? errno : 0;

    if (!code)
        code = sync_parent(path);
    if (code)
        return problem_set(problem, STATUS_INTERNAL,
                           "keys.path: make %s: %s; the folder above it must exist and be writable",
                           path, strerror(code));
    return STATUS_OK;
}

enum status keyring_create(const char *path, struct problem *problem)
{
    SCOPED(close_folder) DIR *folder = NULL;
    SCOPED(keyring_release) struct keyring *there = keyring_new();
    uint32_t number;
    enum status status;

    if ((status = make_folder(path, problem)) || (status = open_folder(path, &folder, problem)) ||
        (status = read_keys(path, folder, there, problem)))
        return status;
    return there->count ? STATUS_OK : write_next(path, folder, there, &number, problem);
}

enum status keyring_add(const char *path, uint32_t *number, struct problem *problem)
{
    SCOPED(close_folder) DIR *folder = NULL;
    SCOPED(keyring_release) struct keyring *there = keyring_new();
    enum status status;

    if ((status = open_folder(path, &folder, problem)) ||
        (status = read_keys(path, folder, there, problem)))
        return status;
    return write_next(path, folder, there, number, problem);
}

/* --------------------------------------------------------------------- sealing */

/* The key with this number; NULL when it is not in the ring. */
static const struct seal_key *find_key(uint32_t number)
{
    assert(ring);
    for (size_t i = 0; i < ring->count; i++)
        if (ring->keys[i].number == number)
            return &ring->keys[i].key;
    return NULL;
}

static void write_head(uint32_t number, unsigned char head[HEAD_SIZE])
{
    head[0] = FORMAT;
    for (int i = 0; i < 4; i++)
        head[1 + i] = (unsigned char)(number >> (24 - 8 * i));
}

static uint32_t read_head(const unsigned char head[HEAD_SIZE])
{
    return (uint32_t)head[1] << 24 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 8 | head[4];
}

struct bytes keyring_seal(const struct seal_place *place, struct bytes plain, struct arena *arena)
{
    unsigned char *whole = arena_alloc(arena, plain.size + KEYRING_OVERHEAD);
    const struct key_file *newest;
    struct bytes sealed;

    assert(ring);
    newest = &ring->keys[ring->count - 1];
    sealed = seal(&newest->key, place, plain, arena);
    write_head(newest->number, whole);
    memcpy(whole + HEAD_SIZE, sealed.data, sealed.size);
    return bytes_of(whole, HEAD_SIZE + sealed.size);
}

static enum status fail_damaged(const struct seal_place *place, struct problem *problem)
{
    return problem_set(problem, STATUS_INTERNAL,
                       "the sealed %s at row %" PRIu64 " does not open: it was altered, moved from "
                       "another place, or sealed with another installation's key of this number",
                       place->purpose, place->row);
}

enum status keyring_open(const struct seal_place *place, struct bytes sealed, struct arena *arena,
                         struct bytes *plain, struct problem *problem)
{
    const unsigned char *head = sealed.data;
    const struct seal_key *key;

    if (sealed.size < KEYRING_OVERHEAD || head[0] != FORMAT)
        return fail_damaged(place, problem);
    key = find_key(read_head(head));
    if (!key)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "the sealed %s at row %" PRIu64 " needs %" PRIu32
                           ".key, which is not in "
                           "keys.path; put it back from its backup",
                           place->purpose, place->row, read_head(head));
    if (!seal_open(key, place, bytes_of(head + HEAD_SIZE, sealed.size - HEAD_SIZE), arena, plain))
        return fail_damaged(place, problem);
    return STATUS_OK;
}
