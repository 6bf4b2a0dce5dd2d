#ifndef DIRECTORY_SCHEDULE_H
#define DIRECTORY_SCHEDULE_H

#include "bridge/directory/plan.h"

/* A step that is due: of one plan or, where members of a group change, of several. */
struct work {
    struct plan_step step;
    size_t *runs; /* the places of those whose step it is */
    size_t run_count;
};

/* Steps that do not touch each other: no two are about the same entry. */
struct round {
    struct work *works;
    size_t count;
};

/*
 * The next step of every plan, `at` being the places of those steps; a plan that
 * is at its end, or beyond, has none. Who joins or leaves the same group does so
 * in one change. A step about an entry that another one has already waits for a
 * later round, as does all that follows it in its plan. Asked again and again,
 * with those that were in it advanced, this makes every step in the order of its
 * plan.
 */
struct round schedule_round(const struct plan_run *runs, const size_t *at, size_t count,
                            struct arena *arena);

#endif
