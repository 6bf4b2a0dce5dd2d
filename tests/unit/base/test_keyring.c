#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/crypt.h"
#include "bridge/base/keyring.h"

static const struct seal_place ada = {"password", 1, 7};

/* Where a ring is made, and what is made there in one test. */
struct place {
    struct arena *arena;
    char folder[32];
    char *keys;
};

static int make_place(void **state)
{
    struct place *place = heap_alloc(1, sizeof(*place));

    if (!crypt_init())
        return -1;
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/keyring-XXXXXX");
    if (!mkdtemp(place->folder))
        return -1;
    place->arena = arena_new();
    place->keys = arena_printf(place->arena, "%s/keys", place->folder);
    *state = place;
    return 0;
}

static int drop_place(void **state)
{
    struct place *place = *state;

    keyring_unload();
    (void)chmod(place->keys, 0700);
    if (system(arena_printf(place->arena, "rm -rf %s", place->folder)) != 0)
        return -1;
    arena_free(place->arena);
    free(place);
    return 0;
}

static char *file_of(const struct place *place, const char *name)
{
    return arena_printf(place->arena, "%s/%s", place->keys, name);
}

static char *content_of(const struct place *place, const char *name)
{
    char *text = arena_alloc(place->arena, 256);
    FILE *file = fopen(file_of(place, name), "r");

    assert_non_null(file);
    assert_true(fread(text, 1, 255, file) > 0);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void given_content(const struct place *place, const char *name, const char *text)
{
    FILE *file = fopen(file_of(place, name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(file_of(place, name), 0600), 0);
}

static void given_a_ring(const struct place *place)
{
    assert_int_equal(keyring_create(place->keys, NULL), STATUS_OK);
    assert_int_equal(keyring_load(place->keys, NULL), STATUS_OK);
}

static void assert_refused(const struct place *place, const char *words)
{
    struct problem problem = {0};

    assert_int_equal(keyring_load(place->keys, &problem), STATUS_CONFIGURATION);
    if (!strstr(problem.detail, words))
        fail_msg("\"%s\" does not say \"%s\"", problem.detail, words);
}

static struct bytes sealed_secret(const struct place *place)
{
    return keyring_seal(&ada, bytes_of_text("secret"), place->arena);
}

static enum status try_to_open(const struct place *place, const struct seal_place *where,
                               struct bytes sealed, struct problem *problem)
{
    struct bytes plain = {0};
    enum status status = keyring_open(where, sealed, place->arena, &plain, problem);

    if (!status)
        assert_string_equal(plain.data, "secret");
    return status;
}

/* ----------------------------------------------------------------- in a folder */

static void a_new_ring_is_one_key_that_nobody_else_can_read(void **state)
{
    const struct place *place = *state;
    struct stat folder, file;
    const char *line;

    assert_int_equal(keyring_create(place->keys, NULL), STATUS_OK);

    assert_int_equal(stat(place->keys, &folder), 0);
    assert_int_equal(folder.st_mode & 0777, 0700);
    assert_int_equal(stat(file_of(place, "1.key"), &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    line = content_of(place, "1.key");
    assert_memory_equal(line, "rolebridge-key:1:", 17);
    assert_int_equal(strlen(line), 17 + 43 + 1 + 8 + 1);
    assert_int_equal(access(file_of(place, "1.key.new"), F_OK), -1);
}

static void a_ring_that_is_there_is_not_made_again(void **state)
{
    const struct place *place = *state;
    const char *line;

    assert_int_equal(keyring_create(place->keys, NULL), STATUS_OK);
    line = content_of(place, "1.key");
    assert_int_equal(keyring_create(place->keys, NULL), STATUS_OK);

    assert_string_equal(content_of(place, "1.key"), line);
    assert_int_equal(access(file_of(place, "2.key"), F_OK), -1);
}

static void a_ring_whose_making_was_cut_off_is_made(void **state)
{
    const struct place *place = *state;

    assert_int_equal(mkdir(place->keys, 0700), 0);
    given_content(place, "1.key.new", "rolebridge-k");

    given_a_ring(place);
}

static void what_is_sealed_opens_after_the_ring_is_loaded_again(void **state)
{
    const struct place *place = *state;
    struct bytes sealed;

    given_a_ring(place);
    sealed = sealed_secret(place);
    assert_int_equal(keyring_load(place->keys, NULL), STATUS_OK);

    assert_int_equal(try_to_open(place, &ada, sealed, NULL), STATUS_OK);
}

static void after_a_rotation_the_new_key_seals_and_the_old_one_opens(void **state)
{
    const struct place *place = *state;
    struct problem problem = {0};
    struct bytes old, new;
    uint32_t number = 0;

    given_a_ring(place);
    old = sealed_secret(place);
    for (uint32_t next = 2; next <= 11; next++) { /* 11.key comes before 2.key in a listing */
        assert_int_equal(keyring_add(place->keys, &number, NULL), STATUS_OK);
        assert_int_equal(number, next);
    }
    assert_int_equal(keyring_load(place->keys, NULL), STATUS_OK);
    new = sealed_secret(place);
    assert_int_equal(try_to_open(place, &ada, old, NULL), STATUS_OK);
    assert_int_equal(unlink(file_of(place, "1.key")), 0);
    assert_int_equal(keyring_load(place->keys, NULL), STATUS_OK);

    assert_int_equal(try_to_open(place, &ada, new, NULL), STATUS_OK);
    assert_int_equal(try_to_open(place, &ada, old, &problem), STATUS_CONFIGURATION);
    assert_non_null(strstr(problem.detail, "needs 1.key"));
}

static void a_missing_folder_is_refused_and_not_made(void **state)
{
    const struct place *place = *state;
    uint32_t number;

    assert_refused(place, "there is no folder");
    assert_int_equal(keyring_add(place->keys, &number, NULL), STATUS_CONFIGURATION);
    assert_int_equal(access(place->keys, F_OK), -1);
}

static void an_empty_folder_is_refused(void **state)
{
    const struct place *place = *state;

    assert_int_equal(mkdir(place->keys, 0700), 0);
    given_content(place, "notes", "2.key.old and 01.key are no keys");
    given_content(place, "01.key", "x");
    given_content(place, "2.key.old", "x");

    assert_refused(place, "there is no key in");
}

static void a_folder_that_others_can_reach_is_refused(void **state)
{
    const struct place *place = *state;

    given_a_ring(place);
    assert_int_equal(chmod(place->keys, 0710), 0);

    assert_refused(place, "chmod 700");
}

static void a_key_that_others_can_read_is_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0610};
    const struct place *place = *state;

    given_a_ring(place);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(file_of(place, "1.key"), modes[i]), 0);
        assert_refused(place, "1.key can be reached by others than its owner: chmod 600 it");
    }
}

