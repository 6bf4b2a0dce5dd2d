#ifndef DIRECTORY_APPLY_GROUP_H
#define DIRECTORY_APPLY_GROUP_H

#include "bridge/directory/plan.h"

/* How a step is done. */
typedef enum status step_apply(struct directory *directory,
                               const struct projection_settings *settings,
                               const struct plan_step *step, struct problem *problem);

step_apply apply_new_group;
step_apply apply_members;
step_apply apply_deletion;

/* A group that lost its placeholder cannot lose its last member: it gets both in one change. */
step_apply modify_with_placeholder;

#endif
