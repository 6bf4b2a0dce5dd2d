/* The journal's chain, and what is noticed when someone meddles with it. */
#include "engines.h"

#include "store.h"

enum { LINES = 5, LONG = 3000 };

static enum status add_lines(struct store_txn *txn, void *argument, struct problem *problem)
{
    const unsigned *count = argument;
    char record[32];

    (void)problem;
    for (unsigned i = 1; i <= *count; i++) {
        (void)snprintf(record, sizeof(record), "line %u", i);
        store_journal(txn, bytes_of_text(record));
    }
    return STATUS_OK;
}

static void given_lines(uint32_t organization, unsigned count)
{
    assert_int_equal(store_update(given.store, organization, add_lines, &count, NULL), STATUS_OK);
}

/* What a walk has shown. */
struct reading {
    uint64_t last;
    bool is_in_order;
};

static bool read_line(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct reading *reading = context;
    char expected[32];

    (void)snprintf(expected, sizeof(expected), "line %llu", (unsigned long long)mark->number);
    reading->is_in_order &=
        mark->number == reading->last + 1 && bytes_equal(record, bytes_of_text(expected));
    reading->last = mark->number;
    return true;
}

static enum status walk(uint32_t organization, struct reading *reading, struct problem *problem)
{
    reading->is_in_order = true;
    return journal_walk(given.store, organization, read_line, reading, problem);
}

static struct store_key line_key(uint64_t number)
{
    struct store_key key = key_of(ORGANIZATION);

    key_add_u64(&key, number);
    return key;
}

static void a_journal_is_numbered_from_one_for_each_organization(void **state)
{
    struct reading first = {0}, second = {0}, third = {0};

    (void)state;
    given_lines(ORGANIZATION, LINES);
    given_lines(ORGANIZATION + 1, LINES - 2);

    assert_int_equal(walk(ORGANIZATION, &first, NULL), STATUS_OK);
    assert_int_equal(walk(ORGANIZATION + 1, &second, NULL), STATUS_OK);
    assert_int_equal(walk(ORGANIZATION + 2, &third, NULL), STATUS_OK);

    assert_true(first.is_in_order && second.is_in_order);
    assert_int_equal(first.last, LINES);
    assert_int_equal(second.last, LINES - 2);
    assert_int_equal(third.last, 0);
}

static void a_long_journal_is_walked_to_its_end_and_goes_on_after_a_restart(void **state)
{
    struct reading reading = {0};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        unsigned count = LONG / 3;

        assert_int_equal(store_update(given.store, ORGANIZATION, add_lines, &count, NULL),
                         STATUS_OK);
        reopen_given();
    }

    assert_int_equal(walk(ORGANIZATION, &reading, NULL), STATUS_OK);

    assert_int_equal(reading.last, LONG);
}

static void a_link_is_the_digest_of_the_one_before_and_of_the_record(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    unsigned char link[DIGEST_SIZE] = {0};

    (void)state;
    given_lines(ORGANIZATION, 2);

    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    for (uint64_t number = 1; number <= 2; number++) {
        struct store_key key = line_key(number);
        struct bytes value = {0};

        assert_true(store_get(txn, STORE_JOURNAL, key_bytes(&key), &value));
        digest_of_two(bytes_of(link, sizeof(link)),
                      bytes_of((const char *)value.data + DIGEST_SIZE, value.size - DIGEST_SIZE),
                      link);
        assert_memory_equal(value.data, link, DIGEST_SIZE);
    }
}

static bool check_link(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct journal_mark *before = context;

    digest_of_two(bytes_of(before->link, DIGEST_SIZE), record, before->link);
    assert_int_equal(mark->number, ++before->number);
    assert_memory_equal(mark->link, before->link, DIGEST_SIZE);
    return mark->number < 4;
}

