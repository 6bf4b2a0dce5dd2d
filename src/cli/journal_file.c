#include "journal_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/crypt.h"
#include "bridge/base/text.h"

static const char record_name[] = ",\"record\":";

char *journal_file_head(const struct journal_mark *start, struct arena *arena)
{
    char link[JOURNAL_LINK_TEXT_SIZE];

    journal_link_format(start, link);
    return arena_printf(arena,
                        "{\"journal\":\"rolebridge\",\"after\":%" PRIu64 ",\"link\":\"%s\"}\n",
                        start->number, link);
}

char *journal_file_line(const struct journal_mark *mark, const char *record, struct arena *arena)
{
    char link[JOURNAL_LINK_TEXT_SIZE];

    journal_link_format(mark, link);
    return arena_printf(arena, "{\"number\":%" PRIu64 ",\"link\":\"%s\"%s%s}\n", mark->number, link,
                        record_name, record);
}

char *journal_file_end(const struct journal_mark *last, struct arena *arena)
{
    char link[JOURNAL_LINK_TEXT_SIZE];

    journal_link_format(last, link);
    return arena_printf(arena, "{\"end\":%" PRIu64 ",\"link\":\"%s\"}\n", last->number, link);
}

void journal_file_add(struct journal_mark *mark, const char *record)
{
    digest_of_two(bytes_of(mark->link, sizeof(mark->link)), bytes_of_text(record), mark->link);
    mark->number++;
}

/* ------------------------------------------------------------------------- reading */

struct reader {
    FILE *stream;
    char *line;
    size_t capacity;
};

static void reader_release(struct reader *reader)
{
    free(reader->line);
    if (reader->stream)
        (void)fclose(reader->stream);
}

static bool read_line(struct reader *reader)
{
    ssize_t size = getline(&reader->line, &reader->capacity, reader->stream);

    return size > 0 && strlen(reader->line) == (size_t)size;
}

/* What the line says that it is the start of; it must then be that, to the byte. */
static bool parse_head(const char *line, struct journal_mark *start, struct arena *arena)
{
    char link[JOURNAL_LINK_TEXT_SIZE];

    return sscanf(line, "{\"journal\":\"rolebridge\",\"after\":%20" SCNu64 ",\"link\":\"%43[^\"]",
                  &start->number, link) == 2 &&
           journal_link_parse(link, start) && strcmp(journal_file_head(start, arena), line) == 0;
}

static enum status fail_misfit(const struct journal_file *file, struct problem *problem)
{
    return problem_set(problem, STATUS_CONFLICT,
                       "%s does not fit its chain at number %" PRIu64
                       ": that line was altered, taken away or moved, or the one before it was",
                       file->path, file->last.number + 1);
}

/* The record of a line of the journal, ended where it ends; NULL when it is no such line. */
static char *cut_record(char *line)
{
    char *record = strstr(line, record_name);
    size_t size = record ? strlen(record) : 0;

    if (size < sizeof(record_name) + 2 || strcmp(record + size - 2, "}\n") != 0)
        return NULL;
    record[size - 2] = '\0';
    return record + sizeof(record_name) - 1;
}

static enum status take_line(struct journal_file *file, char *line, journal_file_visit *visit,
                             void *context, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *whole = arena_strdup(arena, line);
    struct journal_mark next = file->last;
    const char *record = cut_record(line);

    if (!record)
        return fail_misfit(file, problem);
    journal_file_add(&next, record);
    if (strcmp(journal_file_line(&next, record, arena), whole) != 0)
        return fail_misfit(file, problem);
    file->last = next;
    if (visit)
        visit(context, &next, record);
    return STATUS_OK;
}

/* The line that ends the file is there, and nothing behind it. */
static enum status check_end(struct reader *reader, const struct journal_file *file,
                             struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    if (strcmp(reader->line, journal_file_end(&file->last, arena)) != 0)
        return fail_misfit(file, problem);
    if (fgetc(reader->stream) != EOF)
        return problem_set(problem, STATUS_INVALID_VALUE, "%s goes on behind its end", file->path);
    return STATUS_OK;
}

static bool is_end(const char *line)
{
    return strncmp(line, "{\"end\":", 7) == 0;
}

static enum status read_lines(struct reader *reader, struct journal_file *file,
                              journal_file_visit *visit, void *context, struct problem *problem)
{
    enum status status = STATUS_OK;

    while (!status && read_line(reader)) {
        if (is_end(reader->line))
            return check_end(reader, file, problem);
        status = take_line(file, reader->line, visit, context, problem);
    }
    if (status)
        return status;
    return problem_set(problem, STATUS_INVALID_VALUE,
                       "%s ends behind number %" PRIu64
                       " without its last line: it was cut, or its export was broken off",
                       file->path, file->last.number);
}

enum status journal_file_read(const char *path, struct journal_file *file,
                              journal_file_visit *visit, void *context, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(reader_release) struct reader reader = {.stream = fopen(path, "r")};

    *file = (struct journal_file){.path = path};
    if (!reader.stream)
        return problem_set(problem, STATUS_NOT_FOUND, "read %s: %s", path, strerror(errno));
    if (!read_line(&reader) || !parse_head(reader.line, &file->start, arena))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "%s does not begin as an exported journal does", path);
    file->last = file->start;
    return read_lines(&reader, file, visit, context, problem);
}
