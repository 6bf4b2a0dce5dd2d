#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/clock.h"
#include "bridge/base/log.h"
#include "certificate.h"
#include "control.h"
#include "request.h"

enum {
    NETWORK_THREADS = 2,
    BACKLOG = 1024,
    BODIES_AT_ONCE = 64, /* of the largest */
    CONTROL_THREADS = 1,
    CONTROL_CONNECTIONS = 64, /* apart from the network's, so that there is always a way in */
    /* Room for a target and headers at their limits, so that it is we who refuse larger ones. */
    CONNECTION_MEMORY = 49152,
    STOP_CHECK_MS = 1000
};

/* ---------------------------------------------------------------------- counts */

bool server_let_in(struct http_server *server)
{
    bool is_open;

    pthread_mutex_lock(&server->mutex);
    is_open = !server->is_stopping;
    server->under_way += is_open;
    pthread_mutex_unlock(&server->mutex);
    return is_open;
}

void server_let_out(struct http_server *server)
{
    pthread_mutex_lock(&server->mutex);
    server->under_way--;
    pthread_cond_signal(&server->ended);
    pthread_mutex_unlock(&server->mutex);
}

bool server_begin_handling(struct http_server *server)
{
    bool is_open;

    pthread_mutex_lock(&server->mutex);
    is_open = !server->is_closing;
    server->handling += is_open;
    pthread_mutex_unlock(&server->mutex);
    return is_open;
}

void server_end_handling(struct http_server *server)
{
    pthread_mutex_lock(&server->mutex);
    server->handling--;
    pthread_cond_signal(&server->ended);
    pthread_mutex_unlock(&server->mutex);
}

bool server_is_stopping(struct http_server *server)
{
    bool is_stopping;

    pthread_mutex_lock(&server->mutex);
    is_stopping = server->is_stopping;
    pthread_mutex_unlock(&server->mutex);
    return is_stopping;
}

/* --------------------------------------------------------------------- metrics */

static void write_connections(const struct listener *listener, const char *door,
                              struct metrics *metrics)
{
    static const struct metric connections = {"rolebridge_http_connections", METRIC_GAUGE,
                                              "Connections that are open."};
    const union MHD_DaemonInfo *info;

    if (!listener->daemon)
        return;
    info = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    if (info)
        metrics_write(metrics, &connections, (struct label[]){{"door", door}, {NULL, NULL}},
                      info->num_connections);
}

void server_write_metrics(const struct http_server *server, struct metrics *metrics)
{
    write_connections(&server->network, "network", metrics);
    write_connections(&server->control, "control", metrics);
    tally_write(&server->tally, metrics);
}

/* ----------------------------------------------------------------------- peers */

static void format_address(const struct sockaddr *address, char *out, size_t size)
{
    const void *octets = &((const struct sockaddr_in *)(const void *)address)->sin_addr;

    if (address->sa_family == AF_INET6)
        octets = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (!inet_ntop(address->sa_family, octets, out, (socklen_t)size))
        (void)snprintf(out, size, "unknown");
}

static void identify(struct peer *peer, struct MHD_Connection *connection, gid_t group)
{
    const struct sockaddr *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;

    peer->origin = origin_of(address);
    if (peer->is_control) {
        (void)snprintf(peer->address, sizeof(peer->address), "control");
        peer->is_welcome = control_peer_is_welcome(peer->fd, group, &peer->uid);
        return;
    }
    peer->is_welcome = true;
    format_address(address, peer->address, sizeof(peer->address));
}

static void peer_began(struct listener *listener, struct MHD_Connection *connection, void **context)
{
    struct peer *peer = heap_alloc(1, sizeof(*peer));

    peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer->is_control = listener->is_control;
    peer->uid = (uid_t)-1;
    identify(peer, connection, listener->server->settings.control_group);
    peer_expire_in(peer, listener->server->settings.limits.header_ms);
    peers_add(&listener->peers, peer);
    *context = peer;
}

static void peer_changed(void *argument, struct MHD_Connection *connection, void **context,
                         enum MHD_ConnectionNotificationCode change)
{
    switch (change) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        peer_began(argument, connection, context);
        return;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        peers_remove(*context);
        free(*context);
        *context = NULL;
        return;
    }
}

/* ------------------------------------------------------------------- listeners */

