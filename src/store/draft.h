#ifndef STORE_DRAFT_H
#define STORE_DRAFT_H

#include "engine.h"
#include "scan.h"

#include "bridge/base/arena.h"

/*
 * What one run of a change has read and what it wants to write. A draft can be
 * written when everything it read still stands.
 */
struct draft;

enum cell_reading { CELL_UNREAD, CELL_ABSENT, CELL_FOUND };
enum cell_fate { CELL_KEPT, CELL_PUT, CELL_DELETED };

/* One key that the change touched. */
struct cell {
    struct cell *next;
    enum store_table table;
    struct bytes key;
    enum cell_reading reading;
    struct bytes seen; /* the value, where the reading is CELL_FOUND */
    enum cell_fate fate;
    struct bytes value; /* to put */
    int64_t added;      /* to the number there, in STORE_COUNTER */
};

struct draft *draft_new(void);
void draft_free(struct draft *draft); /* takes NULL */

/* Bytes that live as long as the draft. */
struct bytes draft_copy(struct draft *draft, struct bytes bytes);

/* The cell of a key, a new one at the first touch. */
struct cell *draft_cell(struct draft *draft, enum store_table table, struct bytes key);

/* `scan` is copied, with the bytes that it points to. */
void draft_add_scan(struct draft *draft, const struct scan *scan);
void draft_add_journal(struct draft *draft, struct bytes record);

/* What it writes may go where room is kept for it. */
void draft_use_reserve(struct draft *draft);
bool draft_uses_reserve(const struct draft *draft);

/* Be written even where there is nothing else, for the time that a commit carries. */
void draft_keep_time(struct draft *draft);
bool draft_keeps_time(const struct draft *draft);

/* Show each key that is put or added to. */
void draft_show(const struct draft *draft, store_write_visit *visit, void *context);

/* Nothing to write. */
bool draft_is_empty(const struct draft *draft);

/* Whether all that was read is the same in `txn`. */
enum status draft_check(const struct draft *draft, struct engine_txn *txn, bool *stands,
                        struct problem *problem);

enum status draft_write(struct draft *draft, struct engine_txn *txn, uint32_t organization,
                        struct problem *problem);

#endif
