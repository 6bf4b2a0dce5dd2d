#ifndef BRIDGE_BASE_METRICS_H
#define BRIDGE_BASE_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "bridge/base/text.h"

/*
 * What is counted, as text for Prometheus (its exposition format, version 0.0.4).
 * Every module counts in variables of its own, which cost next to nothing, and
 * writes them when it is asked.
 */
enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric {
    const char *name; /* rolebridge_NOUN_UNIT; counters end in _total */
    enum metric_type type;
    const char *help; /* one line */
};

struct label {
    const char *name; /* NULL ends a list of them */
    const char *value;
};

/* The text as it grows: {.text = {.arena = arena}} is an empty one. */
struct metrics {
    struct text text;
    const struct metric *current;
};

/*
 * One value. All of one metric are written one after the other, each with labels
 * of its own; `labels` NULL: none. Both must outlive nothing but the call.
 */
void metrics_write(struct metrics *metrics, const struct metric *metric, const struct label *labels,
                   double value);

/* -------------------------------------------------------------------- histograms */

enum { HISTOGRAM_BOUNDS_MAX = 16 };

/* Up to where each bucket goes, in whole units that are counted; what lies above is in one more. */
struct histogram_scale {
    uint64_t bounds[HISTOGRAM_BOUNDS_MAX];
    size_t count;
    double unit; /* what one of them is in the unit of the metric */
};

extern const struct histogram_scale scale_durations; /* microseconds; shown in seconds */
extern const struct histogram_scale scale_sizes;     /* of batches: 1, 2, 4, ... */

/* Zeroed, it is empty. Any thread may observe at any time. */
struct histogram {
    _Atomic uint64_t buckets[HISTOGRAM_BOUNDS_MAX + 1];
    _Atomic uint64_t sum;
};

void histogram_observe(struct histogram *histogram, const struct histogram_scale *scale,
                       uint64_t value);
uint64_t histogram_count(const struct histogram *histogram);

/* Of a metric of type METRIC_HISTOGRAM. */
void metrics_write_histogram(struct metrics *metrics, const struct metric *metric,
                             const struct label *labels, const struct histogram *histogram,
                             const struct histogram_scale *scale);

#endif
