#include "tally.h"

#include <stdio.h>
#include <stdlib.h>

enum { STATUS_END = 600 };

static const struct metric answers = {"rolebridge_http_answers_total", METRIC_COUNTER,
                                      "Requests that have ended, by the status of their answer."};
static const struct metric durations = {
    "rolebridge_http_request_duration_seconds", METRIC_HISTOGRAM,
    "From a request's first line to the last byte of its answer, by route."};

void tally_init(struct tally *tally, const struct route *routes, size_t count)
{
    tally->routes = routes;
    tally->route_count = count;
    tally->durations = heap_alloc(count + 1, sizeof(*tally->durations));
    tally->answers = heap_alloc(STATUS_END, sizeof(*tally->answers));
}

void tally_clear(struct tally *tally)
{
    free(tally->durations);
    free(tally->answers);
    *tally = (struct tally){0};
}

void tally_answer(struct tally *tally, const struct route *route, int status, int64_t took_us)
{
    size_t index = route ? (size_t)(route - tally->routes) : tally->route_count;

    histogram_observe(&tally->durations[index], &scale_durations, (uint64_t)took_us);
    atomic_fetch_add_explicit(&tally->answers[status], 1, memory_order_relaxed);
}

static void write_answers(const struct tally *tally, struct metrics *metrics)
{
    for (int status = 0; status < STATUS_END; status++) {
        uint64_t count = atomic_load_explicit(&tally->answers[status], memory_order_relaxed);
        char code[12];

        (void)snprintf(code, sizeof(code), "%d", status);
        if (count)
            metrics_write(metrics, &answers, (struct label[]){{"code", code}, {NULL, NULL}},
                          (double)count);
    }
}

/* A route that nobody has called says nothing. */
static void write_durations(const struct tally *tally, struct metrics *metrics)
{
    static const struct route none = {.method = "any", .path = "none"};

    for (size_t i = 0; i <= tally->route_count; i++) {
        const struct route *route = i < tally->route_count ? &tally->routes[i] : &none;
        const struct label labels[] = {
            {"method", route->method}, {"route", route->path}, {NULL, NULL}};

        if (histogram_count(&tally->durations[i]))
            metrics_write_histogram(metrics, &durations, labels, &tally->durations[i],
                                    &scale_durations);
    }
}

void tally_write(const struct tally *tally, struct metrics *metrics)
{
    write_answers(tally, metrics);
    write_durations(tally, metrics);
}
