#include "ldap_proxy.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 50, STREAM_SIZE = 16 * 1024 * 1024, MOMENT_NS = 100 * 1000 * 1000 };

/* What has come from one side and was not passed on. */
struct stream {
    int from;
    int to;
    size_t size;
    unsigned char *data;
};

/* ------------------------------------------------------------------------ BER */

/* The head of a value (X.690 section 8.1); false when it is not all there. */
static bool read_head(const unsigned char *data, size_t size, size_t *head, size_t *length)
{
    size_t more;

    if (size < 2)
        return false;
    more = data[1] & 0x80 ? data[1] & 0x7Fu : 0;
    if (size < 2 + more)
        return false;
    *head = 2 + more;
    *length = more ? 0 : data[1];
    for (size_t i = 0; i < more; i++)
        *length = *length << 8 | data[2 + i];
    return true;
}

static void copy_text(char *out, size_t size, const unsigned char *text, size_t length)
{
    (void)snprintf(out, size, "%.*s", (int)(length < size ? length : size - 1), (const char *)text);
}

/* What the operation is about: its first value, or, of a delete, all of it. */
static void read_about(const unsigned char *operation, struct proxy_request *request)
{
    size_t head = 0;
    size_t length = 0;

    (void)read_head(operation, 16, &head, &length);
    if (request->operation == PROXY_DELETE) {
        copy_text(request->about, sizeof(request->about), operation + head, length);
        return;
    }
    operation += head;
    if (read_head(operation, 16, &head, &length))
        copy_text(request->about, sizeof(request->about), operation + head, length);
}

/* The message at the start of the stream; its size, or 0 when it is not all there. */
static size_t read_message(const struct stream *stream, struct proxy_request *request)
{
    size_t head = 0;
    size_t length = 0;
    size_t id_head = 0;
    size_t id_length = 0;
    const unsigned char *at = stream->data;

    if (!read_head(at, stream->size, &head, &length) || stream->size < head + length)
        return 0;
    *request = (struct proxy_request){0};
    at += head;
    (void)read_head(at, length, &id_head, &id_length);
    for (size_t i = 0; i < id_length; i++)
        request->id = request->id << 8 | at[id_head + i];
    at += id_head + id_length;
    request->operation = at[0];
    if (at[0] != PROXY_BIND)
        read_about(at, request);
    return head + length;
}

/* -------------------------------------------------------------------- watching */

static bool is_change(int operation)
{
    return operation == PROXY_MODIFY || operation == PROXY_ADD || operation == PROXY_DELETE ||
           operation == PROXY_RENAME;
}

static void note_request(struct proxy *proxy, const struct proxy_request *request)
{
    for (size_t i = 0; i < proxy->outstanding_count; i++) {
        if (is_change(request->operation) && is_change(proxy->outstanding[i].operation) &&
            strcasecmp(request->about, proxy->outstanding[i].about) == 0)
            proxy->overlaps++;
    }
    if (proxy->outstanding_count < PROXY_OUTSTANDING_MAX)
        proxy->outstanding[proxy->outstanding_count++] = *request;
    if (proxy->outstanding_count > proxy->most_outstanding)
        proxy->most_outstanding = proxy->outstanding_count;
    if (proxy->count < PROXY_REQUESTS_MAX)
        proxy->requests[proxy->count++] = *request;
}

/* True when it is the answer to the request that is to be cut behind. */
static bool note_answer(struct proxy *proxy, const struct proxy_request *answer)
{
    enum { SEARCH_ENTRY = 0x64, SEARCH_REFERENCE = 0x73 };
    bool is_awaited = proxy->cuts_after && proxy->cut_at && proxy->count >= proxy->cut_at &&
                      proxy->requests[proxy->cut_at - 1].id == answer->id;

    if (answer->operation == SEARCH_ENTRY || answer->operation == SEARCH_REFERENCE)
        return false;
    for (size_t i = 0; i < proxy->outstanding_count; i++) {
        if (proxy->outstanding[i].id != answer->id)
            continue;
        proxy->outstanding[i] = proxy->outstanding[--proxy->outstanding_count];
        break;
    }
    return is_awaited;
}

/* Another OID of the same length is in their place. */
static void hide_transactions(unsigned char *data, size_t size)
{
    static const char start[] = "1.3.6.1.1.21.1";
    size_t length = sizeof(start) - 1;

    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(data + i, start, length) == 0)
            data[i + length - 4] = '9';
    }
}

/*
 * slapd is not done with a change of a transaction when it has answered it, and
 * crashes if the transaction, or the connection, ends too soon after that.
 */
static void spare_server(void)
{
    const struct timespec moment = {.tv_nsec = MOMENT_NS};

    (void)nanosleep(&moment, NULL);
}

static bool ends_transaction(const struct proxy_request *request)
{
    return request->operation == PROXY_EXTENDED && strcmp(request->about, "1.3.6.1.1.21.3") == 0;
}

