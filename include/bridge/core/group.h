#ifndef BRIDGE_CORE_GROUP_H
#define BRIDGE_CORE_GROUP_H

#include <jansson.h>

#include "bridge/base/text.h"
#include "bridge/core/actor.h"
#include "bridge/core/outbox.h"
#include "bridge/scim/patch.h"
#include "bridge/store/store.h"

/*
 * An ordinary SCIM group, pushed by a provider or made by an administrator. Its
 * members are no part of its document: each membership is a key in either
 * direction, so that adding one to a group of 50,000 writes one, and many may be
 * added at once. Members that are inactive stay members (a provider does not send
 * them again after a restore), and are left out of the directory's group.
 */
struct group {
    uint64_t row;
    char id[UUID_TEXT_SIZE];
    uint32_t owner; /* a connection's number; 0: local, administrators own it */
    const char *name;
    int64_t created_at;
    int64_t modified_at;
    uint64_t version;      /* of the document; memberships do not move it */
    struct bytes document; /* finished JSON, to be followed by group_tail */
};

enum { GROUP_MEMBERS_MAX = 200000 };

/* A request to change a group, and what comes of it. `arena` owns the result. */
struct group_request {
    const struct actor *actor;
    struct arena *arena;
    const char *id;            /* patch, delete */
    json_t *resource;          /* create: as resource_read made it; borrowed */
    const struct patch *patch; /* patch */
    const char *if_match;      /* patch, delete: the version that the caller expects; NULL: any */
    struct group group;        /* the result */
    size_t members_max;        /* 0: GROUP_MEMBERS_MAX */
    size_t skipped;            /* the result: members that are nobody here */
};

/*
 * store_changes whose argument is a group_request; each is applied whole or not
 * at all. A member that is unknown, or not of this connection, is skipped and
 * counted: it cannot become valid later, since ids are never reused, and must not
 * hold up the others. A remove takes only what it names.
 *
 * STATUS_INVALID_VALUE     no displayName
 * STATUS_MUTABILITY        another id in the request
 * STATUS_UNIQUENESS        the displayName or externalId is another group's
 * STATUS_FORBIDDEN         a connection's group, changed by an administrator
 * STATUS_NOT_FOUND         no such group, or another connection's
 * STATUS_VERSION_MISMATCH  it is not the version that was expected
 * STATUS_TOO_MANY          more members than members_max, or nearly: others may add some at
 *                          the same time; or operations that go over too many members
 */
enum status group_create(struct store_txn *txn, void *argument, struct problem *problem);
enum status group_patch(struct store_txn *txn, void *argument, struct problem *problem);
enum status group_delete(struct store_txn *txn, void *argument, struct problem *problem);

/* Inside a change: the groups of a connection that goes become local. */
void groups_release(struct store_txn *txn, uint32_t owner);

bool group_load(struct store_txn *txn, uint64_t row, struct arena *arena, struct group *group);

/* A connection sees its own, and administrators see all. */
bool group_may_be_seen(const struct group *group, const struct actor *actor);

/* By id, if this actor may see it. */
bool group_find(struct store_txn *txn, const struct actor *actor, const char *id,
                struct arena *arena, struct group *group);

/*
 * What follows the document: members unless `members_max` is 0, meta, and the end
 * of the object. Nothing at all when there are more members. `base` is the SCIM
 * base URL.
 */
struct bytes group_tail(struct store_txn *txn, const struct group *group, const char *base,
                        size_t members_max, struct arena *arena);

/* ------------------------------------------------------------------ memberships */

/* Rows of a group's members, and of a person's groups, in order. Return false to stop. */
typedef bool membership_visit(void *context, uint64_t row);

/*
 * The groups of a person, and who is the next one, by row, to be in any: those in
 * between need not be looked up. UINT64_MAX: nobody. Only for reading: in a change it
 * would count as read what is somebody else's.
 */
uint64_t user_groups_and_next(struct store_txn *txn, uint64_t user_row, membership_visit *visit,
                              void *context);
void group_members(struct store_txn *txn, uint64_t group_row, membership_visit *visit,
                   void *context);
void user_groups(struct store_txn *txn, uint64_t user_row, membership_visit *visit, void *context);

/*
 * Inside a change: the directory must show this person differently, or at last;
 * their groups are to be looked at.
 */
void user_groups_touch(struct store_txn *txn, uint64_t user_row, enum outbox_urgency urgency,
                       const struct actor *actor);

#endif
