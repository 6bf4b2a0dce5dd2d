#ifndef TESTS_SUPPORT_ACTIVITY_H
#define TESTS_SUPPORT_ACTIVITY_H

#include "world.h"

/*
 * What providers, administrators and the worker do to a store in the course of a
 * day: changes of every kind, drawn by chance.h, to a few people and groups.
 */
enum { ACTIVITY_PEOPLE = 24, ACTIVITY_GROUPS = 4 };

struct activity {
    struct world *world;
    char people[ACTIVITY_PEOPLE][UUID_TEXT_SIZE]; /* "": nobody yet */
    char groups[ACTIVITY_GROUPS][UUID_TEXT_SIZE];
    unsigned drawn; /* numbers the names, so that none comes twice */
};

/* There is an administrator from then on who stays. */
void activity_begin(struct activity *activity, struct world *world);

/* One change; how the store answered. It may have been refused, or have changed nothing. */
enum status activity_step(struct activity *activity);

/* A digest of every key and value that the store holds. */
void activity_digest(struct store *store, unsigned char digest[DIGEST_SIZE]);

/* Words on what is not sound in the store, in `words`; empty when it is sound. */
void activity_check(struct store *store, char *words, size_t size);

#endif
