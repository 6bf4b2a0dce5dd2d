#ifndef DIRECTORY_WINDOW_H
#define DIRECTORY_WINDOW_H

#include "request.h"

/* How many requests may wait for their answers at once, at most. */
enum { WINDOW_MAX = 64 };

/*
 * Send requests, at most `size` unanswered at any time, and take their answers in
 * whatever order they come. Servers may carry them out in another order than they
 * were sent, so no two of them may be about the same entry. Each has the deadline
 * of an operation from when it is sent.
 *
 * STATUS_DIRECTORY_UNAVAILABLE  one of them ended so. Those that were not sent by
 *                               then never are, and end so, too
 */
enum status window_run(struct directory *directory, struct request *requests, size_t count,
                       size_t size, struct problem *problem);

/* One alone. */
enum status window_ask(struct directory *directory, struct request *request,
                       struct problem *problem);

#endif
