#ifndef DIRECTORY_PLAN_STEP_H
#define DIRECTORY_PLAN_STEP_H

#include "bridge/directory/plan.h"

/* Steps that plans for people and for groups share. Each adds what it takes, or nothing. */

struct plan_step *step_add(struct plan *plan, struct arena *arena, enum plan_verb verb,
                           const char *dn, const char *reason);

/*
 * Give the entry the RDN of `desired_dn`; one that was moved elsewhere stays there.
 * The DN that the entry has then.
 */
const char *step_rename(struct plan *plan, struct arena *arena, const char *dn,
                        const char *desired_dn, const char *reason);

/*
 * One step that gives all of `owned` (ended by NULL) that differ the values that
 * they should have. `dn` is that of the entry after the steps so far.
 */
void step_attributes(struct plan *plan, struct arena *arena, const char *dn,
                     const struct entry *desired, const struct entry *actual,
                     const char *const *owned);

#endif