static void lines_are_read_with_their_links_from_any_number_on(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct journal_mark start, end, mark = {0};
    bool is_at_end = true;

    (void)state;
    given_lines(ORGANIZATION, LINES);
    assert_int_equal(store_begin(given.store, ORGANIZATION, &txn, NULL), STATUS_OK);
    assert_int_equal(store_journal_verify(txn, &mark, 2, &is_at_end, NULL), STATUS_OK);

    store_journal_read(txn, 3, check_link, &mark);

    assert_false(is_at_end);
    assert_int_equal(mark.number, 4);
    assert_int_equal(store_journal_ends(txn, &start, &end, NULL), STATUS_OK);
    assert_int_equal(start.number, 0);
    assert_int_equal(end.number, LINES);
    assert_int_equal(store_journal_verify(txn, &mark, 2, &is_at_end, NULL), STATUS_OK);
    assert_true(is_at_end);
    assert_memory_equal(&mark, &end, sizeof(end));
}

static void a_walk_that_goes_on_from_another_link_does_not_fit(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct journal_mark mark = {.number = 2, .link = "made up"};
    struct problem problem = {0};
    bool is_at_end;

    (void)state;
    given_lines(ORGANIZATION, LINES);
    assert_int_equal(store_begin(given.store, ORGANIZATION, &txn, NULL), STATUS_OK);

    assert_int_equal(store_journal_verify(txn, &mark, 9, &is_at_end, &problem), STATUS_CONFLICT);
    assert_non_null(strstr(problem.detail, "at number 3:"));
}

/* --------------------------------------------------------------------- pruning */

struct pruning {
    struct journal_mark mark;
    unsigned most;
    struct journal_mark pruned;
};

static enum status prune_lines(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct pruning *pruning = argument;

    store_journal(txn, bytes_of_text("pruned"));
    return store_journal_prune(txn, &pruning->mark, pruning->most, &pruning->pruned, problem);
}

static enum status prune(struct pruning *pruning, struct problem *problem)
{
    return store_update(given.store, ORGANIZATION, prune_lines, pruning, problem);
}

/* The mark of a line of a journal that is sound. */
static struct journal_mark mark_of(uint64_t number)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct journal_mark mark, end;
    bool is_at_end;

    assert_int_equal(store_begin(given.store, ORGANIZATION, &txn, NULL), STATUS_OK);
    assert_int_equal(store_journal_ends(txn, &mark, &end, NULL), STATUS_OK);
    assert_int_equal(
        store_journal_verify(txn, &mark, (unsigned)(number - mark.number), &is_at_end, NULL),
        STATUS_OK);
    return mark;
}

static bool note_number(void *context, const struct journal_mark *mark, struct bytes record)
{
    uint64_t *span = context;

    (void)record;
    span[0] = span[0] ? span[0] : mark->number;
    span[1] = mark->number;
    return true;
}

static void assert_span(uint64_t first, uint64_t last)
{
    uint64_t span[2] = {0};

    assert_int_equal(journal_walk(given.store, ORGANIZATION, note_number, span, NULL), STATUS_OK);
    assert_int_equal(span[0], first);
    assert_int_equal(span[1], last);
}

static void what_is_left_after_pruning_is_verified_from_where_it_begins(void **state)
{
    struct pruning pruning = {.most = 100};

    (void)state;
    given_lines(ORGANIZATION, LINES);
    pruning.mark = mark_of(3);

    assert_int_equal(prune(&pruning, NULL), STATUS_OK);

    assert_memory_equal(&pruning.pruned, &pruning.mark, sizeof(pruning.mark));
    assert_span(4, LINES + 1);
    reopen_given();
    given_lines(ORGANIZATION, 1);
    assert_span(4, LINES + 2);
}

static void a_long_journal_is_pruned_in_pieces(void **state)
{
    struct pruning pruning = {.most = 2};

    (void)state;
    given_lines(ORGANIZATION, LINES);
    pruning.mark = mark_of(LINES);

    for (uint64_t last = 2; last < LINES; last += 2) {
        assert_int_equal(prune(&pruning, NULL), STATUS_OK);
        assert_int_equal(pruning.pruned.number, last);
    }
    assert_int_equal(prune(&pruning, NULL), STATUS_OK);

    assert_int_equal(pruning.pruned.number, LINES);
    assert_span(LINES + 1, LINES + 3); /* that it was pruned is there to be read */
}

