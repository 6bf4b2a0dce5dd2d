#ifndef TESTS_SUPPORT_FAILING_H
#define TESTS_SUPPORT_FAILING_H

#include <stdatomic.h>

#include "bridge/base/status.h"

struct engine;

/* Calls of a store's engine, as a set. */
enum {
    FAILING_BEGIN = 1 << 0, /* of either kind, and a renewal */
    FAILING_GET = 1 << 1,
    FAILING_SCAN = 1 << 2, /* after it has shown everything */
    FAILING_PUT = 1 << 3,
    FAILING_DELETE = 1 << 4,
    FAILING_COMMIT = 1 << 5, /* nothing is committed */
    FAILING_LOOKS = FAILING_BEGIN | FAILING_GET | FAILING_SCAN,
    FAILING_WRITES = FAILING_PUT | FAILING_DELETE | FAILING_COMMIT,
};

/*
 * Which call of an engine is to fail, and how. {0} lets none fail. A test sets
 * it while nothing is on its way to the store.
 */
struct failing {
    unsigned calls;        /* of which kinds: the others are not counted */
    atomic_int countdown;  /* 1: the next of these calls fails, and no other */
    enum status status;    /* a commit may fail only as STATUS_STORE_FULL */
    unsigned percent_used; /* of its size, it says; 0: what is really in use */
};

/* Put in front of an engine, which it takes. `failing` outlives it. */
struct engine *failing_engine(struct engine *engine, struct failing *failing);

#endif
