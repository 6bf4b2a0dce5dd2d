#ifndef DAEMON_DIRECTORIES_H
#define DAEMON_DIRECTORIES_H

#include "bridge/api/api.h"
#include "bridge/config/config.h"
#include "bridge/worker/worker.h"

/* The directories of the organizations that the configuration names, each with its worker. */
struct directories {
    const struct config *config;                      /* outlives the workers */
    struct worker *workers[CONFIG_ORGANIZATIONS_MAX]; /* in the order of the configuration */
    size_t count;
};

/*
 * Start a worker for each. Also after a failure `directories` is to be stopped.
 *
 * STATUS_CONFIGURATION  a setting cannot be used
 */
enum status directories_start(struct directories *directories, const struct config *config,
                              struct store *store, struct problem *problem);
void directories_stop(struct directories *directories);

/* Something was committed in an organization. */
void directories_wake(const struct directories *directories, uint32_t organization);

/* How the one at `index` is. */
void directories_describe(const struct directories *directories, size_t index,
                          struct api_directory *description);

#endif
