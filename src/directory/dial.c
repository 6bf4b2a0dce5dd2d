#include "dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bridge/base/text.h"
#include "interrupt.h"
#include "resolve.h"

#define LDAPI_SOCKET "/var/run/slapd/ldapi" /* what ldapi:/// means to libldap on Debian */

enum { PORT_SIZE = 8 };

static void release_url(LDAPURLDesc **url)
{
    if (*url)
        ldap_free_urldesc(*url);
}

static void release_addresses(struct addrinfo **addresses)
{
    if (*addresses)
        freeaddrinfo(*addresses);
}

/* ------------------------------------------------------------------ sockets */

/* As libldap has its own: small requests go at once, and a peer that is gone is missed. */
static void prepare(int descriptor, int family)
{
    const int on = 1;

    if (family == AF_UNIX)
        return;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

/* The time limit of a write is that of connect(2), too (socket(7)); zero is none. */
static void limit_writes(int descriptor, struct timeval limit)
{
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static void hang_up(struct directory *directory)
{
    interrupt_forget(directory->interrupt, directory->socket);
    (void)close(directory->socket);
    directory->socket = -1;
}

static const char *why_not(int error)
{
    return error == EINPROGRESS || error == EAGAIN ? "no answer in time" : strerror(error);
}

static enum status fail(struct call *call, const char *why)
{
    return call_explain(call, STATUS_DIRECTORY_UNAVAILABLE, why, NULL, NULL);
}

static enum status try_address(struct call *call, const struct sockaddr *address, socklen_t size,
                               struct timeval limit)
{
    struct directory *directory = call->directory;
    int error;

    if (limit.tv_sec == 0 && limit.tv_usec == 0)
        return fail(call, "no answer in time");
    directory->socket = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (directory->socket < 0)
        return fail(call, strerror(errno));
    if (!interrupt_watch(directory->interrupt, directory->socket)) {
        hang_up(directory);
        return fail(call, "interrupted");
    }
    prepare(directory->socket, address->sa_family);
    limit_writes(directory->socket, limit);
    error = connect(directory->socket, address, size) ? errno : 0;
    limit_writes(directory->socket, (struct timeval){0});
    if (!error)
        return STATUS_OK;
    hang_up(directory);
    return fail(call, why_not(error));
}

/* ------------------------------------------------------------- the two kinds */

static enum status dial_socket(struct call *call, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (!path || !*path)
        path = LDAPI_SOCKET;
    if (strlen(path) >= sizeof(address.sun_path))
        return fail(call, "the path of the socket is too long");
    memcpy(address.sun_path, path, strlen(path));
    return try_address(call, (const struct sockaddr *)&address, sizeof(address),
                       call_time_left(call));
}

static size_t count_addresses(const struct addrinfo *address)
{
    size_t count = 0;

    for (; address; address = address->ai_next)
        count++;
    return count;
}

/* An equal share of the time that is left for each address that is left. */
static struct timeval share_of_time(const struct call *call, size_t count)
{
    enum { US_PER_SECOND = 1000000 };
    struct timeval left = call_time_left(call);
    int64_t us = ((int64_t)left.tv_sec * US_PER_SECOND + left.tv_usec) / (int64_t)count;

    return (struct timeval){.tv_sec = us / US_PER_SECOND, .tv_usec = us % US_PER_SECOND};
}

static enum status dial_host(struct call *call, const char *host, int port)
{
    SCOPED(release_addresses) struct addrinfo *addresses = NULL;
    struct problem *problem = call->problem;
    struct problem last = {0};
    char digits[PORT_SIZE];
    enum status status = STATUS_DIRECTORY_UNAVAILABLE;
    int code;

    (void)snprintf(digits, sizeof(digits), "%d", port);
    if ((code = resolve(host, digits, call->deadline, &addresses)))
        return call_explain(call, STATUS_DIRECTORY_UNAVAILABLE, "the host name is not resolved",
                            gai_strerror(code), NULL);
    call->problem = &last;
    for (const struct addrinfo *address = addresses; status && address;
         address = address->ai_next) {
        last = (struct problem){0};
        status = try_address(call, address->ai_addr, address->ai_addrlen,
                             share_of_time(call, count_addresses(address)));
    }
    call->problem = problem;
    return status ? problem_set(problem, status, "%s", last.detail) : STATUS_OK;
}

enum status dial(struct call *call, const struct directory_settings *settings)
{
    SCOPED(release_url) LDAPURLDesc *url = NULL;

    if (ldap_url_parse(settings->uri, &url) != LDAP_URL_SUCCESS)
        return call_explain(call, STATUS_CONFIGURATION, "not an LDAP URI", NULL, NULL);
    if (text_equal_ascii(url->lud_scheme, "ldapi"))
        return dial_socket(call, url->lud_host);
    return dial_host(call, url->lud_host, url->lud_port);
}
