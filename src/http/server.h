#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

#include "body.h"
#include "bridge/http/server.h"
#include "door.h"
#include "peer.h"
#include "tally.h"

/* A listening socket, who has come in by it, and the threads that serve them. */
struct listener {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    struct peers peers;
    int fd;
    bool is_control;
};

struct http_server {
    struct http_settings settings;
    struct listener network;
    struct listener control;
    struct door door;
    struct body_budget bodies;
    struct tally tally;

    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t ended;
    size_t under_way; /* exchanges that were let in and have not ended */
    size_t handling;  /* those of them with a handler at work, suspended or not */
    bool is_stopping; /* lets no further exchange in */
    bool is_closing;  /* calls no further handler */
};

/* False when the server is stopping. */
bool server_let_in(struct http_server *server);
void server_let_out(struct http_server *server);

/* False when it is too late. Between the two, nobody stops libmicrohttpd. */
bool server_begin_handling(struct http_server *server);
void server_end_handling(struct http_server *server);

bool server_is_stopping(struct http_server *server);

void server_write_metrics(const struct http_server *server, struct metrics *metrics);

#endif
