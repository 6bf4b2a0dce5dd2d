#include "bridge/directory/connection.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "bridge/base/secret.h"
#include "channel.h"
#include "interrupt.h"

static void release_berval(struct berval **value)
{
    ber_bvfree(*value);
}

/* ------------------------------------------------------------------ opening */

/* Connected and protected, and nobody yet. */
static enum status directory_new(const struct directory_settings *settings, struct directory **made,
                                 struct problem *problem)
{
    SCOPED(directory_release) struct directory *directory = NULL;
    enum status status = directory_check(settings, problem);

    if (status)
        return status;
    directory = heap_alloc(1, sizeof(*directory));
    directory->socket = -1;
    directory->interrupt = settings->interrupt;
    directory->operation_seconds = settings->operation_seconds;
    directory->transactions =
        settings->uses_transactions ? TRANSACTIONS_UNKNOWN : TRANSACTIONS_ABSENT;
    directory->uri = heap_alloc(1, strlen(settings->uri) + 1);
    memcpy(directory->uri, settings->uri, strlen(settings->uri));
    if ((status = channel_open(directory, settings, problem)))
        return status;
    *made = directory;
    directory = NULL;
    return STATUS_OK;
}

static enum status bind_as(struct directory *directory, enum operation operation, const char *dn,
                           struct berval *credentials, struct problem *problem)
{
    const char *mechanism = operation == OPERATION_EXTERNAL ? "EXTERNAL" : LDAP_SASL_SIMPLE;
    struct call call = call_begin(directory, operation, dn, problem);

    return call_finish(&call, ldap_sasl_bind(directory->ld, dn, mechanism, credentials, NULL, NULL,
                                             &call.message_id));
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

static enum status open_with_password(const struct directory_settings *settings,
                                      struct directory **directory, struct problem *problem)
{
    SCOPED(secret_clear) struct secret secret = {.size = 0};
    struct berval password;
    enum status status;

    if (!settings->bind_dn || !*settings->bind_dn || !dn_is_valid(settings->bind_dn))
        return problem_set(problem, STATUS_CONFIGURATION, "directory.bind_dn is not a DN: %s",
                           settings->bind_dn ? settings->bind_dn : "(none)");
    if (!settings->password_file)
        return problem_set(problem, STATUS_CONFIGURATION, "directory.password_file is not set");
    if ((status = secret_read("password file", settings->password_file, &secret, problem)))
        return status;
    if ((status = directory_new(settings, directory, problem)))
        return status;
    password = (struct berval){secret.size, secret.data};
    if ((status = bind_as(*directory, OPERATION_BIND, settings->bind_dn, &password, problem)))
        return status;
    return check_identity(*directory, OPERATION_BIND, settings->bind_dn, problem);
}

/* The server knows by the socket which user we are, and says who that is in the directory. */
static enum status open_externally(const struct directory_settings *settings,
                                   struct directory **directory, struct problem *problem)
{
    struct berval nothing = {0, (char[]){""}};
    enum status status;

    if (settings->bind_dn || settings->password_file)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "directory.bind: external goes without directory.bind_dn and "
                           "directory.password_file");
    if ((status = directory_new(settings, directory, problem)))
        return status;
    if ((status = bind_as(*directory, OPERATION_EXTERNAL, NULL, &nothing, problem)))
        return status;
    return check_identity(*directory, OPERATION_EXTERNAL, NULL, problem);
}

enum status directory_open(const struct directory_settings *settings, struct directory **opened,
                           struct problem *problem)
{
    SCOPED(directory_release) struct directory *directory = NULL;
    enum status status = settings->binds_externally
                             ? open_externally(settings, &directory, problem)
                             : open_with_password(settings, &directory, problem);

    if (status)
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
    interrupt_forget(directory->interrupt, directory->socket);
    if (directory->socket >= 0)
        (void)close(directory->socket);
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