static __attribute__((format(printf, 2, 0))) void log_library(void *context, const char *format,
                                                              va_list arguments)
{
    char line[512];

    (void)context;
    (void)vsnprintf(line, sizeof(line), format, arguments);
    line[strcspn(line, "\n")] = '\0';
    log_write(LOG_DEBUG, "libmicrohttpd", "says", line, NULL);
}

/*
 * It is handed its connections by the door, and none of its own limits ever
 * bites: how many there are and how long each may take is for the peers to say.
 * The options end sooner where there is no TLS.
 */
static enum status listener_start(struct listener *listener, const struct certificate *certificate,
                                  struct problem *problem)
{
    struct http_server *server = listener->server;
    bool is_tls = !listener->is_control && certificate->chain;
    unsigned threads = listener->is_control ? CONTROL_THREADS : NETWORK_THREADS;
    size_t connections = (listener->peers.limits.total + PEERS_LEAVING_MAX) * threads;

    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
            MHD_USE_ERROR_LOG | (is_tls ? MHD_USE_TLS : 0U),
        0, NULL, NULL, request_continue, server, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, request_begin, server, MHD_OPTION_NOTIFY_COMPLETED,
        request_end, server, MHD_OPTION_NOTIFY_CONNECTION, peer_changed, listener,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)connections, MHD_OPTION_THREAD_POOL_SIZE, threads,
        is_tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, certificate->chain,
        MHD_OPTION_HTTPS_MEM_KEY, certificate->key, MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES,
        MHD_OPTION_END);
    if (!listener->daemon)
        return problem_set(problem, STATUS_INTERNAL,
                           "libmicrohttpd does not start; are there threads and descriptors left?");
    return STATUS_OK;
}

static void listener_init(struct listener *listener, struct http_server *server,
                          const struct peers_limits *limits)
{
    listener->server = server;
    listener->fd = -1;
    peers_init(&listener->peers, limits);
}

/* The path goes before the socket is closed: as long as it is there, somebody answers. */
static void listener_close(struct listener *listener, const char *path)
{
    if (listener->daemon)
        MHD_stop_daemon(listener->daemon);
    listener->daemon = NULL;
    peers_clear(&listener->peers);
    if (listener->fd < 0)
        return;
    if (path)
        (void)unlink(path);
    close(listener->fd);
    listener->fd = -1;
}

static void address_list_release(struct addrinfo **list)
{
    if (*list)
        freeaddrinfo(*list);
    *list = NULL;
}

static int bind_and_listen(int fd, const struct addrinfo *address)
{
    int on = 1;

    /* Without it a restart would wait for the connections of the last run to be forgotten. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
        return -1;
    if (bind(fd, address->ai_addr, address->ai_addrlen))
        return -1;
    return listen(fd, BACKLOG);
}

/* 127.0.0.0/8 and ::1, where nobody else hears what is said. */
static bool is_loopback(const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;

    if (address->sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    return ntohl(v4->sin_addr.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
}

static enum status network_listen(const struct http_settings *settings, int *fd,
                                  struct problem *problem)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    SCOPED(address_list_release) struct addrinfo *address = NULL;
    char port[8];

    (void)snprintf(port, sizeof(port), "%u", settings->port);
    if (getaddrinfo(settings->address, port, &hints, &address))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "listen on %s: not an IP address; give one such as 127.0.0.1 or ::1",
                           settings->address);
    if (!settings->certificate_path && !is_loopback(address->ai_addr))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "listen on %s: tokens would pass in the clear; give http.certificate "
                           "and http.key, or listen on 127.0.0.1 behind a proxy that speaks TLS",
                           settings->address);
    *fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0 || bind_and_listen(*fd, address))
        return problem_set(problem, errno == EADDRINUSE ? STATUS_CONFLICT : STATUS_CONFIGURATION,
                           "listen on %s port %s: %s", settings->address, port, strerror(errno));
    return STATUS_OK;
}

/* ------------------------------------------------------------ starting, stopping */

static void server_free(struct http_server *server)
{
    if (!server)
        return;
    door_end(&server->door);
    listener_close(&server->network, NULL);
    listener_close(&server->control, server->settings.control_path);
    pthread_cond_destroy(&server->ended);
    pthread_mutex_destroy(&server->mutex);
    tally_clear(&server->tally);
    free(server);
}

static void server_release(struct http_server **server)
{
    server_free(*server);
    *server = NULL;
}

