#include "bridge/api/alarm.h"

#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "bridge/base/log.h"
#include "bridge/core/organization.h"

/* An alarm as it was seen; the words may change while it stays the same one. */
struct seen {
    struct seen *next;
    struct alarm alarm;
};

struct alarm_watch {
    struct arena *arena; /* of those below; NULL before the first look */
    struct seen *seen;
};

struct alarm_watch *alarm_watch_new(void)
{
    return heap_alloc(1, sizeof(struct alarm_watch));
}

void alarm_watch_free(struct alarm_watch *watch)
{
    if (watch)
        arena_free(watch->arena);
    free(watch);
}

static bool is_same_text(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

static bool is_among(const struct seen *seen, const struct alarm *alarm)
{
    for (; seen; seen = seen->next)
        if (is_same_text(seen->alarm.name, alarm->name) &&
            is_same_text(seen->alarm.organization, alarm->organization) &&
            is_same_text(seen->alarm.subject, alarm->subject))
            return true;
    return false;
}

static void see(void *context, const struct alarm *alarm)
{
    struct alarm_watch *now = context;
    struct seen *seen = arena_alloc(now->arena, sizeof(*seen));

    seen->alarm = *alarm;
    seen->alarm.organization =
        alarm->organization ? arena_strdup(now->arena, alarm->organization) : NULL;
    seen->alarm.subject = alarm->subject ? arena_strdup(now->arena, alarm->subject) : NULL;
    seen->alarm.detail = arena_strdup(now->arena, alarm->detail);
    seen->alarm.advice = arena_strdup(now->arena, alarm->advice);
    seen->next = now->seen;
    now->seen = seen;
}

static enum status look(struct alarm_watch *now, const struct api *api, int64_t at)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    enum status status = store_begin(api->store, ORGANIZATION_DEFAULT, &txn, NULL);
    struct lookout lookout = {.api = api,
                              .txn = txn,
                              .arena = now->arena,
                              .now = at,
                              .clock = clock_state(),
                              .visit = see,
                              .context = now};

    if (status)
        return status;
    alarms_each(&lookout);
    return store_status(txn, NULL);
}

/* What is in one and not in the other. */
static void say(const struct seen *of, const struct seen *but, enum log_level level,
                const char *event)
{
    for (; of; of = of->next)
        if (!is_among(but, &of->alarm))
            log_write(level, event, "alarm", of->alarm.name, "organization", of->alarm.organization,
                      "subject", of->alarm.subject, "detail", of->alarm.detail, "next",
                      level == LOG_WARNING ? of->alarm.advice : NULL, NULL);
}

void alarm_watch_look(struct alarm_watch *watch, const struct api *api, int64_t now)
{
    struct alarm_watch present = {.arena = arena_new()};

    if (look(&present, api, now)) {
        arena_free(present.arena);
        return;
    }
    say(present.seen, watch->seen, LOG_WARNING, "alarm");
    say(watch->seen, present.seen, LOG_INFO, "alarm ended");
    arena_free(watch->arena);
    *watch = present;
}
