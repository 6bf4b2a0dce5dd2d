/* What is counted, for Prometheus. */
#include "bridge/base/metrics.h"

#include "alarm.h"
#include "bridge/core/organization.h"
#include "bridge/core/outbox.h"
#include "bridge/core/user.h"
#include "handlers.h"
#include "organizations.h"

#define CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* What is known of one organization. */
struct known {
    const char *name;
    struct user_counts people;
    struct outbox_depth outbox;
    int64_t oldest_age; /* seconds */
    const char *directory;
};

enum { KNOWN_MAX = ORGANIZATIONS_MAX };

struct survey {
    struct store_txn *txn;
    struct exchange *exchange;
    struct known all[KNOWN_MAX];
    size_t count;
};

static const struct metric build = {"rolebridge_build_info", METRIC_GAUGE, "The release."};
static const struct metric started = {"rolebridge_start_time_seconds", METRIC_GAUGE,
                                      "When the daemon was started, in seconds since 1970."};
static const struct metric people = {"rolebridge_people", METRIC_GAUGE,
                                     "Accounts, by whether they are active."};
static const struct metric waiting = {"rolebridge_outbox_lines", METRIC_GAUGE,
                                      "Work that waits for the directory and is not parked."};
static const struct metric parked = {"rolebridge_outbox_parked_lines", METRIC_GAUGE,
                                     "Work that the directory has refused."};
static const struct metric age = {"rolebridge_outbox_oldest_age_seconds", METRIC_GAUGE,
                                  "How long the work that is tried next has waited; 0: none."};
static const struct metric directory = {"rolebridge_directory_connected", METRIC_GAUGE,
                                        "1 when the worker is connected to the directory."};

static const struct metric alarms = {"rolebridge_alarm", METRIC_GAUGE,
                                     "1 for each alarm that is open; the status says more."};

static bool look(void *context, const struct organization *organization)
{
    struct survey *survey = context;
    struct known *known = &survey->all[survey->count++];
    struct arena *arena = exchange_arena(survey->exchange);

    store_enter(survey->txn, organization->number);
    *known = (struct known){
        .name = organization->name,
        .people = user_counts(survey->txn),
        .outbox = outbox_depth(survey->txn, arena),
        .directory = directory_state(request_api(survey->exchange), organization->name),
    };
    if (known->outbox.oldest_at)
        known->oldest_age = request_actor(survey->exchange)->now - known->outbox.oldest_at;
    return survey->count < KNOWN_MAX;
}

static void write_one(struct metrics *metrics, const struct metric *metric,
                      const struct known *known, double value)
{
    metrics_write(metrics, metric, (struct label[]){{"organization", known->name}, {NULL, NULL}},
                  value);
}

static void write_people(struct metrics *metrics, const struct known *known)
{
    struct label labels[] = {{"organization", known->name}, {"active", "true"}, {NULL, NULL}};

    metrics_write(metrics, &people, labels, (double)known->people.active);
    labels[1].value = "false";
    metrics_write(metrics, &people, labels, (double)(known->people.total - known->people.active));
}

static void write_survey(struct metrics *metrics, const struct survey *survey)
{
    for (size_t i = 0; i < survey->count; i++)
        write_people(metrics, &survey->all[i]);
    for (size_t i = 0; i < survey->count; i++)
        write_one(metrics, &waiting, &survey->all[i], (double)survey->all[i].outbox.waiting);
    for (size_t i = 0; i < survey->count; i++)
        write_one(metrics, &parked, &survey->all[i], (double)survey->all[i].outbox.parked);
    for (size_t i = 0; i < survey->count; i++)
        write_one(metrics, &age, &survey->all[i], (double)survey->all[i].oldest_age);
    for (size_t i = 0; i < survey->count; i++)
        write_one(metrics, &directory, &survey->all[i],
                  strcmp(survey->all[i].directory, "connected") == 0);
}

static void write_alarm(void *context, const struct alarm *alarm)
{
    const struct label labels[] = {{"alarm", alarm->name},
                                   {"organization", alarm->organization ? alarm->organization : ""},
                                   {"subject", alarm->subject ? alarm->subject : ""},
                                   {NULL, NULL}};

    metrics_write(context, &alarms, labels, 1);
}

static void write_alarms(struct metrics *metrics, struct survey *survey)
{
    struct lookout lookout = {.api = request_api(survey->exchange),
                              .txn = survey->txn,
                              .arena = exchange_arena(survey->exchange),
                              .now = request_actor(survey->exchange)->now,
                              .visit = write_alarm,
                              .context = metrics};

    alarms_each(&lookout);
}

enum status metrics_show(struct exchange *exchange, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct arena *arena = exchange_arena(exchange);
    const struct api *api = request_api(exchange);
    struct survey *survey = arena_alloc(arena, sizeof(*survey));
    struct metrics metrics = {.text = {.arena = arena}};
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    survey->txn = txn;
    survey->exchange = exchange;
    organization_each(txn, arena, look, survey);
    metrics_write(&metrics, &build, (struct label[]){{"version", BRIDGE_VERSION}, {NULL, NULL}}, 1);
    metrics_write(&metrics, &started, NULL, (double)api->started_at);
    write_survey(&metrics, survey);
    write_alarms(&metrics, survey);
    if ((status = store_status(txn, problem)))
        return status;
    store_write_metrics(api->store, &metrics);
    exchange_write_metrics(exchange, &metrics);
    if (api->write_metrics)
        api->write_metrics(api->context, &metrics);
    exchange_answer(exchange, 200, CONTENT_TYPE, bytes_of_text(metrics.text.data),
                    (struct bytes){0});
    return STATUS_OK;
}
