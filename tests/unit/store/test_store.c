/* The store as files: made, opened, refused, full. */
#include "fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "environment.h"

static void write_file(const char *name, const void *data, size_t size)
{
    char file[128];
    int descriptor;

    (void)snprintf(file, sizeof(file), "%s/%s", given.path, name);
    descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, data, size), (ssize_t)size);
    assert_int_equal(close(descriptor), 0);
}

static off_t size_of_data(void)
{
    struct stat found = {0};
    char file[128];

    (void)snprintf(file, sizeof(file), "%s/data.mdb", given.path);
    (void)stat(file, &found);
    return found.st_size;
}

static void cut_data(off_t size)
{
    char file[128];

    (void)snprintf(file, sizeof(file), "%s/data.mdb", given.path);
    assert_int_equal(truncate(file, size), 0);
}

static enum status open_status(struct problem *problem)
{
    struct store *store = NULL;
    enum status status = store_open(given.path, given.size, &store, problem);

    store_close(store);
    return status;
}

static void a_new_store_opens_and_is_empty(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct bytes value;
    uint64_t used = 0, size = 0;

    (void)state;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    open_given();

    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    for (int table = STORE_ORGANIZATION; table < STORE_TABLE_COUNT; table++)
        assert_false(store_get(txn, (enum store_table)table, bytes_of_text("meta"), &value));
    assert_int_equal(store_status(txn, NULL), STATUS_OK);
    store_usage(given.store, &used, &size);
    assert_true(used > 0 && used < size);
    assert_int_equal(size, STORE_SIZE);
}

static void a_path_may_end_with_a_slash(void **state)
{
    char path[96];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s//", given.path);

    assert_int_equal(store_create(path, given.size, NULL), STATUS_OK);

    assert_int_equal(open_status(NULL), STATUS_OK);
}

static void nothing_is_made_over_what_is_there(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(mkdir(given.path, 0700), 0);

    assert_int_equal(store_create(given.path, given.size, &problem), STATUS_CONFLICT);

    assert_non_null(strstr(problem.detail, "exists already"));
    assert_int_equal(rmdir(given.path), 0); /* still empty */
}

static void a_store_in_a_folder_that_is_missing_is_not_made(void **state)
{
    struct problem problem = {0};
    char path[96];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/missing/store", given.folder);

    assert_int_equal(store_create(path, given.size, &problem), STATUS_INTERNAL);

    assert_non_null(strstr(problem.detail, "the folder above it must exist"));
}

static void a_store_too_small_to_be_made_leaves_nothing_behind(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(store_create(given.path, 8192, &problem), STATUS_STORE_FULL);

    assert_int_equal(access(given.path, F_OK), -1); /* remove_folder sees to the rest */
}

static void a_missing_store_is_refused_and_not_made(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(open_status(&problem), STATUS_NOT_FOUND);

    assert_non_null(strstr(problem.detail, "rolebridge init"));
    assert_int_equal(access(given.path, F_OK), -1);
}

static void an_empty_file_is_no_store_and_stays_as_it_is(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(mkdir(given.path, 0700), 0);
    write_file("data.mdb", "", 0);

    assert_int_equal(open_status(&problem), STATUS_INTERNAL);

    assert_non_null(strstr(problem.detail, "no sound store"));
    assert_int_equal(size_of_data(), 0);
}

static void garbage_is_refused(void **state)
{
    static unsigned char garbage[32768];
    struct problem problem = {0};

    (void)state;
    memset(garbage, 0xA5, sizeof(garbage));
    assert_int_equal(mkdir(given.path, 0700), 0);
    write_file("data.mdb", garbage, sizeof(garbage));

    assert_int_equal(open_status(&problem), STATUS_INTERNAL);

    assert_non_null(strstr(problem.detail, "restore it from a backup"));
}

static enum status put_many(struct store_txn *txn, void *argument, struct problem *problem)
{
    unsigned char value[512] = {0};

