#ifndef TESTS_SUPPORT_JOURNAL_WALK_H
#define TESTS_SUPPORT_JOURNAL_WALK_H

#include "bridge/store/store.h"

enum { WALK_PIECE = 1000 };

/* Check a whole journal, piece by piece, and see what it holds. `visit` may be NULL. */
static inline enum status journal_walk(struct store *store, uint32_t organization,
                                       journal_visit *visit, void *context, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct journal_mark mark, end;
    bool is_at_end = false;
    enum status status = store_begin(store, organization, &txn, problem);

    if (status || (status = store_journal_ends(txn, &mark, &end, problem)))
        return status;
    if (visit)
        store_journal_read(txn, mark.number + 1, visit, context);
    while (!status && !is_at_end)
        status = store_journal_verify(txn, &mark, WALK_PIECE, &is_at_end, problem);
    return status;
}

#endif
