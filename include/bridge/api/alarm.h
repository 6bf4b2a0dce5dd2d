#ifndef BRIDGE_API_ALARM_H
#define BRIDGE_API_ALARM_H

#include "bridge/api/api.h"

/*
 * Says in the log when an alarm begins and when it ends, once each. What is an alarm, and
 * how one is added, is in src/api/alarm.h. For one thread.
 */
struct alarm_watch;

struct alarm_watch *alarm_watch_new(void);
void alarm_watch_free(struct alarm_watch *watch); /* takes NULL */

/*
 * Look at everything once: a warning "alarm" for each that was not open at the last look, a
 * line "alarm ended" for each that is not any more. A look that fails says nothing, and leaves
 * all to the next one. To be called about once a minute.
 */
void alarm_watch_look(struct alarm_watch *watch, const struct api *api, int64_t now);

#endif
