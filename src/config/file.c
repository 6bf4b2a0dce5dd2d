/* The files that a configuration names, looked at as those who need them will. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/secret.h"
#include "bridge/config/config.h"
#include "setting.h"

enum { PEM_SIZE_MAX = 1024 * 1024 };

/* One file, and the words for what is wrong with it. */
struct file {
    const char *setting;
    const char *path;
    struct arena *arena;
    struct problem *problem;
};

typedef enum status file_check(const struct file *file);

static enum status refuse(const struct file *file, const char *why)
{
    return problem_set(file->problem, STATUS_CONFIGURATION, "%s: %s %s", file->setting, file->path,
                       why);
}

/* ----------------------------------------------------------------- contents */

static void close_file(const int *descriptor)
{
    if (*descriptor >= 0)
        (void)close(*descriptor);
}

static enum status refuse_unreadable(const struct file *file)
{
    return refuse(file, arena_printf(file->arena, "cannot be read: %s", strerror(errno)));
}

/* The whole file as text; `forbidden` are the bits that its mode must not have. */
static enum status read_text(const struct file *file, mode_t forbidden, char **text)
{
    SCOPED(close_file)
    int descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat stat;
    size_t size = 0;
    ssize_t got;

    if (descriptor < 0 || fstat(descriptor, &stat))
        return refuse_unreadable(file);
    if (!S_ISREG(stat.st_mode))
        return refuse(file, "is not a regular file");
    if (stat.st_mode & forbidden)
        return refuse(file, "can be reached by others than its owner: chmod 600 it");
    if (stat.st_size > PEM_SIZE_MAX)
        return refuse(file, "is larger than 1 MiB; is it the right file?");
    *text = arena_alloc(file->arena, PEM_SIZE_MAX + 1);
    while ((got = read(descriptor, *text + size, PEM_SIZE_MAX - size)) > 0)
        size += (size_t)got;
    return got < 0 ? refuse_unreadable(file) : STATUS_OK;
}

static enum status check_certificates(const struct file *file)
{
    char *text = NULL;
    enum status status = read_text(file, 0, &text);

    if (!status && !strstr(text, "-----BEGIN CERTIFICATE-----"))
        return refuse(file, "holds no certificate in PEM");
    return status;
}

static enum status check_key(const struct file *file)
{
    char *text = NULL;
    enum status status = read_text(file, S_IRWXG | S_IRWXO, &text);
    bool is_key = !status && strstr(text, "PRIVATE KEY-----");
    bool is_encrypted = !status && strstr(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----");

    if (text)
        explicit_bzero(text, PEM_SIZE_MAX);
    if (status)
        return status;
    if (is_encrypted)
        return refuse(file, "is encrypted; give the key without a passphrase");
    return is_key ? STATUS_OK : refuse(file, "holds no private key in PEM");
}

static enum status check_password(const struct file *file)
{
    SCOPED(secret_clear) struct secret secret = {.size = 0};

    return secret_read(arena_printf(file->arena, "%s:", file->setting), file->path, &secret,
                       file->problem);
}

/* -------------------------------------------------------------------- which */

static bool is_used(const struct organization_config *organization)
{
    return organization->directory.uri;
}

/* The authorities vouch for nobody where no TLS is spoken. */
static bool speaks_tls(const struct organization_config *organization)
{
    const struct directory_config *directory = &organization->directory;

    return is_used(organization) &&
           (directory->start_tls || strncasecmp(directory->uri, "ldaps:", strlen("ldaps:")) == 0);
}

static const struct {
    const char *setting;
    file_check *check;
    bool (*is_needed)(const struct organization_config *organization); /* NULL: where it is set */
} files[] = {
    {"http.certificate", check_certificates, NULL},
    {"http.key", check_key, NULL},
    {"directory.ca_file", check_certificates, speaks_tls},
    {"directory.password_file", check_password, is_used},
};

static size_t check_one(size_t index, struct config *config,
                        struct organization_config *organization, bool is_first,
                        config_finding *finding, void *context)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct setting *setting = setting_find(files[index].setting);
    bool is_own = setting->owner == SETTING_OF_ORGANIZATION;
    struct problem problem = {0};
    struct file file = {
        .setting = is_own && !is_first ? arena_printf(arena, "organizations.%s.%s",
                                                      organization->name, setting->name)
                                       : setting->name,
        .path = setting_text(setting, config, organization),
        .arena = arena,
        .problem = &problem,
    };

    if (!file.path || (!is_own && !is_first) ||
        (files[index].is_needed && !files[index].is_needed(organization)))
        return 0;
    (void)files[index].check(&file);
    finding(context, file.setting, file.path, &problem);
    return problem.status ? 1 : 0;
}

size_t config_check_files(struct config *config, config_finding *finding, void *context)
{
    size_t wrong = 0;

    for (size_t i = 0; i < config->organization_count; i++)
        for (size_t j = 0; j < sizeof(files) / sizeof(files[0]); j++)
            wrong += check_one(j, config, &config->organizations[i], i == 0, finding, context);
    return wrong;
}
