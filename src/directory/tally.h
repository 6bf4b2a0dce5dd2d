#ifndef DIRECTORY_TALLY_H
#define DIRECTORY_TALLY_H

#include "call.h"

/* A call has ended, from whatever thread: count how, and how long it took. */
void tally_call(const struct call *call, enum status status);

#endif
