#ifndef BRIDGE_BASE_NEAREST_H
#define BRIDGE_BASE_NEAREST_H

#include <stddef.h>

/*
 * Which known name may have been meant by an unknown one: the one with the
 * fewest letters changed, added, left out or swapped. Start with {.text = what
 * was written} and offer every name that is known.
 */
struct nearest {
    const char *text;
    const char *name; /* NULL: none is near enough to be meant */
    size_t distance;  /* of `name` */
};

void nearest_offer(struct nearest *nearest, const char *name);

#endif
