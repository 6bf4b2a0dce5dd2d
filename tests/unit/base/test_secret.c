#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/secret.h"

static char folder[] = "/tmp/bridge-secret-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(path, sizeof(path), "%s/password", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int remove_file(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static void given_a_file(const char *text, size_t size, mode_t mode)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, size), (ssize_t)size);
    assert_int_equal(fchmod(descriptor, mode), 0);
    assert_int_equal(close(descriptor), 0);
}

static void assert_refused(const char *word)
{
    struct secret secret = {.size = 0};
    struct problem problem = {0};

    assert_int_equal(secret_read("password file", path, &secret, &problem), STATUS_CONFIGURATION);
    assert_ptr_equal(strstr(problem.detail, "password file /tmp/"), problem.detail);
    if (!strstr(problem.detail, word))
        fail_msg("\"%s\" does not say %s", problem.detail, word);
    assert_null(strstr(problem.detail, "hunter"));
}

static void assert_read(const char *expected)
{
    struct secret secret = {.size = 0};

    assert_int_equal(secret_read("password file", path, &secret, NULL), STATUS_OK);
    assert_int_equal(secret.size, strlen(expected));
    assert_string_equal(secret.data, expected);
}

static void one_newline_at_the_end_does_not_count(void **state)
{
    (void)state;
    given_a_file("hunter 2\n", 9, 0600);
    assert_read("hunter 2");
    given_a_file("hunter 2", 8, 0400);
    assert_read("hunter 2");
}

static void a_file_that_others_can_reach_is_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0644, 0610, 0620, 0602, 0601, 0666};

    (void)state;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        given_a_file("hunter2\n", 8, modes[i]);
        assert_refused("chmod 600");
    }
}

static void a_link_is_judged_by_what_it_points_to(void **state)
{
    char target[80];

    (void)state;
    (void)snprintf(target, sizeof(target), "%s/target", folder);
    given_a_file("hunter2\n", 8, 0600);
    assert_int_equal(rename(path, target), 0);
    assert_int_equal(symlink(target, path), 0);
    assert_read("hunter2");

    assert_int_equal(chmod(target, 0644), 0);
    assert_refused("chmod 600");
    assert_int_equal(unlink(target), 0);
}

static void an_empty_password_is_never_read(void **state)
{
    (void)state;
    given_a_file("", 0, 0600);
    assert_refused("empty");
    given_a_file("\n", 1, 0600);
    assert_refused("empty");
}

static void a_nul_byte_is_refused_wherever_it_is(void **state)
{
    (void)state;
    given_a_file("\0hunter2", 8, 0600);
    assert_refused("NUL");
    given_a_file("hunter2\0\n", 9, 0600);
    assert_refused("NUL");
}

static void the_longest_password_fits_and_one_more_byte_does_not(void **state)
{
    char text[SECRET_SIZE_MAX + 3];
    struct secret secret = {.size = 0};

    (void)state;
    memset(text, 'x', sizeof(text));
    text[SECRET_SIZE_MAX] = '\n';
    given_a_file(text, SECRET_SIZE_MAX + 1, 0600);
    assert_int_equal(secret_read("password file", path, &secret, NULL), STATUS_OK);
    assert_int_equal(secret.size, SECRET_SIZE_MAX);

    text[SECRET_SIZE_MAX] = 'x';
    given_a_file(text, SECRET_SIZE_MAX + 1, 0600);
    assert_refused("larger");
    given_a_file(text, SECRET_SIZE_MAX + 3, 0600);
    assert_refused("larger");
}

static void what_is_no_file_does_not_hold_us_up(void **state)
{
    struct secret secret = {.size = 0};

    (void)state;
    assert_refused("No such file");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused("regular file");
    assert_int_equal(secret_read("password file", folder, &secret, NULL), STATUS_CONFIGURATION);
}

static void what_would_be_sent_with_an_end_of_line_in_it_is_refused(void **state)
{
    (void)state;
    given_a_file("hunter2\r\n", 9, 0600);
    assert_refused("carriage return");
    given_a_file("hunter2\n\n", 9, 0600);
    assert_refused("more than one line");
    given_a_file("hunter2\nsecond", 14, 0600);
    assert_refused("more than one line");
}

static void clearing_leaves_nothing_behind(void **state)
{
    static const struct secret nothing = {.size = 0};
    struct secret secret = {.size = 0};

    (void)state;
    given_a_file("hunter2\n", 8, 0600);
    assert_int_equal(secret_read("password file", path, &secret, NULL), STATUS_OK);

    secret_clear(&secret);

    assert_memory_equal(&secret, &nothing, sizeof(secret));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_newline_at_the_end_does_not_count, remove_file),
        cmocka_unit_test_teardown(a_file_that_others_can_reach_is_refused, remove_file),
        cmocka_unit_test_teardown(a_link_is_judged_by_what_it_points_to, remove_file),
        cmocka_unit_test_teardown(an_empty_password_is_never_read, remove_file),
        cmocka_unit_test_teardown(a_nul_byte_is_refused_wherever_it_is, remove_file),
        cmocka_unit_test_teardown(what_would_be_sent_with_an_end_of_line_in_it_is_refused,
                                  remove_file),
        cmocka_unit_test_teardown(the_longest_password_fits_and_one_more_byte_does_not,
                                  remove_file),
        cmocka_unit_test_teardown(what_is_no_file_does_not_hold_us_up, remove_file),
        cmocka_unit_test_teardown(clearing_leaves_nothing_behind, remove_file),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
