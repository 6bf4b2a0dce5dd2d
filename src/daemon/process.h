#ifndef DAEMON_PROCESS_H
#define DAEMON_PROCESS_H

#include "bridge/base/metrics.h"

/* Write what the system says of this process, under the names that Prometheus gives it. */
void process_write_metrics(struct metrics *metrics);

#endif
