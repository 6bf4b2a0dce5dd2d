#include "bridge/core/hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bridge/base/text.h"
#include "bridge/core/journal.h"
#include "bridge/store/key.h"
#include "bridge/store/record.h"

enum { RECORD_VERSION = 1, DAEMON = 0 }; /* no organization has the number 0 */

static const struct {
    const char *name;
    bool is_of_daemon;
    const char *advice;
} kinds[HOLD_KIND_END] = {
    [HOLD_CLOCK_JUMP] = {"clock-jump", true,
                         "see that the clock of this machine is right; if it is, allow, and what "
                         "has expired by it ends; if not, correct it, and the hold ends by itself"},
    [HOLD_RESTORE] = {"restore", true,
                      "see what the directory has that the store no longer knows of; then allow, "
                      "and the directory is made as the store says"},
};

static const struct {
    const char *name;
    const char *event;
} states[] = {
    [HOLD_WAITING] = {"waiting", "hold.open"},
    [HOLD_ALLOWED] = {"allowed", "hold.allow"},
    [HOLD_REFUSED] = {"refused", "hold.refuse"},
    [HOLD_WITHDRAWN] = {"withdrawn", "hold.withdraw"},
};

const char *hold_kind_name(enum hold_kind kind)
{
    return kinds[kind].name;
}

const char *hold_state_name(enum hold_state state)
{
    return states[state].name;
}

const char *hold_kind_advice(enum hold_kind kind)
{
    return kinds[kind].advice;
}

bool hold_is_of_daemon(enum hold_kind kind)
{
    return kinds[kind].is_of_daemon;
}

/* ------------------------------------------------------------------------------ records */

static struct store_key key_owner(struct store_txn *txn, enum hold_kind kind)
{
    return key_of(kinds[kind].is_of_daemon ? DAEMON : store_organization(txn));
}

static struct store_key key_hold(struct store_txn *txn, const struct hold *hold)
{
    struct store_key key = key_owner(txn, hold->kind);

    key_add_u64(&key, hold->number);
    return key;
}

static void record_save(struct store_txn *txn, const struct hold *hold, struct arena *arena)
{
    struct store_key key = key_hold(txn, hold);
    struct record_writer writer = record_write(arena, RECORD_VERSION);

    record_put_u8(&writer, (uint8_t)hold->kind);
    record_put_u8(&writer, (uint8_t)hold->state);
    record_put_u64(&writer, (uint64_t)hold->opened_at);
    record_put_text(&writer, hold->detail);
    record_put_u64(&writer, (uint64_t)hold->amount);
    record_put_u64(&writer, (uint64_t)hold->decided_at);
    record_put_text(&writer, hold->decided_by);
    record_put_text(&writer, hold->reason);
    store_put(txn, STORE_HOLD, key_bytes(&key), record_bytes(&writer));
}

static void set_number(struct hold *hold, uint64_t number)
{
    hold->number = number;
    (void)snprintf(hold->id, sizeof(hold->id), "%" PRIu64, number);
}

static bool record_decode(struct bytes key, struct bytes value, struct arena *arena,
                          struct hold *hold)
{
    struct record_reader reader = record_read(value, RECORD_VERSION);
    uint8_t kind = record_take_u8(&reader), state = record_take_u8(&reader);

    *hold = (struct hold){.kind = kind, .state = state};
    set_number(hold, key_last_u64(key));
    hold->opened_at = (int64_t)record_take_u64(&reader);
    hold->detail = record_take_text(&reader, arena);
    hold->amount = (int64_t)record_take_u64(&reader);
    hold->decided_at = (int64_t)record_take_u64(&reader);
    hold->decided_by = record_take_text(&reader, arena);
    hold->reason = record_take_text(&reader, arena);
    return !reader.is_damaged && kind > 0 && kind < HOLD_KIND_END && state <= HOLD_WITHDRAWN;
}

bool hold_is_whole(struct bytes key, struct bytes value)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct hold hold;

    return key.size == sizeof(uint32_t) + sizeof(uint64_t) &&
           record_decode(key, value, arena, &hold) &&
           kinds[hold.kind].is_of_daemon == (key_organization(key) == DAEMON);
}

/* ------------------------------------------------------------------------------ walking */

struct walk {
    struct arena *arena;
    hold_visit *visit;
    void *context;
    bool is_stopped;
};

static bool visit_record(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;
    struct hold hold;

    if (record_decode(key, value, walk->arena, &hold))
        walk->is_stopped = !walk->visit(walk->context, &hold);
    return !walk->is_stopped;
}

static void walk_owner(struct store_txn *txn, const struct store_key *owner, struct walk *walk)
{
    if (!walk->is_stopped)
        store_scan(txn, STORE_HOLD, key_bytes(owner), (struct bytes){0}, visit_record, walk);
}

void hold_each(struct store_txn *txn, struct arena *arena, hold_visit *visit, void *context)
{
    struct walk walk = {arena, visit, context, false};
    const struct store_key daemon = key_of(DAEMON), own = key_of(store_organization(txn));

    walk_owner(txn, &daemon, &walk);
    walk_owner(txn, &own, &walk);
}

struct search {
    const char *id; /* NULL: by kind, the last one */
    enum hold_kind kind;
    struct hold *found;
    bool is_found;
};

static bool visit_searched(void *context, const struct hold *hold)
{
    struct search *search = context;

    if (search->id ? strcmp(search->id, hold->id) != 0 : search->kind != hold->kind)
        return true;
    *search->found = *hold;
    search->is_found = true;
    return !search->id;
}

