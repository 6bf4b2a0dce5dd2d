#include "bridge/daemon/daemon.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "bridge/api/alarm.h"
#include "bridge/base/clock.h"
#include "bridge/base/crypt.h"
#include "bridge/base/keyring.h"
#include "bridge/base/log.h"
#include "bridge/config/config.h"
#include "bridge/core/dump.h"
#include "bridge/core/organization.h"
#include "bridge/directory/connection.h"
#include "bridge/scim/schema.h"
#include "descriptors.h"
#include "directories.h"
#include "process.h"
#include "timekeeper.h"

enum { STOP_TIMEOUT_MS = 10000 };

static const struct work_settings work_settings = {
    .threads = 4, .at_once = {[WORK_ORDINARY] = 64, [WORK_LARGE] = 8, [WORK_SCAN] = 2}};

/* Everything that runs, in the order in which it is started. */
struct daemon {
    struct config config;
    struct store *store;
    struct timekeeper timekeeper;
    struct token_usage *usage;
    struct token_rate *rate;
    struct directories directories;
    struct work *work;
    struct http_server *server;
    struct api api;
    struct alarm_watch *alarms;
};

/* What is kept in memory only for a while. A failure is told of, and the next attempt mends it. */
static void save_uses(struct daemon *daemon)
{
    struct problem problem = {0};

    if (token_usage_save(daemon->usage, daemon->store, &problem))
        log_write(LOG_WARNING, "last uses of tokens not saved", "detail", problem.detail, NULL);
}

/* In the reverse order: nobody may ask for a change that nobody commits any more. */
static void daemon_clear(struct daemon *daemon)
{
    http_stop(daemon->server, STOP_TIMEOUT_MS);
    work_stop(daemon->work);
    directories_stop(&daemon->directories);
    if (daemon->usage)
        save_uses(daemon);
    token_usage_free(daemon->usage);
    token_rate_free(daemon->rate);
    alarm_watch_free(daemon->alarms);
    timekeeper_stop(&daemon->timekeeper);
    store_close(daemon->store);
    keyring_unload();
    config_clear(&daemon->config);
    scim_unload();
}

/* ---------------------------------------------------------------------- between the modules */

static void on_changed(void *context, uint32_t organization)
{
    const struct daemon *daemon = context;

    directories_wake(&daemon->directories, organization);
}

static void describe_directory(void *context, size_t index, struct api_directory *directory)
{
    const struct daemon *daemon = context;

    directories_describe(&daemon->directories, index, directory);
}

static void write_metrics(void *context, struct metrics *metrics)
{
    (void)context;
    directory_write_metrics(metrics);
    process_write_metrics(metrics);
}

/* ------------------------------------------------------------------------------- settings */

static enum status group_of(const char *name, gid_t *group, struct problem *problem)
{
    const struct group *found;

    *group = (gid_t)-1;
    if (!name)
        return STATUS_OK;
    errno = 0;
    found = getgrnam(name);
    if (!found)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "control.group: there is no group \"%s\"%s%s", name, errno ? ": " : "",
                           errno ? strerror(errno) : "");
    *group = found->gr_gid;
    return STATUS_OK;
}

/* Plain HTTP comes from this machine alone: from one proxy, for however many clients. */
static struct http_limits http_limits_of(const struct config *config)
{
    return (struct http_limits){
        .body_size = config->http_body_size,
        .connections = config->http_connections,
        .connections_per_address =
            config->http_certificate ? config->http_connections_per_address : 0,
        .header_ms = (int64_t)config->http_header_seconds * 1000,
        .body_ms = (int64_t)config->http_body_seconds * 1000,
        .answer_ms = (int64_t)config->http_answer_seconds * 1000,
        .idle_ms = (int64_t)config->http_idle_seconds * 1000,
    };
}

static enum status http_settings_of(struct daemon *daemon, struct http_settings *settings,
                                    struct problem *problem)
{
    const struct config *config = &daemon->config;

    *settings = (struct http_settings){
        .address = config->http_address,
        .port = (uint16_t)config->http_port,
        .certificate_path = config->http_certificate,
        .key_path = config->http_key,
        .certificate_ends_at = &daemon->api.certificate_ends_at,
        .public_url = config->http_public_url,
        .control_path = config->control_socket,
        .limits = http_limits_of(config),
        .gate = api_gate,
        .context = &daemon->api,
    };
    settings->routes = api_routes(&settings->route_count);
    return group_of(config->control_group, &settings->control_group, problem);
}

static enum log_level log_level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};

    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        if (strcmp(name, names[level]) == 0)
            return (enum log_level)level;
    }
    return LOG_INFO;
}

