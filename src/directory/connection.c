#include "bridge/directory/connection.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "call.h"
#include "secret.h"

/* One entry is one message: a group of 100,000 members takes about 8 MiB. */
enum { REPLY_SIZE_MAX = 32 * 1024 * 1024 };

static void release_berval(struct berval **value)
{
    ber_bvfree(*value);
}

/* ------------------------------------------------------------------ options */

/*
 * All that the host's ldap.conf or an LDAP* variable could have set for every
 * program on it is set here, so that neither has a say.
 */
static bool set_options(LDAP *ld, const struct directory_settings *settings)
{
    struct timeval connect = {.tv_sec = settings->connect_seconds};
    struct timeval operation = {.tv_sec = settings->operation_seconds};
    int version = LDAP_VERSION3;
    int unlimited = 0;
    int never = LDAP_DEREF_NEVER;
    const struct {
        int option;
        const void *value;
    } options[] = {
        {LDAP_OPT_PROTOCOL_VERSION, &version},
        {LDAP_OPT_REFERRALS, LDAP_OPT_OFF},
        {LDAP_OPT_RESTART, LDAP_OPT_OFF},
        {LDAP_OPT_NETWORK_TIMEOUT, &connect},
        {LDAP_OPT_TIMEOUT, &operation},
        {LDAP_OPT_TIMELIMIT, &unlimited},
        {LDAP_OPT_DEREF, &never},
        {LDAP_OPT_SOCKET_BIND_ADDRESSES, NULL},
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (ldap_set_option(ld, options[i].option, options[i].value) != LDAP_OPT_SUCCESS)
            return false;
    }
    return true;
}

static bool limit_replies(LDAP *ld)
{
    Sockbuf *buffer = NULL;
    ber_len_t limit = REPLY_SIZE_MAX;

    return ldap_get_option(ld, LDAP_OPT_SOCKBUF, &buffer) == LDAP_OPT_SUCCESS && buffer &&
           ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &limit) == 1;
}

/*
 * A request that is larger than the socket's buffer would hold a blocking write
 * for as long as the server does not read. libldap goes on with a cut write
 * while it waits for the answer, within our deadline.
 */
static void stop_blocking(LDAP *ld)
{
    int descriptor = -1;
    int flags;

    if (ldap_get_option(ld, LDAP_OPT_DESC, &descriptor) != LDAP_OPT_SUCCESS || descriptor < 0)
        return;
    flags = fcntl(descriptor, F_GETFL);
    if (flags >= 0)
        (void)fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

/* ------------------------------------------------------------------ opening */

static enum status directory_new(const struct directory_settings *settings, struct directory **made,
                                 struct problem *problem)
{
    SCOPED(directory_release) struct directory *directory = NULL;
    enum status status = address_check(settings->uri, problem);

    if (status)
        return status;
    directory = heap_alloc(1, sizeof(*directory));
    directory->operation_seconds = settings->operation_seconds;
    directory->uri = heap_alloc(1, strlen(settings->uri) + 1);
    memcpy(directory->uri, settings->uri, strlen(settings->uri));
    if (ldap_initialize(&directory->ld, settings->uri) != LDAP_SUCCESS ||
        !set_options(directory->ld, settings) || !limit_replies(directory->ld))
        return problem_set(problem, STATUS_CONFIGURATION, "directory.uri %s cannot be used",
                           settings->uri);
    *made = directory;
    directory = NULL;
    return STATUS_OK;
}

/* The first request also connects, within a limit of its own; the time for the answer starts then.
 */
static enum status bind_as(struct directory *directory, enum operation operation, const char *dn,
                           struct berval *password, struct problem *problem)
{
    int message_id = -1;
    int code =
        ldap_sasl_bind(directory->ld, dn, LDAP_SASL_SIMPLE, password, NULL, NULL, &message_id);
    struct call call = call_begin(directory, operation, dn, problem);

    call.message_id = message_id;
    stop_blocking(directory->ld);
    return call_finish(&call, code);
}

/* A server may answer a bind with success and take us for nobody. */
static enum status check_identity(struct directory *directory, enum operation operation,
                                  const char *dn, struct problem *problem)
{
    struct call call = call_begin(directory, operation, dn, problem);
    SCOPED(message_release) LDAPMessage *message = NULL;
    SCOPED(release_berval) struct berval *identity = NULL;
    enum status status;

    if ((status = call_sent(&call, ldap_whoami(directory->ld, NULL, NULL, &call.message_id))))
        return status;
    if ((status = call_next(&call, &message)))
        return status;
    if ((status = call_judge(&call, message, NULL)))
        return status;
    (void)ldap_parse_whoami(directory->ld, message, &identity);
    if (!identity || identity->bv_len <= strlen("dn:"))
        return call_give_up(&call, status_from_ldap(LDAP_INVALID_CREDENTIALS, operation),
                            "the server took the bind for an anonymous one");
    return STATUS_OK;
}

enum status directory_open(const struct directory_settings *settings, struct directory **opened,
                           struct problem *problem)
{
    SCOPED(directory_release) struct directory *directory = NULL;
    SCOPED(secret_clear) struct secret secret = {.size = 0};
    struct berval password;
    enum status status;

    if (!settings->bind_dn || !*settings->bind_dn || !dn_is_valid(settings->bind_dn))
        return problem_set(problem, STATUS_CONFIGURATION, "directory.bind_dn is not a DN: %s",
                           settings->bind_dn ? settings->bind_dn : "(none)");
    if ((status = secret_read(settings->password_file, &secret, problem)))
        return status;
    if ((status = directory_new(settings, &directory, problem)))
        return status;

    password = (struct berval){secret.size, secret.data};
    if ((status = bind_as(directory, OPERATION_BIND, settings->bind_dn, &password, problem)))
        return status;
    if ((status = check_identity(directory, OPERATION_BIND, settings->bind_dn, problem)))
        return status;
    *opened = directory;
    directory = NULL; /* now the caller's */
    return STATUS_OK;
}

void directory_close(struct directory *directory)
{
    if (!directory)
        return;
    if (directory->ld)
        (void)ldap_unbind_ext(directory->ld, NULL, NULL);
    free(directory->uri);
    free(directory);
}

void directory_release(struct directory **directory)
{
    directory_close(*directory);
    *directory = NULL;
}

/* ------------------------------------------------------------------- trying */

static void wipe(struct berval *password)
{
    explicit_bzero(password->bv_val, password->bv_len);
    free(password->bv_val);
}

enum status directory_try_bind(const struct directory_settings *settings, const char *dn,
                               const char *password, struct problem *problem)
{
    SCOPED(directory_release) struct directory *directory = NULL;
    SCOPED(wipe) struct berval copy = {strlen(password), heap_alloc(1, strlen(password) + 1)};
    enum status status;

    if (!*password || !*dn || !dn_is_valid(dn))
        return problem_set(problem, STATUS_UNAUTHORIZED,
                           "nobody is bound without a DN and a password");
    if ((status = directory_new(settings, &directory, problem)))
        return status;
    memcpy(copy.bv_val, password, copy.bv_len);
    if ((status = bind_as(directory, OPERATION_TRY, dn, &copy, problem)))
        return status;
    return check_identity(directory, OPERATION_TRY, dn, problem);
}
