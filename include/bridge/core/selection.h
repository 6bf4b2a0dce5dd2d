#ifndef BRIDGE_CORE_SELECTION_H
#define BRIDGE_CORE_SELECTION_H

#include "bridge/core/actor.h"
#include "bridge/scim/filter.h"
#include "bridge/scim/list.h"
#include "bridge/scim/schema.h"
#include "bridge/store/store.h"

/*
 * The resources that a list shows (RFC 7644 section 3.4.2): those that a filter
 * matches among those that an actor may see, in the order in which they came, how
 * many they are, and which are on the page.
 *
 * An index answers what it can, and the filter has the last word on each resource
 * all the same. What no index answers is looked for among all, in steps, each in a
 * snapshot of its own, so that a long look never keeps the store's freed pages.
 * Whatever changes meanwhile, nothing is looked at twice.
 */
struct selection_query {
    enum scim_kind kind;
    const struct actor *actor;
    const struct filter *filter; /* NULL: all */
    struct page page;
    const char *base; /* "http://host/scim/v2" */
};

struct selection;

/* `query` is copied; what it points to must stay. The arena owns the selection. */
struct selection *selection_begin(struct store_txn *txn, const struct selection_query *query,
                                  struct arena *arena);

/* At its beginning: whether so few are to be looked at that it takes some milliseconds at most. */
bool selection_is_short(const struct selection *selection, struct store_txn *txn);

/* A resource that is on the page. Return false to end the page here: the rest is only counted. */
typedef bool selection_visit(void *context, uint64_t row);

struct selection_step {
    selection_visit *visit;
    bool (*is_over)(void *context); /* asked behind each that was looked at; NULL: never */
    void *context;
};

/* Go on, in this snapshot. True at the end; or when the store could not look: ask store_status. */
bool selection_go_on(struct selection *selection, struct store_txn *txn,
                     const struct selection_step *step);

/* How many match, at the end. */
uint64_t selection_total(const struct selection *selection);

#endif
