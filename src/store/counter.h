#ifndef STORE_COUNTER_H
#define STORE_COUNTER_H

#include "engine.h"

/* A number as STORE_COUNTER and the sequence keep it: eight bytes, two's complement. */
struct counter {
    unsigned char encoded[8];
};

struct counter counter_of(int64_t number);
int64_t counter_sum(int64_t left, int64_t right);
struct bytes counter_bytes(const struct counter *counter);

/* STATUS_INTERNAL when this is no number. */
enum status counter_read(struct bytes value, int64_t *number, struct problem *problem);

/* The number at a key of a table, 0 when there is none. */
enum status counter_load(struct engine_txn *txn, enum store_table table, struct bytes key,
                         int64_t *number, struct problem *problem);

#endif
