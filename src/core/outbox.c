/*
 * Two tables: OUTBOX has a line a resource, DUE lists the same lines in the
 * order in which they are to be worked on. A change of a line takes its old
 * place in DUE away and gives it a new one.
 */
#include "bridge/core/outbox.h"

#include "bridge/store/record.h"
#include "insert.h"
#include "layout.h"

enum {
    LINE_VERSION = 3,
    LINK_VERSION = 2,
    DELAY_FIRST = 300,
    DELAY_MAX = 6 * 3600,
    DELAY_UNANSWERED = 5,
    RETRY_MAX = 1000, /* parked lines at once; the others have their time */
};

static struct store_key key_line(struct store_txn *txn, enum outbox_kind kind, uint64_t row)
{
    struct store_key key = key_of(store_organization(txn));

    key_add_u8(&key, (uint8_t)kind);
    key_add_u64(&key, row);
    return key;
}

static struct store_key key_due(struct store_txn *txn, const struct outbox_line *line)
{
    struct store_key key = key_of(store_organization(txn));

    key_add_u8(&key, (uint8_t)line->urgency);
    key_add_u64(&key, (uint64_t)line->due_at);
    key_add_u8(&key, (uint8_t)line->kind);
    key_add_u64(&key, line->row);
    return key;
}

static bool line_decode(struct bytes value, enum outbox_kind kind, uint64_t row,
                        struct arena *arena, struct outbox_line *line)
{
    struct record_reader reader = record_read(value, LINE_VERSION);

    line->kind = kind;
    line->row = row;
    line->generation = record_take_u64(&reader);
    line->urgency = record_take_u8(&reader) == OUTBOX_LOSING ? OUTBOX_LOSING : OUTBOX_ORDINARY;
    line->written_at = (int64_t)record_take_u64(&reader);
    line->due_at = (int64_t)record_take_u64(&reader);
    line->is_suspect = record_take_u8(&reader) != 0;
    line->attempts = record_take_u32(&reader);
    line->refusal = record_take_text(&reader, arena);
    if (!*line->refusal)
        line->refusal = NULL;
    line->request = record_take_text(&reader, arena);
    if (!*line->request)
        line->request = NULL;
    return !reader.is_damaged;
}

static void line_save(struct store_txn *txn, const struct outbox_line *line, struct arena *arena)
{
    struct store_key key = key_line(txn, line->kind, line->row);
    struct store_key due = key_due(txn, line);
    struct record_writer writer = record_write(arena, LINE_VERSION);

    record_put_u64(&writer, line->generation);
    record_put_u8(&writer, (uint8_t)line->urgency);
    record_put_u64(&writer, (uint64_t)line->written_at);
    record_put_u64(&writer, (uint64_t)line->due_at);
    record_put_u8(&writer, line->is_suspect);
    record_put_u32(&writer, line->attempts);
    record_put_text(&writer, line->refusal);
    record_put_text(&writer, line->request);
    store_put(txn, STORE_OUTBOX, key_bytes(&key), record_bytes(&writer));
    store_put(txn, STORE_DUE, key_bytes(&due), (struct bytes){0});
}

static void count(struct store_txn *txn, enum counter counter, int64_t amount)
{
    struct store_key key = key_counter(txn, counter);

    store_add(txn, key_bytes(&key), amount);
}

/* Take a line out of both tables and of the counts. */
static void line_remove(struct store_txn *txn, const struct outbox_line *line)
{
    struct store_key key = key_line(txn, line->kind, line->row);
    struct store_key due = key_due(txn, line);

    store_delete(txn, STORE_OUTBOX, key_bytes(&key));
    store_delete(txn, STORE_DUE, key_bytes(&due));
    count(txn, COUNT_OUTBOX, -1);
    if (line->refusal)
        count(txn, COUNT_PARKED, -1);
}

void outbox_enter(struct store_txn *txn, const struct outbox_line *line, struct arena *arena)
{
    line_save(txn, line, arena);
    count(txn, COUNT_OUTBOX, 1);
    if (line->refusal)
        count(txn, COUNT_PARKED, 1);
}

bool outbox_find(struct store_txn *txn, enum outbox_kind kind, uint64_t row, struct arena *arena,
                 struct outbox_line *line)
{
    struct store_key key = key_line(txn, kind, row);
    struct bytes value;

    return store_get(txn, STORE_OUTBOX, key_bytes(&key), &value) &&
           line_decode(value, kind, row, arena, line);
}

void outbox_add(struct store_txn *txn, enum outbox_kind kind, uint64_t row,
                enum outbox_urgency urgency, const struct actor *actor, struct arena *arena)
{
    struct outbox_line old;
    struct outbox_line line = {
        .kind = kind,
        .row = row,
        .generation = store_sequence(txn),
        .urgency = urgency,
        .written_at = actor->now,
        .due_at = actor->now,
        .request = actor->request_id,
    };

