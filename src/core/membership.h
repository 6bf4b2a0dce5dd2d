#ifndef CORE_MEMBERSHIP_H
#define CORE_MEMBERSHIP_H

#include "bridge/core/group.h"
#include "rows.h"

/*
 * Changes of one group's members within one request: what was really added and
 * removed, for the journal and to know whether there is work.
 */
enum { MEMBER_NOTE_SIZE = UUID_TEXT_SIZE - 1 + 3 };

struct membership_change {
    struct store_txn *txn;
    const struct actor *actor;
    struct arena *arena;
    const struct group *group;
    struct rows fresh; /* added by this request: a scan does not see them */
    struct text added; /* ids, each in quotes and with a comma: MEMBER_NOTE_SIZE bytes */
    struct text removed;
    size_t added_count;
    size_t removed_count;
    size_t skipped;
    size_t work; /* members gone over */
};

enum { MEMBERSHIP_WORK_MAX = 1000000 };

struct membership_change membership_begin(struct store_txn *txn, const struct actor *actor,
                                          struct arena *arena, const struct group *group);

/*
 * One operation on `members`, as patch_parse made it.
 *
 * STATUS_TOO_MANY  the operations so far go over more than MEMBERSHIP_WORK_MAX members
 */
enum status membership_apply(struct membership_change *change,
                             const struct patch_operation *operation, struct problem *problem);

/* Add those that a list of members names. */
void membership_add_all(struct membership_change *change, const json_t *members);

/*
 * When all is done: STATUS_TOO_MANY where members were added and there are more
 * than `most`, or nearly: others may add some at the same time.
 */
enum status membership_check(const struct membership_change *change, size_t most,
                             struct problem *problem);

/* The group goes, or a person does: none of their memberships stays. */
void membership_remove_all(struct membership_change *change);
void membership_forget_user(struct store_txn *txn, uint64_t user_row);

/* The person leaves the groups of this owner, which may not name them any more. */
void membership_leave(struct store_txn *txn, uint64_t user_row, uint32_t owner,
                      const struct actor *actor);

bool membership_is_there(struct store_txn *txn, uint64_t group_row, uint64_t user_row);

#endif
