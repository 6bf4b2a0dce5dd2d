#ifndef BENCH_PUTS_H
#define BENCH_PUTS_H

#include "bridge/store/store.h"

/*
 * What a new person costs in the bridge's store: each row is one put, in the order
 * and with the sizes that src/core gives them for a person as load.c makes them,
 * with a role and a site. The unit test core/yardstick holds it against what
 * user_create really puts.
 */

/* Where a key falls among the others of its kind. */
enum put_order {
    PUT_ROW,    /* behind those before it */
    PUT_RANDOM, /* anywhere: a name, or a digest */
    PUT_FIXED,  /* always the same one */
};

struct put {
    enum store_table table;
    enum put_order order;
    unsigned char kind; /* that follows the organization; 0: none, or the first */
    size_t key_size;
    size_t value_size; /* within some bytes: names differ in length */
};

static const struct put puts_of_user[] = {
    {STORE_COUNTER, PUT_FIXED, 9, 5, 8}, /* outbox */
    {STORE_DUE, PUT_ROW, 1, 22, 0},
    {STORE_OUTBOX, PUT_ROW, 2, 13, 75},
    {STORE_PERSON, PUT_ROW, 0, 20, 86},
    {STORE_INDEX, PUT_RANDOM, 5, 41, 8},   /* email */
    {STORE_INDEX, PUT_RANDOM, 3, 43, 8},   /* displayName */
    {STORE_INDEX, PUT_ROW, 8, 21, 0},      /* modified */
    {STORE_COUNTER, PUT_FIXED, 5, 13, 8},  /* at the site */
    {STORE_COUNTER, PUT_FIXED, 2, 5, 8},   /* active */
    {STORE_INDEX, PUT_ROW, 7, 23, 0},      /* association */
    {STORE_COUNTER, PUT_FIXED, 11, 18, 8}, /* rows, of all */
    {STORE_COUNTER, PUT_FIXED, 1, 5, 8},   /* users */
    {STORE_COUNTER, PUT_FIXED, 11, 18, 8}, /* rows, of the owner */
    {STORE_COUNTER, PUT_FIXED, 4, 13, 8},  /* owned */
    {STORE_INDEX, PUT_ROW, 6, 18, 0},      /* owner */
    {STORE_INDEX, PUT_ROW, 1, 21, 9},      /* id, which begins with the time */
    {STORE_COUNTER, PUT_FIXED, 6, 13, 8},  /* asserted at the site */
    {STORE_ASSERTION, PUT_ROW, 0, 16, 32},
    {STORE_ACCOUNT, PUT_ROW, 0, 12, 97},
    {STORE_RESOURCE, PUT_ROW, 0, 13, 454},
    {STORE_INDEX, PUT_RANDOM, 4, 41, 8}, /* externalId */
    {STORE_INDEX, PUT_RANDOM, 2, 33, 8}, /* userName */
    {STORE_JOURNAL, PUT_ROW, 0, 12, 987},
    {STORE_META, PUT_FIXED, 0, 11, 40}, /* the journal's head */
};

enum { PUTS_OF_USER = sizeof(puts_of_user) / sizeof(puts_of_user[0]) };

#endif
