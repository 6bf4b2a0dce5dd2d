#define _GNU_SOURCE /* POLLRDHUP */

#include "channel.h"

#include <fcntl.h>
#include <openldap.h>
#include <poll.h>
#include <pthread.h>
#include <sys/time.h>
#include <unistd.h>

#include "address.h"
#include "bridge/base/clock.h"
#include "dial.h"
#include "tally.h"
#include "watchdog.h"

/* One entry is one message: a group of 100,000 members takes about 8 MiB. */
enum { REPLY_SIZE_MAX = 32 * 1024 * 1024, MS_PER_SECOND = 1000 };

struct option {
    int name;
    const void *value;
};

/* ------------------------------------------------------------------ options */

static void release_text(char **text)
{
    ldap_memfree(*text);
}

static bool set_options(LDAP *ld, const struct option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ldap_set_option(ld, options[i].name, options[i].value) != LDAP_OPT_SUCCESS)
            return false;
    }
    return true;
}

/*
 * All that the host's ldap.conf or an LDAP* variable could have set for every
 * program on it is set here and below, so that neither has a say.
 */
static bool set_limits(LDAP *ld, const struct directory_settings *settings)
{
    const struct timeval connect = {.tv_sec = settings->connect_seconds};
    const struct timeval operation = {.tv_sec = settings->operation_seconds};
    const int version = LDAP_VERSION3;
    const int unlimited = 0;
    const int never = LDAP_DEREF_NEVER;
    const struct option options[] = {
        {LDAP_OPT_PROTOCOL_VERSION, &version},  {LDAP_OPT_REFERRALS, LDAP_OPT_OFF},
        {LDAP_OPT_RESTART, LDAP_OPT_OFF},       {LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_OFF},
        {LDAP_OPT_NETWORK_TIMEOUT, &connect},   {LDAP_OPT_TIMEOUT, &operation},
        {LDAP_OPT_TIMELIMIT, &unlimited},       {LDAP_OPT_DEREF, &never},
        {LDAP_OPT_SOCKET_BIND_ADDRESSES, NULL},
    };

    return set_options(ld, options, sizeof(options) / sizeof(options[0]));
}

/*
 * NEWCTX makes the others count. The name in the subject is looked at only where
 * there is no subjectAltName.
 */
static bool set_verification(LDAP *ld, const char *ca_file)
{
    const int demand = LDAP_OPT_X_TLS_DEMAND;
    const int before_subject = LDAP_OPT_X_TLS_TRY;
    const int oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    const int as_client = 0;
    const struct option options[] = {
        {LDAP_OPT_X_TLS_REQUIRE_CERT, &demand}, {LDAP_OPT_X_TLS_REQUIRE_SAN, &before_subject},
        {LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest}, {LDAP_OPT_X_TLS_CACERTFILE, ca_file},
        {LDAP_OPT_X_TLS_NEWCTX, &as_client},
    };

    return set_options(ld, options, sizeof(options) / sizeof(options[0]));
}

static bool limit_replies(LDAP *ld)
{
    Sockbuf *buffer = NULL;
    ber_len_t limit = REPLY_SIZE_MAX;

    return ldap_get_option(ld, LDAP_OPT_SOCKBUF, &buffer) == LDAP_OPT_SUCCESS && buffer &&
           ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &limit) == 1;
}

/* libldap closes the descriptor that it gets whenever it takes the connection for lost. */
static bool hand_over(struct directory *directory, const char *uri)
{
    int descriptor = fcntl(directory->socket, F_DUPFD_CLOEXEC, 0);

    if (descriptor >= 0 &&
        ldap_init_fd(descriptor, LDAP_PROTO_TCP, uri, &directory->ld) == LDAP_SUCCESS)
        return true;
    if (descriptor >= 0)
        (void)close(descriptor);
    return false;
}

static enum status set_up(struct directory *directory, const struct directory_settings *settings,
                          struct problem *problem)
{
    SCOPED(release_text) char *uri = address_without_tls(settings);

    if (!uri || !hand_over(directory, uri) || !set_limits(directory->ld, settings) ||
        !limit_replies(directory->ld))
        return problem_set(problem, STATUS_CONFIGURATION, "directory.uri %s cannot be used",
                           settings->uri);
    if (address_is_protected(settings) && !set_verification(directory->ld, settings->ca_file))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "directory.ca_file %s cannot be used: it must be there, and hold "
                           "certificates of CAs in PEM that the bridge may read",
                           settings->ca_file);
    return STATUS_OK;
}

/*
 * Each organization has a thread, and with its first handle, and its first one for
 * TLS, libldap sets itself up without a lock around all of it.
 */
