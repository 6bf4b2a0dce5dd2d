/* What every engine promises to the store. */
#include "engines.h"

#include "store.h"

static struct bytes text(const char *value)
{
    return bytes_of_text(value);
}

static struct engine_txn *begin(bool is_write)
{
    struct engine_txn *txn = NULL;

    assert_int_equal(engine_begin(given.store->engine, is_write, &txn, NULL), STATUS_OK);
    return txn;
}

static void commit(struct engine_txn *txn)
{
    assert_int_equal(engine_commit(txn, NULL), STATUS_OK);
}

static void put_in(struct engine_txn *txn, struct bytes key, struct bytes value)
{
    assert_int_equal(engine_put(txn, STORE_SITE, key, value, NULL), STATUS_OK);
}

static void delete_in(struct engine_txn *txn, struct bytes key)
{
    assert_int_equal(engine_delete(txn, STORE_SITE, key, NULL), STATUS_OK);
}

static void assert_value_in(struct engine_txn *txn, const char *key, const char *expected)
{
    struct bytes value = {0};

    assert_int_equal(engine_get(txn, STORE_SITE, text(key), &value, NULL), STATUS_OK);
    assert_true(bytes_equal(value, text(expected)));
}

static void assert_absent_in(struct engine_txn *txn, const char *key)
{
    struct problem problem = {0};
    struct bytes value;

    assert_int_equal(engine_get(txn, STORE_SITE, text(key), &value, &problem), STATUS_NOT_FOUND);
    assert_string_equal(problem.detail, "");
}

static void assert_value(const char *key, const char *expected)
{
    struct engine_txn *txn = begin(false);

    assert_value_in(txn, key, expected);
    engine_abort(txn);
}

/* ---------------------------------------------------------------------- writing */

static void a_write_sees_its_own_puts_and_deletes(void **state)
{
    struct engine_txn *txn = begin(true);

    (void)state;
    put_in(txn, text("ada"), text("1815"));
    assert_value_in(txn, "ada", "1815");
    put_in(txn, text("ada"), text("1852"));
    assert_value_in(txn, "ada", "1852");
    delete_in(txn, text("ada"));
    assert_absent_in(txn, "ada");
    delete_in(txn, text("ada")); /* no failure */
    put_in(txn, text("ada"), text(""));
    assert_value_in(txn, "ada", "");
    commit(txn);

    assert_value("ada", "");
}

static void what_was_aborted_never_was(void **state)
{
    struct engine_txn *txn = begin(true);

    (void)state;
    put_in(txn, text("ada"), text("1815"));
    put_in(txn, text("bob"), text("1900"));
    commit(txn);

    txn = begin(true);
    put_in(txn, text("ada"), text("1852"));
    delete_in(txn, text("bob"));
    put_in(txn, text("carl"), text("2000"));
    engine_abort(txn);

    txn = begin(false);
    assert_value_in(txn, "ada", "1815");
    assert_value_in(txn, "bob", "1900");
    assert_absent_in(txn, "carl");
    engine_abort(txn);
}

static void tables_have_nothing_to_do_with_each_other(void **state)
{
    struct engine_txn *txn = begin(true);
    struct bytes value;

    (void)state;
    put_in(txn, text("ada"), text("1815"));
    assert_int_equal(engine_delete(txn, STORE_LINK, text("ada"), NULL), STATUS_OK);

    assert_int_equal(engine_get(txn, STORE_LINK, text("ada"), &value, NULL), STATUS_NOT_FOUND);
    assert_value_in(txn, "ada", "1815");
    commit(txn);
}

/* -------------------------------------------------------------------- snapshots */

static void a_snapshot_stays_as_it_was_until_it_is_renewed(void **state)
{
    struct engine_txn *snapshot = begin(false);
    struct engine_txn *txn = begin(true);

    (void)state;
    put_in(txn, text("ada"), text("1815"));
    assert_absent_in(snapshot, "ada"); /* before the commit */
    commit(txn);
    assert_absent_in(snapshot, "ada"); /* and after it */

    engine_reset(snapshot);
    assert_int_equal(engine_renew(snapshot, NULL), STATUS_OK);

    assert_value_in(snapshot, "ada", "1815");
    engine_abort(snapshot);
}

static void snapshots_of_different_moments_live_side_by_side(void **state)
{
    struct engine_txn *snapshots[10];

    (void)state;
    for (int i = 0; i < 10; i++) {
        struct engine_txn *txn = begin(true);

        put_in(txn, text("now"), bytes_of(&"0123456789"[i], 1));
        commit(txn);
        snapshots[i] = begin(false);
    }

    for (int i = 0; i < 10; i++) {
        assert_value_in(snapshots[i], "now", (char[]){"0123456789"[i], '\0'});
        engine_abort(snapshots[i]);
    }
}

static void a_snapshot_that_rests_can_be_aborted(void **state)
{
    struct engine_txn *snapshot = begin(false);

    (void)state;
    engine_reset(snapshot);

    engine_abort(snapshot);
}

/* ------------------------------------------------------------------------ order */

/* Sorted as they are to be walked. */
static const struct bytes ordered[] = {
    {"\x00", 1},         {"\x00\x00", 2}, {"\x00\x01", 2}, {"\x01", 1},
    {"\x7F", 1},         {"\x7F\x00", 2}, {"\x7F\xFF", 2}, {"\x80", 1},
    {"\x80\xFF\x00", 3}, {"\xFF", 1},     {"\xFF\xFE", 2}, {"\xFF\xFF", 2},
};
enum { ORDERED_COUNT = sizeof(ordered) / sizeof(ordered[0]) };

