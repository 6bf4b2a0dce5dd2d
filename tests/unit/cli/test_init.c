#include "unit.h"

#include <sys/stat.h>

#include "bridge/base/crypt.h"
#include "bridge/base/keyring.h"
#include "bridge/core/organization.h"
#include "run_command.h"

/* A folder with a configuration; the store is to be made beside it. */
struct place {
    char folder[32];
    char config[64];
    char store[64];
    char keys[64];
};

static int make_place(void **state)
{
    struct place *place = heap_alloc(1, sizeof(*place));
    FILE *file;

    if (!crypt_init())
        return -1;
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/init-XXXXXX");
    if (!mkdtemp(place->folder))
        return -1;
    (void)snprintf(place->config, sizeof(place->config), "%s/b.yaml", place->folder);
    (void)snprintf(place->store, sizeof(place->store), "%s/store", place->folder);
    (void)snprintf(place->keys, sizeof(place->keys), "%s/keys", place->folder);
    file = fopen(place->config, "w");
    if (!file || fputs("store: {path: store, size: 8MiB}\nkeys: {path: keys}\n", file) < 0 ||
        fclose(file))
        return -1;
    *state = place;
    return 0;
}

static int drop_place(void **state)
{
    static const char *const files[] = {"store/data.mdb", "store/lock.mdb", "store/owner",
                                        "keys/1.key", "keys/2.key"};
    struct place *place = *state;
    char path[96];

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", place->folder, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(place->store);
    (void)rmdir(place->keys);
    (void)unlink(place->config);
    (void)rmdir(place->folder);
    free(place);
    return 0;
}

static enum status check_organization(const struct place *place)
{
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    enum status status;

    assert_int_equal(store_open(place->store, 8 << 20, &store, NULL), STATUS_OK);
    assert_int_equal(store_begin(store, ORGANIZATION_DEFAULT, &txn, NULL), STATUS_OK);
    status = organization_check(txn, NULL);
    store_end(txn);
    store_close(store);
    return status;
}

static void init_makes_a_store_with_its_organization(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;
    struct run run = RUN(arena, "init", "--config", place->config);

    assert_int_equal(run.exit_code, CLI_DONE);
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, arena_printf(arena,
                                              "rolebridge: the keys are in %s; keep a copy of "
                                              "them apart from that of the store\n"
                                              "rolebridge: the store is in %s; start the daemon "
                                              "with: rolebridge serve --config %s\n",
                                              place->keys, place->store, place->config));
    assert_int_equal(check_organization(place), STATUS_OK);
    assert_int_equal(keyring_load(place->keys, NULL), STATUS_OK);
    keyring_unload();
}

static void init_leaves_a_store_that_is_there_alone(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;
    struct run second;

    (void)RUN(arena, "init", "--config", place->config);
    second = RUN(arena, "init", "--config", place->config);

    assert_int_equal(second.exit_code, CLI_FAILED);
    assert_non_null(strstr(second.err, place->store));
}

static void init_goes_on_where_an_earlier_one_was_cut_off(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;
    struct run run;

    assert_int_equal(store_create(place->store, 8 << 20, NULL), STATUS_OK);
    assert_int_equal(check_organization(place), STATUS_NOT_FOUND);
    run = RUN(arena, "init", "--config", place->config);

    assert_int_equal(run.exit_code, CLI_DONE);
    assert_int_equal(check_organization(place), STATUS_OK);
}

static char *first_key(const struct place *place, struct arena *arena)
{
    char *line = arena_alloc(arena, 128);
    FILE *file = fopen(arena_printf(arena, "%s/1.key", place->keys), "r");

    assert_non_null(file);
    assert_non_null(fgets(line, 128, file));
    assert_int_equal(fclose(file), 0);
    return line;
}

static void init_keeps_the_keys_of_an_earlier_one_that_was_cut_off(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;
    const char *key;

    assert_int_equal(keyring_create(place->keys, NULL), STATUS_OK);
    key = first_key(place, arena);

    assert_int_equal(RUN(arena, "init", "--config", place->config).exit_code, CLI_DONE);
    assert_string_equal(first_key(place, arena), key);
}