    (void)argument;
    (void)problem;
    for (uint32_t i = 0; i < 500; i++) {
        struct store_key key = key_of(i);

        store_put(txn, STORE_RESOURCE, key_bytes(&key), bytes_of(value, sizeof(value)));
    }
    return STATUS_OK;
}

static void a_store_that_was_cut_anywhere_is_refused_and_stays_as_it_is(void **state)
{
    off_t whole;

    (void)state;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    open_given();
    assert_int_equal(store_update(given.store, 1, put_many, NULL, NULL), STATUS_OK);
    close_given();
    whole = size_of_data();

    for (off_t size = whole - 4096; size > 0; size -= whole / 16) {
        struct problem problem = {0};

        cut_data(size);
        assert_int_equal(open_status(&problem), STATUS_INTERNAL);
        assert_non_null(strstr(problem.detail, "restore it from a backup"));
        assert_int_equal(size_of_data(), size);
    }
}

/* Fill and empty a table within one transaction, which gives up pages that were never written. */
static void churn(struct engine *engine, uint32_t round)
{
    static unsigned char value[12000];
    struct engine_txn *txn = NULL;

    assert_int_equal(engine_begin(engine, true, &txn, NULL), STATUS_OK);
    for (uint32_t i = 0; i < 200; i++) {
        struct store_key key = key_of(i * 7 % 400);
        size_t size = (size_t)(i * 31 + round * 1000) % (i % 4 ? 500 : sizeof(value));

        assert_int_equal(
            engine_put(txn, STORE_RESOURCE, key_bytes(&key), bytes_of(value, size), NULL),
            STATUS_OK);
    }
    for (uint32_t i = 0; i < 400; i++) {
        struct store_key key = key_of(i);

        if (i % 10 && round % 2)
            assert_int_equal(engine_delete(txn, STORE_RESOURCE, key_bytes(&key), NULL), STATUS_OK);
    }
    assert_int_equal(engine_commit(txn, NULL), STATUS_OK);
}

static size_t size_of_all_pages(struct engine *engine)
{
    MDB_env *env = ((struct environment *)engine)->env;
    MDB_envinfo about;
    MDB_stat pages;

    assert_int_equal(mdb_env_info(env, &about), 0);
    assert_int_equal(mdb_env_stat(env, &pages), 0);
    return (about.me_last_pgno + 1) * pages.ms_psize;
}

static void a_sound_store_whose_last_pages_were_never_written_opens(void **state)
{
    unsigned short_count = 0;

    (void)state;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    for (uint32_t round = 0; round < 20; round++) {
        struct engine *engine = NULL;
        struct problem problem = {0};
        size_t needed;

        if (engine_open(given.path, given.size, &engine, &problem))
            fail_msg("round %u: %s", round, problem.detail);
        churn(engine, round);
        needed = size_of_all_pages(engine);
        engine_close(engine);
        short_count += (size_t)size_of_data() < needed;
    }

    assert_true(short_count > 0); /* or this test shows nothing */
}

static void write_schema(struct bytes value)
{
    struct engine *engine = NULL;
    struct engine_txn *txn = NULL;

    assert_int_equal(engine_open(given.path, given.size, &engine, NULL), STATUS_OK);
    assert_int_equal(engine_begin(engine, true, &txn, NULL), STATUS_OK);
    assert_int_equal(engine_put(txn, STORE_META, bytes_of_text("schema"), value, NULL), STATUS_OK);
    assert_int_equal(engine_commit(txn, NULL), STATUS_OK);
    engine_close(engine);
}

static void a_store_of_a_newer_release_is_refused(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    write_schema(bytes_of("\x7F", 1));

    assert_int_equal(open_status(&problem), STATUS_CONFIGURATION);

    assert_non_null(strstr(problem.detail, "newer release"));
}

static void a_store_of_an_older_release_is_refused(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    write_schema(bytes_of("\x01", 1));

    assert_int_equal(open_status(&problem), STATUS_CONFIGURATION);

    assert_non_null(strstr(problem.detail, "older release"));
}

