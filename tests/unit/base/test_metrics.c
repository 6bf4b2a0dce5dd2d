#include "unit.h"

#include <string.h>

#include "bridge/base/metrics.h"

static const struct metric people = {"test_people", METRIC_GAUGE, "How many there are."};
static const struct metric durations = {"test_seconds", METRIC_HISTOGRAM, "How long it takes."};
static const struct histogram_scale scale = {.bounds = {1000, 250000}, .count = 2, .unit = 1e-6};

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void each_metric_is_introduced_once(void **state)
{
    struct metrics metrics = {.text = {.arena = arena}};

    (void)state;
    metrics_write(&metrics, &people, (struct label[]){{"site", "Harbour"}, {NULL, NULL}}, 3);
    metrics_write(&metrics, &people, NULL, 1000000000000.0);
    assert_string_equal(metrics.text.data, "# HELP test_people How many there are.\n"
                                           "# TYPE test_people gauge\n"
                                           "test_people{site=\"Harbour\"} 3\n"
                                           "test_people 1000000000000\n");
}

static void a_label_cannot_break_out_of_its_quotes(void **state)
{
    struct metrics metrics = {.text = {.arena = arena}};

    (void)state;
    metrics_write(&metrics, &people, (struct label[]){{"site", "a\"} 1\nb\\"}, {NULL, NULL}}, 1);
    assert_non_null(strstr(metrics.text.data, "test_people{site=\"a\\\"} 1\\nb\\\\\"} 1\n"));
}

static void a_histogram_counts_what_lies_at_a_bound_below_it(void **state)
{
    struct metrics metrics = {.text = {.arena = arena}};
    struct histogram histogram = {0};

    (void)state;
    histogram_observe(&histogram, &scale, 1000);
    histogram_observe(&histogram, &scale, 1001);
    histogram_observe(&histogram, &scale, 250001);
    assert_int_equal(histogram_count(&histogram), 3);
    metrics_write_histogram(&metrics, &durations, NULL, &histogram, &scale);
    assert_string_equal(metrics.text.data, "# HELP test_seconds How long it takes.\n"
                                           "# TYPE test_seconds histogram\n"
                                           "test_seconds_bucket{le=\"0.001\"} 1\n"
                                           "test_seconds_bucket{le=\"0.25\"} 2\n"
                                           "test_seconds_bucket{le=\"+Inf\"} 3\n"
                                           "test_seconds_sum 0.252002\n"
                                           "test_seconds_count 3\n");
}

static void the_bound_of_a_bucket_stands_behind_the_other_labels(void **state)
{
    struct metrics metrics = {.text = {.arena = arena}};
    struct histogram histogram = {0};

    (void)state;
    metrics_write_histogram(&metrics, &durations, (struct label[]){{"method", "GET"}, {NULL, NULL}},
                            &histogram, &scale);
    assert_non_null(
        strstr(metrics.text.data, "test_seconds_bucket{method=\"GET\",le=\"0.001\"} 0\n"));
}

#define METRICS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        METRICS_TEST(each_metric_is_introduced_once),
        METRICS_TEST(a_label_cannot_break_out_of_its_quotes),
        METRICS_TEST(a_histogram_counts_what_lies_at_a_bound_below_it),
        METRICS_TEST(the_bound_of_a_bucket_stands_behind_the_other_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
