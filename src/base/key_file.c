#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridge/base/crypt.h"
#include "bridge/base/secret.h"

enum {
    NUMBER_DIGITS_MAX = 9,
    NAME_SIZE = NUMBER_DIGITS_MAX + sizeof(".key") + sizeof(".new"),
    KEY_TEXT_SIZE = SEAL_KEY_SIZE * 4 / 3 + 4,
    CHECK_SIZE = 6,
    CHECK_TEXT_SIZE = CHECK_SIZE * 4 / 3 + 4,
    LINE_SIZE = 128,
};

/* The text of a key, wiped when it leaves scope. */
struct line {
    char text[LINE_SIZE];
};

static void line_clear(struct line *line)
{
    explicit_bzero(line, sizeof(*line));
}

static void close_release(const int *descriptor)
{
    if (*descriptor >= 0)
        (void)close(*descriptor);
}

bool key_file_number(const char *name, uint32_t *number)
{
    size_t digits = strspn(name, "0123456789");

    if (digits == 0 || digits > NUMBER_DIGITS_MAX || name[0] == '0' ||
        strcmp(name + digits, ".key") != 0)
        return false;
    *number = (uint32_t)strtoul(name, NULL, 10);
    return true;
}

static void file_name(uint32_t number, const char *suffix, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "%" PRIu32 ".key%s", number % 1000000000, suffix);
}

static void format(const struct key_file *file, struct line *line)
{
    unsigned char digest[DIGEST_SIZE];
    char key[KEY_TEXT_SIZE], check[CHECK_TEXT_SIZE];
    int size;

    base64url_encode(bytes_of(file->key.data, SEAL_KEY_SIZE), key, sizeof(key));
    size = snprintf(line->text, sizeof(line->text), "rolebridge-key:%" PRIu32 ":%s:", file->number,
                    key);
    digest_of(bytes_of(line->text, (size_t)size), digest);
    base64url_encode(bytes_of(digest, CHECK_SIZE), check, sizeof(check));
    (void)snprintf(line->text + size, sizeof(line->text) - (size_t)size, "%s", check);
    explicit_bzero(key, sizeof(key));
}

/* ------------------------------------------------------------------- reading */

/* The key is where a sound line has it; the line is sound if it is that of this key. */
static bool parse(struct secret *line, struct key_file *file)
{
    SCOPED(line_clear) struct line again = {""};
    char *key = strchr(line->data, ':');
    char *end;
    bool is_key;

    key = key ? strchr(key + 1, ':') : NULL;
    end = key ? strchr(key + 1, ':') : NULL;
    if (!end)
        return false;
    *end = '\0';
    is_key = base64url_decode(key + 1, file->key.data, SEAL_KEY_SIZE);
    *end = ':';
    format(file, &again);
    return is_key && strcmp(line->data, again.text) == 0;
}

enum status key_file_read(const char *folder, struct key_file *file, struct problem *problem)
{
    SCOPED(secret_clear) struct secret line = {.size = 0};
    char path[PATH_MAX];
    enum status status;

    (void)snprintf(path, sizeof(path), "%s/%" PRIu32 ".key", folder, file->number);
    if ((status = secret_read("key", path, &line, problem)))
        return status;
    if (!parse(&line, file))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "key %s is damaged, or another key's file; put it back from its backup",
                           path);
    return STATUS_OK;
}

/* ------------------------------------------------------------------- writing */

static bool write_line(int descriptor, const struct line *line)
{
    size_t size = strlen(line->text);

    return descriptor >= 0 && write(descriptor, line->text, size) == (ssize_t)size &&
           write(descriptor, "\n", 1) == 1 && fsync(descriptor) == 0;
}

/* Linked into place once it is on the disk, for to rename would replace a key that is there. */
enum status key_file_write(int folder, const char *path, const struct key_file *file,
                           struct problem *problem)
{
    SCOPED(line_clear) struct line line = {""};
    char name[NAME_SIZE], made[NAME_SIZE];
    bool is_written;
    int code = 0;

    file_name(file->number, "", name);
    file_name(file->number, ".new", made);
    format(file, &line);
    (void)unlinkat(folder, made, 0); /* of a run that was cut off */

    SCOPED(close_release)
    int descriptor = openat(folder, made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    is_written = write_line(descriptor, &line) && linkat(folder, made, folder, name, 0) == 0;
    if (!is_written)
        code = errno;
    (void)unlinkat(folder, made, 0);
    if (!code && fsync(folder))
        code = errno;
    if (code)
        return problem_set(problem, STATUS_INTERNAL, "keys.path: write %s/%s: %s", path, name,
                           strerror(code));
    return STATUS_OK;
}
