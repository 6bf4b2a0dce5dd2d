#ifndef HTTP_TALLY_H
#define HTTP_TALLY_H

#include "bridge/base/metrics.h"
#include "bridge/http/route.h"

/* What has been answered, by route and by status. Any thread may note at any time. */
struct tally {
    const struct route *routes;
    size_t route_count;
    struct histogram *durations; /* of each route; behind them, of what found none */
    _Atomic uint64_t *answers;   /* by status; 0: none was sent */
};

/* `routes` must outlive it. */
void tally_init(struct tally *tally, const struct route *routes, size_t count);
void tally_clear(struct tally *tally);

/* `route`: one of them, or NULL. */
void tally_answer(struct tally *tally, const struct route *route, int status, int64_t took_us);

void tally_write(const struct tally *tally, struct metrics *metrics);

#endif
