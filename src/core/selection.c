#include "bridge/core/selection.h"

#include "adoption.h"
#include "matching.h"
#include "roster.h"
#include "shortlist.h"

/*
 * SHORT_MAX rows are looked at in some milliseconds. Where an index leaves more, how
 * many it leaves is found out in rounds, so that of two long ones neither is read
 * to its end for nothing.
 */
enum { SHORT_MAX = 100, ROUND_FACTOR = 16 };

/* In which way the rows are come by. */
enum way {
    WAY_PAGE,      /* no filter: those of the page, by their place */
    WAY_SHORTLIST, /* those that an index leaves */
    WAY_ALL        /* all that the actor may see */
};

struct selection {
    struct selection_query query;
    struct arena *arena;
    enum way way;
    struct shortlist shortlist;
    size_t next;   /* of the shortlist */
    uint64_t from; /* of all others: the next row to look at */
    uint64_t total;
    uint64_t visited;
    bool is_full; /* the page */
};

static bool is_bound(const struct selection_query *query)
{
    return query->actor->kind == ACTOR_CONNECTION && query->kind != SCIM_SITE;
}

static uint32_t owner_of(const struct selection_query *query)
{
    return is_bound(query) ? query->actor->connection : ROSTER_ALL;
}

/* ---------------------------------------------------------------------------- beginning */

static void begin_page(struct selection *selection, struct store_txn *txn)
{
    const struct selection_query *query = &selection->query;

    selection->total = roster_count(txn, query->kind, owner_of(query));
    selection->from = roster_nth(txn, query->kind, owner_of(query), query->page.start_index);
    selection->is_full = selection->from == 0 || query->page.count == 0;
}

struct selection *selection_begin(struct store_txn *txn, const struct selection_query *query,
                                  struct arena *arena)
{
    struct selection *selection = arena_alloc(arena, sizeof(*selection));

    selection->query = *query;
    selection->arena = arena;
    if (!query->filter) {
        begin_page(selection, txn);
        return selection;
    }
    selection->shortlist = shortlist_make(txn, query, SHORT_MAX, arena);
    selection->way = selection->shortlist.is_there ? WAY_SHORTLIST : WAY_ALL;
    return selection;
}

static bool has_few(struct store_txn *txn, const struct selection_query *query)
{
    return roster_count(txn, query->kind, owner_of(query)) <= SHORT_MAX;
}

bool selection_is_short(const struct selection *selection, struct store_txn *txn)
{
    switch (selection->way) {
    case WAY_PAGE:
        return true;
    case WAY_SHORTLIST:
        return !selection->shortlist.is_cut;
    case WAY_ALL:
        break;
    }
    return has_few(txn, &selection->query);
}

/* -------------------------------------------------------------------------- going on */

struct stepping {
    struct selection *selection;
    struct store_txn *txn;
    const struct selection_step *step;
    bool is_stopped; /* before the end */
};

/* What matches is counted, and visited where it is on the page. */
static void take(const struct stepping *stepping, uint64_t row)
{
    struct selection *selection = stepping->selection;
    const struct page *page = &selection->query.page;

    selection->total++;
    if (selection->is_full || selection->total < page->start_index ||
        selection->visited >= page->count)
        return;
    selection->visited++;
    selection->is_full = !stepping->step->visit(stepping->step->context, row);
}

static bool is_over(const struct stepping *stepping)
{
    const struct selection_step *step = stepping->step;

    return step->is_over && step->is_over(step->context);
}

static bool show(void *context, uint64_t row)
{
    struct stepping *stepping = context;
    struct selection *selection = stepping->selection;

    selection->from = row + 1;
    selection->is_full = !stepping->step->visit(stepping->step->context, row) ||
                         ++selection->visited >= selection->query.page.count;
    stepping->is_stopped = !selection->is_full && is_over(stepping);
    return !selection->is_full && !stepping->is_stopped;
}

static void show_page(struct stepping *stepping)
{
    const struct selection *selection = stepping->selection;
    const struct selection_query *query = &selection->query;

    if (!selection->is_full)
        roster_walk(stepping->txn, query->kind, owner_of(query), selection->from, show, stepping);
}

static bool judge(void *context, uint64_t row)
{
    struct stepping *stepping = context;

    stepping->selection->from = row + 1;
    if (row_matches(stepping->txn, &stepping->selection->query, row))
        take(stepping, row);
    stepping->is_stopped = is_over(stepping);
    return !stepping->is_stopped;
}

static void judge_all(struct stepping *stepping)
{
    const struct selection *selection = stepping->selection;
    const struct selection_query *query = &selection->query;

    roster_walk(stepping->txn, query->kind, owner_of(query), selection->from, judge, stepping);
}

static void complete_shortlist(struct selection *selection, struct store_txn *txn)
{
    for (size_t limit = SHORT_MAX; selection->shortlist.is_cut && !store_status(txn, NULL);) {
        limit *= ROUND_FACTOR;
        selection->shortlist = shortlist_make(txn, &selection->query, limit, selection->arena);
    }
}

/* A person who is not theirs, but whom the actor asks for by name and may adopt. */
static bool is_to_be_had(const struct stepping *stepping, uint64_t row)
{
    SCOPED(arena_release) struct arena *scratch = arena_new();
    const struct selection_query *query = &stepping->selection->query;
    struct user user;

    return query->kind == SCIM_USER && adoption_is_asked_for(query->filter) &&
           user_load(stepping->txn, row, scratch, &user) &&
           adoption_is_open(stepping->txn, query->actor, &user, scratch);
}

static bool is_selected(const struct stepping *stepping, uint64_t row)
{
    const struct selection_query *query = &stepping->selection->query;

    if (is_bound(query) && !roster_has(stepping->txn, query->kind, owner_of(query), row) &&
        !is_to_be_had(stepping, row))
        return false;
    return stepping->selection->shortlist.is_exact || row_matches(stepping->txn, query, row);
}

static void judge_shortlist(struct stepping *stepping)
{
    struct selection *selection = stepping->selection;
    const struct rows *rows = &selection->shortlist.rows;

    complete_shortlist(selection, stepping->txn);
    while (selection->next < rows->count && !stepping->is_stopped) {
        uint64_t row = rows->data[selection->next++];

        if (is_selected(stepping, row))
            take(stepping, row);
        stepping->is_stopped = is_over(stepping);
    }
}

bool selection_go_on(struct selection *selection, struct store_txn *txn,
                     const struct selection_step *step)
{
    static void (*const ways[])(struct stepping *) = {
        [WAY_PAGE] = show_page,
        [WAY_SHORTLIST] = judge_shortlist,
        [WAY_ALL] = judge_all,
    };
    struct stepping stepping = {selection, txn, step, false};

    ways[selection->way](&stepping);
    return !stepping.is_stopped || store_status(txn, NULL);
}

uint64_t selection_total(const struct selection *selection)
{
    return selection->total;
}
