#ifndef CORE_USER_JOURNAL_H
#define CORE_USER_JOURNAL_H

#include "revision.h"

/* The journal's record of what a revision changes. */
void user_journal(const struct revision *revision);

#endif
