/* A process that ends in the middle: what it acknowledged is there, and the rest is whole. */
#include "fixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "disk.h"

enum { CRASHES = 10, WRITERS = 4 };

/* ---------------------------------------------------------------------- the child */

static int acknowledgements; /* the end of the pipe that the child writes to */

/* Two keys and a counter, which are there together or not at all. */
static enum status create(struct store_txn *txn, void *argument, struct problem *problem)
{
    const uint32_t *number = argument;
    struct store_key key = key_of(*number);

    (void)problem;
    store_put(txn, STORE_RESOURCE, key_bytes(&key), bytes_of_text("a resource"));
    store_put(txn, STORE_INDEX, key_bytes(&key), bytes_of_text("an index"));
    store_add(txn, bytes_of_text("people"), 1);
    store_journal(txn, key_bytes(&key));
    return STATUS_OK;
}

static void *create_for_ever(void *argument)
{
    uint32_t number = *(uint32_t *)argument;

    while (store_update(given.store, ORGANIZATION, create, &number, NULL) == STATUS_OK) {
        if (write(acknowledgements, &number, sizeof(number)) != sizeof(number))
            break;
        number += WRITERS;
    }
    return NULL;
}

/* Create resources from `first` on, four threads at once, and acknowledge each, until killed. */
static void live(uint32_t first)
{
    pthread_t threads[WRITERS];
    uint32_t firsts[WRITERS];

    if (store_open(given.path, given.size, &given.store, NULL))
        _exit(2);
    for (uint32_t i = 0; i < WRITERS; i++) {
        firsts[i] = first + i;
        if (pthread_create(&threads[i], NULL, create_for_ever, &firsts[i]))
            _exit(2);
    }
    for (uint32_t i = 0; i < WRITERS; i++)
        (void)pthread_join(threads[i], NULL);
    _exit(3);
}

/* --------------------------------------------------------------------- the parent */

static bool read_number(int from, uint32_t *number)
{
    struct pollfd waiting = {.fd = from, .events = POLLIN};

    assert_int_equal(poll(&waiting, 1, DEADLINE_SECONDS * 1000), 1);
    return read(from, number, sizeof(*number)) == sizeof(*number);
}

static bool is_there(struct store_txn *txn, enum store_table table, uint32_t number)
{
    struct store_key key = key_of(number);
    struct bytes value;

    return store_get(txn, table, key_bytes(&key), &value);
}

/* Let a child live until it has acknowledged `count`; return the last number it acknowledged. */
static uint32_t crash_after(unsigned count, uint32_t first, bool *acknowledged)
{
    int ends[2];
    int ended = 0;
    uint32_t number, last = first;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        acknowledgements = ends[1];
        (void)close(ends[0]);
        live(first);
    }
    (void)close(ends[1]);
    for (unsigned read = 0; read_number(ends[0], &number); read++) {
        acknowledged[number] = true;
        last = number > last ? number : last;
        if (read == count)
            assert_int_equal(kill(child, SIGKILL), 0);
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
    return last;
}

static bool count_line(void *context, const struct journal_mark *mark, struct bytes record)
{
    uint64_t *count = context;

    (void)mark;
    (void)record;
    (*count)++;
    return true;
}

static void assert_whole(const bool *acknowledged, uint32_t end)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    uint64_t resource_count = 0, line_count = 0;

    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    for (uint32_t number = 0; number < end; number++) {
        bool is_stored = is_there(txn, STORE_RESOURCE, number);

        assert_true(is_stored || !acknowledged[number]);
        assert_int_equal(is_there(txn, STORE_INDEX, number), is_stored);
        resource_count += is_stored;
    }
    assert_int_equal(store_count(txn, bytes_of_text("people")), resource_count);
    assert_int_equal(journal_walk(given.store, ORGANIZATION, count_line, &line_count, NULL),
                     STATUS_OK);
    assert_int_equal(line_count, resource_count);
}

static void what_was_acknowledged_survives_a_kill_at_any_moment(void **state)
{
    static bool acknowledged[1 << 20];
    uint32_t next = 0;

    (void)state;
    close_given();
    for (unsigned crash = 0; crash < CRASHES; crash++) {
        next = crash_after(10 + 13 * crash, next, acknowledged) + 2 * WRITERS;
        open_given();
        assert_whole(acknowledged, next);
        close_given();
    }
}

/* ------------------------------------------------------------------ failed commits */

static void acknowledge(void *context, enum status status, const struct problem *problem)
{
    (void)context;
    (void)problem;
    (void)!write(acknowledgements, &status, sizeof(status));
}

static void commit_and_fail(void)
{
    const struct disk_fault fault = {.kinds = 1u << DISK_SYNC, .nth = 1, .code = EIO};
    static struct pair pair = {"ada", "1815"};

    if (store_open(given.path, given.size, &given.store, NULL))
        _exit(2);
    (void)close(STDERR_FILENO); /* its line in the log is expected */
    disk_fail(&fault);
    store_submit(given.store, ORGANIZATION, put_pair, &pair, acknowledge, NULL);
    store_close(given.store);
    _exit(3);
}

static void a_sync_that_fails_ends_the_process_and_answers_nobody(void **state)
{
    int ends[2];
    int ended = 0;
    uint32_t answer;
    pid_t child;

    (void)state;
    close_given();
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        acknowledgements = ends[1];
        commit_and_fail();
    }
    (void)close(ends[1]);

    assert_false(read_number(ends[0], &answer));

    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 1);
    open_given(); /* as good as before */
    assert_string_equal(value_at("ada"), "");
    assert_int_equal(put("ada", "1815"), STATUS_OK);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_store, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_was_acknowledged_survives_a_kill_at_any_moment),
        STORE_TEST(a_sync_that_fails_ends_the_process_and_answers_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
