/* Copies of a store that is written to meanwhile. */
#include "fixture.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { WRITERS = 8, ROUNDS = 5 };

static char copy_path[128];

static int set_up(void **state)
{
    int failed = make_store(state);

    (void)snprintf(copy_path, sizeof(copy_path), "%s/copy", given.folder);
    return failed;
}

static int tear_down(void **state)
{
    remove_store(copy_path);
    return remove_folder(state);
}

/* ----------------------------------------------------------------------- the writers */

struct writer {
    pthread_t thread;
    unsigned char name;
    _Atomic uint32_t acknowledged; /* how many of its changes */
    atomic_bool is_stopping;
};

/* A resource, its index, a count and a line of the journal: together or not at all. */
static enum status create(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct writer *writer = argument;
    struct store_key key = key_of(ORGANIZATION);

    key_add_u8(&key, writer->name);
    key_add_u32(&key, writer->acknowledged + 1);
    store_put(txn, STORE_RESOURCE, key_bytes(&key), bytes_of_text("a resource"));
    store_put(txn, STORE_INDEX, key_bytes(&key), bytes_of_text("an index"));
    store_add(txn, bytes_of_text("people"), 1);
    store_journal(txn, key_bytes(&key));
    return store_status(txn, problem);
}

static void *write_on(void *context)
{
    struct writer *writer = context;

    while (!writer->is_stopping &&
           store_update(given.store, ORGANIZATION, create, writer, NULL) == STATUS_OK)
        writer->acknowledged++;
    return NULL;
}

/* ------------------------------------------------------------------------- the copies */

struct tally {
    uint32_t found[WRITERS];
    bool is_whole; /* each writer's changes up to one, none left out */
};

static bool count_one(void *context, struct bytes key, struct bytes value)
{
    struct tally *tally = context;
    const unsigned char *data = key.data;
    uint32_t number = key_organization(bytes_of(data + sizeof(uint32_t) + 1, sizeof(number)));

    (void)value;
    tally->is_whole &= number == ++tally->found[data[sizeof(uint32_t)]];
    return true;
}

static struct tally tally_of(struct store_txn *txn, enum store_table table)
{
    struct tally tally = {.is_whole = true};
    struct store_key all = key_of(ORGANIZATION);

    store_scan(txn, table, key_bytes(&all), (struct bytes){0}, count_one, &tally);
    return tally;
}

/* What it holds is what the store held at one moment, not before `since`. */
static void check_copy(const uint32_t *since)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct store *copy = NULL;
    struct journal_mark mark = {0};
    struct tally resources, indexes;
    uint32_t sum = 0;
    bool is_at_end = false;

    assert_int_equal(store_open_to_read(copy_path, given.size, &copy, NULL), STATUS_OK);
    assert_int_equal(store_begin(copy, ORGANIZATION, &txn, NULL), STATUS_OK);
    resources = tally_of(txn, STORE_RESOURCE);
    indexes = tally_of(txn, STORE_INDEX);
    assert_true(resources.is_whole);
    assert_memory_equal(resources.found, indexes.found, sizeof(resources.found));
    for (size_t i = 0; i < WRITERS; i++) {
        assert_true(resources.found[i] >= since[i]);
        sum += resources.found[i];
    }
    assert_int_equal(store_count(txn, bytes_of_text("people")), sum);
    assert_int_equal(store_journal_verify(txn, &mark, UINT32_MAX, &is_at_end, NULL), STATUS_OK);
    assert_int_equal(mark.number, sum);
    store_release(&txn);
    store_close(copy);
}

static void
a_copy_made_under_eight_writers_is_one_moment_with_all_that_was_acknowledged(void **state)
{
    struct writer writers[WRITERS] = {0};

    (void)state;
    for (unsigned char i = 0; i < WRITERS; i++) {
        writers[i].name = i;
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_on, &writers[i]), 0);
    }
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t since[WRITERS];

        for (size_t i = 0; i < WRITERS; i++) {
            while (writers[i].acknowledged < 5 * (uint32_t)(round + 1))
                (void)usleep(1000);
            since[i] = writers[i].acknowledged;
        }
        assert_int_equal(store_backup(given.store, copy_path, NULL, NULL, NULL), STATUS_OK);
        check_copy(since);
        remove_store(copy_path);
    }
    for (size_t i = 0; i < WRITERS; i++)
        writers[i].is_stopping = true;
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
}

static void a_copy_is_for_its_owner_alone(void **state)
{
    struct stat folder, file;
    char name[160];

    (void)state;
    assert_int_equal(store_backup(given.store, copy_path, NULL, NULL, NULL), STATUS_OK);
    (void)snprintf(name, sizeof(name), "%s/data.mdb", copy_path);
    assert_int_equal(stat(copy_path, &folder) || stat(name, &file), 0);
    assert_int_equal(folder.st_mode & 0777, 0700);
    assert_int_equal(file.st_mode & 0777, 0600);
}

