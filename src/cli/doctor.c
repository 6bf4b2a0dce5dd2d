/*
 * Looks at an installation from outside, as far as that goes without the daemon,
 * and says of everything whether it is right, or what to do.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "bridge/base/clock.h"
#include "bridge/base/keyring.h"
#include "bridge/client/client.h"
#include "output.h"
#include "request.h"
#include "status.h"

enum { DAY = 24 * 3600, CERTIFICATE_DAYS = 14 };

struct doctor {
    struct invocation *invocation;
    const struct config *config;
    json_t *status; /* the daemon's; NULL: it does not answer */
    json_t *findings;
    size_t wrong;
};

/* `is_right`: the words say what is there; otherwise what is wrong, and what to do. */
static void find(struct doctor *doctor, const char *subject, bool is_right, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void find(struct doctor *doctor, const char *subject, bool is_right, const char *format, ...)
{
    struct problem words = {0};
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(words.detail, sizeof(words.detail), format, arguments);
    va_end(arguments);
    (void)json_array_append_new(doctor->findings,
                                json_pack("{s:s, s:s, s:s}", "what", subject, "state",
                                          is_right ? "ok" : "wrong", "detail", words.detail));
    doctor->wrong += !is_right;
}

/* ------------------------------------------------------------------- this machine */

static void find_file(void *context, const char *setting, const char *path,
                      const struct problem *problem)
{
    find(context, setting, !problem->status, "%s", problem->status ? problem->detail : path);
}

static void look_at_files(struct doctor *doctor)
{
    (void)config_check_files(&doctor->invocation->config, find_file, doctor);
}

static void look_at_keys(struct doctor *doctor)
{
    struct problem problem = {0};
    const char *path = doctor->config->keys_path;
    bool is_right = !keyring_load(path, &problem);

    keyring_unload();
    find(doctor, "keys", is_right, "%s", is_right ? path : problem.detail);
}

static bool is_private(const struct stat *stat)
{
    return !(stat->st_mode & (S_IRWXG | S_IRWXO));
}

static void look_at_store(struct doctor *doctor)
{
    const char *path = doctor->config->store_path;
    const char *data = arena_printf(doctor->invocation->arena, "%s/data.mdb", path);
    struct stat folder, file;

    if (stat(path, &folder) || stat(data, &file))
        find(doctor, "store", false, "%s: %s; rolebridge init makes a store", path,
             strerror(errno));
    else if (!is_private(&folder) || !is_private(&file))
        find(doctor, "store", false, "%s can be reached by others than its owner: chmod -R go= it",
             path);
    else if (folder.st_uid != file.st_uid)
        find(doctor, "store", false, "%s and what is in it have different owners: chown -R it",
             path);
    else
        find(doctor, "store", true, "%s", path);
}

static void look_at_socket(struct doctor *doctor)
{
    const char *path = doctor->config->control_socket;
    struct stat stat_of_socket;

    if (lstat(path, &stat_of_socket))
        find(doctor, "control socket", false, "%s: %s; the daemon makes it, in a folder of its own",
             path, strerror(errno));
    else
        find(doctor, "control socket", S_ISSOCK(stat_of_socket.st_mode), "%s%s", path,
             S_ISSOCK(stat_of_socket.st_mode) ? "" : " is no socket; name another path");
}

/* --------------------------------------------------------------- the daemon itself */

static void look_at_daemon(struct doctor *doctor)
{
    struct problem problem = {0};
    enum status status = request_send(doctor->invocation, "GET", "/admin/v1/status", NULL,
                                      &doctor->status, &problem);
    const char *version = text_of(doctor->status, "version");
    bool is_same = version && strcmp(version, BRIDGE_VERSION) == 0;

    if (status)
        find(doctor, "daemon", false, "%s", problem.detail);
    else
        find(doctor, "daemon", is_same, "it is of release %s, this command of " BRIDGE_VERSION "%s",
             version ? version : "-",
             is_same ? "" : "; restart the daemon, if its program was replaced");
}

static void find_directory(struct doctor *doctor, const json_t *status)
{
    const json_t *directory = json_object_get(status, "directory");
    const char *own = text_of(status, "organization"), *state = text_of(directory, "state");
    const char *name = own ? own : text_of(status, "name");
    const char *detail = text_of(directory, "detail");
    const json_t *alarm = status_alarm(status, "directory");
    const char *advice = text_of(alarm, "advice");

    find(doctor, arena_printf(doctor->invocation->arena, "directory of %s", name ? name : "-"),
         state && !alarm, "%s%s%s%s%s", state ? state : "-", detail ? ": " : "", detail ? detail : "",
         advice ? "; " : "", advice ? advice : "");
}

/* As the daemon reports it: only it knows how to sign in there. */
static void look_at_directory(struct doctor *doctor)
{
    json_auto_t *others = status_others(doctor->status);
    size_t i;
    json_t *other;

    if (!doctor->status)
        return;
    find_directory(doctor, doctor->status);
    json_array_foreach (others, i, other)
        find_directory(doctor, other);
}

/* Where the daemon listens, as seen from this machine. */
static const char *own_url(const struct config *config, struct arena *arena)
{
    const char *address = config->http_address;

    if (strcmp(address, "0.0.0.0") == 0)
        address = "127.0.0.1";
    if (strcmp(address, "::") == 0)
        address = "::1";
    return arena_printf(arena,
                        strchr(address, ':') ? "https://[%s]:%" PRIu64 : "https://%s:%" PRIu64,
                        address, config->http_port);
}

static void look_at_certificate(struct doctor *doctor)
{
    const struct config *config = doctor->config;
    struct problem problem = {0};
    char until[TIMESTAMP_SIZE];
    int64_t ends_at = 0, left;

    if (!config->http_certificate || !config->http_port || !doctor->status)
        return;
    if (client_certificate_end(own_url(config, doctor->invocation->arena), &ends_at, &problem)) {
        find(doctor, "certificate", false, "%s", problem.detail);
        return;
    }
    left = ends_at - clock_now();
    timestamp_format(ends_at, until);
    find(doctor, "certificate", left > CERTIFICATE_DAYS * DAY, "valid until %s%s", until,
         left > CERTIFICATE_DAYS * DAY ? "" : "; renew it, and restart the daemon");
}

/* ----------------------------------------------------------------------------- face */

static void (*const looks[])(struct doctor *doctor) = {
    look_at_files,  look_at_keys,      look_at_store,       look_at_socket,
    look_at_daemon, look_at_directory, look_at_certificate,
};

static const struct field fields[] = {
    {"what", {"what"}, NULL},
    {"state", {"state"}, NULL},
    {"detail", {"detail"}, NULL},
    {NULL, {NULL}, NULL},
};

static void examine(struct doctor *doctor)
{
    const char *path = config_path(doctor->invocation);
    struct problem problem = {0};

    if (config_load(path, &doctor->invocation->config, &problem)) {
        find(doctor, "configuration", false, "%s", problem.detail);
        return;
    }
    find(doctor, "configuration", true, "%s", path);
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
        looks[i](doctor);
}

enum status doctor_run(struct invocation *invocation, struct problem *problem)
{
    json_auto_t *findings = json_array();
    struct doctor doctor = {
        .invocation = invocation, .config = &invocation->config, .findings = findings};

    (void)problem;
    invocation->options[OPTION_CONFIG] =
        config_path(invocation); /* this machine's daemon is meant */
    examine(&doctor);
    json_decref(doctor.status);
    output_list(invocation, findings, fields);
    if (doctor.wrong)
        invocation->exit_code = CLI_ALARMS;
    return STATUS_OK;
}