/* False to hang up. */
static bool pass_message(struct proxy *proxy, const struct stream *stream, bool is_request,
                         const struct proxy_request *message, size_t size)
{
    bool is_cut;

    if (is_request && ends_transaction(message))
        spare_server();
    (void)pthread_mutex_lock(&proxy->lock);
    if (is_request) {
        note_request(proxy, message);
        is_cut = proxy->cut_at && proxy->count == proxy->cut_at && !proxy->cuts_after;
    } else {
        is_cut = note_answer(proxy, message);
        if (proxy->hides_transactions)
            hide_transactions(stream->data, size);
    }
    (void)pthread_mutex_unlock(&proxy->lock);
    if (is_cut)
        return false;
    for (size_t sent = 0; sent < size;) {
        ssize_t more = send(stream->to, stream->data + sent, size - sent, MSG_NOSIGNAL);

        if (more <= 0)
            return false;
        sent += (size_t)more;
    }
    return true;
}

static bool pass(struct proxy *proxy, struct stream *stream, bool is_request)
{
    ssize_t got = recv(stream->from, stream->data + stream->size, STREAM_SIZE - stream->size, 0);
    struct proxy_request message;
    size_t size;

    if (got <= 0)
        return false;
    stream->size += (size_t)got;
    while ((size = read_message(stream, &message))) {
        if (!pass_message(proxy, stream, is_request, &message, size))
            return false;
        stream->size -= size;
        memmove(stream->data, stream->data + size, stream->size);
    }
    return true;
}

/* ------------------------------------------------------------------ connections */

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)))
        perror("connect");
    return descriptor;
}

/* Each message as soon as it is there. */
static void set_prompt(int descriptor)
{
    const int is_prompt = 1;

    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &is_prompt, sizeof(is_prompt));
}

static void serve(struct proxy *proxy, int client)
{
    int server = connect_to(proxy->port);
    struct stream requests = {client, server, 0, malloc(STREAM_SIZE)};
    struct stream answers = {server, client, 0, malloc(STREAM_SIZE)};
    bool is_up = true;

    set_prompt(client);
    set_prompt(server);
    while (is_up && !proxy->is_over) {
        struct pollfd sides[] = {{.fd = client, .events = POLLIN},
                                 {.fd = server, .events = POLLIN}};

        if (poll(sides, 2, POLL_MS) <= 0)
            continue;
        if (sides[0].revents)
            is_up = pass(proxy, &requests, true);
        if (is_up && sides[1].revents)
            is_up = pass(proxy, &answers, false);
    }
    (void)pthread_mutex_lock(&proxy->lock);
    proxy->outstanding_count = 0;
    (void)pthread_mutex_unlock(&proxy->lock);
    (void)close(client);
    if (!is_up)
        spare_server();
    (void)close(server);
    free(requests.data);
    free(answers.data);
}

static void *run(void *context)
{
    struct proxy *proxy = context;

    while (!proxy->is_over) {
        struct pollfd listener = {.fd = proxy->listener, .events = POLLIN};

        if (poll(&listener, 1, POLL_MS) > 0)
            serve(proxy, accept(proxy->listener, NULL, NULL));
    }
    return NULL;
}

void proxy_start(struct proxy *proxy, const char *uri)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    memset(proxy, 0, sizeof(*proxy));
    proxy->port = (int)strtol(strrchr(uri, ':') + 1, NULL, 10);
    (void)pthread_mutex_init(&proxy->lock, NULL);
    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(proxy->listener, (struct sockaddr *)&address, size) || listen(proxy->listener, 8) ||
        getsockname(proxy->listener, (struct sockaddr *)&address, &size))
        perror("proxy");
    (void)snprintf(proxy->uri, sizeof(proxy->uri), "ldap://127.0.0.1:%d", ntohs(address.sin_port));
    if (pthread_create(&proxy->thread, NULL, run, proxy))
        perror("proxy");
}

void proxy_stop(struct proxy *proxy)
{
    proxy->is_over = true;
    (void)pthread_join(proxy->thread, NULL);
    (void)close(proxy->listener);
    (void)pthread_mutex_destroy(&proxy->lock);
}

void proxy_reset(struct proxy *proxy, size_t cut_at, bool cuts_after)
{
    (void)pthread_mutex_lock(&proxy->lock);
    proxy->count = 0;
    proxy->most_outstanding = 0;
    proxy->overlaps = 0;
    proxy->cut_at = cut_at;
    proxy->cuts_after = cuts_after;
    (void)pthread_mutex_unlock(&proxy->lock);
}

size_t proxy_count(struct proxy *proxy, int operation, const char *about)
{
    size_t count = 0;

    (void)pthread_mutex_lock(&proxy->lock);
    for (size_t i = 0; i < proxy->count; i++) {
        if (proxy->requests[i].operation == operation &&
            (!about || strcasecmp(proxy->requests[i].about, about) == 0))
            count++;
    }
    (void)pthread_mutex_unlock(&proxy->lock);
    return count;
}

size_t proxy_total(struct proxy *proxy)
{
    size_t count;

    (void)pthread_mutex_lock(&proxy->lock);
    count = proxy->count;
    (void)pthread_mutex_unlock(&proxy->lock);
    return count;
}
