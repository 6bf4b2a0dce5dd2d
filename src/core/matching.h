#ifndef CORE_MATCHING_H
#define CORE_MATCHING_H

#include "bridge/core/selection.h"

/*
 * Whether the resource at a row, as it would be answered, matches the query's
 * filter. Only what the filter asks for is composed: most look at no more than the
 * stored document. False where there is none.
 */
bool row_matches(struct store_txn *txn, const struct selection_query *query, uint64_t row);

#endif
