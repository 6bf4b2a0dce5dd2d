#ifndef BRIDGE_STORE_STORE_H
#define BRIDGE_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/bytes.h"
#include "bridge/base/crypt.h"
#include "bridge/base/status.h"

/*
 * What the bridge remembers: a few tables of ordered keys, reads in a snapshot,
 * changes as functions. An acknowledged change is on the disk.
 *
 * Keys of domain data start with the number of their organization. The layout of
 * keys and values is beside each owner in `core` and `auth`.
 */
enum store_table {
    STORE_META,         /* schema, sequence, ends of the journals: the store's own */
    STORE_ORGANIZATION, /* global: organization -> its record */
    STORE_RESOURCE,     /* row, type -> the resource's finished bytes */
    STORE_ACCOUNT,      /* row -> what of a user is no SCIM document */
    STORE_PERSON,       /* id of an account, also of one that is gone -> its journal's key */
    STORE_ASSERTION,    /* row, connection -> role and site as last asserted */
    STORE_INDEX,        /* which index, what, [row] -> row */
    STORE_GROUP,        /* row -> what of a group is no SCIM document */
    STORE_SITE,         /* row -> key, name, former names */
    STORE_CONNECTION,   /* connection -> its record */
    STORE_TOKEN,        /* global: public id -> digest and what it opens */
    STORE_OUTBOX,       /* kind, row -> the work that waits for it */
    STORE_DUE,          /* urgency, due_at, kind, row -> nothing: the outbox as a queue */
    STORE_LINK,         /* kind, row -> the directory entry that belongs to it */
    STORE_PASSWORD,     /* row -> a sealed password that waits for the directory */
    STORE_LEASE,        /* nothing -> which worker may write to the directory */
    STORE_HOLD,         /* number -> what waits for a person's word, or was decided */
    STORE_JOURNAL,      /* number -> link of the chain, record */
    STORE_COUNTER,      /* what is counted -> a signed number: only by store_add */
    STORE_TABLE_COUNT
};

struct metrics;
struct store;

/* One transaction, held by one thread at a time. */
struct store_txn;

/*
 * Make a new store in `path`, a folder that does not exist yet. It is built
 * beside and moved into place when it is on the disk, so a power cut leaves
 * either no store or a good one.
 *
 * STATUS_CONFLICT  something is there already
 */
enum status store_create(const char *path, uint64_t size, struct problem *problem);

/*
 * Open a store and start its committer. `size` is the most it may grow to, in
 * bytes; the file is sparse. A store that is missing, damaged or of a newer
 * release is refused with words that say what to do; nothing is made anew. From then on
 * the process takes it for no earlier than the store has kept (base/clock.h).
 *
 * STATUS_NOT_FOUND  there is no store
 * STATUS_CONFLICT   another process has it open
 */
enum status store_open(const char *path, uint64_t size, struct store **store,
                       struct problem *problem);

/*
 * Open a store only to read it, also while a daemon has it: every change fails. Only
 * who may write to the store's folder can, since readers are noted there. What is
 * said at store_begin counts: a snapshot makes the daemon's file grow while it is held.
 */
enum status store_open_to_read(const char *path, uint64_t size, struct store **store,
                               struct problem *problem);

/* How many bytes of the copy are written; about twice a second, on the caller's thread. */
typedef void store_progress(void *context, uint64_t copied);

/*
 * Copy the store, as it is at one moment, into `path`, a folder that does not exist yet
 * and is a store itself then, mode 0700. What was deleted is not in it. It is moved into
 * place when it is whole and on the disk. Changes go on meanwhile, and are not in it; as
 * long as it takes, no page that they free is used again. `progress` may be NULL.
 *
 * STATUS_CONFLICT    something is there already
 * STATUS_STORE_FULL  the disk there is full
 * STATUS_INTERNAL    whatever else kept it from being written; nothing is left in any case
 */
enum status store_backup(struct store *store, const char *path, store_progress *progress,
                         void *context, struct problem *problem);

/* Finish every change that was submitted, then close. Takes NULL. */
void store_close(struct store *store);

/* ------------------------------------------------------------------ reading */

/*
 * A snapshot, as one organization reads it. Keep it short: while it is held,
 * freed pages are not used again.
 */
enum status store_begin(struct store *store, uint32_t organization, struct store_txn **txn,
                        struct problem *problem);

/* Read as another organization from here on: what a token leads to. */
void store_enter(struct store_txn *txn, uint32_t organization);
void store_end(struct store_txn *txn); /* takes NULL */
void store_release(struct store_txn **txn);

/* The bytes are good until the transaction ends. */
bool store_get(struct store_txn *txn, enum store_table table, struct bytes key,
               struct bytes *value);

/* A number that store_add counts; 0 when nothing was counted yet. */
int64_t store_count(struct store_txn *txn, struct bytes key);

/*
 * The same without counting as read: what others count meanwhile makes no change
 * stale, so it may be off by what they do. For bounds that need not be exact.
 */
int64_t store_count_roughly(struct store_txn *txn, struct bytes key);

/* The number in a value that a walk over STORE_COUNTER shows. */
int64_t store_number(struct bytes value);

/* Return false to stop. The bytes are good during the call. */
typedef bool store_visit(void *context, struct bytes key, struct bytes value);

/*
 * Walk the keys that begin with `prefix`, in order, from the first one that is
 * not below `from` (empty: from the start). Inside a change it sees the
 * snapshot, not what the change itself has put; what was seen counts as read.
 */
void store_scan(struct store_txn *txn, enum store_table table, struct bytes prefix,
                struct bytes from, store_visit *visit, void *context);

/*
 * "It was not there": STATUS_NOT_FOUND with the words "there is no WHAT ID", unless the
 * store could not look, which is another answer.
 */
