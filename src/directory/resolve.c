#include "resolve.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/clock.h"

/* Belongs to whoever asks and to the thread; the last of them to leave frees it. */
struct question {
    atomic_int owners;
    atomic_bool is_answered;
    int answered; /* an eventfd */
    char host[NI_MAXHOST];
    char port[NI_MAXSERV];
    int code;
    struct addrinfo *addresses; /* NULL: none, or handed out */
};

static void leave(struct question *question)
{
    if (atomic_fetch_sub(&question->owners, 1) > 1)
        return;
    if (question->addresses)
        freeaddrinfo(question->addresses);
    (void)close(question->answered);
    free(question);
}

static const struct addrinfo for_a_name = {.ai_flags = AI_ADDRCONFIG, .ai_socktype = SOCK_STREAM};
static const struct addrinfo for_an_address = {.ai_flags = AI_NUMERICHOST,
                                               .ai_socktype = SOCK_STREAM};

static void *ask(void *context)
{
    struct question *question = context;

    question->code = getaddrinfo(question->host, question->port, &for_a_name, &question->addresses);
    question->is_answered = true;
    (void)eventfd_write(question->answered, 1);
    leave(question);
    return NULL;
}

static bool start(struct question *question)
{
    pthread_attr_t attributes;
    pthread_t thread;
    bool is_started;

    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    atomic_fetch_add(&question->owners, 1);
    is_started = pthread_create(&thread, &attributes, ask, question) == 0;
    if (!is_started)
        atomic_fetch_sub(&question->owners, 1);
    (void)pthread_attr_destroy(&attributes);
    return is_started;
}

static bool await(const struct question *question, int64_t deadline)
{
    struct pollfd answered = {.fd = question->answered, .events = POLLIN};
    int64_t left;

    while (!question->is_answered && (left = deadline - clock_boot_ms()) > 0)
        (void)poll(&answered, 1, left > INT_MAX ? INT_MAX : (int)left);
    return question->is_answered;
}

static struct question *new_question(const char *host, const char *port)
{
    struct question *question = heap_alloc(1, sizeof(*question));

    question->owners = 1;
    question->answered = eventfd(0, EFD_CLOEXEC);
    (void)snprintf(question->host, sizeof(question->host), "%s", host);
    (void)snprintf(question->port, sizeof(question->port), "%s", port);
    return question;
}

static int resolve_name(const char *host, const char *port, int64_t deadline,
                        struct addrinfo **addresses)
{
    struct question *question = new_question(host, port);
    int code = EAI_AGAIN;

    if (question->answered >= 0 && start(question) && await(question, deadline)) {
        code = question->code;
        *addresses = question->addresses;
        question->addresses = NULL;
    }
    leave(question);
    return code;
}

int resolve(const char *host, const char *port, int64_t deadline, struct addrinfo **addresses)
{
    *addresses = NULL;
    if (strlen(host) >= NI_MAXHOST)
        return EAI_NONAME;
    if (getaddrinfo(host, port, &for_an_address, addresses) == 0)
        return 0;
    return resolve_name(host, port, deadline, addresses);
}
