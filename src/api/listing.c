/*
 * Lists (RFC 7644 section 3.4.2). What takes some milliseconds is done here and now;
 * all else on a work thread, in steps, each in a snapshot of its own, until the
 * deadline.
 */
#include "bridge/base/clock.h"
#include "bridge/core/selection.h"
#include "bridge/core/user.h"
#include "handlers.h"
#include "resource.h"

/*
 * A page ends early where it would be larger than this: itemsPerPage says how many
 * there are. A group on a page that is made on an HTTP thread has few members.
 */
enum { PAGE_SIZE_MAX = 8 << 20, PAGE_MEMBERS_MAX = 20 };

struct listing {
    struct exchange *exchange;
    const struct kind *kind;
    struct query query;
    struct look look; /* its arena is for one resource after the other */
    struct tail_facts facts;
    struct selection *selection;
    struct list list;
    enum work_kind work;   /* that it is, if it is not done here */
    int64_t step_until_ms; /* on clock_boot_ms */
    bool is_done;
    bool is_too_large; /* a resource is, for here */
};

static const struct scim_resource_type *type_of(const struct listing *listing)
{
    return scim_resource_type(listing->kind->type);
}

static void add_view(struct listing *listing, const struct view *view)
{
    const struct projection *projection = listing->query.projection;

    if (projection)
        list_add(&listing->list,
                 query_render(listing->look.arena, type_of(listing), projection, view->document,
                              view->tail),
                 (struct bytes){0});
    else
        list_add(&listing->list, bytes_of(view->document.data, view->document.size - 1),
                 view->tail);
}

static bool add(void *context, uint64_t row)
{
    struct listing *listing = context;
    struct view view = {0};

    arena_clear(listing->look.arena);
    if (!listing->kind->at(&listing->look, row, &view))
        return true; /* gone since it was found */
    listing->is_too_large = view.is_too_large;
    if (view.is_too_large)
        return false;
    add_view(listing, &view);
    return listing->list.text.size < PAGE_SIZE_MAX;
}

/* What is known of one snapshot need not be so in another. */
static void look_in(struct listing *listing, struct store_txn *txn)
{
    listing->facts = (struct tail_facts){.arena = exchange_arena(listing->exchange)};
    listing->look.txn = txn;
    listing->look.facts = &listing->facts;
}

static void begin(struct listing *listing, struct store_txn *txn, size_t members_max)
{
    const struct selection_query query = {
        .kind = listing->kind->type,
        .actor = listing->look.actor,
        .filter = listing->query.filter,
        .page = listing->query.page,
        .base = listing->look.base,
    };

    listing->look.members_max = members_max;
    listing->list = list_begin(exchange_arena(listing->exchange));
    listing->selection = selection_begin(txn, &query, exchange_arena(listing->exchange));
}

static void answer(struct listing *listing)
{
    exchange_answer(
        listing->exchange, 200, NULL,
        list_end(&listing->list, selection_total(listing->selection), &listing->query.page),
        (struct bytes){0});
}

/* ------------------------------------------------------------------------------- here */

static enum status do_here(struct listing *listing, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct selection_step step = {.visit = add, .context = listing};
    enum status status = request_snapshot(listing->exchange, &txn, problem);

    if (status)
        return status;
    look_in(listing, txn);
    begin(listing, txn, PAGE_MEMBERS_MAX);
    listing->work = WORK_SCAN;
    if (selection_is_short(listing->selection, txn)) {
        (void)selection_go_on(listing->selection, txn, &step);
        listing->work = WORK_ORDINARY;
        listing->is_done = !listing->is_too_large;
    }
    return store_status(txn, problem);
}

/* -------------------------------------------------------------------------- elsewhere */

static bool is_step_over(void *context)
{
    const struct listing *listing = context;

    return clock_boot_ms() >= listing->step_until_ms;
}

static enum status do_step(struct listing *listing, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct selection_step step = {add, is_step_over, listing};
    enum status status = request_snapshot(listing->exchange, &txn, problem);

    if (status)
        return status;
    look_in(listing, txn);
    listing->step_until_ms = clock_boot_ms() + request_api(listing->exchange)->limits.snapshot_ms;
    if (!listing->selection)
        begin(listing, txn, SIZE_MAX);
    listing->is_done = selection_go_on(listing->selection, txn, &step);
    return store_status(txn, problem);
}

static enum status do_elsewhere(struct exchange *exchange, void *argument, struct problem *problem)
{
    struct listing *listing = argument;
    int64_t limit_ms = request_api(exchange)->limits.list_ms;
    int64_t until_ms = clock_boot_ms() + limit_ms;
    enum status status = STATUS_OK;

    listing->selection = NULL; /* anew: what was begun has been too long */
    while (!status && !listing->is_done && clock_boot_ms() < until_ms)
        status = do_step(listing, problem);
    if (status)
        return status;
    if (!listing->is_done)
        return problem_set(problem, STATUS_TIMED_OUT,
                           "the list was not ready within %lld seconds; filter by what an index "
                           "answers, such as userName eq, or ask for fewer resources at a time",
                           (long long)(limit_ms / 1000));
    answer(listing);
    return STATUS_OK;
}

static void release_scratch(void *scratch)
{
    arena_free(scratch);
}

static struct arena *new_scratch(struct exchange *exchange)
{
    struct arena *scratch = arena_new();

    arena_take(exchange_arena(exchange), scratch, release_scratch);
    return scratch;
}

enum status resource_list(struct exchange *exchange, struct problem *problem)
{
    struct listing *listing = arena_alloc(exchange_arena(exchange), sizeof(*listing));
    enum status status;

    listing->exchange = exchange;
    listing->kind = resource_kind(exchange);
    status = query_parse(exchange, type_of(listing), &listing->query, problem);
    if (status)
        return status;
    listing->look = resource_look(exchange, listing->query.projection);
    listing->look.arena = new_scratch(exchange);
    if ((status = do_here(listing, problem)))
        return status;
    if (!listing->is_done)
        return work_submit(request_api(exchange)->work, listing->work, exchange, do_elsewhere,
                           listing, problem);
    answer(listing);
    return STATUS_OK;
}
