#include "bridge/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
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

static void add_bytes(struct line *line, const char *text, size_t size)
{
    size_t room = sizeof(line->data) - 1 - line->size;

    size = size < room ? size : room;
    memcpy(line->data + line->size, text, size);
    line->size += size;
}

static void add(struct line *line, const char *text)
{
    add_bytes(line, text, strlen(text));
}

static bool is_plain(char c)
{
    return (unsigned char)c >= CONTROL_END && c != DELETE_CHARACTER && c != '"' && c != '\\';
}

/* U+0080 to U+009F in UTF-8: a terminal may take it for a command, as it does ESC. */
static bool is_upper_control(const char *text)
{
    return (unsigned char)text[0] == 0xC2 && (unsigned char)text[1] >= 0x80 &&
           (unsigned char)text[1] <= 0x9F;
}

static void add_escaped(struct line *line, char c)
{
    char escape[5];

    (void)snprintf(escape, sizeof(escape), c == '"' || c == '\\' ? "\\%c" : "\\x%02x",
                   (unsigned char)c);
    add(line, escape);
}

static void add_quoted(struct line *line, const char *text)
{
    add(line, "\"");
    while (*text) {
        size_t size = 0;

        while (text[size] && is_plain(text[size]) && !is_upper_control(text + size))
            size++;
        add_bytes(line, text, size);
        text += size;
        for (int left = is_upper_control(text) ? 2 : 1; *text && left > 0; left--)
            add_escaped(line, *text++);
    }
    add(line, "\"");
}

void log_write(enum log_level level, const char *event, ...)
{
    struct line line; /* its data are not worth zeroing */
    char moment[TIMESTAMP_SIZE];
    va_list arguments;
    const char *name;

    if ((int)level < atomic_load(&lowest_level))
        return;
    line.size = 0;
    timestamp_format(clock_wall(), moment);
    add(&line, moment);
    add(&line, " ");
    add(&line, level_names[level]);
    add(&line, " ");
    add_quoted(&line, event);
    va_start(arguments, event);
    while ((name = va_arg(arguments, const char *))) {
        const char *value = va_arg(arguments, const char *);

        if (!value)
            continue;
        add(&line, " ");
        add(&line, name);
        add(&line, "=");
        add_quoted(&line, value);
    }
    va_end(arguments);
    line.data[line.size++] = '\n';
    /* One write a line, so that lines of several threads never mix. */
    if (write(STDERR_FILENO, line.data, line.size) < 0)
        return;
}
