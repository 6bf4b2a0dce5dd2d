#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bridge/base/json.h"
#include "bridge/core/organization.h"
#include "dump.h"

enum { BATCH_LINES = 200, BATCH_SIZE = 1024 * 1024 };

static const struct json_limits line_limits = {.depth = 32, .values = 500000, .text = 65536};

/* The lines of a file, one by one. */
struct reader {
    FILE *in;
    char *text; /* DUMP_LINE_MAX bytes, and two more */
    size_t size;
    size_t number; /* of the line that was read last, from 1 */
};

/* Parsed lines that are imported by one change. They outlive its runs. */
struct batch {
    json_t *lines[BATCH_LINES];
    size_t numbers[BATCH_LINES];
    size_t count;
    size_t size; /* bytes of the file */
    const struct actor *actor;
};

static void reader_clear(struct reader *reader)
{
    free(reader->text);
}

static void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        json_decref(batch->lines[i]);
    batch->count = 0;
    batch->size = 0;
}

/* ---------------------------------------------------------------------- reading */

static enum status fail_line(const struct reader *reader, const char *what, struct problem *problem)
{
    return problem_set(problem, STATUS_INVALID_VALUE, "line %zu: %s", reader->number, what);
}

static enum status fail_reading(const struct reader *reader, struct problem *problem)
{
    return problem_set(problem, STATUS_INTERNAL, "read line %zu: %s", reader->number,
                       strerror(errno));
}

/* `*line` is NULL at the end of the file; otherwise new, the caller's to json_decref. */
static enum status read_line(struct reader *reader, json_t **line, struct problem *problem)
{
    struct problem why = {0};

    *line = NULL;
    reader->number++;
    if (!fgets(reader->text, DUMP_LINE_MAX + 2, reader->in))
        return ferror(reader->in) ? fail_reading(reader, problem) : STATUS_OK;
    reader->size = strlen(reader->text);
    if (reader->size == 0 || (reader->text[reader->size - 1] != '\n' && !feof(reader->in)))
        return fail_line(reader, "longer than 4 MiB, or with a NUL byte", problem);
    if (json_read(bytes_of(reader->text, strcspn(reader->text, "\n")), &line_limits, line, &why))
        return fail_line(reader, why.detail, problem);
    if (!json_is_object(*line))
        return fail_line(reader, "no JSON object", problem);
    return STATUS_OK;
}

static bool is_type(const json_t *line, const char *type)
{
    const char *text = json_string_value(json_object_get(line, "type"));

    return text && strcmp(text, type) == 0;
}

static enum status read_header(struct reader *reader, struct problem *problem)
{
    json_auto_t *line = NULL;
    enum status status = read_line(reader, &line, problem);

    if (status)
        return status;
    if (!is_type(line, DUMP_HEADER))
        return fail_line(reader, "this is no export of an organization", problem);
    if (json_integer_value(json_object_get(line, "version")) != DUMP_VERSION)
        return fail_line(reader, "another release wrote this, in another version of the format",
                         problem);
    return STATUS_OK;
}

/* The next line that is to be imported; NULL behind the last one. */
static enum status read_content(struct reader *reader, json_t **line, struct problem *problem)
{
    enum status status = read_line(reader, line, problem);

    if (!status && *line && is_type(*line, DUMP_TRAILER)) {
        json_decref(*line);
        *line = NULL;
    }
    return status;
}

/* --------------------------------------------------------------------- checking */

static enum status check_trailer(struct reader *reader, const json_t *line,
                                 const struct dump_counts *counts, struct problem *problem)
{
    json_auto_t *expected = dump_trailer(counts);
    json_auto_t *behind = NULL;
    enum status status;

    if (!json_equal(line, expected))
        return fail_line(reader, "the last line counts other lines than there are", problem);
    status = read_line(reader, &behind, problem);
    return status || !behind ? status
                             : fail_line(reader, "something is behind the last line", problem);
}

