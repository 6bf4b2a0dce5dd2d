/*
 * Each organization's journal is a chain: a line's link is the SHA-256 of the
 * link before it and of its own record. In STORE_META are the marks of the last
 * line, so that a cut tail is noticed like an altered line, and of the last one
 * that was pruned, from which what is left goes on.
 */
#include "journal.h"

#include <inttypes.h>

#include "number.h"
#include "transaction.h"

#include "bridge/base/crypt.h"
#include "bridge/store/key.h"

enum { MARK_SIZE = NUMBER_SIZE + DIGEST_SIZE };

static const char last_name[] = "journal";
static const char pruned_name[] = "pruned";

static struct store_key mark_key(const char *name, uint32_t organization)
{
    struct store_key key = {.size = 0};

    key_add_bytes(&key, bytes_of_text(name));
    key_add_u32(&key, organization);
    return key;
}

static struct store_key line_key(uint32_t organization, uint64_t number)
{
    struct store_key key = key_of(organization);

    key_add_u64(&key, number);
    return key;
}

static enum status mark_decode(struct bytes value, struct journal_mark *mark,
                               struct problem *problem)
{
    if (value.size != MARK_SIZE)
        return problem_set(problem, STATUS_INTERNAL,
                           "an end of the journal is damaged; restore the store from a backup");
    mark->number = number_decode(value.data, NUMBER_SIZE);
    memcpy(mark->link, (const unsigned char *)value.data + NUMBER_SIZE, DIGEST_SIZE);
    return STATUS_OK;
}

static enum status mark_load(struct engine_txn *txn, const char *name, uint32_t organization,
                             struct journal_mark *mark, struct problem *problem)
{
    struct store_key key = mark_key(name, organization);
    struct bytes value;
    enum status status = engine_get(txn, STORE_META, key_bytes(&key), &value, problem);

    *mark = (struct journal_mark){0};
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    return status ? status : mark_decode(value, mark, problem);
}

static void mark_encode(const struct journal_mark *mark, unsigned char value[MARK_SIZE])
{
    number_encode(mark->number, value, NUMBER_SIZE);
    memcpy(value + NUMBER_SIZE, mark->link, DIGEST_SIZE);
}

/* Go on to the line that follows `mark`. */
static void mark_advance(struct journal_mark *mark, struct bytes record)
{
    digest_of_two(bytes_of(mark->link, DIGEST_SIZE), record, mark->link);
    mark->number++;
}

enum status journal_append(struct engine_txn *txn, uint32_t organization, unsigned char *line,
                           size_t size, struct problem *problem)
{
    struct store_key last_key = mark_key(last_name, organization);
    unsigned char value[MARK_SIZE];
    struct journal_mark last;
    struct store_key key;
    enum status status = mark_load(txn, last_name, organization, &last, problem);

    if (status)
        return status;
    mark_advance(&last, bytes_of(line + DIGEST_SIZE, size - DIGEST_SIZE));
    memcpy(line, last.link, DIGEST_SIZE);
    key = line_key(organization, last.number);
    if ((status = engine_put(txn, STORE_JOURNAL, key_bytes(&key), bytes_of(line, size), problem)))
        return status;
    mark_encode(&last, value);
    return engine_put(txn, STORE_META, key_bytes(&last_key), bytes_of(value, sizeof(value)),
                      problem);
}

/* ------------------------------------------------------------------ reading */

enum status store_journal_ends(struct store_txn *txn, struct journal_mark *start,
                               struct journal_mark *end, struct problem *problem)
{
    enum status status = mark_load(txn->view, pruned_name, txn->organization, start, problem);

    return status ? status : mark_load(txn->view, last_name, txn->organization, end, problem);
}

struct reading {
    journal_visit *visit;
    void *context;
};

/* A line as it is stored; false when it is too short for one. */
static bool line_read(struct bytes key, struct bytes value, struct journal_mark *mark,
                      struct bytes *record)
{
    if (value.size < DIGEST_SIZE)
        return false;
    mark->number = key_last_u64(key);
    memcpy(mark->link, value.data, DIGEST_SIZE);
    *record = bytes_of((const unsigned char *)value.data + DIGEST_SIZE, value.size - DIGEST_SIZE);
    return true;
}

static bool read_line(void *context, struct bytes key, struct bytes value)
{
    const struct reading *reading = context;
    struct journal_mark mark;
    struct bytes record;

    return !line_read(key, value, &mark, &record) ||
           reading->visit(reading->context, &mark, record);
}

static void scan_from(struct store_txn *txn, uint64_t first, store_visit *visit, void *context)
{
    struct store_key prefix = key_of(txn->organization);
    struct store_key key = line_key(txn->organization, first);

    store_scan(txn, STORE_JOURNAL, key_bytes(&prefix), key_bytes(&key), visit, context);
}

void store_journal_read(struct store_txn *txn, uint64_t first, journal_visit *visit, void *context)
{
    struct reading reading = {visit, context};

    scan_from(txn, first, read_line, &reading);
}

/* ---------------------------------------------------------------- verifying */

struct walk {
    uint32_t organization;
    struct journal_mark mark; /* the last line that fitted */
    unsigned lines_left;
    uint64_t misfit; /* the first number that does not fit, 0 while all do */
};