    if (outbox_find(txn, kind, row, arena, &old)) {
        line.written_at = old.written_at;
        if (old.urgency < line.urgency)
            line.urgency = old.urgency;
        if (!old.refusal && old.due_at < actor->now) /* it keeps its place */
            line.due_at = old.due_at;
        if (!line.request)
            line.request = old.request;
        line_remove(txn, &old);
    }
    outbox_enter(txn, &line, arena);
}

void outbox_drop(struct store_txn *txn, enum outbox_kind kind, uint64_t row, struct arena *arena)
{
    struct outbox_line line;

    if (outbox_find(txn, kind, row, arena, &line))
        line_remove(txn, &line);
}

/* The line as it is now, if it still is the generation that was worked on. */
static bool find_same(struct store_txn *txn, const struct outbox_line *worked, struct arena *arena,
                      struct outbox_line *line)
{
    return outbox_find(txn, worked->kind, worked->row, arena, line) &&
           line->generation == worked->generation;
}

bool outbox_is_current(struct store_txn *txn, const struct outbox_line *worked, struct arena *arena)
{
    struct outbox_line line;

    return find_same(txn, worked, arena, &line);
}

void outbox_landed(struct store_txn *txn, const struct outbox_line *worked, struct arena *arena)
{
    struct outbox_line line;

    if (find_same(txn, worked, arena, &line))
        line_remove(txn, &line);
}

int64_t outbox_delay(uint32_t attempts)
{
    int64_t delay = DELAY_FIRST;

    for (uint32_t i = 1; i < attempts && delay < DELAY_MAX; i++)
        delay *= 2;
    return delay < DELAY_MAX ? delay : DELAY_MAX;
}

void outbox_refused(struct store_txn *txn, const struct outbox_line *worked, const char *refusal,
                    int64_t now, struct arena *arena)
{
    struct outbox_line line;

    if (!find_same(txn, worked, arena, &line))
        return;
    line_remove(txn, &line);
    line.attempts++;
    line.due_at = now + outbox_delay(line.attempts);
    line.refusal = refusal;
    outbox_enter(txn, &line, arena);
}

void outbox_unanswered(struct store_txn *txn, const struct outbox_line *worked, int64_t now,
                       struct arena *arena)
{
    struct outbox_line line;

    if (!find_same(txn, worked, arena, &line))
        return;
    line_remove(txn, &line);
    if (line.is_suspect)
        line.due_at = now + DELAY_UNANSWERED;
    line.is_suspect = true;
    outbox_enter(txn, &line, arena);
}

/* ------------------------------------------------------------------- walking */

struct walk {
    struct store_txn *txn;
    struct arena *arena;
    int64_t now;
    struct outbox_line *lines;
    size_t limit;
    size_t count;
};

/* What a DUE key says: urgency, due_at, kind, row behind the organization. */
static struct outbox_line due_decode(struct bytes key)
{
    const unsigned char *at = (const unsigned char *)key.data + sizeof(uint32_t);

    return (struct outbox_line){
        .urgency = at[0],
        .due_at = (int64_t)key_last_u64(bytes_of(at + 1, sizeof(uint64_t))),
        .kind = at[1 + sizeof(uint64_t)],
        .row = key_last_u64(key),
    };
}

static bool visit_due(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;
    struct outbox_line due = due_decode(key);

    (void)value;
    if (due.due_at > walk->now)
        return false;
    if (outbox_find(walk->txn, due.kind, due.row, walk->arena, &walk->lines[walk->count]))
        walk->count++;
    return walk->count < walk->limit;
}

size_t outbox_due(struct store_txn *txn, int64_t now, struct outbox_line *lines, size_t limit,
                  struct arena *arena)
{
    struct walk walk = {txn, arena, now, lines, limit, 0};

    for (int urgency = OUTBOX_LOSING; urgency <= OUTBOX_ORDINARY && walk.count < limit; urgency++) {
        struct store_key prefix = key_of(store_organization(txn));

        key_add_u8(&prefix, (uint8_t)urgency);
        store_scan(txn, STORE_DUE, key_bytes(&prefix), (struct bytes){0}, visit_due, &walk);
    }
    return walk.count;
}

/* What an OUTBOX key says: kind and row behind the organization. */
static enum outbox_kind line_kind(struct bytes key)
{
    return ((const unsigned char *)key.data)[sizeof(uint32_t)];
}

static bool visit_parked(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;
    struct outbox_line *line = &walk->lines[walk->count];

    if (line_decode(value, line_kind(key), key_last_u64(key), walk->arena, line) && line->refusal)
        walk->count++;
    return walk->count < walk->limit;
}