static void nothing_is_pruned_by_who_has_not_seen_the_lines(void **state)
{
    struct pruning pruning = {.most = 100};
    struct problem problem = {0};

    (void)state;
    given_lines(ORGANIZATION, LINES);
    pruning.mark = mark_of(3);

    pruning.mark.link[7] ^= 1;
    assert_int_equal(prune(&pruning, &problem), STATUS_CONFLICT);
    assert_non_null(strstr(problem.detail, "line 3 of the journal has another link"));
    pruning.mark.number = LINES + 1;
    assert_int_equal(prune(&pruning, NULL), STATUS_NOT_FOUND);
    pruning.mark.number = 0;
    assert_int_equal(prune(&pruning, NULL), STATUS_NOT_FOUND);

    assert_span(1, LINES);
}

static void what_was_pruned_is_not_pruned_again(void **state)
{
    struct pruning pruning = {.most = 100};

    (void)state;
    given_lines(ORGANIZATION, LINES);
    pruning.mark = mark_of(3);

    assert_int_equal(prune(&pruning, NULL), STATUS_OK);
    assert_int_equal(prune(&pruning, NULL), STATUS_NOT_FOUND);

    assert_span(4, LINES + 1);
}

static void pruning_one_journal_leaves_the_others(void **state)
{
    struct pruning pruning = {.most = 100};
    struct reading reading = {0};

    (void)state;
    given_lines(ORGANIZATION, LINES);
    given_lines(ORGANIZATION + 1, LINES);
    pruning.mark = mark_of(LINES);

    assert_int_equal(prune(&pruning, NULL), STATUS_OK);

    assert_int_equal(walk(ORGANIZATION + 1, &reading, NULL), STATUS_OK);
    assert_int_equal(reading.last, LINES);
}

/* -------------------------------------------------------------------- meddling */

/* An edit behind the store's back. */
struct edit {
    const char *what;
    void (*apply)(struct engine_txn *txn);
    unsigned first_misfit;
};

static void put_raw(struct engine_txn *txn, uint64_t number, struct bytes value)
{
    struct store_key key = line_key(number);

    assert_int_equal(engine_put(txn, STORE_JOURNAL, key_bytes(&key), value, NULL), STATUS_OK);
}

static void delete_raw(struct engine_txn *txn, uint64_t number)
{
    struct store_key key = line_key(number);

    assert_int_equal(engine_delete(txn, STORE_JOURNAL, key_bytes(&key), NULL), STATUS_OK);
}

/* A line that follows the one before it, as someone would forge it who knows the chain. */
static void forge(struct engine_txn *txn, uint64_t number, const char *record)
{
    unsigned char value[DIGEST_SIZE + 32];
    struct store_key key = line_key(number - 1);
    struct bytes previous = {0};

    assert_int_equal(engine_get(txn, STORE_JOURNAL, key_bytes(&key), &previous, NULL), STATUS_OK);
    digest_of_two(bytes_of(previous.data, DIGEST_SIZE), bytes_of_text(record), value);
    memcpy(value + DIGEST_SIZE, record, strlen(record));
    put_raw(txn, number, bytes_of(value, DIGEST_SIZE + strlen(record)));
}

static void alter_a_record(struct engine_txn *txn)
{
    struct store_key key = line_key(3);
    struct bytes value = {0};
    unsigned char altered[64];

    assert_int_equal(engine_get(txn, STORE_JOURNAL, key_bytes(&key), &value, NULL), STATUS_OK);
    memcpy(altered, value.data, value.size);
    altered[value.size - 1] ^= 1;
    put_raw(txn, 3, bytes_of(altered, value.size));
}

static void alter_a_record_and_its_link(struct engine_txn *txn)
{
    forge(txn, 3, "line 3, altered");
}

static void alter_the_last_record_and_its_link(struct engine_txn *txn)
{
    forge(txn, LINES, "line 5, altered");
}

