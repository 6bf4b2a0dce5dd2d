#include "alarm.h"

#include <inttypes.h>
#include <string.h>

#include "bridge/base/text.h"
#include "bridge/core/hold.h"
#include "bridge/core/organization.h"
#include "bridge/core/outbox.h"
#include "credentials.h"
#include "organizations.h"

enum { BEHIND_SECONDS = 300, PARKED_LOOKED_AT = 20, NOTICE_SECONDS = 14 * 24 * 3600 };

enum scope_of_alarm { OF_DAEMON, OF_ORGANIZATION };

/* The first that is open gives the status its "to do". */
static const struct {
    const char *name;
    enum scope_of_alarm scope;
    alarm_look *look;
} kinds[] = {
    {"hold", OF_DAEMON, look_at_daemon_holds},   {"clock", OF_DAEMON, look_at_clock},
    {"store", OF_DAEMON, look_at_store},         {"certificate", OF_DAEMON, look_at_certificate},
    {"hold", OF_ORGANIZATION, look_at_holds},    {"directory", OF_ORGANIZATION, look_at_directory},
    {"parked", OF_ORGANIZATION, look_at_parked}, {"expiring", OF_ORGANIZATION, look_at_expiring},
};

void alarm_raise(const struct lookout *lookout, const struct alarm *alarm)
{
    struct alarm raised = *alarm;

    raised.name = lookout->kind;
    raised.organization = lookout->organization;
    lookout->visit(lookout->context, &raised);
}

/* -------------------------------------------------------------------------------- kinds */

struct hold_walk {
    const struct lookout *lookout;
    bool is_of_daemon;
};

static bool visit_hold(void *context, const struct hold *hold)
{
    const struct hold_walk *walk = context;
    struct arena *arena = walk->lookout->arena;

    if (hold->state != HOLD_WAITING || hold_is_of_daemon(hold->kind) != walk->is_of_daemon)
        return true;
    alarm_raise(walk->lookout,
                &(struct alarm){
                    .subject = arena_strdup(arena, hold->id),
                    .since = hold->opened_at,
                    .detail = hold->detail,
                    .advice = arena_printf(arena, "%s: rolebridge hold allow %s, or hold refuse %s",
                                           hold_kind_advice(hold->kind), hold->id, hold->id),
                });
    return true;
}

void look_at_daemon_holds(const struct lookout *lookout)
{
    struct hold_walk walk = {lookout, true};

    hold_each(lookout->txn, lookout->arena, visit_hold, &walk);
}

void look_at_holds(const struct lookout *lookout)
{
    struct hold_walk walk = {lookout, false};

    hold_each(lookout->txn, lookout->arena, visit_hold, &walk);
}

/* Held is another alarm; this one is for after somebody has refused it. */
static void look_at_jump(const struct lookout *lookout)
{
    struct hold hold;

    if (hold_last(lookout->txn, HOLD_CLOCK_JUMP, lookout->arena, &hold) &&
        hold.state == HOLD_WAITING)
        return;
    alarm_raise(lookout,
                &(struct alarm){
                    .detail = arena_printf(lookout->arena,
                                           "the clock of this machine is %" PRId64
                                           " seconds ahead, and not followed",
                                           lookout->clock.ahead),
                    .advice = "correct the clock; until then time goes on as if it had not "
                              "jumped, and a restart of the daemon asks about it again",
                });
}

void look_at_clock(const struct lookout *lookout)
{
    if (lookout->clock.ahead)
        look_at_jump(lookout);
    if (lookout->clock.behind < BEHIND_SECONDS)
        return;
    alarm_raise(lookout,
                &(struct alarm){
                    .detail = arena_printf(lookout->arena,
                                           "the clock of this machine is %" PRId64
                                           " seconds behind what the bridge has kept",
                                           lookout->clock.behind),
                    .advice = "see that the clock is right; time never goes back, and goes on at "
                              "half speed until the clock has caught up",
                });
}

void look_at_store(const struct lookout *lookout)
{
    enum store_room room = store_room_left(lookout->api->store);
    uint64_t used, size;

    if (room == STORE_ROOM_AMPLE)
        return;
    store_usage(lookout->api->store, &used, &size);
    alarm_raise(
        lookout,
        &(struct alarm){
            .detail = arena_printf(
                lookout->arena, "the store is %" PRIu64 " %% full%s", used / (size / 100),
                room == STORE_ROOM_RESERVE ? ": only what takes access away is written" : ""),
            .advice = "make store.size larger, and see that there is room on the disk, then "
                      "restart the daemon; or make room: rolebridge journal prune",
        });
}

