#include "tally.h"

#include "bridge/base/clock.h"
#include "bridge/base/metrics.h"
#include "bridge/directory/connection.h"

/* How an operation ends: the words of connection.h in one. */
static const char *const outcomes[STATUS_COUNT] = {
    [STATUS_OK] = "done",
    [STATUS_CONFLICT] = "conflict",
    [STATUS_NOT_FOUND] = "absent",
    [STATUS_UNAUTHORIZED] = "unauthorized",
    [STATUS_CONFIGURATION] = "misconfigured",
    [STATUS_DIRECTORY_REFUSED] = "refused",
    [STATUS_DIRECTORY_UNAVAILABLE] = "unavailable",
};

/* Of all connections of this process. */
static struct {
    _Atomic uint64_t outcomes[STATUS_COUNT];
    struct histogram durations;
} tallies[OPERATION_COUNT];

void tally_call(const struct call *call, enum status status)
{
    atomic_fetch_add_explicit(&tallies[call->operation].outcomes[status], 1, memory_order_relaxed);
    histogram_observe(&tallies[call->operation].durations, &scale_durations,
                      (uint64_t)(clock_boot_us() - call->began_us));
}

static void write_outcomes(struct metrics *metrics, enum operation operation)
{
    static const struct metric operations = {"rolebridge_directory_operations_total",
                                             METRIC_COUNTER,
                                             "LDAP operations that have ended, and how."};

    for (int status = 0; status < STATUS_COUNT; status++) {
        uint64_t count =
            atomic_load_explicit(&tallies[operation].outcomes[status], memory_order_relaxed);
        const struct label labels[] = {{"operation", operation_name(operation)},
                                       {"outcome", outcomes[status] ? outcomes[status] : "other"},
                                       {NULL, NULL}};

        if (count)
            metrics_write(metrics, &operations, labels, (double)count);
    }
}

static void write_durations(struct metrics *metrics, enum operation operation)
{
    static const struct metric durations = {
        "rolebridge_directory_operation_duration_seconds", METRIC_HISTOGRAM,
        "From an LDAP request to the end of its answer, with the time that it waited in line."};
    const struct label labels[] = {{"operation", operation_name(operation)}, {NULL, NULL}};

    if (histogram_count(&tallies[operation].durations))
        metrics_write_histogram(metrics, &durations, labels, &tallies[operation].durations,
                                &scale_durations);
}

void directory_write_metrics(struct metrics *metrics)
{
    for (int operation = 0; operation < OPERATION_COUNT; operation++)
        write_outcomes(metrics, (enum operation)operation);
    for (int operation = 0; operation < OPERATION_COUNT; operation++)
        write_durations(metrics, (enum operation)operation);
}
