#ifndef BENCH_CHANNEL_H
#define BENCH_CHANNEL_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

/* A connection to a server at 127.0.0.1, with or without TLS. What fails ends the process. */
struct channel {
    int fd;
    gnutls_session_t tls; /* NULL: without */
};

/* Nobody's certificate is checked: what is measured is the work, and the server is ours. */
void channel_open(struct channel *channel, int port, bool is_tls);
void channel_close(struct channel *channel);

void channel_send(struct channel *channel, const void *data, size_t size);

/* What has come, at least one byte; waits for it. */
size_t channel_receive(struct channel *channel, void *data, size_t size);

/* Whether more has come than was received, of which the socket knows nothing any more. */
bool channel_holds_more(const struct channel *channel);

#endif