static void a_store_without_its_mark_is_refused(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    write_schema(bytes_of("", 0));

    assert_int_equal(open_status(&problem), STATUS_INTERNAL);

    assert_non_null(strstr(problem.detail, "no store of rolebridge"));
}

static void a_store_is_open_only_once(void **state)
{
    struct problem problem = {0};
    char holder[32];

    (void)state;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    open_given();

    assert_int_equal(open_status(&problem), STATUS_CONFLICT);

    (void)snprintf(holder, sizeof(holder), "pid %ld", (long)getpid());
    assert_non_null(strstr(problem.detail, holder));
    close_given();
    assert_int_equal(open_status(NULL), STATUS_OK);
}

static void what_was_put_is_there_after_the_store_is_opened_again(void **state)
{
    (void)state;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    open_given();
    assert_int_equal(put("ada", "1815"), STATUS_OK);

    reopen_given();

    assert_string_equal(value_at("ada"), "1815");
}

/* ----------------------------------------------------------------------- full */

struct blob {
    const char *key;
    size_t size;
};

static enum status put_blob(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct blob *blob = argument;
    void *data = calloc(1, blob->size);

    (void)problem;
    store_put(txn, STORE_RESOURCE, bytes_of_text(blob->key), bytes_of(data, blob->size));
    free(data);
    return STATUS_OK;
}

static void given_a_small_store(void)
{
    given.size = 1 << 20;
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    open_given();
}

static void what_does_not_fit_is_refused_and_the_rest_goes_on(void **state)
{
    struct blob large = {"large", 2 << 20};
    struct problem problem = {0};

    (void)state;
    given_a_small_store();
    assert_int_equal(put("before", "1"), STATUS_OK);

    assert_int_equal(store_update(given.store, 1, put_blob, &large, &problem), STATUS_STORE_FULL);

    assert_non_null(strstr(problem.detail, "raise store.size"));
    assert_string_equal(value_at("before"), "1");
    assert_string_equal(value_at("large"), "");
    assert_int_equal(put("after", "2"), STATUS_OK);
    assert_string_equal(value_at("after"), "2");
}

static void in_a_batch_only_what_does_not_fit_is_refused(void **state)
{
    struct pair before = {"before", "1"}, after = {"after", "2"};
    struct blob large = {"large", 2 << 20};
    struct ending endings[3] = {0};

    (void)state;
    given_a_small_store();
    hold_committer();
    submit(put_pair, &before, &endings[0]);
    submit(put_blob, &large, &endings[1]);
    submit(put_pair, &after, &endings[2]);

    release_committer();

    assert_int_equal(status_of(&endings[0]), STATUS_OK);
    assert_int_equal(status_of(&endings[1]), STATUS_STORE_FULL);
    assert_int_equal(status_of(&endings[2]), STATUS_OK);
    assert_string_equal(value_at("before"), "1");
    assert_string_equal(value_at("large"), "");
    assert_string_equal(value_at("after"), "2");
}

enum { PARTS = 12 };

static enum status put_in_parts(struct store_txn *txn, void *argument, struct problem *problem)
{
    unsigned char value[3000] = {0};

    (void)argument;
    (void)problem;
    for (uint32_t i = 0; i < PARTS; i++) {
        struct store_key key = key_of(i);

        store_put(txn, STORE_RESOURCE, key_bytes(&key), bytes_of(value, sizeof(value)));
        store_put(txn, STORE_INDEX, key_bytes(&key), bytes_of(value, 10));
    }
    store_add(txn, bytes_of_text("people"), PARTS);
    store_journal(txn, bytes_of_text("parts"));
    return STATUS_OK;
}

static bool count_entry(void *context, struct bytes key, struct bytes value)
{
    unsigned *count = context;

    (void)key;
    (void)value;
    (*count)++;
    return true;
}

