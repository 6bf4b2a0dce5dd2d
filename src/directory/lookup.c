#include "lookup.h"

#include "array.h"
#include "bridge/base/text.h"
#include "window.h"

enum { IDENTITIES_MAX = 32 }; /* in one search */

/* A request, and whom it is about. */
struct inquiry {
    struct sought **sought;
    size_t count;
};

/* Requests in the making. */
struct draft {
    const struct lookup *lookup;
    struct request *requests;
    struct inquiry *inquiries; /* of the same places */
    size_t count;
};

static struct draft draft_of(const struct lookup *lookup, size_t most)
{
    return (struct draft){
        .lookup = lookup,
        .requests = arena_alloc(lookup->arena, most * sizeof(struct request)),
        .inquiries = arena_alloc(lookup->arena, most * sizeof(struct inquiry)),
    };
}

static void join(struct inquiry *inquiry, struct arena *arena, struct sought *sought)
{
    inquiry->sought = array_room(arena, inquiry->sought, inquiry->count, sizeof(sought));
    inquiry->sought[inquiry->count++] = sought;
}

/* ---------------------------------------------------------------------- asking */

static void ask_by_dn(struct draft *draft, struct sought *sought)
{
    const struct lookup *lookup = draft->lookup;

    if (!dn_is_within(sought->dn, lookup->base))
        return;
    join(&draft->inquiries[draft->count], lookup->arena, sought);
    draft->requests[draft->count++] = (struct request){.operation = OPERATION_READ,
                                                       .dn = sought->dn,
                                                       .attributes = lookup->attributes,
                                                       .arena = lookup->arena};
}

static void add_identity(struct text *filter, const struct lookup *lookup,
                         const struct sought *sought)
{
    text_add_format(filter, "(%s=%s)", account_identity(lookup->profile),
                    filter_escape(lookup->arena, sought->identity));
}

static const char *filter_of(const struct lookup *lookup, const struct inquiry *inquiry)
{
    struct text filter = {.arena = lookup->arena};

    if (inquiry->count > 1)
        text_add(&filter, "(|");
    for (size_t i = 0; i < inquiry->count; i++)
        add_identity(&filter, lookup, inquiry->sought[i]);
    if (inquiry->count > 1)
        text_add(&filter, ")");
    return filter.data;
}

static void ask_by_identity(struct draft *draft, const struct inquiry *inquiry)
{
    const struct lookup *lookup = draft->lookup;

    if (inquiry->count == 0)
        return;
    draft->inquiries[draft->count] = *inquiry;
    draft->requests[draft->count++] = (struct request){.operation = OPERATION_SEARCH,
                                                       .dn = lookup->base,
                                                       .filter = filter_of(lookup, inquiry),
                                                       .attributes = lookup->attributes,
                                                       .arena = lookup->arena};
}

static void ask(struct draft *draft, struct sought *sought, size_t count, size_t together)
{
    struct inquiry inquiry = {NULL, 0};

    for (size_t i = 0; i < count; i++) {
        if (!sought[i].identity) {
            ask_by_dn(draft, &sought[i]);
            continue;
        }
        join(&inquiry, draft->lookup->arena, &sought[i]);
        if (inquiry.count < together)
            continue;
        ask_by_identity(draft, &inquiry);
        inquiry = (struct inquiry){NULL, 0};
    }
    ask_by_identity(draft, &inquiry);
}

/* -------------------------------------------------------------------- answers */

static void pick(const struct lookup *lookup, const struct entry_list *found, struct sought *sought)
{
    const char *identifier = account_identity(lookup->profile);
    size_t count = 0;

    for (size_t i = 0; i < found->count; i++) {
        const char *identity = entry_text(found->entries[i], identifier);

        if (!identity) { /* it may be the one */
            sought->status = problem_set(&sought->problem, STATUS_DIRECTORY_REFUSED,
                                         "search %s: the server shows %s without %s; give the "
                                         "bridge's account the right to read it",
                                         lookup->base, found->entries[i]->dn, identifier);
            return;
        }
        if (text_equal_ascii(identity, sought->identity) && ++count == 1)
            sought->entry = found->entries[i];
    }
    if (count > 1)
        sought->status = problem_set(&sought->problem, STATUS_DIRECTORY_REFUSED,
                                     "search %s: %zu entries answer to (%s=%s), which identifies "
                                     "one",
                                     lookup->base, count, identifier, sought->identity);
}

static void take_entry(const struct request *request, struct sought *sought)
{
    if (request->status == STATUS_NOT_FOUND)
        return;
    if (request->status)
        sought->status =
            problem_set(&sought->problem, request->status, "%s", request->problem.detail);
    else if (request->found.count != 1)
        sought->status =
            problem_set(&sought->problem, STATUS_DIRECTORY_REFUSED, REQUEST_NOT_SHOWN, sought->dn);
    else
        sought->entry = request->found.entries[0];
}

