#include "bridge/base/metrics.h"

#include <stdio.h>
#include <string.h>

static const char *const type_names[] = {
    [METRIC_COUNTER] = "counter",
    [METRIC_GAUGE] = "gauge",
    [METRIC_HISTOGRAM] = "histogram",
};

const struct histogram_scale scale_durations = {
    .bounds = {100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000,
               1000000, 2500000, 5000000, 10000000},
    .count = 16,
    .unit = 1e-6,
};

const struct histogram_scale scale_sizes = {
    .bounds = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096},
    .count = 13,
    .unit = 1,
};

/* ----------------------------------------------------------------------- writing */

static void begin(struct metrics *metrics, const struct metric *metric)
{
    if (metrics->current == metric)
        return;
    metrics->current = metric;
    text_add_format(&metrics->text, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                    metric->name, type_names[metric->type]);
}

/* As the format wants it in quotes. */
static void add_escaped(struct text *text, const char *value)
{
    for (; *value; value++) {
        if (*value == '\n')
            text_add(text, "\\n");
        else if (*value == '"' || *value == '\\')
            text_add_format(text, "\\%c", *value);
        else
            text_add_bytes(text, bytes_of(value, 1));
    }
}

static void add_label(struct text *text, bool is_first, const char *name, const char *value)
{
    text_add_format(text, "%s%s=\"", is_first ? "{" : ",", name);
    add_escaped(text, value);
    text_add(text, "\"");
}

/* `bound`: the label of a bucket; NULL for all else. */
static void add_labels(struct text *text, const struct label *labels, const char *bound)
{
    size_t count = 0;

    for (; labels && labels[count].name; count++)
        add_label(text, count == 0, labels[count].name, labels[count].value);
    if (bound)
        add_label(text, count++ == 0, "le", bound);
    if (count > 0)
        text_add(text, "}");
}

static void add_value(struct metrics *metrics, const char *suffix, const struct label *labels,
                      const char *bound, double value)
{
    text_add(&metrics->text, metrics->current->name);
    text_add(&metrics->text, suffix);
    add_labels(&metrics->text, labels, bound);
    text_add_format(&metrics->text, " %.15g\n", value);
}

void metrics_write(struct metrics *metrics, const struct metric *metric, const struct label *labels,
                   double value)
{
    begin(metrics, metric);
    add_value(metrics, "", labels, NULL, value);
}

/* -------------------------------------------------------------------- histograms */

void histogram_observe(struct histogram *histogram, const struct histogram_scale *scale,
                       uint64_t value)
{
    size_t bucket = 0;

    while (bucket < scale->count && value > scale->bounds[bucket])
        bucket++;
    atomic_fetch_add_explicit(&histogram->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->sum, value, memory_order_relaxed);
}

static uint64_t bucket_count(const struct histogram *histogram, size_t bucket)
{
    return atomic_load_explicit(&histogram->buckets[bucket], memory_order_relaxed);
}

uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t count = 0;

    for (size_t i = 0; i <= HISTOGRAM_BOUNDS_MAX; i++)
        count += bucket_count(histogram, i);
    return count;
}

/* The count is the sum of the buckets, so that the text agrees with itself while others count on.
 */
void metrics_write_histogram(struct metrics *metrics, const struct metric *metric,
                             const struct label *labels, const struct histogram *histogram,
                             const struct histogram_scale *scale)
{
    uint64_t count = 0;
    char bound[32];

    begin(metrics, metric);
    for (size_t i = 0; i < scale->count; i++) {
        count += bucket_count(histogram, i);
        (void)snprintf(bound, sizeof(bound), "%.15g", (double)scale->bounds[i] * scale->unit);
        add_value(metrics, "_bucket", labels, bound, (double)count);
    }
    count += bucket_count(histogram, scale->count);
    add_value(metrics, "_bucket", labels, "+Inf", (double)count);
    add_value(metrics, "_sum", labels, NULL,
              (double)atomic_load_explicit(&histogram->sum, memory_order_relaxed) * scale->unit);
    add_value(metrics, "_count", labels, NULL, (double)count);
}
