#ifndef TESTS_SUPPORT_OPEN_GATE_H
#define TESTS_SUPPORT_OPEN_GATE_H

#include "bridge/http/server.h"

/* Lets everybody in: for tests that are about something else. */
static inline enum status open_gate(struct exchange *exchange, unsigned scope,
                                    struct problem *problem)
{
    (void)exchange;
    (void)scope;
    (void)problem;
    return STATUS_OK;
}

#endif
