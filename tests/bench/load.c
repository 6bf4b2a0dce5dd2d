/*
 * Many clients in one thread, each with a connection that is kept and one
 * request under way. Every answer is checked: its status, and that it is about
 * whom it was asked about. The first one that is wrong ends the load.
 */
#include <errno.h>
#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "load.h"

enum {
    CLIENTS_MAX = 256,
    EVENTS_MAX = 64,
    ANSWER_MS = 20000, /* how long nobody may be answered */
    POLL_NS = 5000000, /* between two looks at the outbox */
    DEADLINE_SECONDS = 1800,
};

struct options {
    int port;
    int is_tls;
    int clients;
    double seconds;
    int count;
    char *token_file;
    char *admin_token_file;
    char *people_file;
};

struct run {
    struct load load;
    struct options options;
    struct client *clients;
    int epoll;
    int64_t until_ns; /* 0: until `limit` requests were begun */
    uint64_t limit;
    uint64_t begun;
    uint64_t answered;
    struct timings timings;
};

/* ------------------------------------------------------------------- requests */

static bool is_over(const struct run *run)
{
    return run->until_ns ? now_ns() >= run->until_ns : run->begun >= run->limit;
}

/* With a limit everybody has a turn, in order; with a time it is anybody, by chance. */
static size_t choose_place(const struct run *run)
{
    const struct people *people = &run->load.people;
    size_t place = run->until_ns ? next_random() % people->count : run->begun % people->count;

    while (people->items[place].is_busy)
        place = (place + 1) % people->count;
    return place;
}

static void choose_person(struct run *run, struct client *client)
{
    switch (run->load.request->whom) {
    case WHOM_SOMEBODY:
        client->place = choose_place(run);
        run->load.people.items[client->place].is_busy = true;
        client->person = run->load.people.items[client->place];
        return;
    case WHOM_NEWCOMER:
        client->person = (struct person){.number = ++run->load.last_number};
        return;
    }
}

static void send_request(struct client *client)
{
    client->in_size = 0;
    client->in[0] = '\0';
    client->began_ns = now_ns();
    channel_send(&client->channel, client->out, client->out_size);
}

static void begin(struct run *run, struct client *client)
{
    choose_person(run, client);
    run->load.request->make(&run->load, client);
    run->begun++;
    send_request(client);
}

/* -------------------------------------------------------------------- answers */

/* Whether the whole answer is there. Without a length it never is, and the deadline tells. */
static bool is_complete(const struct client *client)
{
    static const char name[] = "\r\nContent-Length: ";
    const char *end = strstr(client->in, "\r\n\r\n");
    const char *length = end ? strstr(client->in, name) : NULL;

    if (!length || length > end)
        return false;
    return client->in_size >=
           (size_t)(end + 4 - client->in) + strtoul(length + sizeof(name) - 1, NULL, 10);
}

static void receive(struct client *client)
{
    size_t room = sizeof(client->in) - 1 - client->in_size;

    client->in_size += channel_receive(&client->channel, client->in + client->in_size, room);
    client->in[client->in_size] = '\0';
    if (client->in_size == sizeof(client->in) - 1)
        give_up("an answer is longer than %zu bytes", sizeof(client->in) - 1);
}

static void check_answer(const struct client *client, int status)
{
    char line[32];

    (void)snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
    if (strncmp(client->in, line, strlen(line)) != 0 || !strstr(client->in, client->expected))
        give_up("asked:\n%s\nexpected %d and %s, got:\n%s", client->out, status, client->expected,
                client->in);
}

static void end(struct run *run, struct client *client)
{
    const struct request *request = run->load.request;

    timings_add(&run->timings, client->began_ns);
    run->answered++;
    check_answer(client, request->status);
    if (request->whom == WHOM_SOMEBODY)
        run->load.people.items[client->place].is_busy = false;
    if (request->learn)
        request->learn(&run->load, client);
}

static void advance(struct run *run, struct client *client)
{
    do
        receive(client);
    while (channel_holds_more(&client->channel));
    if (!is_complete(client))
        return;
    end(run, client);
    if (!is_over(run))
        begin(run, client);
}

/* -------------------------------------------------------------------- clients */

static void connect_client(struct run *run, struct client *client)
{
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = client};

    channel_open(&client->channel, run->options.port, run->options.is_tls);
    if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, client->channel.fd, &interest))
        give_up("watch a connection: %s", strerror(errno));
}

static void connect_all(struct run *run)
{
    run->clients = must_alloc((size_t)run->options.clients, sizeof(*run->clients));
    run->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < run->options.clients; i++)
        connect_client(run, &run->clients[i]);
}

static void close_all(struct run *run)
{
    for (int i = 0; i < run->options.clients; i++)
        channel_close(&run->clients[i].channel);
    (void)close(run->epoll);
    free(run->clients);
}

