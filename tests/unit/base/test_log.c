#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bridge/base/log.h"

enum { LINE_MAX = 8192 };

/* The line that is written of a value, without the time in front. */
static const char *line_of(const char *value, char line[LINE_MAX])
{
    int ends[2], kept = dup(STDERR_FILENO);
    ssize_t size;

    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    log_write(LOG_ERROR, "seen", "value", value, NULL);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    size = read(ends[0], line, LINE_MAX - 1);
    assert_true(size > 0);
    line[size] = '\0';
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)close(kept);
    return strchr(line, ' ') + 1;
}

static void a_value_is_quoted_and_nothing_in_it_is_a_command_to_a_terminal(void **state)
{
    static const struct {
        const char *value;
        const char *quoted;
    } rows[] = {
        {"plain", "plain"},
        {"\xC3\x9Cnal \xE2\x80\x94", "\xC3\x9Cnal \xE2\x80\x94"},
        {"a \"b\" \\", "a \\\"b\\\" \\\\"},
        {"line\nforged", "line\\x0aforged"},
        {"\x1B[2J\x7F", "\\x1b[2J\\x7f"},
        {"\xC2\x9B"
         "2J",
         "\\xc2\\x9b2J"},
        {"\xC2\xA0", "\xC2\xA0"},
        {"\xC2", "\xC2"},
    };
    char line[LINE_MAX], wanted[LINE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)snprintf(wanted, sizeof(wanted), "error \"seen\" value=\"%s\"\n", rows[i].quoted);
        assert_string_equal(line_of(rows[i].value, line), wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_quoted_and_nothing_in_it_is_a_command_to_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