static void cut_a_line_short(struct engine_txn *txn)
{
    put_raw(txn, 2, bytes_of("short", 5));
}

static void remove_a_line(struct engine_txn *txn)
{
    delete_raw(txn, 2);
}

static void remove_the_last_line(struct engine_txn *txn)
{
    delete_raw(txn, LINES);
}

static void add_a_line(struct engine_txn *txn)
{
    forge(txn, LINES + 1, "line 6");
}

static void remove_all_lines(struct engine_txn *txn)
{
    for (uint64_t number = 1; number <= LINES; number++)
        delete_raw(txn, number);
}

/* The mark of where it begins is one line further on, as if that one had been pruned. */
static void claim_that_a_line_was_pruned(struct engine_txn *txn)
{
    struct store_key key = {.size = 0};
    struct store_key line = line_key(2);
    unsigned char mark[8 + DIGEST_SIZE] = {[7] = 2};
    struct bytes value = {0};

    assert_int_equal(engine_get(txn, STORE_JOURNAL, key_bytes(&line), &value, NULL), STATUS_OK);
    memcpy(mark + 8, value.data, DIGEST_SIZE);
    mark[8] ^= 1;
    key_add_bytes(&key, bytes_of_text("pruned"));
    key_add_u32(&key, ORGANIZATION);
    assert_int_equal(
        engine_put(txn, STORE_META, key_bytes(&key), bytes_of(mark, sizeof(mark)), NULL),
        STATUS_OK);
}

static const struct edit edits[] = {
    {"an altered record", alter_a_record, 3},
    {"an altered record with a new link", alter_a_record_and_its_link, 4},
    {"an altered last record with a new link", alter_the_last_record_and_its_link, LINES},
    {"a line that is too short", cut_a_line_short, 2},
    {"a missing line", remove_a_line, 2},
    {"a missing last line", remove_the_last_line, LINES},
    {"a line too many", add_a_line, LINES + 1},
    {"nothing left", remove_all_lines, 1},
    {"another beginning", claim_that_a_line_was_pruned, 3},
};

static void apply(const struct edit *edit)
{
    struct engine_txn *txn = NULL;

    assert_int_equal(engine_begin(given.store->engine, true, &txn, NULL), STATUS_OK);
    edit->apply(txn);
    assert_int_equal(engine_commit(txn, NULL), STATUS_OK);
}

static void whoever_meddles_with_a_journal_is_found_out(void **state)
{
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        struct reading reading = {0};
        struct problem problem = {0};
        char named[32];

        assert_int_equal(make_given(state), 0);
        given_lines(ORGANIZATION, LINES);
        apply(&edits[i]);

        if (walk(ORGANIZATION, &reading, &problem) != STATUS_CONFLICT)
            fail_msg("%s went unnoticed", edits[i].what);

        (void)snprintf(named, sizeof(named), "at number %u:", edits[i].first_misfit);
        if (!strstr(problem.detail, named))
            fail_msg("%s: %s", edits[i].what, problem.detail);
        assert_int_equal(discard_given(state), 0);
    }
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_given, discard_given)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_journal_is_numbered_from_one_for_each_organization),
        STORE_TEST(a_long_journal_is_walked_to_its_end_and_goes_on_after_a_restart),
        STORE_TEST(a_link_is_the_digest_of_the_one_before_and_of_the_record),
        STORE_TEST(lines_are_read_with_their_links_from_any_number_on),
        STORE_TEST(a_walk_that_goes_on_from_another_link_does_not_fit),
        STORE_TEST(what_is_left_after_pruning_is_verified_from_where_it_begins),
        STORE_TEST(a_long_journal_is_pruned_in_pieces),
        STORE_TEST(nothing_is_pruned_by_who_has_not_seen_the_lines),
        STORE_TEST(what_was_pruned_is_not_pruned_again),
        STORE_TEST(pruning_one_journal_leaves_the_others),
        cmocka_unit_test(whoever_meddles_with_a_journal_is_found_out),
    };

    return engine_choose(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
