#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "engine.h"

/*
 * Give a line its number and its link of the chain, and put it. `line` is the
 * record with DIGEST_SIZE bytes of room in front, where the link is written.
 */
enum status journal_append(struct engine_txn *txn, uint32_t organization, unsigned char *line,
                           size_t size, struct problem *problem);

#endif
