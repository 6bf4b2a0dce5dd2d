/*
 * The yardstick of every request: what libmicrohttpd does on this machine when
 * all there is to do is to compare a token and to send 800 bytes. Set up as
 * src/http/server.c sets it up.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <popt.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { NETWORK_THREADS = 2, CONNECTION_MEMORY = 49152, BODY_SIZE = 800, LIFE_SECONDS = 3600 };

struct hello {
    int port;
    char *token_file;
    char *expected; /* of the Authorization header */
    struct MHD_Response *answer;
    struct MHD_Response *refusal;
};

static bool is_welcome(const struct hello *hello, struct MHD_Connection *connection)
{
    const char *given =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    size_t size = strlen(hello->expected);

    return given && strlen(given) == size && sodium_memcmp(given, hello->expected, size) == 0;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state)
{
    static char is_begun;
    const struct hello *hello = context;

    (void)url;
    (void)method;
    (void)version;
    (void)data;
    *size = 0;
    if (!*state) { /* the head alone: an answer here would close the connection */
        *state = &is_begun;
        return MHD_YES;
    }
    if (!is_welcome(hello, connection))
        return MHD_queue_response(connection, MHD_HTTP_UNAUTHORIZED, hello->refusal);
    return MHD_queue_response(connection, MHD_HTTP_OK, hello->answer);
}

static struct MHD_Response *response_new(size_t size)
{
    char *body = must_alloc(1, size + 1);
    struct MHD_Response *response;

    memset(body, '.', size);
    response = MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
    if (!response ||
        MHD_add_response_header(response, "Content-Type", "application/scim+json") != MHD_YES)
        give_up("libmicrohttpd makes no response");
    return response;
}

static struct MHD_Daemon *listen_on(struct hello *hello)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)hello->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                            answer, hello, MHD_OPTION_SOCK_ADDR, &address,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                            MHD_OPTION_THREAD_POOL_SIZE, (unsigned)NETWORK_THREADS, MHD_OPTION_END);
}

static void parse_arguments(struct hello *hello, int argc, const char **argv)
{
    const struct poptOption options[] = {
        {"port", 0, POPT_ARG_INT, &hello->port, 0, "to listen on, at 127.0.0.1", "N"},
        {"token-file", 0, POPT_ARG_STRING, &hello->token_file, 0, "whose bearer is let in", "FILE"},
        POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext("hello", argc, argv, options, 0);

    if (poptGetNextOpt(context) != -1 || hello->port <= 0 || !hello->token_file)
        give_up("hello needs --port and --token-file");
    poptFreeContext(context);
}

/* SIGTERM and SIGINT are waited for, not handled; without one it ends by itself. */
static void wait_for_end(void)
{
    sigset_t ends;
    int got;

    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigwait(&ends, &got);
}

static void block_signals(void)
{
    sigset_t ends;

    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &ends, NULL);
}

int main(int argc, const char **argv)
{
    struct hello hello = {0};
    struct MHD_Daemon *daemon;
    char *token;
    size_t size;

    parse_arguments(&hello, argc, argv);
    deadline_set(LIFE_SECONDS);
    block_signals();
    token = first_line_of(hello.token_file);
    size = strlen(token) + sizeof("Bearer ");
    hello.expected = must_alloc(1, size);
    (void)snprintf(hello.expected, size, "Bearer %s", token);
    hello.answer = response_new(BODY_SIZE);
    hello.refusal = response_new(0);
    if (!(daemon = listen_on(&hello)))
        give_up("port %d cannot be listened on", hello.port);
    wait_for_end();
    MHD_stop_daemon(daemon);
    MHD_destroy_response(hello.answer);
    MHD_destroy_response(hello.refusal);
    free(hello.expected);
    free(hello.token_file);
    free(token);
    return EXIT_SUCCESS;
}