/* Bytes of the data file that are these. */
static bool file_has(const char *path, const char *text)
{
    char name[160];
    char *data = malloc(STORE_SIZE);
    size_t size;
    FILE *file;
    bool is_there = false;

    (void)snprintf(name, sizeof(name), "%s/data.mdb", path);
    file = fopen(name, "r");
    assert_non_null(file);
    size = fread(data, 1, STORE_SIZE, file);
    (void)fclose(file);
    for (size_t at = 0; !is_there && at + strlen(text) <= size; at++)
        is_there = memcmp(data + at, text, strlen(text)) == 0;
    free(data);
    return is_there;
}

static enum status drop(struct store_txn *txn, void *argument, struct problem *problem)
{
    store_delete(txn, STORE_RESOURCE, bytes_of_text(argument));
    return store_status(txn, problem);
}

static void what_was_deleted_is_not_in_a_copy(void **state)
{
    static char secret[] = "erased";
    char value[9000]; /* pages of its own, which are free when it is gone */

    (void)state;
    memset(value, 'x', sizeof(value) - 1);
    memcpy(value + 5000, "this was erased", 15);
    value[sizeof(value) - 1] = '\0';
    assert_int_equal(put(secret, value), STATUS_OK);
    assert_int_equal(put("kept", "this is kept"), STATUS_OK);
    assert_int_equal(store_update(given.store, ORGANIZATION, drop, secret, NULL), STATUS_OK);
    assert_int_equal(store_backup(given.store, copy_path, NULL, NULL, NULL), STATUS_OK);
    assert_true(file_has(given.path, "this was erased"));
    assert_false(file_has(copy_path, "this was erased"));
    assert_true(file_has(copy_path, "this is kept"));
}

static void what_is_there_is_never_overwritten(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(store_backup(given.store, copy_path, NULL, NULL, NULL), STATUS_OK);
    assert_int_equal(store_backup(given.store, copy_path, NULL, NULL, &problem), STATUS_CONFLICT);
    assert_non_null(strstr(problem.detail, "exists already"));
    assert_non_null(strstr(problem.detail, copy_path));
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(store_backup(given.store, "/nowhere/copy", NULL, NULL, &problem),
                     STATUS_INTERNAL);
    assert_non_null(strstr(problem.detail, "/nowhere/copy: No such file or directory"));
}

/* In a process of its own, whose files may not grow. Its exit code is 0 when all was as expected.
 */
static void copy_without_room(void)
{
    const struct rlimit limit = {8192, 8192};
    struct problem problem = {0};
    struct store *store = NULL;
    bool is_refused;

    (void)signal(SIGXFSZ, SIG_IGN);
    if (store_open_to_read(given.path, given.size, &store, NULL) || setrlimit(RLIMIT_FSIZE, &limit))
        _exit(2);
    is_refused = store_backup(store, copy_path, NULL, NULL, &problem) != STATUS_OK &&
                 strstr(problem.detail, copy_path);
    _exit(is_refused ? 0 : 1);
}

/* remove_folder fails when anything is left beside the store. */
static void a_copy_for_which_there_is_no_room_leaves_nothing(void **state)
{
    int ended = 0;
    pid_t child;

    (void)state;
    for (char key[] = "a"; *key <= 'z'; ++*key)
        assert_int_equal(put(key, "a value that takes some room, and then some more of it"),
                         STATUS_OK);
    close_given();
    child = fork();
    if (child == 0)
        copy_without_room();
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    assert_int_equal(access(copy_path, F_OK), -1);
}

/* What a killed one leaves has another name. */
static void a_copy_that_is_killed_has_not_its_name(void **state)
{
    char command[192];

    (void)state;
    close_given();
    for (int round = 0; round < 20; round++) {
        pid_t child = fork();
        struct store *store = NULL;

        if (child == 0) {
            if (store_open_to_read(given.path, given.size, &store, NULL) == STATUS_OK)
                (void)store_backup(store, copy_path, NULL, NULL, NULL);
            _exit(0);
        }
        (void)usleep(500 * (useconds_t)round);
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
        if (access(copy_path, F_OK) == 0) {
            assert_int_equal(store_open_to_read(copy_path, given.size, &store, NULL), STATUS_OK);
            store_close(store);
            remove_store(copy_path);
        }
    }
    (void)snprintf(command, sizeof(command), "rm -rf '%s'.new-*", copy_path);
    assert_int_equal(system(command), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_copy_made_under_eight_writers_is_one_moment_with_all_that_was_acknowledged),
        TEST(a_copy_is_for_its_owner_alone),
        TEST(what_was_deleted_is_not_in_a_copy),
        TEST(what_is_there_is_never_overwritten),
        TEST(a_place_that_cannot_be_written_is_named),
        TEST(a_copy_for_which_there_is_no_room_leaves_nothing),
        TEST(a_copy_that_is_killed_has_not_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
