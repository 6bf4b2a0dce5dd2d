#include "channel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

static gnutls_certificate_credentials_t credentials(void)
{
    static gnutls_certificate_credentials_t made; /* one for all, as long as the process lives */

    if (!made && gnutls_certificate_allocate_credentials(&made))
        give_up("GnuTLS makes no credentials");
    return made;
}

static void must(int code, const char *doing)
{
    if (code < 0)
        give_up("%s: %s", doing, gnutls_strerror(code));
}

static void shake_hands(struct channel *channel)
{
    int code;

    must(gnutls_init(&channel->tls, GNUTLS_CLIENT), "begin TLS");
    must(gnutls_set_default_priority(channel->tls), "begin TLS");
    must(gnutls_credentials_set(channel->tls, GNUTLS_CRD_CERTIFICATE, credentials()), "begin TLS");
    gnutls_transport_set_int(channel->tls, channel->fd);
    do
        code = gnutls_handshake(channel->tls);
    while (code < 0 && !gnutls_error_is_fatal(code));
    must(code, "shake hands");
}

void channel_open(struct channel *channel, int port, bool is_tls)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    *channel = (struct channel){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (channel->fd < 0 || connect(channel->fd, (struct sockaddr *)&address, sizeof(address)))
        give_up("connect to port %d: %s", port, strerror(errno));
    if (is_tls)
        shake_hands(channel);
}

void channel_close(struct channel *channel)
{
    if (channel->tls)
        gnutls_deinit(channel->tls);
    (void)close(channel->fd);
    *channel = (struct channel){.fd = -1};
}

void channel_send(struct channel *channel, const void *data, size_t size)
{
    ssize_t sent = channel->tls ? gnutls_record_send(channel->tls, data, size)
                                : send(channel->fd, data, size, MSG_NOSIGNAL);

    if (sent != (ssize_t)size)
        give_up("a request cannot be sent");
}

/* TLS has messages of its own between those of the server. */
static ssize_t receive_sealed(struct channel *channel, void *data, size_t size)
{
    ssize_t got;

    do
        got = gnutls_record_recv(channel->tls, data, size);
    while (got < 0 && !gnutls_error_is_fatal((int)got));
    return got;
}

size_t channel_receive(struct channel *channel, void *data, size_t size)
{
    ssize_t got =
        channel->tls ? receive_sealed(channel, data, size) : recv(channel->fd, data, size, 0);

    if (got <= 0)
        give_up("the server closed the connection");
    return (size_t)got;
}

bool channel_holds_more(const struct channel *channel)
{
    return channel->tls && gnutls_record_check_pending(channel->tls) > 0;
}
