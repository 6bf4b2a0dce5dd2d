#ifndef API_RESOURCE_H
#define API_RESOURCE_H

#include "query.h"

/*
 * One engine serves every SCIM resource type (RFC 7644 section 3): what differs
 * between them is a row of functions, and the path of the request says which.
 */

struct tail_facts;

/* Who looks, and how what they see is composed. */
struct look {
    struct store_txn *txn;
    const struct actor *actor;
    struct arena *arena;
    const char *base;                    /* "http://host/scim/v2" */
    struct tail_facts *facts;            /* of a list, as long as `txn`; NULL: nothing is known */
    const struct projection *projection; /* NULL: all of it */
    size_t members_max;                  /* a group with more is too large to be shown */
};

/* One resource as it is answered. */
struct view {
    const char *id;
    uint64_t version;
    struct bytes document;
    struct bytes tail;
    bool is_too_large; /* there is no tail */
};

/* What a request wants done. */
struct aim {
    struct exchange *exchange;
    const struct actor *actor;
    struct arena *arena;
    const char *if_match;      /* NULL: any version */
    const char *id;            /* NULL: create */
    json_t *resource;          /* create */
    const struct patch *patch; /* patch */
};

struct kind {
    enum scim_kind type;
    const char *word; /* as in "no user 42" */

    /* False when there is none that this actor may see. */
    bool (*find)(const struct look *look, const char *id, struct view *view);

    /* The one at a row; false when there is none. */
    bool (*at)(const struct look *look, uint64_t row, struct view *view);

    /* The argument of the changes below, in the arena; and what came of them. */
    enum status (*request)(const struct aim *aim, void **request, struct problem *problem);
    void (*result)(const struct look *look, const void *request, struct view *view);
    store_change *create;
    store_change *patch;
    store_change *remove;

    /* Once a change is made; may be NULL. */
    void (*committed)(struct exchange *exchange, const void *request);

    /*
     * The attribute with which it may be large, and which is no part of its document;
     * NULL: none. A request may bring it whole, and a PATCH is answered without it.
     */
    const char *apart;
};

/* users.c, groups.c, sites.c */
extern const struct kind user_kind;
extern const struct kind group_kind;
extern const struct kind site_kind;

/* For an action on one resource that is no CRUD: commit, and answer with the resource. */
void resource_act(struct exchange *exchange, store_change *change, void *request);

/* A body with what stands apart may be as large, and have as many values. */
enum { LARGE_BODY_SIZE = 8 << 20, LARGE_BODY_VALUES = 500000 };

/* The kind that the path names; NULL: it is no path of a resource type. */
const struct kind *resource_kind(const struct exchange *exchange);

/* Without a snapshot yet; whatever there is may be shown. */
struct look resource_look(struct exchange *exchange, const struct projection *projection);

/* What any request of this exchange wants, with nothing to do yet. */
struct aim resource_aim(struct exchange *exchange);

#endif