static void take(const struct lookup *lookup, const struct request *request,
                 const struct inquiry *inquiry)
{
    if (request->operation == OPERATION_READ) {
        take_entry(request, inquiry->sought[0]);
        return;
    }
    for (size_t i = 0; i < inquiry->count; i++) {
        struct sought *sought = inquiry->sought[i];

        if (request->status)
            sought->status =
                problem_set(&sought->problem, request->status, "%s", request->problem.detail);
        else
            pick(lookup, &request->found, sought);
    }
}

/* ------------------------------------------------------------------------ both */

static enum status look(const struct lookup *lookup, struct sought *sought, size_t count,
                        size_t together, struct problem *problem)
{
    struct draft draft = draft_of(lookup, count);
    enum status status;

    ask(&draft, sought, count, together);
    status = window_run(lookup->directory, draft.requests, draft.count,
                        account_window(lookup->profile), problem);
    for (size_t i = 0; i < draft.count; i++)
        take(lookup, &draft.requests[i], &draft.inquiries[i]);
    return status;
}

/* A search for several that is refused says nothing of each: those are looked for alone. */
static enum status look_again(const struct lookup *lookup, struct sought *sought, size_t count,
                              struct problem *problem)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; !status && i < count; i++) {
        if (!sought[i].identity || !sought[i].status)
            continue;
        sought[i].problem = (struct problem){0};
        status = look(lookup, &sought[i], 1, 1, problem);
    }
    return status;
}

/* -------------------------------------------------------------------- absence */

/* The server says that there is none. */
static bool is_missing(const struct sought *sought)
{
    return sought->identity && !sought->status && !sought->entry;
}

static size_t count_missing(const struct sought *sought, size_t count)
{
    size_t missing = 0;

    for (size_t i = 0; i < count; i++)
        missing += is_missing(&sought[i]);
    return missing;
}

static enum status refuse_blind(const struct lookup *lookup, struct problem *problem)
{
    return problem_set(problem, STATUS_DIRECTORY_REFUSED,
                       "search %s: the answer does not show the base itself by its %s, so it "
                       "proves nothing; let the bridge's account read and search that",
                       lookup->base, account_identity(lookup->profile));
}

/* A search that the server does not let us make finds nothing: the base must be found by it. */
static enum status check_sight(const struct lookup *lookup, struct problem *problem)
{
    const char *const names[] = {account_identity(lookup->profile), NULL};
    struct entry *base = NULL;
    struct sought sought = {.identity = NULL};
    enum status status =
        directory_read(lookup->directory, lookup->base, names, lookup->arena, &base, problem);

    if (status == STATUS_NOT_FOUND || (!status && !entry_text(base, names[0])))
        return refuse_blind(lookup, problem);
    if (status)
        return status;
    sought.identity = entry_text(base, names[0]);
    (void)look(lookup, &sought, 1, 1, NULL);
    if (sought.status)
        return problem_set(problem, sought.status, "%s", sought.problem.detail);
    return sought.entry ? STATUS_OK : refuse_blind(lookup, problem);
}

/* "There is none" is believed only of who can see. */
static enum status prove_missing(const struct lookup *lookup, struct sought *sought, size_t count,
                                 struct problem *problem)
{
    struct problem reason = {0};
    enum status status = count_missing(sought, count) ? check_sight(lookup, &reason) : STATUS_OK;

    for (size_t i = 0; status && i < count; i++) {
        if (is_missing(&sought[i]))
            sought[i].status = problem_set(&sought[i].problem, status, "%s", reason.detail);
    }
    return status == STATUS_DIRECTORY_UNAVAILABLE
               ? problem_set(problem, status, "%s", reason.detail)
               : STATUS_OK;
}

enum status lookup_entries(const struct lookup *lookup, struct sought *sought, size_t count,
                           struct problem *problem)
{
    enum status status = look(lookup, sought, count, IDENTITIES_MAX, problem);

    if (!status && count > 1)
        status = look_again(lookup, sought, count, problem);
    return status ? status : prove_missing(lookup, sought, count, problem);
}

enum status lookup_entry(const struct lookup *lookup, const char *identity, const char *dn,
                         const struct entry **entry, struct problem *problem)
{
    struct sought sought = {.identity = identity, .dn = dn};

    (void)lookup_entries(lookup, &sought, 1, NULL);
    *entry = sought.entry;
    return sought.status ? problem_set(problem, sought.status, "%s", sought.problem.detail)
                         : STATUS_OK;
}
