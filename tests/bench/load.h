#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "people.h"

enum { IN_SIZE = 1 << 18, OUT_SIZE = 4096, EXPECTED_SIZE = 160 };

/* One keep-alive connection and the request that is under way on it. */
struct client {
    struct channel channel;
    int64_t began_ns;
    char out[OUT_SIZE];
    size_t out_size;
    char in[IN_SIZE]; /* always terminated */
    size_t in_size;
    struct person person;         /* whom the request is about */
    size_t place;                 /* of that person in the list */
    char expected[EXPECTED_SIZE]; /* what the answer's body must contain */
};

struct load {
    const struct request *request;
    struct people people;
    unsigned last_number; /* of the people that were made or are being made */
    char *token;
    char *admin_token; /* NULL: the load ends with the last answer */
};

/* Which of the people a request is about. */
enum whom { WHOM_SOMEBODY, WHOM_NEWCOMER };

/* What can be asked; a new kind of request is a row in requests.c. */
struct request {
    const char *name;
    const char *help;
    int status; /* that the answer must have */
    enum whom whom;
    void (*make)(const struct load *load, struct client *client);
    void (*learn)(struct load *load, const struct client *client); /* NULL: nothing changes */
};

const struct request *request_find(const char *name);
void requests_list(void);

/* What the daemon has to do in the directory, asked with the administrator's token. */
void make_status(const struct load *load, struct client *client);

#endif