bool hold_find(struct store_txn *txn, const char *id, struct arena *arena, struct hold *hold)
{
    struct search search = {.id = id, .found = hold};

    hold_each(txn, arena, visit_searched, &search);
    return search.is_found;
}

bool hold_last(struct store_txn *txn, enum hold_kind kind, struct arena *arena, struct hold *hold)
{
    struct search search = {.kind = kind, .found = hold};
    struct walk walk = {arena, visit_searched, &search, false};
    const struct store_key owner = key_owner(txn, kind);

    walk_owner(txn, &owner, &walk);
    return search.is_found;
}

/* One of a kind waits at most, and none is opened after it before it is decided. */
static bool find_waiting(struct store_txn *txn, const struct hold_request *request,
                         struct hold *hold)
{
    return hold_last(txn, request->kind, request->arena, hold) && hold->state == HOLD_WAITING;
}

/* -------------------------------------------------------------------------------- open */

/* What would have to go so that one more can be kept. */
struct crowd {
    size_t count;
    struct hold oldest; /* that has been decided */
};

static bool visit_crowd(void *context, const struct hold *hold)
{
    struct crowd *crowd = context;

    if (!crowd->oldest.number && hold->state != HOLD_WAITING)
        crowd->oldest = *hold;
    crowd->count++;
    return true;
}

static void make_room(struct store_txn *txn, const struct hold_request *request)
{
    struct crowd crowd = {0};
    struct walk walk = {request->arena, visit_crowd, &crowd, false};
    const struct store_key owner = key_owner(txn, request->kind);
    struct store_key key;

    walk_owner(txn, &owner, &walk);
    if (crowd.count < HOLDS_KEPT || !crowd.oldest.number)
        return;
    key = key_hold(txn, &crowd.oldest);
    store_delete(txn, STORE_HOLD, key_bytes(&key));
}

static void note(struct store_txn *txn, const struct hold_request *request)
{
    const struct hold *hold = &request->hold;
    struct journal journal =
        journal_begin(request->arena, request->actor, states[hold->state].event, hold->id);

    journal_add(&journal, "hold", journal_text(request->arena, kinds[hold->kind].name));
    if (hold->state == HOLD_WAITING)
        journal_add(&journal, "detail", journal_text(request->arena, hold->detail));
    else
        journal_add(&journal, "reason", journal_text(request->arena, hold->reason));
    journal_end(&journal, txn);
}

enum status hold_open(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct hold_request *request = argument;
    struct hold *hold = &request->hold;

    if (find_waiting(txn, request, hold))
        return store_status(txn, problem);
    make_room(txn, request);
    *hold = (struct hold){.kind = request->kind,
                          .opened_at = request->actor->now,
                          .detail = request->detail,
                          .amount = request->amount,
                          .decided_by = "",
                          .reason = ""};
    set_number(hold, store_sequence(txn));
    record_save(txn, hold, request->arena);
    note(txn, request);
    return store_status(txn, problem);
}

/* ------------------------------------------------------------------------------- decide */

static enum status end(struct store_txn *txn, struct hold_request *request, enum hold_state state,
                       struct problem *problem)
{
    struct hold *hold = &request->hold;

    hold->state = state;
    hold->decided_at = request->actor->now;
    hold->decided_by = request->actor->name;
    hold->reason = request->reason;
    record_save(txn, hold, request->arena);
    note(txn, request);
    return store_status(txn, problem);
}

enum status hold_withdraw(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct hold_request *request = argument;

    if (!find_waiting(txn, request, &request->hold))
        return store_missing(txn, problem, "waiting hold", kinds[request->kind].name);
    return end(txn, request, HOLD_WITHDRAWN, problem);
}

static enum status check_reason(const char *reason, struct problem *problem)
{
    if (reason && *reason && strlen(reason) <= HOLD_REASON_MAX)
        return STATUS_OK;
    return problem_set(problem, STATUS_INVALID_VALUE,
                       "say why, for those who will ask: a \"reason\" of 1 to %d bytes",
                       HOLD_REASON_MAX);
}

/* Before it is said what has become of it: who may not decide it need not know more. */
static enum status check_actor(const struct hold_request *request, struct problem *problem)
{
    if (request->actor->kind == ACTOR_CONTROL || !kinds[request->hold.kind].is_of_daemon)
        return STATUS_OK;
    return problem_set(problem, STATUS_FORBIDDEN,
                       "the hold %s is of the whole daemon; decide it on its machine: rolebridge "
                       "hold",
                       request->hold.id);
}

static enum status check_waiting(const struct hold *hold, struct problem *problem)
{
    if (hold->state == HOLD_WAITING)
        return STATUS_OK;
    return problem_set(problem, STATUS_CONFLICT, "the hold %s was %s already, by %s: %s", hold->id,
                       states[hold->state].name, hold->decided_by, hold->reason);
}

static enum status decide(struct store_txn *txn, struct hold_request *request,
                          enum hold_state state, struct problem *problem)
{
    enum status status = check_reason(request->reason, problem);

    if (status)
        return status;
    if (!hold_find(txn, request->id, request->arena, &request->hold))
        return store_missing(txn, problem, "hold", request->id);
    if ((status = check_actor(request, problem)) ||
        (status = check_waiting(&request->hold, problem)))
        return status;
    store_use_reserve(txn);
    return end(txn, request, state, problem);
}

enum status hold_allow(struct store_txn *txn, void *argument, struct problem *problem)
{
    return decide(txn, argument, HOLD_ALLOWED, problem);
}

enum status hold_refuse(struct store_txn *txn, void *argument, struct problem *problem)
{
    return decide(txn, argument, HOLD_REFUSED, problem);
}