size_t outbox_parked(struct store_txn *txn, struct outbox_line *lines, size_t limit,
                     struct arena *arena)
{
    struct walk walk = {txn, arena, 0, lines, limit, 0};
    struct store_key counted = key_counter(txn, COUNT_PARKED);
    struct store_key prefix = key_of(store_organization(txn));

    if (store_count(txn, key_bytes(&counted)) == 0)
        return 0;
    store_scan(txn, STORE_OUTBOX, key_bytes(&prefix), (struct bytes){0}, visit_parked, &walk);
    return walk.count;
}

void outbox_retry(struct store_txn *txn, int64_t now, struct arena *arena)
{
    struct outbox_line *lines = arena_alloc(arena, RETRY_MAX * sizeof(*lines));
    size_t count = outbox_parked(txn, lines, RETRY_MAX, arena);

    for (size_t i = 0; i < count; i++) {
        line_remove(txn, &lines[i]);
        lines[i].due_at = now;
        outbox_enter(txn, &lines[i], arena);
    }
}

struct outbox_depth outbox_depth(struct store_txn *txn, struct arena *arena)
{
    struct store_key all = key_counter(txn, COUNT_OUTBOX);
    struct store_key parked = key_counter(txn, COUNT_PARKED);
    struct outbox_depth depth = {.parked = store_count(txn, key_bytes(&parked))};
    struct outbox_line first;

    depth.waiting = store_count(txn, key_bytes(&all)) - depth.parked;
    if (outbox_due(txn, INT64_MAX, &first, 1, arena))
        depth.oldest_at = first.written_at;
    return depth;
}

/* --------------------------------------------------------------------- links */

bool link_find(struct store_txn *txn, enum outbox_kind kind, uint64_t row, struct arena *arena,
               struct link *link)
{
    struct store_key key = key_line(txn, kind, row);
    struct record_reader reader;
    struct bytes value;

    if (!store_get(txn, STORE_LINK, key_bytes(&key), &value))
        return false;
    reader = record_read(value, LINK_VERSION);
    link->dn = record_take_text(&reader, arena);
    link->identity = record_take_text(&reader, arena);
    link->is_adopted = record_take_u8(&reader);
    return !reader.is_damaged;
}

static struct store_key key_linked(struct store_txn *txn, enum outbox_kind kind,
                                   const char *identity)
{
    struct store_key key = key_index(txn, INDEX_LINKED);

    key_add_u8(&key, (uint8_t)kind);
    key_add_digest(&key, identity);
    return key;
}

uint64_t link_owner(struct store_txn *txn, enum outbox_kind kind, const char *identity)
{
    struct store_key key = key_linked(txn, kind, identity);
    uint64_t row = 0;

    return index_get_row(txn, &key, &row) ? row : 0;
}

void link_enter(struct store_txn *txn, enum outbox_kind kind, uint64_t row, const struct link *link)
{
    struct store_key key = key_linked(txn, kind, link->identity);

    if (*link->identity)
        index_put_row(txn, &key, row);
}

/* From the identity that was linked until now, unless another row has taken it over. */
static void move_identity(struct store_txn *txn, enum outbox_kind kind, uint64_t row,
                          const struct link *link)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct link old = {.identity = ""};
    struct store_key from;

    (void)link_find(txn, kind, row, arena, &old);
    if (strcmp(old.identity, link->identity) == 0)
        return;
    from = key_linked(txn, kind, old.identity);
    if (link_owner(txn, kind, old.identity) == row)
        store_delete(txn, STORE_INDEX, key_bytes(&from));
    link_enter(txn, kind, row, link);
}

void link_save(struct store_txn *txn, enum outbox_kind kind, uint64_t row, const struct link *link,
               struct arena *arena)
{
    struct store_key key = key_line(txn, kind, row);
    struct record_writer writer = record_write(arena, LINK_VERSION);

    move_identity(txn, kind, row, link);
    record_put_text(&writer, link->dn);
    record_put_text(&writer, link->identity);
    record_put_u8(&writer, link->is_adopted);
    store_put(txn, STORE_LINK, key_bytes(&key), record_bytes(&writer));
}

void link_drop(struct store_txn *txn, enum outbox_kind kind, uint64_t row)
{
    struct store_key key = key_line(txn, kind, row);

    move_identity(txn, kind, row, &(struct link){.identity = ""});
    store_delete(txn, STORE_LINK, key_bytes(&key));
}

struct link_walk {
    link_visit *visit;
    void *context;
};

static bool visit_link(void *context, struct bytes key, struct bytes value)
{
    const struct link_walk *walk = context;

    (void)value;
    return walk->visit(walk->context, line_kind(key), key_last_u64(key));
}

void link_each(struct store_txn *txn, link_visit *visit, void *context)
{
    struct link_walk walk = {visit, context};
    struct store_key prefix = key_of(store_organization(txn));

    store_scan(txn, STORE_LINK, key_bytes(&prefix), (struct bytes){0}, visit_link, &walk);
}