static enum status make_handle(struct directory *directory,
                               const struct directory_settings *settings, struct problem *problem)
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    enum status status;

    (void)pthread_mutex_lock(&one_at_a_time);
    status = set_up(directory, settings, problem);
    (void)pthread_mutex_unlock(&one_at_a_time);
    return status;
}

/* --------------------------------------------------------------- descriptor */

static void set_blocking(int descriptor, bool is_blocking)
{
    int flags = fcntl(descriptor, F_GETFL);

    if (flags >= 0)
        (void)fcntl(descriptor, F_SETFL, is_blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

static bool has_hung_up(int descriptor)
{
    struct pollfd connection = {.fd = descriptor, .events = POLLRDHUP};

    return poll(&connection, 1, 0) > 0;
}

/* ---------------------------------------------------------------- handshake */

/* What libldap on GnuTLS says of a certificate that was not accepted says nothing. */
static bool is_telling(const char *words)
{
    return words && !strstr(words, "unknown error code");
}

static enum status explain_refusal(struct call *call)
{
    SCOPED(release_text) char *words = NULL;

    (void)ldap_get_option(call->directory->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &words);
    return call_explain(call, STATUS_CONFIGURATION, "the server has shown no trusted certificate",
                        is_telling(words) ? words : NULL,
                        "it must be of a CA in directory.ca_file, valid today, and made out to the "
                        "host name in directory.uri");
}

/*
 * libldap on GnuTLS is busy all through a handshake that has a time limit of its
 * own, and never comes back from one that has none. So it has none, and is woken.
 */
static enum status shake_hands(struct directory *directory, int64_t deadline,
                               struct problem *problem)
{
    const struct timeval no_limit = {.tv_sec = -1, .tv_usec = -1};
    struct call call = call_begin(directory, OPERATION_HANDSHAKE, NULL, problem);
    int descriptor = directory->socket;
    struct watchdog watchdog;
    int code;

    (void)ldap_set_option(directory->ld, LDAP_OPT_NETWORK_TIMEOUT, &no_limit);
    set_blocking(descriptor, true);
    if (!watchdog_begin(&watchdog, descriptor, deadline))
        return call_explain(&call, STATUS_DIRECTORY_UNAVAILABLE, "no thread to keep the time limit",
                            NULL, NULL);
    code = ldap_install_tls(directory->ld);
    if (watchdog_end(&watchdog))
        return call_explain(&call, STATUS_DIRECTORY_UNAVAILABLE, "no answer in time", NULL, NULL);
    if (code == LDAP_SUCCESS && ldap_tls_inplace(directory->ld) == 1)
        return STATUS_OK;
    if (has_hung_up(descriptor))
        return call_explain(&call, STATUS_DIRECTORY_UNAVAILABLE, "the server hung up", NULL,
                            "is this its port for TLS, and has it a certificate?");
    return explain_refusal(&call);
}

/* ------------------------------------------------------------------ opening */

static enum status start_tls(struct directory *directory, int64_t deadline, struct problem *problem)
{
    struct call call = call_begin(directory, OPERATION_START_TLS, NULL, problem);

    call.deadline = deadline;
    return call_finish(&call, ldap_start_tls(directory->ld, NULL, NULL, &call.message_id));
}

static enum status protect(struct directory *directory, const struct directory_settings *settings,
                           int64_t deadline, struct problem *problem)
{
    enum status status;

    if (settings->starts_tls && (status = start_tls(directory, deadline, problem)))
        return status;
    return address_is_protected(settings) ? shake_hands(directory, deadline, problem) : STATUS_OK;
}

/*
 * A request that is larger than the socket's buffer would hold a blocking write
 * for as long as the server does not read. libldap goes on with a cut write
 * while it waits for the answer, within our deadline.
 */
static enum status open_by(struct call *call, const struct directory_settings *settings)
{
    struct directory *directory = call->directory;
    enum status status;

    if ((status = dial(call, settings)))
        return status;
    if ((status = make_handle(directory, settings, call->problem)))
        return status;
    set_blocking(directory->socket, false);
    if ((status = protect(directory, settings, call->deadline, call->problem)))
        directory_cut(directory);
    set_blocking(directory->socket, false);
    return status;
}

enum status channel_open(struct directory *directory, const struct directory_settings *settings,
                         struct problem *problem)
{
    struct call call = call_begin(directory, OPERATION_CONNECT, NULL, problem);
    enum status status;

    call.deadline = clock_boot_ms() + (int64_t)settings->connect_seconds * MS_PER_SECOND;
    status = open_by(&call, settings);
    tally_call(&call, status);
    return status;
}
