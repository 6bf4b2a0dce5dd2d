#include "bridge/auth/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 512, WAYS = 8, NS_PER_US = 1000, NS_PER_SECOND = 1000000000 };

/* Free once `whole_at` is past: who has all its room is as one who has never asked. */
struct place {
    unsigned char id[TOKEN_ID_SIZE];
    int64_t whole_at; /* ns */
};

struct token_rate {
    pthread_mutex_t lock; /* over the places */
    int64_t step;         /* ns that one request takes */
    int64_t room;         /* ns */
    struct place places[SETS][WAYS];
};

struct token_rate *token_rate_new(uint64_t per_second, uint64_t burst)
{
    struct token_rate *rate = heap_alloc(1, sizeof(*rate));

    (void)pthread_mutex_init(&rate->lock, NULL);
    rate->step = per_second ? NS_PER_SECOND / (int64_t)per_second : 0;
    rate->room = rate->step * (int64_t)burst;
    return rate;
}

void token_rate_free(struct token_rate *rate)
{
    if (rate)
        (void)pthread_mutex_destroy(&rate->lock);
    free(rate);
}

/* The token's own place, or the one of its set that is whole first. */
static struct place *place_of(struct token_rate *rate, const unsigned char *id)
{
    struct place *first;
    struct place *set;
    uint32_t start;

    memcpy(&start, id, sizeof(start)); /* ids are random */
    first = set = rate->places[start % SETS];
    for (size_t i = 0; i < WAYS; i++) {
        if (memcmp(set[i].id, id, TOKEN_ID_SIZE) == 0)
            return &set[i];
        if (set[i].whole_at < first->whole_at)
            first = &set[i];
    }
    memcpy(first->id, id, TOKEN_ID_SIZE);
    first->whole_at = 0;
    return first;
}

bool token_rate_admit(struct token_rate *rate, const unsigned char id[TOKEN_ID_SIZE],
                      int64_t now_us)
{
    int64_t now = now_us * NS_PER_US;
    struct place *place;
    int64_t whole_at;
    bool is_admitted;

    if (!rate->step)
        return true;
    (void)pthread_mutex_lock(&rate->lock);
    place = place_of(rate, id);
    whole_at = (place->whole_at > now ? place->whole_at : now) + rate->step;
    is_admitted = whole_at - now <= rate->room;
    if (is_admitted)
        place->whole_at = whole_at;
    (void)pthread_mutex_unlock(&rate->lock);
    return is_admitted;
}