static void a_key_that_is_no_file_is_refused(void **state)
{
    const struct place *place = *state;

    given_a_ring(place);
    assert_int_equal(mkdir(file_of(place, "2.key"), 0700), 0);
    assert_refused(place, "2.key is not a regular file");
    assert_int_equal(rmdir(file_of(place, "2.key")), 0);
    assert_int_equal(mkfifo(file_of(place, "2.key"), 0600), 0); /* and does not hold us */
    assert_refused(place, "2.key is not a regular file");
}

static void every_damaged_byte_of_a_key_is_noticed(void **state)
{
    const struct place *place = *state;
    char *line;

    given_a_ring(place);
    line = content_of(place, "1.key");
    for (size_t at = 0; line[at]; at++) {
        char kept = line[at];

        line[at] = kept == 'A' ? 'B' : 'A';
        given_content(place, "1.key", line);
        assert_refused(place, "1.key is damaged");
        line[at] = kept;
    }
}

static void a_cut_or_longer_key_is_noticed(void **state)
{
    const struct place *place = *state;
    const char *line;

    given_a_ring(place);
    line = content_of(place, "1.key");
    for (size_t size = 0; size + 1 < strlen(line); size++) {
        given_content(place, "1.key", arena_printf(place->arena, "%.*s", (int)size, line));
        assert_refused(place, size ? "1.key is damaged" : "1.key is empty");
    }
    given_content(place, "1.key", arena_printf(place->arena, "%s%s", line, line));
    assert_refused(place, "1.key has more than one line");
}

static void a_key_under_another_number_is_noticed(void **state)
{
    const struct place *place = *state;

    given_a_ring(place);
    assert_int_equal(rename(file_of(place, "1.key"), file_of(place, "2.key")), 0);

    assert_refused(place, "2.key is damaged, or another key's file");
}

static void no_message_shows_a_key(void **state)
{
    const struct place *place = *state;
    struct problem problem = {0};
    char *line;

    given_a_ring(place);
    line = content_of(place, "1.key");
    line[strlen(line) - 2] ^= 1;
    given_content(place, "1.key", line);

    assert_int_equal(keyring_load(place->keys, &problem), STATUS_CONFIGURATION);
    line[20] = '\0';
    assert_null(strstr(problem.detail, line + 17));
}

static void a_ring_that_does_not_load_leaves_the_one_that_is_loaded(void **state)
{
    const struct place *place = *state;
    struct bytes sealed;

    given_a_ring(place);
    sealed = sealed_secret(place);
    assert_int_equal(unlink(file_of(place, "1.key")), 0);
    assert_refused(place, "there is no key");

    assert_int_equal(try_to_open(place, &ada, sealed, NULL), STATUS_OK);
}