/* Whether the file is whole: what is in its lines is judged when they are imported. */
static enum status check_file(struct reader *reader, struct dump_counts *counts,
                              struct problem *problem)
{
    enum status status = read_header(reader, problem);

    while (!status) {
        json_auto_t *line = NULL;
        enum dump_kind kind;

        if ((status = read_line(reader, &line, problem)))
            return status;
        if (!line)
            return fail_line(reader, "the file ends before its last line: it was cut", problem);
        if (is_type(line, DUMP_TRAILER))
            return check_trailer(reader, line, counts, problem);
        kind = dump_kind_of(line);
        if (kind == DUMP_KIND_COUNT)
            return fail_line(reader, "a line of no type that is known", problem);
        counts->of[kind]++;
    }
    return status;
}

static enum status start_over(struct reader *reader, struct problem *problem)
{
    reader->number = 0;
    if (fseeko(reader->in, 0, SEEK_SET) == 0)
        return STATUS_OK;
    return problem_set(problem, STATUS_INTERNAL,
                       "the export is read twice: %s; give a file and no pipe", strerror(errno));
}

/* -------------------------------------------------------------------- importing */

static enum status import_batch(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct batch *batch = argument;
    struct line_import import = {txn, arena, batch->actor};

    for (size_t i = 0; i < batch->count; i++) {
        struct problem words = {0};
        enum status status = dump_import_line(&import, batch->lines[i], &words);

        if (status)
            return problem_set(problem, status, "line %zu: %s", batch->numbers[i], words.detail);
    }
    return store_status(txn, problem);
}

static enum status finish(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    dump_finish(txn, *(const struct actor *const *)argument, arena);
    return store_status(txn, problem);
}

static enum status fill_batch(struct reader *reader, struct batch *batch, struct problem *problem)
{
    while (batch->count < BATCH_LINES && batch->size < BATCH_SIZE) {
        json_t *line = NULL;
        enum status status = read_content(reader, &line, problem);

        if (status || !line) {
            json_decref(line);
            return status;
        }
        batch->size += reader->size;
        batch->numbers[batch->count] = reader->number;
        batch->lines[batch->count++] = line;
    }
    return STATUS_OK;
}

static enum status import_lines(struct store *store, uint32_t organization, struct reader *reader,
                                const struct actor *actor, struct problem *problem)
{
    SCOPED(batch_clear) struct batch batch = {.actor = actor};
    enum status status = read_header(reader, problem);

    while (!status) {
        batch_clear(&batch);
        if ((status = fill_batch(reader, &batch, problem)))
            return status;
        if (batch.count == 0)
            return store_update(store, organization, finish, &actor, problem);
        status = store_update(store, organization, import_batch, &batch, problem);
    }
    return status;
}

static enum status find_organization(struct store *store, const char *name, uint32_t *number,
                                     struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct organization organization;
    enum status status = store_begin(store, ORGANIZATION_DEFAULT, &txn, problem);

    if (status)
        return status;
    if (!organization_find(txn, name, arena, &organization))
        return store_missing(txn, problem, "organization", name);
    *number = organization.number;
    return STATUS_OK;
}

enum status dump_import(struct store *store, const char *organization, int64_t now, FILE *in,
                        struct dump_counts *counts, struct problem *problem)
{
    SCOPED(reader_clear)
    struct reader reader = {.in = in, .text = heap_alloc(DUMP_LINE_MAX + 2, 1)};
    const struct actor actor = {.kind = ACTOR_SYSTEM, .name = "store import", .now = now};
    uint32_t number = 0;
    enum status status;

    *counts = (struct dump_counts){0};
    if ((status = find_organization(store, organization, &number, problem)) ||
        (status = start_over(&reader, problem)) ||
        (status = check_file(&reader, counts, problem)) ||
        (status = start_over(&reader, problem)) || (status = dump_begin(store, number, problem)))
        return status;
    status = import_lines(store, number, &reader, &actor, problem);
    if (status)
        (void)dump_undo(store, number, &actor, NULL); /* what it leaves is known by its mark */
    return status;
}
