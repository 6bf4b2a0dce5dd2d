#ifndef DIRECTORY_STEP_REQUEST_H
#define DIRECTORY_STEP_REQUEST_H

#include "bridge/directory/plan.h"
#include "request.h"

/* What does a step, if the directory is as the plan took it to be. */
struct request step_request(const struct plan_step *step);

#endif
