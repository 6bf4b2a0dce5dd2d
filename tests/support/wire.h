#ifndef TESTS_SUPPORT_WIRE_H
#define TESTS_SUPPORT_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * A client that sends exactly the bytes it is told to and reads what comes
 * back. No read takes longer than WIRE_SECONDS: what is missing then is missing.
 */
enum { WIRE_SECONDS = 20, WIRE_SIZE = 4 * 1024 * 1024 };

struct wire {
    int fd;
    bool has_ended; /* the other side has closed, or cut, the connection */
    size_t size;    /* what has been read and not been taken */
    char *data;
};

/* One answer, as text. */
struct reply {
    int status; /* 0 when none came */
    char head[8192];
    char *body; /* the caller frees it */
    size_t body_size;
};

static inline struct wire wire_of(int fd)
{
    const struct timeval limit = {.tv_sec = WIRE_SECONDS};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return (struct wire){.fd = fd, .data = malloc(WIRE_SIZE)};
}

static inline struct wire wire_open(unsigned port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct wire wire = wire_of(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

    if (connect(wire.fd, (const struct sockaddr *)&address, sizeof(address)))
        perror("connect");
    return wire;
}

static inline struct wire wire_open_control(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct wire wire = wire_of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (connect(wire.fd, (const struct sockaddr *)&address, sizeof(address)))
        perror("connect");
    return wire;
}

static inline void wire_close(struct wire *wire)
{
    if (wire->data)
        close(wire->fd);
    free(wire->data);
    *wire = (struct wire){0};
}

static inline void reply_clear(struct reply *reply)
{
    free(reply->body);
    *reply = (struct reply){0};
}

static inline void wire_send_bytes(const struct wire *wire, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(wire->fd, data, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return; /* the other side has closed; what it said can still be read */
        data += sent;
        size -= (size_t)sent;
    }
}

static inline void wire_send(const struct wire *wire, const char *text)
{
    wire_send_bytes(wire, text, strlen(text));
}

/* False at the end of the connection, or when nothing comes in time. */
static inline bool wire_fill(struct wire *wire)
{
    ssize_t got;

    if (wire->size + 1 >= WIRE_SIZE)
        return false;
    got = recv(wire->fd, wire->data + wire->size, WIRE_SIZE - 1 - wire->size, 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
        wire->has_ended = true;
    if (got <= 0)
        return false;
    wire->size += (size_t)got;
    wire->data[wire->size] = '\0';
    return true;
}

static inline void wire_drop(struct wire *wire, size_t size)
{
    memmove(wire->data, wire->data + size, wire->size - size);
    wire->size -= size;
    wire->data[wire->size] = '\0';
}

static inline const char *reply_header(const struct reply *reply, const char *name)
{
    static _Thread_local char value[1024];
    char start[128];
    const char *found;

    (void)snprintf(start, sizeof(start), "\r\n%s: ", name);
    found = strstr(reply->head, start);
    if (!found)
        return "";
    found += strlen(start);
    (void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(found, "\r"), found);
    return value;
}

/* The next answer; status 0 when the connection ends before it. */
static inline struct reply wire_read(struct wire *wire, bool has_body)
{
    struct reply reply = {0};
    char *end = NULL;

    while (!(wire->size && (end = strstr(wire->data, "\r\n\r\n"))))
        if (!wire_fill(wire))
            return reply;
    (void)snprintf(reply.head, sizeof(reply.head), "%.*s", (int)(end - wire->data + 2), wire->data);
    wire_drop(wire, (size_t)(end - wire->data) + 4);
    if (has_body)
        reply.body_size = (size_t)strtoul(reply_header(&reply, "Content-Length"), NULL, 10);
    while (wire->size < reply.body_size)
        if (!wire_fill(wire))
            return reply;
    reply.body = calloc(1, reply.body_size + 1);
    memcpy(reply.body, wire->data, reply.body_size);
    wire_drop(wire, reply.body_size);
    reply.status = (int)strtol(reply.head + strlen("HTTP/1.1 "), NULL, 10);
    return reply;
}

static inline struct reply wire_ask(struct wire *wire, const char *request)
{
    wire_send(wire, request);
    return wire_read(wire, true);
}

/* The other side closes, without a further byte. */
static inline bool wire_ends(struct wire *wire)
{
    return wire->size == 0 && recv(wire->fd, wire->data, 1, 0) == 0;
}

#endif
