#ifndef BRIDGE_CORE_USER_H
#define BRIDGE_CORE_USER_H

#include <jansson.h>

#include "bridge/base/text.h"
#include "bridge/core/actor.h"
#include "bridge/core/association.h"
#include "bridge/scim/patch.h"
#include "bridge/store/store.h"

/* What of a person's account is no SCIM document: a small record beside it. */
struct account {
    uint64_t row;
    char id[UUID_TEXT_SIZE];
    uint32_t owner;                 /* a connection's number; 0: local, administrators own it */
    bool is_break_glass;            /* for the day on which nobody else gets in; for good */
    bool asserts_active;            /* what its owner last said */
    bool is_active;                 /* what is in effect: not so while it is blocked */
    struct association association; /* in effect; none unless active */
    const char *blocked_by;         /* the administrator who blocked it; NULL: nobody */
    const char *block_reason;       /* "" when none was given */
    int64_t blocked_at;
    int64_t created_at;
    int64_t modified_at;
    uint64_t version;
};

struct user {
    struct account account;
    struct bytes document; /* finished JSON, to be followed by user_tail */
};

/* A request to change a person, and what comes of it. `arena` owns the result. */
struct user_request {
    const struct actor *actor;
    struct arena *arena;
    const char *id;            /* patch, delete */
    json_t *resource;          /* create: as resource_read made it; borrowed */
    const struct patch *patch; /* patch */
    size_t password_size_min;  /* bytes; 0: it is ignored, as there is no directory for it */
    const char *reason;        /* block; NULL: none */
    const char *to;            /* move: a connection's name, or "local" */
    const char *if_match;      /* patch, delete: the version that the caller expects; NULL: any */
    struct user user;          /* the result */
};

/*
 * store_changes whose argument is a user_request. Each is applied whole or not
 * at all, with its indexes, its journal record and its outbox line. A request
 * that changes nothing leaves the version as it is.
 *
 * Whether role and site can be applied is judged once, after the last operation,
 * and only for an account that ends up active: a deactivation is never refused
 * because of what stands beside it. Deactivating clears what is in effect and
 * keeps what was asserted, so that a bare `active: true` restores it.
 *
 * A connection's patch or deletion of a local account that it may adopt makes the
 * account its own. What administrators asserted of role and site stands until the
 * connection asserts some; an externalId is only ever its own.
 *
 * A connection's deletion of somebody whom an administrator blocks gives the account
 * to the administrators, inactive: to create it again would lift the block.
 *
 * A break-glass account is an administrator's for the day on which nobody else gets
 * in. It does not count as the last one, no connection sees it, and it has no entry
 * in the directory.
 *
 * STATUS_INVALID_VALUE     a required attribute, role or site; a password that password.h
 *                          does not allow
 * STATUS_MUTABILITY        another id in the request, or whether it is break-glass
 * STATUS_UNIQUENESS        the userName or externalId is somebody else's
 * STATUS_FORBIDDEN         a role that this connection may not give; an account that
 *                          a connection owns, changed by an administrator; the last
 *                          active administrator; a break-glass account of a connection
 * STATUS_NOT_FOUND         no such person, or another connection's
 * STATUS_VERSION_MISMATCH  it is not the version that was expected
 */
enum status user_create(struct store_txn *txn, void *argument, struct problem *problem);
enum status user_patch(struct store_txn *txn, void *argument, struct problem *problem);
enum status user_delete(struct store_txn *txn, void *argument, struct problem *problem);

/*
 * The same, for an administrator and any account: end its access whatever its
 * owner says, until the block is lifted. Then it is as its owner last said, with
 * the association that follows from what was asserted. Doing either again changes
 * nothing.
 *
 * STATUS_FORBIDDEN  the last active administrator; a role that the owner, a connection,
 *                   asserted meanwhile and may not give
 */
enum status user_block(struct store_txn *txn, void *argument, struct problem *problem);
enum status user_unblock(struct store_txn *txn, void *argument, struct problem *problem);

/*
 * For an administrator: give an account another owner. All else stays, but for what
 * only the owner before could say: memberships in its groups, and its externalId when
 * another connection gets the account. Nor does a role go along that the owner before
 * asserted while the account was inactive, and could not have given. The owner that it
 * has is no change.
 *
 * STATUS_INVALID_VALUE  there is no such connection
 * STATUS_FORBIDDEN      a break-glass account
 */
enum status user_move(struct store_txn *txn, void *argument, struct problem *problem);

bool user_load(struct store_txn *txn, uint64_t row, struct arena *arena, struct user *user);

/* By id, if this actor may see it: a connection sees what it owns, or may adopt. */
bool user_find(struct store_txn *txn, const struct actor *actor, const char *id,
               struct arena *arena, struct user *user);

/*
 * What was looked up already and is not looked up again while a list of people is
 * made: good as long as the snapshot. {0} with `arena` set knows nothing yet.
 */
enum { NAMES_KNOWN = 16 };
struct known_name {
    uint64_t number; /* a connection's, or a site's row */
    const char *name;
};
struct tail_facts {
    struct arena *arena; /* of the names */
    struct known_name owners[NAMES_KNOWN];
    struct known_name sites[NAMES_KNOWN];
    uint64_t no_groups_from; /* rows of people who are in no group, up to */
    uint64_t no_groups_to;   /* this one, which is not among them */
};

/*
 * What follows the document: the groups that this actor may see, role, site and state
 * in the bridge's extension, and meta. `base` is the SCIM base URL; `facts` may be NULL.
 */
struct bytes user_tail(struct store_txn *txn, const struct user *user, const struct actor *actor,
                       const char *base, struct tail_facts *facts, struct arena *arena);

/* The end of it alone, which needs no further look at the store: meta. */
struct bytes user_meta(const struct user *user, const char *base, struct arena *arena);

/* Document and tail as one resource; new, the caller's to json_decref. */
json_t *user_json(struct store_txn *txn, const struct user *user, const struct actor *actor,
                  const char *base, struct arena *arena);

/* How many there are, for people to look at. */
struct user_counts {
    int64_t total;
    int64_t active;
    int64_t admins;
};
struct user_counts user_counts(struct store_txn *txn);

#endif
