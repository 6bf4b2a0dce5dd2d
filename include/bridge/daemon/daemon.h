#ifndef BRIDGE_DAEMON_DAEMON_H
#define BRIDGE_DAEMON_DAEMON_H

#include "bridge/base/status.h"

/*
 * Run the daemon until SIGINT or SIGTERM: store, worker and HTTP server, put
 * together. A stop is graceful: requests under way are answered, what was
 * acknowledged is in the store.
 */
enum status daemon_run(const char *config_path, struct problem *problem);

#endif