static void given_ordered_keys(void)
{
    struct engine_txn *txn = begin(true);

    for (size_t i = 0; i < ORDERED_COUNT; i++)
        put_in(txn, ordered[i * 5 % ORDERED_COUNT], ordered[i * 5 % ORDERED_COUNT]);
    commit(txn);
}

/* Walks `ordered` beside the engine. */
struct expectation {
    size_t next;
    size_t left;
};

static bool is_next(void *context, struct bytes key, struct bytes value)
{
    struct expectation *expectation = context;

    assert_true(expectation->next < ORDERED_COUNT);
    assert_true(bytes_equal(key, ordered[expectation->next]));
    assert_true(bytes_equal(value, key));
    expectation->next++;
    return --expectation->left > 0;
}

/* Asserts that a scan shows `ordered` from `first` on; how many of it. */
static size_t shown(struct bytes prefix, struct bytes from, size_t first, size_t limit)
{
    struct expectation expectation = {.next = first, .left = limit};
    struct engine_txn *txn = begin(false);

    assert_int_equal(engine_scan(txn, STORE_SITE, prefix, from, is_next, &expectation, NULL),
                     STATUS_OK);
    engine_abort(txn);
    return expectation.next - first;
}

static void keys_are_walked_as_unsigned_bytes_the_shorter_first(void **state)
{
    const struct bytes none = {0};

    (void)state;
    assert_int_equal(shown(none, none, 0, SIZE_MAX), 0); /* of an empty table */
    given_ordered_keys();

    assert_int_equal(shown(none, none, 0, SIZE_MAX), ORDERED_COUNT);
    assert_int_equal(shown(none, none, 0, 1), 1);
    assert_int_equal(shown(none, ordered[3], 3, SIZE_MAX), ORDERED_COUNT - 3);
    assert_int_equal(shown(none, bytes_of("\x7F\x01", 2), 6, 3), 3); /* from between two keys */
    assert_int_equal(shown(none, bytes_of("\xFF\xFF\x00", 3), 12, SIZE_MAX), 0);
}

static void a_prefix_ends_where_keys_begin_otherwise(void **state)
{
    const struct bytes none = {0};

    (void)state;
    given_ordered_keys();

    assert_int_equal(shown(ordered[0], none, 0, SIZE_MAX), 3);
    assert_int_equal(shown(ordered[9], none, 9, SIZE_MAX), 3); /* of the last byte there is */
    assert_int_equal(shown(ordered[4], ordered[5], 5, SIZE_MAX), 2);
    assert_int_equal(shown(ordered[4], ordered[3], 4, SIZE_MAX), 3);
    assert_int_equal(shown(ordered[4], ordered[7], 7, SIZE_MAX), 0);
    assert_int_equal(shown(bytes_of("\x80\xFF\x00\x00", 4), none, 0, SIZE_MAX), 0);
}

static void a_scan_sees_what_its_own_write_has_put(void **state)
{
    struct expectation expectation = {.next = 9, .left = SIZE_MAX};
    struct engine_txn *txn;

    (void)state;
    given_ordered_keys();
    txn = begin(true);
    put_in(txn, bytes_of("\xFE", 1), text("gone again"));
    delete_in(txn, bytes_of("\xFE", 1));
    delete_in(txn, ordered[8]);
    put_in(txn, ordered[8], ordered[8]);

    assert_int_equal(
        engine_scan(txn, STORE_SITE, ordered[9], (struct bytes){0}, is_next, &expectation, NULL),
        STATUS_OK);

    assert_int_equal(expectation.next, ORDERED_COUNT);
    engine_abort(txn);
}

static void the_longest_key_and_a_long_value_come_back_whole(void **state)
{
    static unsigned char key[ENGINE_KEY_MAX], value[100000];
    struct engine_txn *txn = begin(true);
    struct bytes found = {0};

    (void)state;
    memset(key, 0xEE, sizeof(key));
    memset(value, 0xDD, sizeof(value));
    put_in(txn, bytes_of(key, sizeof(key)), bytes_of(value, sizeof(value)));
    commit(txn);

    txn = begin(false);
    assert_int_equal(engine_get(txn, STORE_SITE, bytes_of(key, sizeof(key)), &found, NULL),
                     STATUS_OK);
    assert_true(bytes_equal(found, bytes_of(value, sizeof(value))));
    engine_abort(txn);
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, make_given, discard_given)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(a_write_sees_its_own_puts_and_deletes),
        ENGINE_TEST(what_was_aborted_never_was),
        ENGINE_TEST(tables_have_nothing_to_do_with_each_other),
        ENGINE_TEST(a_snapshot_stays_as_it_was_until_it_is_renewed),
        ENGINE_TEST(snapshots_of_different_moments_live_side_by_side),
        ENGINE_TEST(a_snapshot_that_rests_can_be_aborted),
        ENGINE_TEST(keys_are_walked_as_unsigned_bytes_the_shorter_first),
        ENGINE_TEST(a_prefix_ends_where_keys_begin_otherwise),
        ENGINE_TEST(a_scan_sees_what_its_own_write_has_put),
        ENGINE_TEST(the_longest_key_and_a_long_value_come_back_whole),
    };

    return engine_choose(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
