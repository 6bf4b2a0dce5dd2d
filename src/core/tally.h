#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/arena.h"

/* Sums by key, in the order of the keys. */
struct tally_sum {
    struct bytes key;
    int64_t sum;
    bool is_taken;
};

struct tally {
    struct arena *arena;
    struct tally_sum *sums;
    size_t count;
    size_t capacity;
};

void tally_add(struct tally *tally, struct bytes key, int64_t amount);

/* The sum under this key, which counts as taken; 0 when nothing was added. */
int64_t tally_take(struct tally *tally, struct bytes key);

#endif
