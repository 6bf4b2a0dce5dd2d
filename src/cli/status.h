#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include <jansson.h>

#include "command.h"

/* The first open alarm of this name in what the daemon says of one organization; or NULL. */
const json_t *status_alarm(const json_t *status, const char *name);

/* The other organizations of a status; new, the caller's to json_decref. */
json_t *status_others(const json_t *status);

#endif
