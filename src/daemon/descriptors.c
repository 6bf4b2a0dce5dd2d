#include "descriptors.h"

#include <stdio.h>
#include <sys/resource.h>

#include "bridge/base/log.h"

enum {
    ELSEWHERE = 64,        /* store, log, files that are read */
    AN_ORGANIZATION = 8,   /* its connections to the directory, and what watches over them */
    CONNECTIONS_LEAST = 16 /* with fewer a provider does not get far */
};

/* Besides connections. */
static size_t needed_otherwise(size_t organization_count)
{
    const struct http_limits none = {0};

    return http_descriptors(&none) + ELSEWHERE + AN_ORGANIZATION * organization_count;
}

/* What may be open, once the limit is raised as far as needed or allowed. */
static size_t raise_limit(size_t needed)
{
    struct rlimit limit;
    struct rlimit raised;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return needed; /* nothing is known against it */
    raised = limit;
    if (limit.rlim_cur < needed)
        raised.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
    if (raised.rlim_cur != limit.rlim_cur && setrlimit(RLIMIT_NOFILE, &raised))
        raised = limit; /* forbidden, as by a filter of system calls */
    return (size_t)raised.rlim_cur;
}

static void say_lowered(size_t wanted, size_t fitting, size_t needed, size_t open_max)
{
    char numbers[4][24];
    const size_t values[] = {wanted, fitting, needed, open_max};

    for (size_t i = 0; i < 4; i++)
        (void)snprintf(numbers[i], sizeof(numbers[i]), "%zu", values[i]);
    log_write(LOG_WARNING, "fewer connections than http.connections", "wanted", numbers[0],
              "possible", numbers[1], "needed", numbers[2], "limit", numbers[3], "help",
              "raise the limit of open files: LimitNOFILE= in the unit, or ulimit -n", NULL);
}

enum status descriptors_provide(size_t organization_count, struct http_limits *limits,
                                struct problem *problem)
{
    size_t otherwise = needed_otherwise(organization_count);
    size_t needed = otherwise + limits->connections;
    size_t open_max = raise_limit(needed);
    size_t fitting = open_max > otherwise ? open_max - otherwise : 0;

    if (fitting >= limits->connections)
        return STATUS_OK;
    if (fitting < CONNECTIONS_LEAST)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "only %zu files may be open, and %zu is the least: raise the limit of "
                           "open files, by LimitNOFILE= in the unit or by ulimit -n",
                           open_max, otherwise + CONNECTIONS_LEAST);
    say_lowered(limits->connections, fitting, needed, open_max);
    limits->connections = fitting;
    return STATUS_OK;
}
