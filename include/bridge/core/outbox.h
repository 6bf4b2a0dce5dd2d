#ifndef BRIDGE_CORE_OUTBOX_H
#define BRIDGE_CORE_OUTBOX_H

#include "bridge/base/arena.h"
#include "bridge/core/actor.h"
#include "bridge/store/store.h"

/*
 * Work that waits for the directory. A line names a resource and a generation,
 * not a change: the worker reads what is true now, compares it with the entry,
 * and does what is missing. A newer change of the same resource only gives its
 * line a new generation, so ten quick changes are one piece of work, and doing
 * it twice changes nothing.
 */
enum outbox_kind {
    OUTBOX_ORGANIZATION, /* row 0: the administrators' group */
    OUTBOX_SITE,         /* a site's group */
    OUTBOX_USER,         /* a person's entry, state and role group */
    OUTBOX_GROUP,        /* a pushed group and its members */
};

/* Who loses access goes before all others. */
enum outbox_urgency { OUTBOX_LOSING, OUTBOX_ORDINARY };

struct outbox_line {
    enum outbox_kind kind;
    uint64_t row;
    uint64_t generation;
    enum outbox_urgency urgency;
    int64_t written_at;  /* of the oldest change that has not landed */
    int64_t due_at;      /* not tried before */
    bool is_suspect;     /* nobody answered while it was worked on: it goes alone */
    uint32_t attempts;   /* refused so far */
    const char *refusal; /* NULL; parked: the server's words */
    const char *request; /* the id of the last one that asked for it, for the log; or NULL */
};

/*
 * Inside a change: this resource is to be looked at. Of the actor, when, and for
 * which request; where it has none, that of an earlier change stays.
 */
void outbox_add(struct store_txn *txn, enum outbox_kind kind, uint64_t row,
                enum outbox_urgency urgency, const struct actor *actor, struct arena *arena);

/* Inside a change: nothing is left to do for this resource. */
void outbox_drop(struct store_txn *txn, enum outbox_kind kind, uint64_t row, struct arena *arena);

/* False when nothing waits for this resource. Texts live in the arena. */
bool outbox_find(struct store_txn *txn, enum outbox_kind kind, uint64_t row, struct arena *arena,
                 struct outbox_line *line);

/* The lines that are due, most urgent first, then oldest first; at most `limit`. */
size_t outbox_due(struct store_txn *txn, int64_t now, struct outbox_line *lines, size_t limit,
                  struct arena *arena);

/* Parked lines, in no order that matters; at most `limit`. */
size_t outbox_parked(struct store_txn *txn, struct outbox_line *lines, size_t limit,
                     struct arena *arena);

struct outbox_depth {
    int64_t waiting;   /* lines that are on their way */
    int64_t parked;    /* lines that were refused */
    int64_t oldest_at; /* when the line that is tried next was written; 0 when there is none */
};
struct outbox_depth outbox_depth(struct store_txn *txn, struct arena *arena);

/* Whether the line is as it was: no newer generation, and not dropped. */
bool outbox_is_current(struct store_txn *txn, const struct outbox_line *line, struct arena *arena);

/*
 * Inside a change: the work of this generation has landed. A newer generation
 * stays.
 */
void outbox_landed(struct store_txn *txn, const struct outbox_line *line, struct arena *arena);

/*
 * Inside a change: the directory said no. The line is parked with the reason and
 * tried again after a while that grows with the attempts, since somebody may
 * have mended the directory; a newer generation is not touched.
 */
void outbox_refused(struct store_txn *txn, const struct outbox_line *line, const char *refusal,
                    int64_t now, struct arena *arena);

/*
 * Inside a change: nobody answered while this line was worked on, together with
 * others. It keeps its place, and is a suspect from then on: it may be what the
 * directory fails at. A suspect, which went alone, goes behind the others for a few
 * seconds.
 */
void outbox_unanswered(struct store_txn *txn, const struct outbox_line *line, int64_t now,
                       struct arena *arena);

/*
 * Inside a change: what is parked is tried again now, since somebody may have
 * mended the directory. The reasons stay until then.
 */
void outbox_retry(struct store_txn *txn, int64_t now, struct arena *arena);

/* Seconds until a line that was refused `attempts` times is tried again: 5 min to 6 h. */
int64_t outbox_delay(uint32_t attempts);

/* ------------------------------------------------------------------- links */

/*
 * The entry that belongs to a resource. It is claimed before it is added: after
 * a crash in between, an entry that is found under a claimed DN is known to be
 * ours.
 */
struct link {
    const char *dn;
    const char *identity; /* entryUUID; "" while only claimed */
    bool is_adopted;      /* the entry was there before: somebody else has made it */
};

bool link_find(struct store_txn *txn, enum outbox_kind kind, uint64_t row, struct arena *arena,
               struct link *link);
void link_save(struct store_txn *txn, enum outbox_kind kind, uint64_t row, const struct link *link,
               struct arena *arena);
void link_drop(struct store_txn *txn, enum outbox_kind kind, uint64_t row);

/* The row to which an entry belongs, a deleted one's included; 0: to none. */
uint64_t link_owner(struct store_txn *txn, enum outbox_kind kind, const char *identity);

/* By kind and row. Return false to stop. */
typedef bool link_visit(void *context, enum outbox_kind kind, uint64_t row);
void link_each(struct store_txn *txn, link_visit *visit, void *context);

#endif
