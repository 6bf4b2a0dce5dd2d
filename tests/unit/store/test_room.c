/* I17: what takes access away has room of its own, and what was freed is room again. */
#include "fixture.h"

#include "bridge/base/log.h"

enum { SMALL = 8 << 20, BLOB = 20000 };

struct writing {
    uint32_t number;
    size_t size;
    bool uses_reserve;
    bool deletes;
};

static enum status write_blob(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct writing *writing = argument;
    struct store_key key = key_of(writing->number);
    void *data = calloc(1, writing->size + 1);

    (void)problem;
    if (writing->uses_reserve)
        store_use_reserve(txn);
    if (writing->deletes)
        store_delete(txn, STORE_RESOURCE, key_bytes(&key));
    else
        store_put(txn, STORE_RESOURCE, key_bytes(&key), bytes_of(data, writing->size));
    free(data);
    return STATUS_OK;
}

static enum status write_one(struct writing writing, struct problem *problem)
{
    return store_update(given.store, ORGANIZATION, write_blob, &writing, problem);
}

static unsigned percent_used(void)
{
    uint64_t used, size;

    store_usage(given.store, &used, &size);
    assert_int_equal(size, SMALL);
    return (unsigned)(used * 100 / size);
}

/* Blobs from number `first` on until one is refused; the number of that one. */
static uint32_t fill(uint32_t first, bool uses_reserve)
{
    struct writing writing = {.number = first, .size = BLOB, .uses_reserve = uses_reserve};

    while (write_one(writing, NULL) == STATUS_OK)
        writing.number++;
    return writing.number;
}

static void delete_blobs(uint32_t first, uint32_t end)
{
    for (uint32_t number = first; number < end; number++)
        assert_int_equal(
            write_one((struct writing){.number = number, .uses_reserve = true, .deletes = true},
                      NULL),
            STATUS_OK);
}

static int make_small_store(void **state)
{
    if (make_folder(state))
        return -1;
    given.size = SMALL;
    if (store_create(given.path, given.size, NULL))
        return -1;
    open_given();
    return 0;
}

static void from_ninety_percent_on_only_what_uses_the_reserve_is_written(void **state)
{
    struct problem problem = {0};
    uint32_t end;

    (void)state;
    assert_int_equal(store_room_left(given.store), STORE_ROOM_AMPLE);
    end = fill(0, false);

    assert_in_range(percent_used(), 90, 92);
    assert_int_equal(store_room_left(given.store), STORE_ROOM_RESERVE);
    assert_int_equal(write_one((struct writing){.number = end}, &problem), STATUS_STORE_FULL);
    assert_non_null(strstr(problem.detail, "raise store.size"));
    assert_non_null(strstr(problem.detail, "journal prune"));
    assert_string_equal(value_at("nobody"), ""); /* reads go on */

    assert_true(fill(end, true) > end);
    assert_in_range(percent_used(), 95, 100);
}

static void one_that_is_large_does_not_take_of_the_reserve_either(void **state)
{
    struct writing large = {.number = 1000, .size = SMALL / 100 * 30};

    (void)state;
    for (uint32_t number = 0; percent_used() < 75; number++)
        assert_int_equal(write_one((struct writing){.number = number, .size = BLOB}, NULL),
                         STATUS_OK);

    assert_int_equal(write_one(large, NULL), STATUS_STORE_FULL);
    large.size = SMALL / 100 * 22; /* it would fit, but into the reserve */
    assert_int_equal(write_one(large, NULL), STATUS_STORE_FULL);
    large.size = SMALL / 100 * 17;
    assert_int_equal(write_one(large, NULL), STATUS_OK);
}

static void in_a_batch_that_is_too_large_only_who_may_not_is_refused(void **state)
{
    struct writing writings[] = {
        {.number = 1000, .size = BLOB},
        {.number = 1001, .size = SMALL / 100 * 22},
        {.number = 1002, .size = BLOB, .uses_reserve = true},
    };
    struct ending endings[3] = {0};

    (void)state;
    for (uint32_t number = 0; percent_used() < 75; number++)
        assert_int_equal(write_one((struct writing){.number = number, .size = BLOB}, NULL),
                         STATUS_OK);
    hold_committer();
    for (int i = 0; i < 3; i++)
        submit(write_blob, &writings[i], &endings[i]);
    release_committer();

    assert_int_equal(status_of(&endings[0]), STATUS_OK);
    assert_int_equal(status_of(&endings[1]), STATUS_STORE_FULL);
    assert_int_equal(status_of(&endings[2]), STATUS_OK);
}

static void what_is_deleted_makes_room_without_a_restart(void **state)
{
    uint32_t end;

    (void)state;
    end = fill(0, false);
    assert_int_equal(write_one((struct writing){.number = end, .size = BLOB}, NULL),
                     STATUS_STORE_FULL);

    delete_blobs(0, end / 4);

    assert_in_range(percent_used(), 60, 80);
    assert_int_equal(write_one((struct writing){.number = end, .size = BLOB}, NULL), STATUS_OK);
    reopen_given();
    assert_in_range(percent_used(), 60, 80);
}

static void a_full_store_is_as_full_after_a_restart(void **state)
{
    uint32_t end;

    (void)state;
    end = fill(0, false);
    reopen_given();

    assert_int_equal(store_room_left(given.store), STORE_ROOM_RESERVE);
    assert_int_equal(write_one((struct writing){.number = end}, NULL), STATUS_STORE_FULL);
}

#define ROOM_TEST(name) cmocka_unit_test_setup_teardown(name, make_small_store, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(from_ninety_percent_on_only_what_uses_the_reserve_is_written),
        ROOM_TEST(one_that_is_large_does_not_take_of_the_reserve_either),
        ROOM_TEST(in_a_batch_that_is_too_large_only_who_may_not_is_refused),
        ROOM_TEST(what_is_deleted_makes_room_without_a_restart),
        ROOM_TEST(a_full_store_is_as_full_after_a_restart),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