/* The line is the next one, and its link says so. */
static bool line_fits(struct walk *walk, struct bytes key, struct bytes value)
{
    struct store_key expected = line_key(walk->organization, walk->mark.number + 1);
    struct journal_mark next = walk->mark;
    struct journal_mark mark;
    struct bytes record;

    if (!bytes_equal(key, key_bytes(&expected)) || !line_read(key, value, &mark, &record))
        return false;
    mark_advance(&next, record);
    if (!digest_equal(next.link, mark.link))
        return false;
    walk->mark = next;
    return true;
}

static bool walk_line(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;

    if (walk->lines_left == 0)
        return false;
    if (!line_fits(walk, key, value)) {
        walk->misfit = walk->mark.number + 1;
        return false;
    }
    walk->lines_left--;
    return true;
}

/* Where the walk's end departs from the last line that the store remembers; 0 when it does not. */
static uint64_t misfit_at_end(const struct journal_mark *walked, const struct journal_mark *last)
{
    if (walked->number < last->number)
        return walked->number + 1;
    if (walked->number > last->number)
        return last->number + 1;
    return digest_equal(walked->link, last->link) ? 0 : last->number;
}

enum status store_journal_verify(struct store_txn *txn, struct journal_mark *mark, unsigned most,
                                 bool *is_at_end, struct problem *problem)
{
    struct walk walk = {.organization = txn->organization, .mark = *mark, .lines_left = most};
    struct journal_mark last;
    enum status status = mark_load(txn->view, last_name, txn->organization, &last, problem);

    if (status)
        return status;
    scan_from(txn, mark->number + 1, walk_line, &walk);
    if ((status = store_status(txn, problem)))
        return status;
    *is_at_end = walk.lines_left > 0;
    *mark = walk.mark;
    if (*is_at_end && !walk.misfit)
        walk.misfit = misfit_at_end(&walk.mark, &last);
    if (walk.misfit)
        return problem_set(problem, STATUS_CONFLICT,
                           "the journal does not fit its chain at number %" PRIu64
                           ": it was altered outside the bridge; compare it with a backup",
                           walk.misfit);
    return STATUS_OK;
}

/* ------------------------------------------------------------------ pruning */

static bool find_line(struct store_txn *txn, uint64_t number, struct journal_mark *mark)
{
    struct store_key key = line_key(txn->organization, number);
    struct bytes value, record;

    return store_get(txn, STORE_JOURNAL, key_bytes(&key), &value) &&
           line_read(key_bytes(&key), value, mark, &record);
}

/* The lines up to `mark` are there, and are those that the caller means. */
static enum status check_mark(struct store_txn *txn, const struct journal_mark *start,
                              const struct journal_mark *mark, struct problem *problem)
{
    struct journal_mark found;
    bool is_there = mark->number > start->number && find_line(txn, mark->number, &found);
    enum status status = store_status(txn, problem);

    if (status)
        return status;
    if (!is_there)
        return problem_set(problem, STATUS_NOT_FOUND,
                           "the journal has no line %" PRIu64
                           ": it was pruned already, or is yet to come",
                           mark->number);
    if (!digest_equal(found.link, mark->link))
        return problem_set(problem, STATUS_CONFLICT,
                           "line %" PRIu64 " of the journal has another link: what was exported "
                           "is not this journal; nothing was pruned",
                           mark->number);
    return STATUS_OK;
}

static void save_pruned(struct store_txn *txn, const struct journal_mark *pruned)
{
    struct store_key key = mark_key(pruned_name, txn->organization);
    struct cell *cell = draft_cell(txn->draft, STORE_META, key_bytes(&key));
    unsigned char value[MARK_SIZE];

    mark_encode(pruned, value);
    cell->fate = CELL_PUT;
    cell->value = draft_copy(txn->draft, bytes_of(value, sizeof(value)));
}

static void delete_line(struct store_txn *txn, uint64_t number)
{
    struct store_key key = line_key(txn->organization, number);

    draft_cell(txn->draft, STORE_JOURNAL, key_bytes(&key))->fate = CELL_DELETED;
}

/* Where the journal begins counts as read, so that two that prune at once exclude each other. */
static enum status load_start(struct store_txn *txn, struct journal_mark *start,
                              struct problem *problem)
{
    struct store_key key = mark_key(pruned_name, txn->organization);
    struct bytes value;

    *start = (struct journal_mark){0};
    if (!store_get(txn, STORE_META, key_bytes(&key), &value))
        return store_status(txn, problem);
    return mark_decode(value, start, problem);
}

enum status store_journal_prune(struct store_txn *txn, const struct journal_mark *mark,
                                unsigned most, struct journal_mark *pruned, struct problem *problem)
{
    struct journal_mark start;
    uint64_t last = mark->number;
    enum status status = load_start(txn, &start, problem);

    if (status || (status = check_mark(txn, &start, mark, problem)))
        return status;
    if (last - start.number > most)
        last = start.number + most;
    if (!find_line(txn, last, pruned))
        return problem_set(problem, STATUS_CONFLICT,
                           "the journal has no line %" PRIu64 "; verify it before it is pruned",
                           last);
    for (uint64_t number = start.number + 1; number <= last; number++)
        delete_line(txn, number);
    save_pruned(txn, pruned);
    return store_status(txn, problem);
}
