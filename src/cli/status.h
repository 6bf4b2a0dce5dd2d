#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include <jansson.h>

#include "command.h"

/* Whether what the daemon says of one organization's directory waits for a person. */
bool status_has_directory_alarm(const json_t *status);

/* What that person is to do about it. */
const char *status_directory_advice(const json_t *status, struct arena *arena);

/* The other organizations of a status; new, the caller's to json_decref. */
json_t *status_others(const json_t *status);

#endif
