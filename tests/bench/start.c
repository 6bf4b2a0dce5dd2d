/*
 * How long a server takes from its start to its first answer. It is started again
 * and again, asked until it answers, and ended, by a signal that it can hear or by
 * one that it cannot.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <popt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum { PAUSE_NS = 200000, REQUEST_SIZE = 1024, DEADLINE_SECONDS = 120 };

struct start {
    int port;
    int times;
    int is_killed;
    char *token_file;
    char *path;
    const char **command;
    char request[REQUEST_SIZE];
};

/* It must not outlive this process, however that ends. */
static _Noreturn void become(const char *const *command)
{
    int nowhere = open("/dev/null", O_WRONLY);

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(nowhere, STDOUT_FILENO);
    (void)dup2(nowhere, STDERR_FILENO);
    (void)execv(command[0], (char *const *)(const void *)command);
    _exit(EXIT_FAILURE);
}

static pid_t run_command(const struct start *start)
{
    pid_t pid = fork();

    if (pid < 0)
        give_up("fork: %s", strerror(errno));
    if (pid == 0)
        become(start->command);
    return pid;
}

static bool is_accepted(int fd, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

/* Answered with what was asked for: to say that it is not ready yet is no answer. */
static bool is_answered(const struct start *start)
{
    static const char expected[] = "HTTP/1.1 200 ";
    char answer[sizeof(expected)] = "";
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_sent = fd >= 0 && is_accepted(fd, start->port) &&
                   send(fd, start->request, strlen(start->request), MSG_NOSIGNAL) > 0;

    if (is_sent)
        (void)recv(fd, answer, sizeof(expected) - 1, MSG_WAITALL);
    (void)close(fd);
    return strcmp(answer, expected) == 0;
}

static void wait_for_answer(const struct start *start, pid_t pid)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};

    while (!is_answered(start)) {
        if (waitpid(pid, NULL, WNOHANG) == pid)
            give_up("%s ended without an answer", start->command[0]);
        (void)nanosleep(&pause, NULL);
    }
}

static void measure(const struct start *start)
{
    struct timings timings = {0};
    int64_t took = 0;

    for (int i = 0; i < start->times; i++) {
        int64_t began = now_ns();
        pid_t pid = run_command(start);

        wait_for_answer(start, pid);
        took += now_ns() - began;
        timings_add(&timings, began);
        (void)kill(pid, start->is_killed ? SIGKILL : SIGTERM);
        (void)waitpid(pid, NULL, 0);
    }
    timings_report(&timings, "start", (uint64_t)start->times, took);
}

static void make_request(struct start *start)
{
    char *token = first_line_of(start->token_file);

    (void)snprintf(start->request, sizeof(start->request),
                   "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n",
                   start->path, token);
    free(token);
}

int main(int argc, const char **argv)
{
    struct start start = {.times = 1};
    const struct poptOption options[] = {
        {"port", 0, POPT_ARG_INT, &start.port, 0, "that it listens on, at 127.0.0.1", "N"},
        {"token-file", 0, POPT_ARG_STRING, &start.token_file, 0, "with the bearer token", "FILE"},
        {"path", 0, POPT_ARG_STRING, &start.path, 0, "to ask for", "PATH"},
        {"times", 0, POPT_ARG_INT, &start.times, 0, "how often", "N"},
        {"kill", 0, POPT_ARG_NONE, &start.is_killed, 0, "end it by KILL, not by TERM", NULL},
        POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext("start", argc, argv, options, POPT_CONTEXT_POSIXMEHARDER);

    poptSetOtherOptionHelp(context, "[OPTION...] -- COMMAND [ARGUMENT...]");
    if (poptGetNextOpt(context) != -1 || start.port <= 0 || !start.token_file || !start.path ||
        start.times < 1 || !(start.command = poptGetArgs(context)))
        give_up("start needs --port, --token-file, --path and, behind --, a command");
    deadline_set(DEADLINE_SECONDS);
    make_request(&start);
    measure(&start);
    free(start.token_file);
    free(start.path);
    poptFreeContext(context);
    return EXIT_SUCCESS;
}