static struct http_server *server_new(const struct http_settings *settings)
{
    static const struct peers_limits control_limits = {.total = CONTROL_CONNECTIONS};
    const struct peers_limits network_limits = {.total = settings->limits.connections,
                                                .per_origin =
                                                    settings->limits.connections_per_address};
    struct http_server *server = heap_alloc(1, sizeof(*server));
    pthread_condattr_t monotonic;

    server->settings = *settings;
    server->bodies.most = BODIES_AT_ONCE * settings->limits.body_size;
    tally_init(&server->tally, settings->routes, settings->route_count);
    listener_init(&server->network, server, &network_limits);
    listener_init(&server->control, server, &control_limits);
    server->control.is_control = true;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&server->mutex, NULL);
    pthread_cond_init(&server->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return server;
}

static enum status open_sockets(struct http_server *server, struct problem *problem)
{
    const struct http_settings *settings = &server->settings;

    if (settings->control_path) {
        enum status status = control_listen(settings->control_path, settings->control_group,
                                            &server->control.fd, problem);

        if (status)
            return status;
    }
    return network_listen(settings, &server->network.fd, problem);
}

static enum status start_threads(struct http_server *server, const struct certificate *certificate,
                                 struct problem *problem)
{
    struct listener *listeners[] = {&server->network, &server->control};
    struct door *door = &server->door;
    enum status status;

    for (size_t i = 0; i < sizeof(listeners) / sizeof(*listeners); i++) {
        if (listeners[i]->fd < 0)
            continue;
        if ((status = listener_start(listeners[i], certificate, problem)))
            return status;
        door->listeners[door->listener_count++] = listeners[i];
    }
    return door_begin(door, problem);
}

enum status http_start(const struct http_settings *settings, struct http_server **started,
                       struct problem *problem)
{
    SCOPED(server_release) struct http_server *server = server_new(settings);
    SCOPED(certificate_clear) struct certificate certificate = {0}; /* needed at the start only */
    enum status status;

    if (settings->certificate_path)
        if ((status = certificate_load(settings->certificate_path, settings->key_path, &certificate,
                                       problem)))
            return status;
    if ((status = open_sockets(server, problem)))
        return status;
    if (settings->certificate_ends_at)
        *settings->certificate_ends_at = certificate.ends_at;
    if ((status = start_threads(server, &certificate, problem)))
        return status;
    *started = server;
    server = NULL; /* now the caller's */
    return STATUS_OK;
}

/* Those on their way out count until they are closed; one is accepted before it is refused. */
size_t http_descriptors(const struct http_limits *limits)
{
    enum { LISTENERS = 2, PER_LISTENER = 1 + PEERS_LEAVING_MAX + 1, PER_THREAD = 4 };

    return limits->connections + CONTROL_CONNECTIONS + LISTENERS * PER_LISTENER +
           (NETWORK_THREADS + CONTROL_THREADS) * PER_THREAD + 1;
}

uint16_t http_port(const struct http_server *server)
{
    struct sockaddr_in6 address = {0};
    socklen_t size = sizeof(address);

    /* The port stands at the same place for both families. */
    if (getsockname(server->network.fd, (struct sockaddr *)&address, &size))
        return 0;
    return ntohs(address.sin6_port);
}

/*
 * Until every exchange has ended, or only those are left that no handler works
 * on and `timeout_ms` have passed since. libmicrohttpd aborts when it is
 * stopped with a suspended connection, so for handlers there is no limit.
 */
static void wait_for_exchanges(struct http_server *server, int timeout_ms)
{
    int64_t until = clock_boot_ms() + timeout_ms;

    pthread_mutex_lock(&server->mutex);
    while (server->under_way > 0 && (server->handling > 0 || clock_boot_ms() < until)) {
        int64_t left = until - clock_boot_ms();
        struct timespec check =
            clock_wait_until(left > 0 && left < STOP_CHECK_MS ? left : STOP_CHECK_MS);

        pthread_cond_timedwait(&server->ended, &server->mutex, &check);
        if (server->handling > 0)
            until = clock_boot_ms() + timeout_ms;
    }
    server->is_closing = true;
    pthread_mutex_unlock(&server->mutex);
}

void http_stop(struct http_server *server, int timeout_ms)
{
    if (!server)
        return;
    pthread_mutex_lock(&server->mutex);
    server->is_stopping = true;
    pthread_mutex_unlock(&server->mutex);
    door_close(&server->door);
    wait_for_exchanges(server, timeout_ms);
    server_free(server);
}
