/*
 * Each organization's journal is a chain: a line's link is the SHA-256 of the
 * link before it and of its own record. The head, number and link of the last
 * line, is in STORE_META, so that a cut tail is noticed like an altered line.
 */
#include "journal.h"

#include <inttypes.h>

#include "number.h"
#include "transaction.h"

#include "bridge/base/crypt.h"
#include "bridge/store/key.h"

enum { HEAD_SIZE = NUMBER_SIZE + DIGEST_SIZE, PIECE_SIZE = 1024 };

static const char head_name[] = "journal";

struct head {
    uint64_t number;
    unsigned char link[DIGEST_SIZE];
};

static struct store_key head_key(uint32_t organization)
{
    struct store_key key = {.size = 0};

    key_add_bytes(&key, bytes_of_text(head_name));
    key_add_u32(&key, organization);
    return key;
}

static struct store_key line_key(uint32_t organization, uint64_t number)
{
    struct store_key key = key_of(organization);

    key_add_u64(&key, number);
    return key;
}

static enum status head_load(struct engine_txn *txn, uint32_t organization, struct head *head,
                             struct problem *problem)
{
    struct store_key key = head_key(organization);
    struct bytes value;
    enum status status = engine_get(txn, STORE_META, key_bytes(&key), &value, problem);

    *head = (struct head){0};
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status)
        return status;
    if (value.size != HEAD_SIZE)
        return problem_set(problem, STATUS_INTERNAL,
                           "the head of the journal of organization %" PRIu32
                           " is damaged; restore the store from a backup",
                           organization);
    head->number = number_decode(value.data, NUMBER_SIZE);
    memcpy(head->link, (const unsigned char *)value.data + NUMBER_SIZE, DIGEST_SIZE);
    return STATUS_OK;
}

static enum status head_save(struct engine_txn *txn, uint32_t organization, const struct head *head,
                             struct problem *problem)
{
    struct store_key key = head_key(organization);
    unsigned char value[HEAD_SIZE];

    number_encode(head->number, value, NUMBER_SIZE);
    memcpy(value + NUMBER_SIZE, head->link, DIGEST_SIZE);
    return engine_put(txn, STORE_META, key_bytes(&key), bytes_of(value, sizeof(value)), problem);
}

/* Go on to the line that follows `head`. */
static void head_advance(struct head *head, struct bytes record)
{
    digest_of_two(bytes_of(head->link, DIGEST_SIZE), record, head->link);
    head->number++;
}

enum status journal_append(struct engine_txn *txn, uint32_t organization, unsigned char *line,
                           size_t size, struct problem *problem)
{
    struct head head;
    struct store_key key;
    enum status status = head_load(txn, organization, &head, problem);

    if (status)
        return status;
    head_advance(&head, bytes_of(line + DIGEST_SIZE, size - DIGEST_SIZE));
    memcpy(line, head.link, DIGEST_SIZE);
    key = line_key(organization, head.number);
    status = engine_put(txn, STORE_JOURNAL, key_bytes(&key), bytes_of(line, size), problem);
    return status ? status : head_save(txn, organization, &head, problem);
}

/* ------------------------------------------------------------------ walking */

struct walk {
    uint32_t organization;
    journal_visit *visit;
    void *context;
    struct head head; /* the last line that fitted */
    unsigned lines_left;
    bool is_stopped; /* by the visitor */
    uint64_t misfit; /* the first number that does not fit, 0 while all do */
};

/* The line is the next one, and its link says so. */
static bool line_fits(struct walk *walk, struct bytes key, struct bytes value, struct bytes *record)
{
    struct store_key expected = line_key(walk->organization, walk->head.number + 1);
    struct head next = walk->head;

    if (!bytes_equal(key, key_bytes(&expected)) || value.size < DIGEST_SIZE)
        return false;
    *record = bytes_of((const unsigned char *)value.data + DIGEST_SIZE, value.size - DIGEST_SIZE);
    head_advance(&next, *record);
    if (!digest_equal(next.link, value.data))
        return false;
    walk->head = next;
    return true;
}

static bool walk_line(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;
    struct bytes record;

    if (walk->lines_left == 0)
        return false;
    if (!line_fits(walk, key, value, &record)) {
        walk->misfit = walk->head.number + 1;
        return false;
    }
    walk->lines_left--;
    walk->is_stopped = !walk->visit(walk->context, walk->head.number, record);
    return !walk->is_stopped;
}

/* Where the walk's end departs from the head that the store remembers; 0 when it does not. */
static uint64_t misfit_at_end(const struct head *walked, const struct head *last)
{
    if (walked->number < last->number)
        return walked->number + 1;
    if (walked->number > last->number)
        return last->number + 1;
    return digest_equal(walked->link, last->link) ? 0 : last->number;
}

/* One snapshot's worth, so that a long journal does not hold one for long. */
static enum status walk_piece(struct walk *walk, struct store *store, bool *is_at_end,
                              struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct store_key prefix = key_of(walk->organization);
    struct store_key next = line_key(walk->organization, walk->head.number + 1);
    struct head last;
    enum status status = store_begin(store, walk->organization, &txn, problem);

    if (status)
        return status;
    if ((status = head_load(txn->view, walk->organization, &last, problem)))
        return status;
    walk->lines_left = PIECE_SIZE;
    store_scan(txn, STORE_JOURNAL, key_bytes(&prefix), key_bytes(&next), walk_line, walk);
    if ((status = store_status(txn, problem)))
        return status;
    *is_at_end = walk->is_stopped || walk->misfit || walk->lines_left > 0;
    if (*is_at_end && !walk->is_stopped && !walk->misfit)
        walk->misfit = misfit_at_end(&walk->head, &last);
    return STATUS_OK;
}

enum status store_journal_walk(struct store *store, uint32_t organization, journal_visit *visit,
                               void *context, struct problem *problem)
{
    struct walk walk = {.organization = organization, .visit = visit, .context = context};
    bool is_at_end = false;
    enum status status = STATUS_OK;

    while (!status && !is_at_end)
        status = walk_piece(&walk, store, &is_at_end, problem);
    if (!status && walk.misfit)
        return problem_set(problem, STATUS_CONFLICT,
                           "the journal of organization %" PRIu32 " does not fit its chain at "
                           "number %" PRIu64 ": it was altered outside the bridge; compare it with "
                           "a backup",
                           organization, walk.misfit);
    return status;
}
