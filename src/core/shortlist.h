#ifndef CORE_SHORTLIST_H
#define CORE_SHORTLIST_H

#include "bridge/core/selection.h"
#include "rows.h"

/*
 * What the indexes leave of a filter: whatever it matches is among these rows, and
 * some of them it may not match. Nothing is said of whether the actor may see them.
 */
struct shortlist {
    bool is_there; /* false: no index answers, all rows are to be looked at */
    bool is_cut;   /* there are more than the limit: the rows are of no use */
    bool is_exact; /* the filter matches every one of them */
    struct rows rows;
};

/*
 * Of the terms that an `and` joins the one that leaves the fewest rows is used, of
 * those that an `or` joins all, or none.
 */
struct shortlist shortlist_make(struct store_txn *txn, const struct selection_query *query,
                                size_t limit, struct arena *arena);

#endif
