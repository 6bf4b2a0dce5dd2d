#include <stdio.h>

#include "bridge/base/crypt.h"
#include "bridge/cli/cli.h"
#include "bridge/daemon/daemon.h"

int main(int argc, char **argv)
{
    if (!crypt_init()) {
        fputs("rolebridge: the system gives no random numbers\n", stderr);
        return CLI_FAILED;
    }
    return cli_run(argc, argv, daemon_run);
}
