#ifndef BENCH_PEOPLE_H
#define BENCH_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

enum { ID_SIZE = 37 };

/* Somebody whom the load has made. */
struct person {
    unsigned number; /* from 1 */
    char id[ID_SIZE];
    bool is_active;
    bool is_busy; /* a client is at it */
};

/* Everybody in a store, in the order in which they were made. {0} is nobody. */
struct people {
    struct person *items;
    size_t count;
    size_t capacity;
};

/* What is remembered from one run of the load to the next; no file is nobody. */
void people_load(struct people *people, const char *path);
void people_save(const struct people *people, const char *path);

void people_add(struct people *people, const struct person *person);
void people_clear(struct people *people);

#endif