enum status store_missing(struct store_txn *txn, struct problem *problem, const char *what,
                          const char *id);

/* Whether every look so far succeeded. */
enum status store_status(const struct store_txn *txn, struct problem *problem);

/* ----------------------------------------------------------------- changing */

/*
 * A change to the store. It runs against a snapshot; what it reads and what it
 * puts is recorded, and committed if what it read still stands, otherwise it
 * runs again. So it may run more than once, on another thread, and affects
 * nothing but the transaction and what `argument` sets aside for its result.
 * No network call inside.
 */
typedef enum status store_change(struct store_txn *txn, void *argument, struct problem *problem);

/* Called once, on the committer's thread or on the caller's, when the change has ended. */
typedef void store_done(void *context, enum status status, const struct problem *problem);

void store_put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value);
void store_delete(struct store_txn *txn, enum store_table table, struct bytes key);

/*
 * Add to a number in STORE_COUNTER. It reads nothing, so changes that count the
 * same thing do not get in each other's way; reading the number in a change, by
 * store_count, counts as read like everything else.
 */
void store_add(struct store_txn *txn, struct bytes key, int64_t amount);

/* Append to the organization's journal; the number and the chain are given at commit. */
void store_journal(struct store_txn *txn, struct bytes record);

/*
 * The change takes access away, frees room, or records what the directory has followed: it
 * must not fail for want of room. All others are refused while 90 % of the size are in
 * use, and leave the last 5 % alone whatever they write.
 */
void store_use_reserve(struct store_txn *txn);

/*
 * Keep what time it is, though nothing else may be put. Every commit does so as well, once
 * this was called in a store: by the daemon, when it serves it for the first time. Until then
 * nothing in it can expire, and a store may lie for as long as it likes.
 */
void store_keep_time(struct store_txn *txn);

/* A number that no one else has or had, larger than those before: for rows and generations. */
uint64_t store_sequence(struct store_txn *txn);

/* The last number that was given out when this snapshot was made: none in it is larger. */
uint64_t store_last_number(struct store_txn *txn);

uint32_t store_organization(const struct store_txn *txn);

/* What a change would put, or add to a number. */
struct store_write {
    enum store_table table;
    struct bytes key;
    struct bytes value; /* to put */
    int64_t added;      /* in STORE_COUNTER */
};

typedef void store_write_visit(void *context, const struct store_write *write);

/*
 * Run a change against the snapshot `txn`, to no effect, and show what it would put
 * and add, each key once; not what it would delete. The bytes are good during the
 * call. Nothing is shown of a change that fails.
 */
enum status store_rehearse(struct store_txn *txn, store_change *change, void *argument,
                           store_write_visit *visit, void *context, struct problem *problem);

/*
 * Run a change of one organization. It is prepared on the caller's thread and
 * handed to the committer, which shares one commit among all that wait; `done`
 * is told when it is durable, or its failure with nothing changed. A change
 * that puts nothing costs no commit.
 *
 * STATUS_BUSY        too many changes wait already
 * STATUS_STORE_FULL  no room in the store or on the disk; reads go on, and changes do
 *                    once there is room
 */
void store_submit(struct store *store, uint32_t organization, store_change *change, void *argument,
                  store_done *done, void *context);

/* The same, and wait for it. */
enum status store_update(struct store *store, uint32_t organization, store_change *change,
                         void *argument, struct problem *problem);

/* Bytes in use as of the last commit, without pages that were freed; and the most there may be. */
void store_usage(struct store *store, uint64_t *used, uint64_t *size);

enum store_room {
    STORE_ROOM_AMPLE,
    STORE_ROOM_LOW,     /* from 80 % on: somebody should make room */
    STORE_ROOM_RESERVE, /* from 90 % on: only for what calls store_use_reserve */
};
enum store_room store_room_left(struct store *store);

/* Write what the store has counted: commits, and how much of it is used. */
void store_write_metrics(struct store *store, struct metrics *metrics);

/* ------------------------------------------------------------------ journal */

/*
 * Each organization's journal is a chain: a line's link is the SHA-256 of the link
 * before it and of its own record. Numbers begin with 1, after a link of zeros.
 */
/* A place in the chain: everything up to this line. */
struct journal_mark {
    uint64_t number;
    unsigned char link[DIGEST_SIZE];
};

/*
 * Where the journal begins, which is behind the last line that was pruned, and
 * where it ends.
 */
enum status store_journal_ends(struct store_txn *txn, struct journal_mark *start,
                               struct journal_mark *end, struct problem *problem);

/* Return false to stop. The bytes are good during the call. */
typedef bool journal_visit(void *context, const struct journal_mark *mark, struct bytes record);

/* Go through the lines from number `first` on, as they are. */
void store_journal_read(struct store_txn *txn, uint64_t first, journal_visit *visit, void *context);

/*
 * Check that the chain goes on from `mark`, for `most` lines or to its end, and
 * move `mark` to the last line that was checked.
 *
 * STATUS_CONFLICT  names the first number that does not fit: that line, or the one
 *                  before it, was altered, taken away or moved
 */
enum status store_journal_verify(struct store_txn *txn, struct journal_mark *mark, unsigned most,
                                 bool *is_at_end, struct problem *problem);

/*
 * In a change: take away the lines up to `mark`, the oldest first, at most `most` of
 * them. `pruned` is where the journal begins then. What is left can be verified as
 * before. `mark` must be as the journal has it, so that only who has seen the lines
 * takes them away.
 *
 * STATUS_NOT_FOUND  there is no such line any more, or not yet
 * STATUS_CONFLICT   that line has another link
 */
enum status store_journal_prune(struct store_txn *txn, const struct journal_mark *mark,
                                unsigned most, struct journal_mark *pruned,
                                struct problem *problem);

#endif
