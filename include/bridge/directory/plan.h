#ifndef BRIDGE_DIRECTORY_PLAN_H
#define BRIDGE_DIRECTORY_PLAN_H

#include "bridge/directory/projection.h"

/*
 * A plan is a value: what to do to the directory, step by step, with why. It can
 * be printed, counted, refused or applied.
 */
enum plan_verb {
    PLAN_ADD_ENTRY,
    PLAN_RENAME,
    PLAN_MODIFY,
    PLAN_LOCK,
    PLAN_UNLOCK,
    PLAN_CREATE_GROUP,
    PLAN_ADD_MEMBER,
    PLAN_REMOVE_MEMBER,
    PLAN_CHANGE_MEMBERS, /* many at once */
    PLAN_DELETE_ENTRY,
};

struct plan_step {
    enum plan_verb verb;
    const char *dn;                           /* of the entry that is written */
    const struct entry *entry;                /* ADD_ENTRY, CREATE_GROUP */
    const struct modification *modifications; /* MODIFY, LOCK, UNLOCK, and those of members */
    size_t count;
    const char *rdn;    /* RENAME */
    const char *reason; /* for a person: "role is admin" */
};

struct plan {
    struct plan_step *steps;
    size_t count;
};

/* A person as the directory should have them. */
struct person_desired {
    const struct entry *entry; /* NULL: the resource is gone, whatever entry is left stays locked */
    bool is_active;            /* may bind */
    const char *const *groups; /* DNs of the role groups to be in; none unless active */
    size_t group_count;
    bool is_growing; /* the wanted groups give more than the others: add before remove */
    bool is_adopted; /* the bridge has not made the entry that is there: it keeps its name, and
                        the attributes of which nothing is known here */
    bool is_removed; /* with the resource gone: the entry goes, too */
    bool is_misfit;  /* active, and no entry can be as it should be: they leave groups, no more */
};

/* A person as the directory has them. */
struct person_actual {
    const struct entry *entry; /* NULL: none; with the owned and the account attributes otherwise */
    const char *const *groups; /* DNs of the role groups that they are in */
    size_t group_count;
    const char *dn; /* by which they are in them: the entry's, or where it was */
};

/*
 * Decide what must change. Reads nothing and writes nothing; an empty plan means
 * there is no drift. Who loses access loses it first: the lock, then the groups,
 * and only then comes what a server may refuse, such as another name. Who gains it
 * gets attributes and groups first and is unlocked last. A person who is not active
 * and has no entry needs none, and is in no group. An entry that is to be removed is
 * locked and out of the groups before it goes.
 */
struct plan *plan_person(const struct projection_settings *settings,
                         const struct person_desired *desired, const struct person_actual *actual,
                         struct arena *arena);

/* The same for a role group: `actual` NULL when there is none; members are not judged here. */
struct plan *plan_role_group(const struct entry *desired, const struct entry *actual,
                             struct arena *arena);

/* The name that a plan gives the entry by renaming it; NULL: the entry keeps its own. */
const char *plan_new_dn(const struct plan *plan, struct arena *arena);

/* Leave out the renaming, and what comes after it. */
void plan_keep_name(struct plan *plan);

/* A name that is to be free for another person's entry. */
struct vacancy {
    const char *dn;
    const char *stand_in; /* what names the entry that has it from then on; NULL: none has it */
    const char *const *groups; /* DNs of the groups that list it: nobody is to find them */
    size_t group_count;
};

/* Make it free: the entry steps aside, and then the groups stop listing its old name. */
struct plan *plan_vacancy(const struct projection_settings *settings, const struct vacancy *vacancy,
                          struct arena *arena);

/* A pushed group as the directory should have it. */
struct group_desired {
    const struct entry *entry;  /* as projection_group makes it; NULL: the group is gone */
    const char *const *members; /* DNs of the people who should be in it */
    size_t member_count;
};

/* A pushed group as the directory has it. */
struct group_actual {
    const struct entry *entry; /* NULL: none; with all of its members otherwise */
};

