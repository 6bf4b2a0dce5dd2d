#ifndef CORE_TEXT_INDEX_H
#define CORE_TEXT_INDEX_H

#include "layout.h"
#include "rows.h"

/*
 * Indexes by text that people chose. A short one is kept whole, so that what begins
 * with something is found as well; of a long one TEXT_KEPT bytes, and the digest of
 * the whole. Where several resources may have the same text the row follows.
 * `folded` is in the form that the index keeps.
 */
enum { TEXT_KEPT = 48 };

struct store_key key_text(struct store_txn *txn, enum index index, const char *folded);

/* Rows with this very text. */
void text_walk(struct store_txn *txn, enum index index, const char *folded, row_visit *visit,
               void *context);

/* Rows with all texts that begin so; where the start is long also others. */
void text_walk_start(struct store_txn *txn, enum index index, const char *folded, row_visit *visit,
                     void *context);

/*
 * The same in an index that keeps names by text_fold_name, for a filter that
 * compares them by text_fold.
 */
void text_walk_name_start(struct store_txn *txn, enum index index, const char *start,
                          struct arena *arena, row_visit *visit, void *context);

#endif