/* ------------------------------------------------------------------------------- starting */

static enum status open_store(struct daemon *daemon, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct config *config = &daemon->config;
    enum status status =
        store_open(config->store_path, config->store_size, &daemon->store, problem);

    if (status || (status = store_begin(daemon->store, ORGANIZATION_DEFAULT, &txn, problem)))
        return status;
    if (organization_check(txn, problem))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "the store %s was not finished; run: rolebridge init --config FILE",
                           config->store_path);
    return organizations_are_whole(txn, problem);
}

static enum status start_server(struct daemon *daemon, struct problem *problem)
{
    struct http_settings settings;
    enum status status = http_settings_of(daemon, &settings, problem);

    if (status || (status = descriptors_provide(daemon->config.organization_count, &settings.limits,
                                                problem)))
        return status;
    if ((status = work_start(&work_settings, &daemon->work, problem)))
        return status;
    daemon->api = (struct api){
        .store = daemon->store,
        .work = daemon->work,
        .limits = {.list_ms = 10000,
                   .snapshot_ms = 500,
                   .group_members = daemon->config.scim_group_members},
        .store_path = daemon->config.store_path,
        .usage = daemon->usage = token_usage_new(),
        .rate = daemon->rate =
            token_rate_new(daemon->config.scim_requests_per_second, daemon->config.scim_burst),
        .started_at = clock_now(),
        .context = daemon,
        .changed = on_changed,
        .directory = describe_directory,
        .directory_count = daemon->directories.count,
        .write_metrics = write_metrics,
    };
    daemon->alarms = alarm_watch_new();
    return http_start(&settings, &daemon->server, problem);
}

/* Tokens, passwords and keys are in memory: no core dump is written, and none but root may look. */
static void close_memory(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0L);
}

static enum status start(struct daemon *daemon, const char *config_path, struct problem *problem)
{
    enum status status = config_load(config_path, &daemon->config, problem);

    if (status)
        return status;
    log_set_level(log_level_of(daemon->config.log_level));
    if (!crypt_init())
        return problem_set(problem, STATUS_INTERNAL, "the kernel gives no random bytes");
    if ((status = scim_load(problem)) || (status = open_store(daemon, problem)) ||
        (status = timekeeper_start(&daemon->timekeeper, daemon->store, problem)) ||
        (status = keyring_load(daemon->config.keys_path, problem)) ||
        (status = directories_start(&daemon->directories, &daemon->config, daemon->store, problem)))
        return status;
    return start_server(daemon, problem);
}

/* --------------------------------------------------------------------------------- running */

/* Signals are waited for, not handled: every thread that is started later inherits the mask. */
static void block_signals(sigset_t *stops)
{
    (void)sigemptyset(stops);
    (void)sigaddset(stops, SIGINT);
    (void)sigaddset(stops, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, stops, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like others */
}

static void each_minute(struct daemon *daemon)
{
    save_uses(daemon);
    alarm_watch_look(daemon->alarms, &daemon->api, clock_now());
}

static void each_second(struct daemon *daemon, unsigned seconds)
{
    timekeeper_look(&daemon->timekeeper);
    if (seconds % 60 == 0)
        each_minute(daemon);
}

/* Until a signal says so. */
static int wait_for_stop(const sigset_t *stops, struct daemon *daemon)
{
    static const struct timespec second = {.tv_sec = 1};
    unsigned seconds = 0;
    int got;

    while ((got = sigtimedwait(stops, NULL, &second)) < 0)
        if (errno == EAGAIN)
            each_second(daemon, ++seconds);
    return got;
}

static void say_ready(const struct daemon *daemon)
{
    char port[8];

    (void)snprintf(port, sizeof(port), "%u", http_port(daemon->server));
    log_write(LOG_INFO, "ready", "version", BRIDGE_VERSION, "address", daemon->config.http_address,
              "port", port, "tls", daemon->config.http_certificate ? "yes" : NULL, "control",
              daemon->config.control_socket, "store", daemon->config.store_path, NULL);
}

enum status daemon_run(const char *config_path, struct problem *problem)
{
    SCOPED(daemon_clear) struct daemon daemon = {0};
    sigset_t stops;
    enum status status;

    close_memory();
    block_signals(&stops);
    if ((status = start(&daemon, config_path, problem)))
        return status;
    say_ready(&daemon);
    alarm_watch_look(daemon.alarms, &daemon.api, clock_now());
    log_write(LOG_INFO, "stopping", "signal", strsignal(wait_for_stop(&stops, &daemon)), NULL);
    return STATUS_OK;
}