static void init_makes_no_keys_beside_a_store_that_has_lost_them(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;

    (void)RUN(arena, "init", "--config", place->config);
    assert_int_equal(unlink(arena_printf(arena, "%s/1.key", place->keys)), 0);
    assert_int_equal(rmdir(place->keys), 0);

    assert_int_equal(RUN(arena, "init", "--config", place->config).exit_code, CLI_FAILED);
    assert_int_equal(access(place->keys, F_OK), -1);
}

static void init_makes_no_store_where_the_keys_cannot_be_used(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;
    struct run run;

    assert_int_equal(keyring_create(place->keys, NULL), STATUS_OK);
    assert_int_equal(chmod(place->keys, 0755), 0);
    run = RUN(arena, "init", "--config", place->config);

    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_non_null(strstr(run.err, "chmod 700"));
    assert_int_equal(access(place->store, F_OK), -1);
}

static void init_does_not_take_a_folder_of_others(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;
    struct run run;

    assert_int_equal(mkdir(place->store, 0700), 0);
    run = RUN(arena, "init", "--config", place->config);

    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_non_null(strstr(run.err, place->store));
    assert_int_equal(rmdir(place->store), 0); /* still empty */
}

static void init_needs_a_configuration(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct run run = RUN(arena, "init", "--config", "/nowhere/b.yaml");

    (void)state;
    assert_int_equal(run.exit_code, CLI_FAILED);
    assert_non_null(strstr(run.err, "/nowhere/b.yaml: there is no such file"));
}

static void a_new_key_is_added_to_those_that_are_there(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;
    const char *key;
    struct run run = RUN(arena, "init", "--new-key", "--config", place->config);

    assert_int_equal(run.exit_code, CLI_FAILED); /* there are none yet */
    assert_int_equal(access(place->keys, F_OK), -1);

    (void)RUN(arena, "init", "--config", place->config);
    key = first_key(place, arena);
    run = RUN(arena, "init", "--new-key", "--config", place->config);

    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(run.err, arena_printf(arena, "%s/2.key", place->keys)));
    assert_string_equal(first_key(place, arena), key);
    assert_int_equal(keyring_load(place->keys, NULL), STATUS_OK);
    keyring_unload();
}

static void a_sample_is_printed_and_nothing_made(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct place *place = *state;
    struct run run = RUN(arena, "init", "--sample", "--config", place->config);

    assert_int_equal(run.exit_code, CLI_DONE);
    assert_non_null(strstr(run.out, "#port: 8080"));
    assert_int_equal(access(place->store, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(init_makes_a_store_with_its_organization, make_place,
                                        drop_place),
        cmocka_unit_test_setup_teardown(init_leaves_a_store_that_is_there_alone, make_place,
                                        drop_place),
        cmocka_unit_test_setup_teardown(init_goes_on_where_an_earlier_one_was_cut_off, make_place,
                                        drop_place),
        cmocka_unit_test_setup_teardown(init_keeps_the_keys_of_an_earlier_one_that_was_cut_off,
                                        make_place, drop_place),
        cmocka_unit_test_setup_teardown(init_makes_no_keys_beside_a_store_that_has_lost_them,
                                        make_place, drop_place),
        cmocka_unit_test_setup_teardown(init_makes_no_store_where_the_keys_cannot_be_used,
                                        make_place, drop_place),
        cmocka_unit_test_setup_teardown(init_does_not_take_a_folder_of_others, make_place,
                                        drop_place),
        cmocka_unit_test(init_needs_a_configuration),
        cmocka_unit_test_setup_teardown(a_new_key_is_added_to_those_that_are_there, make_place,
                                        drop_place),
        cmocka_unit_test_setup_teardown(a_sample_is_printed_and_nothing_made, make_place,
                                        drop_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
