#ifndef CORE_USER_JUDGE_H
#define CORE_USER_JUDGE_H

#include "revision.h"

/*
 * What follows from what a revision says: `active`, which a block outranks, and the
 * association in effect.
 */
enum status user_settle(struct revision *revision, struct problem *problem);

/*
 * Of an account that gets another owner: what the one before has asserted while it
 * was not in effect, and might not have given, is asserted no more.
 */
void user_forget_ungiven(struct revision *revision);

/* STATUS_FORBIDDEN when it takes away the last active administrator, whom it names. */
enum status user_check_last_administrator(const struct revision *revision, struct problem *problem);

/* Settle it, and hold the outcome against all rules: the schema, roles, unique names. */
enum status user_judge(struct revision *revision, struct problem *problem);

#endif
