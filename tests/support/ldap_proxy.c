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

enum { TO_SERVER, TO_CLIENT };

struct proxy_connection {
    struct stream streams[2];
    bool is_silent;
    bool has_transactions;
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
    proxy->asked++;
}

static bool is_same(const struct proxy_request *left, const struct proxy_request *right)
{
    return left->connection == right->connection && left->id == right->id;
}

/* True when it is the answer to the request that is to be cut behind. */
static bool note_answer(struct proxy *proxy, const struct proxy_request *answer)
{
    enum { SEARCH_ENTRY = 0x64, SEARCH_REFERENCE = 0x73 };
    bool is_awaited = proxy->cuts_after && proxy->cut_at && proxy->count >= proxy->cut_at &&
                      is_same(&proxy->requests[proxy->cut_at - 1], answer);

    if (answer->operation == SEARCH_ENTRY || answer->operation == SEARCH_REFERENCE)
        return false;
    for (size_t i = 0; i < proxy->outstanding_count; i++) {
        if (!is_same(&proxy->outstanding[i], answer))
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

static bool is_extended(const struct proxy_request *request, const char *oid)
{
    return request->operation == PROXY_EXTENDED && strcmp(request->about, oid) == 0;
}

/* ------------------------------------------------------------------------ faults */

/* What stops behind so many bytes; how many of these still go. */
static size_t allowed(struct proxy *proxy, struct proxy_connection *connection, int way,
                      size_t size, bool *is_cut)
{
    const struct proxy_fault *fault = &proxy->fault;
    bool is_spoilt = (fault->kind == PROXY_CUT || fault->kind == PROXY_SILENCE) &&
                     fault->is_in_answers == (way == TO_CLIENT) &&
                     proxy->passed[way] + size > fault->at;

    if (is_spoilt) {
        size = fault->at - proxy->passed[way];
        *is_cut = fault->kind == PROXY_CUT;
        connection->is_silent = fault->kind == PROXY_SILENCE;
        proxy->fault.kind = PROXY_NOTHING;
    }
    proxy->passed[way] += size;
    return size;
}

static bool is_due(const struct proxy *proxy, int kind)
{
    return (int)proxy->fault.kind == kind && proxy->asked >= proxy->fault.at;
}

static int answer_tag(int operation)
{
    switch (operation) {
    case PROXY_SEARCH:
        return 0x65;
    case PROXY_DELETE:
        return 0x6B;
    default:
        return operation + 1;
    }
}

/* A result of one's own (RFC 4511 section 4.1.9). */
static void answer(int client, const struct proxy_request *request, int code)
{
    int tag = answer_tag(request->operation);
    const unsigned char message[] = {0x30,
                                     15,
                                     0x02,
                                     4,
                                     (unsigned char)(request->id >> 24),
                                     (unsigned char)(request->id >> 16),
                                     (unsigned char)(request->id >> 8),
                                     (unsigned char)request->id,
                                     (unsigned char)tag,
                                     7,
                                     0x0A,
                                     1,
                                     (unsigned char)code,
                                     0x04,
                                     0,
                                     0x04,
                                     0};

    (void)send(client, message, sizeof(message), MSG_NOSIGNAL);
}

/* ---------------------------------------------------------------------- messages */

static bool send_all(int to, const unsigned char *data, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t more = send(to, data + sent, size - sent, MSG_NOSIGNAL);

        if (more <= 0)
            return false;
        sent += (size_t)more;
    }
    return true;
}

/* What a request meets; true when it is not to be passed on, but answered like this. */
static bool meets_fault(struct proxy *proxy, const struct proxy_request *request, int *code,
                        bool *is_late)
{
    note_request(proxy, request);
    *is_late = is_due(proxy, PROXY_DELAY);
    *code = is_due(proxy, PROXY_ANSWER) ? proxy->fault.code : 0;
    if (*is_late || *code)
        proxy->fault.kind = PROXY_NOTHING;
    return *code != 0;
}

/* False to hang up. */
static bool pass_message(struct proxy *proxy, struct proxy_connection *connection, int way,
                         struct proxy_request *message, size_t size)
{
    struct stream *stream = &connection->streams[way];
    bool is_answered = false;
    bool is_late = false;
    bool is_cut;
    int code = 0;

    message->connection = connection;
    if (way == TO_SERVER && is_extended(message, "1.3.6.1.1.21.3"))
        spare_server();
    (void)pthread_mutex_lock(&proxy->lock);
    if (way == TO_SERVER) {
        is_answered = meets_fault(proxy, message, &code, &is_late);
        is_cut = proxy->cut_at && proxy->count == proxy->cut_at && !proxy->cuts_after;
        connection->has_transactions |= is_extended(message, "1.3.6.1.1.21.1");
    } else {
        is_cut = note_answer(proxy, message);
        if (proxy->hides_transactions)
            hide_transactions(stream->data, size);
    }
    if (is_answered)
        (void)note_answer(proxy, message);
    else if (!is_cut)
        size = allowed(proxy, connection, way, size, &is_cut);
    else
        size = 0;
    (void)pthread_mutex_unlock(&proxy->lock);
    if (is_answered) {
        answer(stream->from, message, code);
        return true;
    }
    if (is_late)
        spare_server();
    return send_all(stream->to, stream->data, size) && !is_cut;
}

static bool pass(struct proxy *proxy, struct proxy_connection *connection, int way)
{
    struct stream *stream = &connection->streams[way];
    ssize_t got = recv(stream->from, stream->data + stream->size, STREAM_SIZE - stream->size, 0);
    struct proxy_request message;
    size_t size;

    if (got <= 0)
        return false;
    if (connection->is_silent)
        return true;
    stream->size += (size_t)got;
    while (!connection->is_silent && (size = read_message(stream, &message))) {
        if (!pass_message(proxy, connection, way, &message, size))
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

static struct proxy_connection *new_connection(int client, int server)
{
    struct proxy_connection *connection = calloc(1, sizeof(*connection));

    connection->streams[TO_SERVER] = (struct stream){client, server, 0, malloc(STREAM_SIZE)};
    connection->streams[TO_CLIENT] = (struct stream){server, client, 0, malloc(STREAM_SIZE)};
    set_prompt(client);
    set_prompt(server);
    return connection;
}

static void forget_outstanding(struct proxy *proxy, const struct proxy_connection *connection)
{
    size_t kept = 0;

    (void)pthread_mutex_lock(&proxy->lock);
    for (size_t i = 0; i < proxy->outstanding_count; i++) {
        if (proxy->outstanding[i].connection != connection)
            proxy->outstanding[kept++] = proxy->outstanding[i];
    }
    proxy->outstanding_count = kept;
    (void)pthread_mutex_unlock(&proxy->lock);
}

static void hang_up(struct proxy *proxy, struct proxy_connection **place)
{
    struct proxy_connection *connection = *place;

    forget_outstanding(proxy, connection);
    (void)close(connection->streams[TO_SERVER].from);
    if (connection->has_transactions)
        spare_server();
    (void)close(connection->streams[TO_SERVER].to);
    free(connection->streams[TO_SERVER].data);
    free(connection->streams[TO_CLIENT].data);
    free(connection);
    *place = NULL;
}

static bool is_refused(struct proxy *proxy)
{
    bool is_refused;

    (void)pthread_mutex_lock(&proxy->lock);
    is_refused = proxy->fault.kind == PROXY_REFUSE;
    if (is_refused && --proxy->fault.at == 0)
        proxy->fault.kind = PROXY_NOTHING;
    (void)pthread_mutex_unlock(&proxy->lock);
    return is_refused;
}

static void welcome(struct proxy *proxy)
{
    int client = accept(proxy->listener, NULL, NULL);

    for (size_t i = 0; i < PROXY_CONNECTIONS_MAX && !is_refused(proxy); i++) {
        if (proxy->connections[i])
            continue;
        proxy->connections[i] = new_connection(client, connect_to(proxy->port));
        return;
    }
    (void)close(client);
}

/* The descriptors of all, and which connection and way each is of. */
static nfds_t gather(struct proxy *proxy, struct pollfd *sides, size_t *places)
{
    nfds_t count = 1;

    sides[0] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
    for (size_t i = 0; i < PROXY_CONNECTIONS_MAX; i++) {
        for (int way = TO_SERVER; proxy->connections[i] && way <= TO_CLIENT; way++) {
            places[count] = 2 * i + (size_t)way;
            sides[count++] =
                (struct pollfd){.fd = proxy->connections[i]->streams[way].from, .events = POLLIN};
        }
    }
    return count;
}

static void *run(void *context)
{
    struct proxy *proxy = context;

    while (!proxy->is_over) {
        struct pollfd sides[1 + 2 * PROXY_CONNECTIONS_MAX];
        size_t places[1 + 2 * PROXY_CONNECTIONS_MAX];
        nfds_t count = gather(proxy, sides, places);

        if (poll(sides, count, POLL_MS) <= 0)
            continue;
        for (nfds_t i = 1; i < count; i++) {
            struct proxy_connection **place = &proxy->connections[places[i] / 2];

            if (*place && sides[i].revents && !pass(proxy, *place, (int)(places[i] % 2)))
                hang_up(proxy, place);
        }
        if (sides[0].revents)
            welcome(proxy);
    }
    for (size_t i = 0; i < PROXY_CONNECTIONS_MAX; i++) {
        if (proxy->connections[i])
            hang_up(proxy, &proxy->connections[i]);
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

void proxy_spoil(struct proxy *proxy, struct proxy_fault fault)
{
    (void)pthread_mutex_lock(&proxy->lock);
    proxy->fault = fault;
    proxy->asked = 0;
    proxy->passed[TO_SERVER] = 0;
    proxy->passed[TO_CLIENT] = 0;
    (void)pthread_mutex_unlock(&proxy->lock);
}

size_t proxy_passed(struct proxy *proxy, bool is_in_answers)
{
    size_t passed;

    (void)pthread_mutex_lock(&proxy->lock);
    passed = proxy->passed[is_in_answers ? TO_CLIENT : TO_SERVER];
    (void)pthread_mutex_unlock(&proxy->lock);
    return passed;
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
