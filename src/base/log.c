#include "bridge/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "bridge/base/clock.h"
#include "bridge/base/text.h"

enum { LINE_MAX_SIZE = 4096, CONTROL_END = 0x20, DELETE_CHARACTER = 0x7F };

static const char *const level_names[] = {"debug", "info", "warning", "error"};

static _Atomic int lowest_level = LOG_INFO;

/* The line as it is made; what does not fit is cut. */
struct line {
    char data[LINE_MAX_SIZE];
    size_t size;
};

void log_set_level(enum log_level level)
{
    atomic_store(&lowest_level, (int)level);
}

static void add(struct line *line, char c)
{
    if (line->size < sizeof(line->data) - 1)
        line->data[line->size++] = c;
}

static void add_text(struct line *line, const char *text)
{
    while (*text)
        add(line, *text++);
}

static void add_quoted(struct line *line, const char *text)
{
    add(line, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            add(line, '\\');
        if (c < CONTROL_END || c == DELETE_CHARACTER) {
            char escape[5];

            (void)snprintf(escape, sizeof(escape), "\\x%02x", c);
            add_text(line, escape);
        } else {
            add(line, (char)c);
        }
    }
    add(line, '"');
}

void log_write(enum log_level level, const char *event, ...)
{
    struct line line = {.size = 0};
    char moment[TIMESTAMP_SIZE];
    va_list arguments;
    const char *name;

    if ((int)level < atomic_load(&lowest_level))
        return;
    timestamp_format(clock_now(), moment);
    add_text(&line, moment);
    add(&line, ' ');
    add_text(&line, level_names[level]);
    add(&line, ' ');
    add_quoted(&line, event);
    va_start(arguments, event);
    while ((name = va_arg(arguments, const char *))) {
        const char *value = va_arg(arguments, const char *);

        if (!value)
            continue;
        add(&line, ' ');
        add_text(&line, name);
        add(&line, '=');
        add_quoted(&line, value);
    }
    va_end(arguments);
    line.data[line.size++] = '\n';
    /* One write a line, so that lines of several threads never mix. */
    if (write(STDERR_FILENO, line.data, line.size) < 0)
        return;
}
