#ifndef BRIDGE_CLI_CLI_H
#define BRIDGE_CLI_CLI_H

#include "bridge/base/status.h"

/* What the process ends with; part of the interface, so the numbers stay. */
enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_ALARMS = 5, /* status: something waits for a person */
    CLI_UNREACHABLE = 7
};

/* Be the daemon until it is told to stop. The commands know no more of it. */
typedef enum status cli_serve(const char *config_path, struct problem *problem);

/*
 * `rolebridge NOUN VERB [ARGUMENT] [OPTION...]`: data on standard output,
 * messages on standard error. Returns an enum cli_exit.
 */
int cli_run(int argc, char **argv, cli_serve *serve);

#endif
