#include "command.h"

enum status config_check_run(struct invocation *invocation, struct problem *problem)
{
    const char *path = config_path(invocation);
    enum status status = config_load(path, &invocation->config, problem);

    if (!status)
        fprintf(invocation->out, "%s: ok\n", path);
    return status;
}

enum status config_sample_run(struct invocation *invocation, struct problem *problem)
{
    (void)problem;
    config_sample(invocation->out);
    return STATUS_OK;
}