/*
 * How many members a step changes at most, and how many bytes of DNs: slapd reads
 * no request above 4 MiB, 389 Directory Server none above 2 MiB.
 */
enum { PLAN_MEMBERS_MAX = 2000, PLAN_MEMBERS_BYTES_MAX = 1024 * 1024 };

/*
 * The same for a pushed group that is the bridge's: `actual` must be an entry that
 * the bridge has made, as one whose group is gone is deleted, and members that
 * nobody asked for are removed. The placeholder stays always. Who leaves does so
 * before anybody comes, and before the name changes, which a server may refuse.
 * As with people, a name that differs in letter case alone is no other name. It
 * takes n log n for n members.
 */
struct plan *plan_group(const struct projection_settings *settings,
                        const struct group_desired *desired, const struct group_actual *actual,
                        struct arena *arena);

/*
 * Read a pushed group with all its members: by `identity` (entryUUID) below
 * groups_base if there is one, whatever its name is by now, else by `dn`. *actual
 * has no entry when there is none.
 *
 * STATUS_DIRECTORY_REFUSED  also when the server does not show all of the members
 */
enum status group_read(struct directory *directory, const struct projection_settings *settings,
                       const char *identity, const char *dn, struct arena *arena,
                       struct group_actual *actual, struct problem *problem);

/*
 * Read a person: by `identity` (entryUUID) below people_base if there is one,
 * else by `dn`; then the role groups that have the entry as a member. *actual
 * has no entry when there is none.
 */
enum status person_read(struct directory *directory, const struct projection_settings *settings,
                        const char *identity, const char *dn, struct arena *arena,
                        struct person_actual *actual, struct problem *problem);

/* A person to be read, and what came of it. */
struct person_reading {
    const char *identity;
    const char *dn;
    struct person_actual actual;
    enum status status;
    struct problem problem;
};

/*
 * The same for many at once, in few searches, several of them under way. One who
 * cannot be read keeps nobody else from being read.
 *
 * STATUS_DIRECTORY_UNAVAILABLE  the connection is of no use any more; `status` says
 *                               whom it was about
 */
enum status people_read(struct directory *directory, const struct projection_settings *settings,
                        struct person_reading *readings, size_t count, struct arena *arena,
                        struct problem *problem);

/*
 * Do the steps in order; stops at the first that fails, with its status and
 * words. STATUS_CONFLICT: read and plan again. ADD_MEMBER to a group that is
 * gone makes the group. DELETE_ENTRY of one that is gone is done. CHANGE_MEMBERS
 * that meets changes of others sends what is still missing, and goes in smaller
 * parts where the server limits their size.
 */
enum status plan_apply(struct directory *directory, const struct projection_settings *settings,
                       const struct plan *plan, struct problem *problem);

/* A plan on its way. */
struct plan_run {
    const struct plan *plan;
    size_t done;        /* how many of its steps are in the directory, from the first */
    enum status status; /* of the step behind them, when that failed */
    struct problem problem;
};

/*
 * Do many plans, each in the order of its steps, several under way at once, though
 * never two changes of one entry. Who joins or leaves the same group does so in
 * one change. A plan that fails stops there, as with plan_apply, and holds up no
 * other one; but if it was to lock or to take out of a group, the steps right behind
 * that do so, too, are tried all the same. `done` and `status` begin at nothing.
 *
 * STATUS_DIRECTORY_UNAVAILABLE  the connection is of no use any more: all that are
 *                               not done have that status, since it is not known
 *                               what of them is
 */
enum status plans_apply(struct directory *directory, const struct projection_settings *settings,
                        struct plan_run *runs, size_t count, struct problem *problem);

/* What a step does and why, for logs and for people, in one line without an end; no values but DNs.
 */
const char *plan_step_format(const struct plan_step *step, struct arena *arena);

/* The same of all steps, a line each. */
void plan_format(const struct plan *plan, struct arena *arena, char **text);

#endif