static void assert_no_part(void)
{
    static const enum store_table tables[] = {STORE_RESOURCE, STORE_INDEX, STORE_JOURNAL};
    SCOPED(store_release) struct store_txn *txn = NULL;
    unsigned count = 0;

    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        store_scan(txn, tables[i], (struct bytes){0}, (struct bytes){0}, count_entry, &count);
    assert_int_equal(count, 0);
    assert_int_equal(store_count(txn, bytes_of_text("people")), 0);
}

static void wherever_the_room_ends_a_change_is_there_as_a_whole_or_not_at_all(void **state)
{
    enum status status = STATUS_STORE_FULL;
    unsigned refused = 0;

    (void)state;
    for (given.size = 10 * 4096; status; given.size += 4096) {
        assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
        open_given();
        status = store_update(given.store, 1, put_in_parts, NULL, NULL);
        if (status) {
            assert_int_equal(status, STATUS_STORE_FULL);
            assert_no_part();
            refused++;
        }
        close_given();
        if (status)
            remove_store(given.path);
    }
    assert_true(refused > PARTS);

    open_given();
    assert_int_equal(count_at("people"), PARTS);
}

static enum status delete_all(struct store_txn *txn, void *argument, struct problem *problem)
{
    const unsigned *count = argument;

    (void)problem;
    store_use_reserve(txn);
    for (uint32_t i = 0; i < *count; i++) {
        struct store_key key = key_of(i);

        store_delete(txn, STORE_RESOURCE, key_bytes(&key));
    }
    return STATUS_OK;
}

static enum status put_next(struct store_txn *txn, void *argument, struct problem *problem)
{
    const unsigned *count = argument;
    struct store_key key = key_of(*count);
    unsigned char value[20000] = {0};

    (void)problem;
    store_put(txn, STORE_RESOURCE, key_bytes(&key), bytes_of(value, sizeof(value)));
    return STATUS_OK;
}

static void a_full_store_heals_when_there_is_room_again(void **state)
{
    enum status status = STATUS_OK;
    unsigned count = 0;

    (void)state;
    given_a_small_store();
    while (!(status = store_update(given.store, 1, put_next, &count, NULL)))
        count++;
    assert_int_equal(status, STATUS_STORE_FULL);
    assert_true(count > 10);

    assert_int_equal(store_update(given.store, 1, delete_all, &count, NULL), STATUS_OK);
    assert_int_equal(put("one", "for the freed pages"), STATUS_OK);

    assert_int_equal(store_update(given.store, 1, put_next, &count, NULL), STATUS_OK);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_new_store_opens_and_is_empty),
        STORE_TEST(a_path_may_end_with_a_slash),
        STORE_TEST(nothing_is_made_over_what_is_there),
        STORE_TEST(a_store_in_a_folder_that_is_missing_is_not_made),
        STORE_TEST(a_store_too_small_to_be_made_leaves_nothing_behind),
        STORE_TEST(a_missing_store_is_refused_and_not_made),
        STORE_TEST(an_empty_file_is_no_store_and_stays_as_it_is),
        STORE_TEST(garbage_is_refused),
        STORE_TEST(a_store_that_was_cut_anywhere_is_refused_and_stays_as_it_is),
        STORE_TEST(a_sound_store_whose_last_pages_were_never_written_opens),
        STORE_TEST(a_store_of_a_newer_release_is_refused),
        STORE_TEST(a_store_of_an_older_release_is_refused),
        STORE_TEST(a_store_without_its_mark_is_refused),
        STORE_TEST(a_store_is_open_only_once),
        STORE_TEST(what_was_put_is_there_after_the_store_is_opened_again),
        STORE_TEST(what_does_not_fit_is_refused_and_the_rest_goes_on),
        STORE_TEST(in_a_batch_only_what_does_not_fit_is_refused),
        STORE_TEST(wherever_the_room_ends_a_change_is_there_as_a_whole_or_not_at_all),
        STORE_TEST(a_full_store_heals_when_there_is_room_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