static void advance_ready(struct run *run)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(run->epoll, events, EVENTS_MAX, ANSWER_MS);

    if (count <= 0)
        give_up("no answer in %d seconds", ANSWER_MS / 1000);
    for (int i = 0; i < count; i++)
        advance(run, events[i].data.ptr);
}

/* Asked on a connection that is idle by now. */
static bool is_landed(struct run *run, struct client *client)
{
    make_status(&run->load, client);
    send_request(client);
    while (!is_complete(client))
        receive(client);
    check_answer(client, 200);
    if (!strstr(client->in, "\"parked\":0,"))
        give_up("the directory refused something:\n%s", client->in);
    return strstr(client->in, "\"waiting\":0,");
}

static void wait_until_landed(struct run *run)
{
    const struct timespec pause = {.tv_nsec = POLL_NS};

    while (!is_landed(run, &run->clients[0]))
        (void)nanosleep(&pause, NULL);
}

static void run_load(struct run *run)
{
    int64_t began = now_ns();

    run->limit = (uint64_t)run->options.count;
    if (run->options.seconds > 0)
        run->until_ns = began + (int64_t)(run->options.seconds * 1e9);
    for (int i = 0; i < run->options.clients && !is_over(run); i++)
        begin(run, &run->clients[i]);
    while (run->answered < run->begun)
        advance_ready(run);
    if (run->load.admin_token)
        wait_until_landed(run);
    timings_report(&run->timings, run->load.request->name, run->answered, now_ns() - began);
}

/* ------------------------------------------------------------------ arguments */

static void refuse(const char *why)
{
    requests_list();
    give_up("%s; the requests are listed above", why);
}

static void check_options(const struct run *run)
{
    const struct options *options = &run->options;

    if (!run->load.request)
        refuse("name one request");
    if (options->port <= 0 || !options->token_file || !options->people_file)
        refuse("--port, --token-file and --people-file are needed");
    if (options->clients < 1 || options->clients > CLIENTS_MAX)
        refuse("--clients is from 1 to 256");
    if ((options->seconds > 0) == (options->count > 0))
        refuse("one of --seconds and --count is needed");
}

static void parse_arguments(struct run *run, int argc, const char **argv)
{
    struct options *given = &run->options;
    const struct poptOption options[] = {
        {"port", 0, POPT_ARG_INT, &given->port, 0, "of the server at 127.0.0.1", "N"},
        {"tls", 0, POPT_ARG_NONE, &given->is_tls, 0, "speak TLS", NULL},
        {"clients", 0, POPT_ARG_INT, &given->clients, 0, "at once", "N"},
        {"seconds", 0, POPT_ARG_DOUBLE, &given->seconds, 0, "how long", "N"},
        {"count", 0, POPT_ARG_INT, &given->count, 0, "or how many requests", "N"},
        {"token-file", 0, POPT_ARG_STRING, &given->token_file, 0, "with the bearer token", "FILE"},
        {"until-landed", 0, POPT_ARG_STRING, &given->admin_token_file, 0,
         "and until the outbox is empty, as an administrator's token sees it", "FILE"},
        {"people-file", 0, POPT_ARG_STRING, &given->people_file, 0, "whom there is", "FILE"},
        POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext("load", argc, argv, options, 0);
    const char *name;

    if (poptGetNextOpt(context) != -1)
        refuse("an option is not known, or has no value");
    name = poptGetArg(context);
    run->load.request = name ? request_find(name) : NULL;
    poptFreeContext(context);
    check_options(run);
}

static void load_state(struct run *run)
{
    struct load *load = &run->load;
    const struct options *options = &run->options;

    load->token = first_line_of(options->token_file);
    if (options->admin_token_file)
        load->admin_token = first_line_of(options->admin_token_file);
    people_load(&load->people, options->people_file);
    load->last_number = (unsigned)load->people.count;
    if (load->request->whom == WHOM_SOMEBODY && load->people.count <= CLIENTS_MAX)
        give_up("%s: too few people for %s; post some first", options->people_file,
                load->request->name);
}

static void run_clear(struct run *run)
{
    people_clear(&run->load.people);
    free(run->load.token);
    free(run->load.admin_token);
    free(run->options.token_file);
    free(run->options.admin_token_file);
    free(run->options.people_file);
}

int main(int argc, const char **argv)
{
    struct run run = {.options.clients = 1};

    parse_arguments(&run, argc, argv);
    deadline_set(DEADLINE_SECONDS);
    load_state(&run);
    connect_all(&run);
    run_load(&run);
    close_all(&run);
    if (run.load.request->learn)
        people_save(&run.load.people, run.options.people_file);
    run_clear(&run);
    return EXIT_SUCCESS;
}