void look_at_certificate(const struct lookout *lookout)
{
    int64_t ends_at = lookout->api->certificate_ends_at;
    char text[TIMESTAMP_SIZE];

    if (!ends_at || ends_at > lookout->now + NOTICE_SECONDS)
        return;
    timestamp_format(ends_at, text);
    alarm_raise(lookout,
                &(struct alarm){
                    .since = ends_at - NOTICE_SECONDS,
                    .detail = arena_printf(lookout->arena, "the certificate %s at %s",
                                           ends_at > lookout->now ? "ends" : "ended", text),
                    .advice = "renew it, and restart the daemon",
                });
}

/* Whoever is not here works, or is about to, or was never meant to be there. */
static const struct {
    const char *state;
    const char *advice;
} directory_alarms[] = {
    {"absent", "make the organization, or take it out of the configuration"},
    {"unavailable", "see that the directory runs and can be reached; changes wait until it does"},
    {"unusable",
     "change what the directory says; it is looked at again within a minute, and changes wait"},
    {"refusing",
     "write the right password into directory.password_file, which is noticed within seconds, or "
     "unlock the account and restart the daemon; changes wait"},
};

void look_at_directory(const struct lookout *lookout)
{
    struct api_directory directory;

    if (!directory_find(lookout->api, lookout->organization, &directory))
        return;
    for (size_t i = 0; i < sizeof(directory_alarms) / sizeof(directory_alarms[0]); i++) {
        if (strcmp(directory.state, directory_alarms[i].state) != 0)
            continue;
        alarm_raise(lookout, &(struct alarm){
                                 .since = directory.since,
                                 .detail = arena_printf(
                                     lookout->arena, "the directory is %s%s%s", directory.state,
                                     *directory.detail ? ": " : "", directory.detail),
                                 .advice = directory_alarms[i].advice,
                             });
    }
}

void look_at_parked(const struct lookout *lookout)
{
    struct outbox_line lines[PARKED_LOOKED_AT];
    size_t count = outbox_parked(lookout->txn, lines, PARKED_LOOKED_AT, lookout->arena);
    int64_t since = lookout->now;

    for (size_t i = 0; i < count; i++)
        since = lines[i].written_at < since ? lines[i].written_at : since;
    if (count == 0)
        return;
    alarm_raise(lookout,
                &(struct alarm){
                    .since = since,
                    .detail = arena_printf(lookout->arena,
                                           "the directory refused %" PRId64 " of the changes",
                                           outbox_depth(lookout->txn, lookout->arena).parked),
                    .advice = "correct what the parked changes say; each is tried again after 5 "
                              "minutes to 6 hours, or with the next change of the same person or "
                              "site",
                });
}

/* -------------------------------------------------------------------------------- walking */

static void look(struct lookout *lookout, enum scope_of_alarm scope)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        lookout->kind = kinds[i].name;
        if (kinds[i].scope == scope)
            kinds[i].look(lookout);
    }
}

static void add_json(void *context, const struct alarm *alarm)
{
    (void)json_array_append_new(context,
                                json_pack("{s:s, s:s?, s:o, s:s, s:s}", "name", alarm->name,
                                          "subject", alarm->subject, "since",
                                          alarm->since ? timestamp_json(alarm->since) : json_null(),
                                          "detail", alarm->detail, "advice", alarm->advice));
}

json_t *alarms_json(const struct api *api, struct store_txn *txn, const char *organization,
                    struct arena *arena)
{
    json_t *list = json_array();
    struct lookout lookout = {.api = api,
                              .txn = txn,
                              .arena = arena,
                              .now = clock_now(),
                              .clock = clock_state(),
                              .organization = organization,
                              .visit = add_json,
                              .context = list};

    look(&lookout, organization ? OF_ORGANIZATION : OF_DAEMON);
    return list;
}

static bool look_for_organization(void *context, const struct organization *organization)
{
    struct lookout *lookout = context;
    uint32_t own = store_organization(lookout->txn);

    store_enter(lookout->txn, organization->number);
    lookout->organization = organization->name;
    look(lookout, OF_ORGANIZATION);
    store_enter(lookout->txn, own);
    return true;
}

void alarms_each(struct lookout *lookout)
{
    look(lookout, OF_DAEMON);
    organizations_each(lookout->txn, lookout->api, lookout->arena, look_for_organization, lookout);
}
