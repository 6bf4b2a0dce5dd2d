#ifndef TESTS_SUPPORT_REQUESTS_H
#define TESTS_SUPPORT_REQUESTS_H

#include "world.h"

enum request_room {
    NEEDS_ROOM,
    USES_RESERVE, /* takes access away, or makes room: not to be refused for want of it */
};

/*
 * A change of every kind that anybody can ask for, the worker's own among them, each with
 * what must be there before.
 */
struct request {
    const char *what;
    void (*prepare)(struct world *world);
    enum status (*make)(struct world *world);
    enum request_room room;
};

extern const struct request requests[];
extern const size_t request_count;

#endif
