#include "unit.h"

#include <jansson.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/base/crypt.h"
#include "bridge/core/organization.h"
#include "bridge/store/key.h"
#include "run_command.h"

/* A folder with a configuration, and the store that init has made beside it. */
enum { STORE_SIZE = 8 << 20, SHOWN = 100 };

static struct {
    char folder[32];
    char config[64];
    char store[64];
} given;

static int set_up(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    FILE *file;

    (void)state;
    (void)snprintf(given.folder, sizeof(given.folder), "/tmp/store-XXXXXX");
    if (!crypt_init() || !mkdtemp(given.folder))
        return -1;
    (void)snprintf(given.config, sizeof(given.config), "%s/b.yaml", given.folder);
    (void)snprintf(given.store, sizeof(given.store), "%s/store", given.folder);
    file = fopen(given.config, "w");
    if (!file || fputs("store: {path: store, size: 8MiB}\nkeys: {path: keys}\n", file) < 0 ||
        fclose(file))
        return -1;
    return RUN(arena, "init", "--config", given.config).exit_code;
}

static int tear_down(void **state)
{
    char command[64];

    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", given.folder);
    return system(command);
}

/* Places in the order of the outbox, without a line in it. */
static enum status put_places(struct store_txn *txn, void *argument, struct problem *problem)
{
    for (int i = 0; i < *(const int *)argument; i++) {
        struct store_key key = key_of(ORGANIZATION_DEFAULT);

        key_add_u64(&key, 0);
        key_add_u64(&key, (uint64_t)i);
        store_put(txn, STORE_DUE, key_bytes(&key), (struct bytes){0});
    }
    return store_status(txn, problem);
}

static void given_wrong_places(int count)
{
    struct store *store = NULL;

    assert_int_equal(store_open(given.store, STORE_SIZE, &store, NULL), STATUS_OK);
    assert_int_equal(store_update(store, ORGANIZATION_DEFAULT, put_places, &count, NULL),
                     STATUS_OK);
    store_close(store);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    while ((text = strchr(text, '\n'))) {
        text++;
        lines++;
    }
    return lines;
}

static void a_store_in_which_all_goes_together_is_told_in_a_line(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run = RUN(arena, "store", "check", "--config", given.config);

    (void)state;
    assert_int_equal(run.exit_code, CLI_DONE);
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, "rolebridge: looked at the organizations and at 0 tokens: 0 "
                                 "wrong\n"
                                 "rolebridge: default: looked at 0 users, 0 groups, 0 sites, 0 "
                                 "connections and 1 lines of the journal: 0 wrong\n");
}

static void what_is_wrong_is_a_line_with_what_to_do(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run;

    (void)state;
    given_wrong_places(1);
    run = RUN(arena, "store", "check", "--config", given.config);

    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_int_equal(count_lines(run.out), 2);
    assert_non_null(strstr(run.out, "should not be there"));
    assert_non_null(strstr(run.out, "rolebridge store export, rolebridge store import FILE"));
    assert_non_null(strstr(run.err, ": 1 wrong\n"));
}

static void of_many_the_first_hundred_are_printed_and_the_rest_is_counted(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run;
    json_auto_t *findings = NULL;

    (void)state;
    given_wrong_places(SHOWN + 7);
    run = RUN(arena, "store", "check", "-o", "json", "--config", given.config);
    findings = json_loads(run.out, 0, NULL);

    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_int_equal(json_array_size(findings), SHOWN);
    assert_non_null(strstr(run.err, ": 107 wrong\nrolebridge: and 7 more\n"));
}

static void another_store_than_the_configured_one_is_looked_at_when_it_is_named(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *copy = arena_printf(arena, "%s/copy", given.folder);
    struct run run;

    (void)state;
    given_wrong_places(1);
    assert_int_equal(
        system(arena_printf(arena, "mkdir %s && mv %s/data.mdb %s/", copy, given.store, copy)), 0);
    run = RUN(arena, "store", "check", "--store", copy, "--config", given.config);

    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_non_null(strstr(run.err, ": 1 wrong\n"));
}

/* Reading leaves a daemon that runs alone, and is let in by it. */
static void a_store_that_another_process_has_open_is_looked_at(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run;
    int opened[2], checked[2];
    char byte = 0;
    pid_t other;

    (void)state;
    assert_int_equal(pipe(opened) || pipe(checked), 0);
    other = fork();
    if (other == 0) {
        struct store *store = NULL;
        bool is_open = !store_open(given.store, STORE_SIZE, &store, NULL);

        (void)close(checked[1]);
        _exit(is_open && write(opened[1], "o", 1) == 1 && read(checked[0], &byte, 1) == 0 ? 0 : 1);
    }
    (void)close(checked[0]);
    assert_int_equal(read(opened[0], &byte, 1), 1);
    run = RUN(arena, "store", "check", "--config", given.config);
    (void)close(checked[1]);

    assert_int_equal(run.exit_code, CLI_DONE);
    assert_int_equal(waitpid(other, NULL, 0), other);
    (void)close(opened[0]);
    (void)close(opened[1]);
}

static void what_is_sealed_is_left_alone_where_the_keys_are_elsewhere(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run;

    (void)state;
    assert_int_equal(system(arena_printf(arena, "rm -r %s/keys", given.folder)), 0);
    run = RUN(arena, "store", "check", "--config", given.config);

    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(run.err, "what is sealed is not looked at: keys.path"));
}

static void a_store_that_is_not_there_is_no_finding(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run;

    assert_int_equal(tear_down(state), 0);
    run = RUN(arena, "store", "check", "--config", given.config);

    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_string_equal(run.out, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_store_in_which_all_goes_together_is_told_in_a_line),
        TEST(what_is_wrong_is_a_line_with_what_to_do),
        TEST(of_many_the_first_hundred_are_printed_and_the_rest_is_counted),
        TEST(another_store_than_the_configured_one_is_looked_at_when_it_is_named),
        TEST(a_store_that_another_process_has_open_is_looked_at),
        TEST(what_is_sealed_is_left_alone_where_the_keys_are_elsewhere),
        TEST(a_store_that_is_not_there_is_no_finding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