static void more_keys_than_a_ring_holds_are_refused(void **state)
{
    const struct place *place = *state;
    uint32_t number;

    given_a_ring(place);
    for (int i = 1; i < KEYRING_KEYS_MAX; i++)
        assert_int_equal(keyring_add(place->keys, &number, NULL), STATUS_OK);
    assert_int_equal(keyring_load(place->keys, NULL), STATUS_OK);
    given_content(place, "65.key", "x");

    assert_refused(place, "more than 64 keys");
}

/* --------------------------------------------------------------------- sealing */

static void what_is_sealed_shows_nothing_and_never_looks_the_same(void **state)
{
    const struct place *place = *state;
    struct bytes one, other;

    keyring_make();
    one = sealed_secret(place);
    other = sealed_secret(place);

    assert_int_equal(one.size, strlen("secret") + KEYRING_OVERHEAD);
    for (size_t at = 0; at + 3 <= one.size; at++)
        assert_memory_not_equal((const char *)one.data + at, "sec", 3);
    assert_false(bytes_equal(one, other));
}

static void sealed_bytes_that_were_moved_do_not_open(void **state)
{
    static const struct seal_place elsewhere[] = {
        {"password", 1, 8}, {"password", 2, 7}, {"person", 1, 7}, {"", 1, 7}, {"password", 17, 0},
    };
    const struct place *place = *state;
    struct problem problem = {0};
    struct bytes sealed;

    keyring_make();
    sealed = sealed_secret(place);

    assert_int_equal(try_to_open(place, &ada, sealed, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
        assert_int_equal(try_to_open(place, &elsewhere[i], sealed, NULL), STATUS_INTERNAL);
    assert_int_equal(try_to_open(place, &elsewhere[0], sealed, &problem), STATUS_INTERNAL);
    assert_non_null(strstr(problem.detail, "the sealed password at row 8 does not open"));
}

static void sealed_bytes_that_were_altered_or_cut_do_not_open(void **state)
{
    const struct place *place = *state;
    struct bytes sealed;

    keyring_make();
    sealed = sealed_secret(place);
    for (size_t at = 0; at < sealed.size; at++) {
        unsigned char *altered = arena_alloc(place->arena, sealed.size);

        memcpy(altered, sealed.data, sealed.size);
        altered[at] ^= 1;
        assert_int_not_equal(try_to_open(place, &ada, bytes_of(altered, sealed.size), NULL),
                             STATUS_OK);
        assert_int_not_equal(try_to_open(place, &ada, bytes_of(sealed.data, at), NULL), STATUS_OK);
    }
}

static void another_ring_opens_nothing_of_this_one(void **state)
{
    const struct place *place = *state;
    struct bytes sealed;

    keyring_make();
    sealed = sealed_secret(place);
    keyring_make();

    assert_int_equal(try_to_open(place, &ada, sealed, NULL), STATUS_INTERNAL);
}

static void nothing_at_all_can_be_sealed(void **state)
{
    const struct place *place = *state;
    struct bytes plain = {0};
    struct bytes sealed;

    keyring_make();
    sealed = keyring_seal(&ada, bytes_of_text(""), place->arena);

    assert_int_equal(keyring_open(&ada, sealed, place->arena, &plain, NULL), STATUS_OK);
    assert_int_equal(plain.size, 0);
}

#define RING(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING(a_new_ring_is_one_key_that_nobody_else_can_read),
        RING(a_ring_that_is_there_is_not_made_again),
        RING(a_ring_whose_making_was_cut_off_is_made),
        RING(what_is_sealed_opens_after_the_ring_is_loaded_again),
        RING(after_a_rotation_the_new_key_seals_and_the_old_one_opens),
        RING(a_missing_folder_is_refused_and_not_made),
        RING(an_empty_folder_is_refused),
        RING(a_folder_that_others_can_reach_is_refused),
        RING(a_key_that_others_can_read_is_refused),
        RING(a_key_that_is_no_file_is_refused),
        RING(every_damaged_byte_of_a_key_is_noticed),
        RING(a_cut_or_longer_key_is_noticed),
        RING(a_key_under_another_number_is_noticed),
        RING(no_message_shows_a_key),
        RING(a_ring_that_does_not_load_leaves_the_one_that_is_loaded),
        RING(more_keys_than_a_ring_holds_are_refused),
        RING(what_is_sealed_shows_nothing_and_never_looks_the_same),
        RING(sealed_bytes_that_were_moved_do_not_open),
        RING(sealed_bytes_that_were_altered_or_cut_do_not_open),
        RING(another_ring_opens_nothing_of_this_one),
        RING(nothing_at_all_can_be_sealed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
