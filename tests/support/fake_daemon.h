#ifndef TESTS_SUPPORT_FAKE_DAEMON_H
#define TESTS_SUPPORT_FAKE_DAEMON_H

/*
 * Somebody who answers HTTP by heart: one connection a request, the answers in
 * the order in which they were given, and what was asked is kept.
 */

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

enum {
    FAKE_REQUEST_MAX = 16,
    FAKE_REQUEST_SIZE = 8192,
    FAKE_WAIT_MS = 10000,
    FAKE_HANGS = -1, /* as a status: takes the request and says nothing */
    FAKE_RAW = -2    /* `body` is the whole answer */
};

struct fake_answer {
    int status; /* HTTP; 0 ends the list */
    const char *body;
    int times; /* how often the body is sent; 0 as 1 */
};

struct fake_daemon {
    char folder[32];
    char socket_path[64];
    char url[64];
    const struct fake_answer *answers;
    int listener;
    int hanging; /* the connection that is left open */
    pthread_t thread;
    char requests[FAKE_REQUEST_MAX][FAKE_REQUEST_SIZE]; /* whole, head and body */
    int request_count;
};

static inline void fake_send(int connection, const char *data)
{
    for (size_t left = strlen(data); left > 0;) {
        ssize_t sent = send(connection, data, left, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        data += sent;
        left -= (size_t)sent;
    }
}

/* Whether the head and as much body as it promises are there. */
static inline int fake_is_whole(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");
    const char *length = strstr(request, "Content-Length: ");

    return end && (!length || strlen(end + 4) >= strtoul(length + 16, NULL, 10));
}

static inline void fake_receive(int connection, char *request)
{
    struct pollfd readable = {.fd = connection, .events = POLLIN};
    size_t size = 0;

    while (!fake_is_whole(request) && size < FAKE_REQUEST_SIZE - 1) {
        ssize_t got;

        if (poll(&readable, 1, FAKE_WAIT_MS) <= 0)
            return;
        got = recv(connection, request + size, FAKE_REQUEST_SIZE - 1 - size, 0);
        if (got <= 0)
            return;
        size += (size_t)got;
    }
}

static inline void fake_answer_one(struct fake_daemon *fake, const struct fake_answer *answer,
                                   int connection)
{
    char head[128];

    if (fake->request_count < FAKE_REQUEST_MAX)
        fake_receive(connection, fake->requests[fake->request_count++]);
    if (answer->status == FAKE_HANGS) {
        fake->hanging = connection;
        return;
    }
    (void)snprintf(head, sizeof(head), "HTTP/1.1 %d X\r\nConnection: close\r\n\r\n",
                   answer->status);
    if (answer->status != FAKE_RAW)
        fake_send(connection, head);
    for (int i = 0; answer->body && i < (answer->times ? answer->times : 1); i++)
        fake_send(connection, answer->body);
    (void)close(connection);
}

static inline void *fake_run(void *context)
{
    struct fake_daemon *fake = context;

    for (const struct fake_answer *answer = fake->answers; answer->status; answer++) {
        struct pollfd readable = {.fd = fake->listener, .events = POLLIN};
        int connection;

        if (poll(&readable, 1, FAKE_WAIT_MS) <= 0)
            break;
        connection = accept(fake->listener, NULL, NULL);
        if (connection < 0)
            break;
        fake_answer_one(fake, answer, connection);
    }
    return NULL;
}

static inline void fake_listen_socket(struct fake_daemon *fake)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(fake->folder, sizeof(fake->folder), "/tmp/fake-XXXXXX");
    assert_non_null(mkdtemp(fake->folder));
    (void)snprintf(fake->socket_path, sizeof(fake->socket_path), "%s/socket", fake->folder);
    memcpy(address.sun_path, fake->socket_path, strlen(fake->socket_path) + 1);
    fake->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, sizeof(address)), 0);
}

static inline void fake_listen_tcp(struct fake_daemon *fake)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    fake->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(fake->listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(fake->url, sizeof(fake->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
}

static inline void fake_start(struct fake_daemon *fake, const struct fake_answer *answers)
{
    fake->answers = answers;
    fake->hanging = -1;
    assert_int_equal(listen(fake->listener, 4), 0);
    assert_int_equal(pthread_create(&fake->thread, NULL, fake_run, fake), 0);
}

/* Call it before looking at the requests. Fails when some answer was not asked for. */
static inline void fake_stop(struct fake_daemon *fake)
{
    int expected = 0;

    (void)shutdown(fake->listener, SHUT_RDWR); /* wakes who still waits for a request */
    (void)pthread_join(fake->thread, NULL);
    (void)close(fake->listener);
    if (fake->hanging >= 0)
        (void)close(fake->hanging);
    if (*fake->folder) {
        (void)unlink(fake->socket_path);
        (void)rmdir(fake->folder);
    }
    while (fake->answers[expected].status)
        expected++;
    assert_int_equal(fake->request_count, expected);
}

#endif
