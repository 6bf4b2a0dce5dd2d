#ifndef API_ALARM_H
#define API_ALARM_H

#include "bridge/base/clock.h"
#include "request.h"

/*
 * What needs a person's attention until it has been put right. Whether it is so is read off
 * the present state each time, so there is nothing to reset and nothing to acknowledge. All
 * go one way: they are listed in the status, `rolebridge status` ends with 5 while there is
 * one, and the log says when each begins and ends (include/bridge/api/alarm.h). One that is
 * about the data is a hold besides, which is journalled (include/bridge/core/hold.h).
 *
 * To add a kind: a function that looks, here, and a row in alarm.c. It calls alarm_raise for
 * each alarm that is open now, and does nothing else.
 */
struct alarm {
    const char *name;         /* of its kind: set by alarm_raise */
    const char *organization; /* whose; NULL: the whole daemon's, seen by all administrators */
    const char *subject;      /* which, where one kind may have several: "entra"; or NULL */
    int64_t since;            /* 0: not known */
    const char *detail;       /* what is wrong */
    const char *advice;       /* the next step, and what goes on meanwhile */
};

typedef void alarm_visit(void *context, const struct alarm *alarm);

/* Where to look, and for whom. */
struct lookout {
    const struct api *api;
    struct store_txn *txn; /* of the organization; for what is the daemon's, of any */
    struct arena *arena;
    int64_t now;
    struct clock_state clock;
    const char *organization; /* its name; NULL: for what is the whole daemon's */
    const char *kind;
    alarm_visit *visit;
    void *context;
};

/* detail and advice, and where it is known subject and since, are the caller's to give. */
void alarm_raise(const struct lookout *lookout, const struct alarm *alarm);

typedef void alarm_look(const struct lookout *lookout);

alarm_look look_at_daemon_holds, look_at_holds; /* what waits for a person's word */
alarm_look look_at_clock;                       /* not as it should be */
alarm_look look_at_store;                       /* nearly full */
alarm_look look_at_certificate;                 /* ends soon */
alarm_look look_at_directory;                   /* does not work */
alarm_look look_at_parked;                      /* what the directory refused */
alarm_look look_at_expiring;                    /* tokens that end soon */

/*
 * The open alarms as a list for the status: those of the transaction's organization, with
 * this name, or (NULL) of the whole daemon.
 */
json_t *alarms_json(const struct api *api, struct store_txn *txn, const char *organization,
                    struct arena *arena);

/* All there are, of the daemon and of each organization. `lookout` has no kind nor organization. */
void alarms_each(struct lookout *lookout);

#endif
