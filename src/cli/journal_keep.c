/*
 * The journal as evidence: to verify it, to keep it elsewhere, and to take away what is
 * kept elsewhere. Nothing is taken away of which no whole and sound copy is at hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridge/base/instant.h"
#include "bridge/base/text.h"
#include "bridge/client/client.h"
#include "journal_file.h"
#include "output.h"
#include "request.h"

enum { DATE_SIZE = 10, PIECE = 10000 };

static const char *mark_text(const struct journal_mark *mark, struct arena *arena)
{
    char link[JOURNAL_LINK_TEXT_SIZE];

    journal_link_format(mark, link);
    return arena_printf(arena, "%" PRIu64 ":%s", mark->number, link);
}

/* {"number", "link"}, as the daemon says it. */
static bool mark_read(const json_t *json, struct journal_mark *mark)
{
    const char *link = text_of(json, "link");

    mark->number = (uint64_t)json_integer_value(json_object_get(json, "number"));
    return link && journal_link_parse(link, mark);
}

static enum status fail_answer(struct problem *problem)
{
    return problem_set(problem, STATUS_INTERNAL, "the daemon's answer about the journal is none");
}

/* -------------------------------------------------------------------------- anchors */

/* NUMBER:LINK, as an export prints it. `anchor->number` 0: none was given. */
static enum status read_anchor(struct invocation *invocation, struct journal_mark *anchor,
                               struct problem *problem)
{
    const char *given = invocation->options[OPTION_ANCHOR];
    char *end = NULL;

    *anchor = (struct journal_mark){0};
    if (!given)
        return STATUS_OK;
    anchor->number = given[0] >= '1' && given[0] <= '9' ? strtoull(given, &end, 10) : 0;
    if (!anchor->number || *end != ':' || !journal_link_parse(end + 1, anchor))
        return usage_fail(invocation, problem,
                          "--anchor is \"%.60s\"; expected NUMBER:LINK, as an export prints it",
                          given);
    return STATUS_OK;
}

/* `mark` has come to the anchor's number. */
static enum status check_anchor(const struct journal_mark *anchor, const struct journal_mark *mark,
                                struct problem *problem)
{
    if (anchor->number != mark->number || memcmp(anchor->link, mark->link, sizeof(mark->link)) == 0)
        return STATUS_OK;
    return problem_set(problem, STATUS_CONFLICT,
                       "line %" PRIu64 " has another link than the anchor: the journal up to there "
                       "was written anew",
                       anchor->number);
}

/* The anchor must lie between where a journal begins and where it ends. */
static enum status check_reach(const struct journal_mark *anchor, const struct journal_mark *start,
                               const struct journal_mark *end, struct problem *problem)
{
    if (anchor->number && anchor->number < start->number)
        return problem_set(problem, STATUS_NOT_FOUND,
                           "line %" PRIu64 " of the anchor is not there any more: the journal was "
                           "pruned up to %" PRIu64 "; verify the export that has it",
                           anchor->number, start->number);
    if (anchor->number > end->number)
        return problem_set(problem, STATUS_CONFLICT,
                           "the journal ends with line %" PRIu64 ", and the anchor is of line "
                           "%" PRIu64 ": its end was cut off, or an older backup put back",
                           end->number, anchor->number);
    return STATUS_OK;
}

/* ---------------------------------------------------------------------------- verify */

/* A verification, piece by piece. */
struct checking {
    struct journal_mark anchor;
    struct journal_mark start;
    struct journal_mark end;
    struct journal_mark mark; /* verified so far */
    bool is_complete;
};

/* As many lines as a piece has; no more than bring us to the anchor, to look at its link. */
static uint64_t piece_of(const struct checking *checking)
{
    uint64_t to_anchor = checking->anchor.number - checking->mark.number;

    return checking->anchor.number > checking->mark.number && to_anchor < PIECE ? to_anchor : PIECE;
}

static const char *verify_path(const struct checking *checking, bool is_first, struct arena *arena)
{
    char link[JOURNAL_LINK_TEXT_SIZE];

    if (is_first)
        return "/admin/v1/journal/.verify?count=0";
    journal_link_format(&checking->mark, link);
    return arena_printf(arena, "/admin/v1/journal/.verify?after=%" PRIu64 "&link=%s&count=%" PRIu64,
                        checking->mark.number, link, piece_of(checking));
}

static enum status check_piece(struct invocation *invocation, struct checking *checking,
                               bool is_first, struct problem *problem)
{
    const char *path = verify_path(checking, is_first, invocation->arena);
    json_auto_t *answer = NULL;
    enum status status = request_send(invocation, "GET", path, NULL, &answer, problem);

    if (status)
        return status;
    if (!mark_read(json_object_get(answer, "start"), &checking->start) ||
        !mark_read(json_object_get(answer, "end"), &checking->end) ||
        !mark_read(json_object_get(answer, "verified"), &checking->mark))
        return fail_answer(problem);
    checking->is_complete = json_is_true(json_object_get(answer, "complete"));
    return check_anchor(&checking->anchor, &checking->mark, problem);
}

/* From where it begins, of which the first answer tells. */
static enum status verify_daemon(struct invocation *invocation, struct checking *checking,
                                 struct problem *problem)
{
    enum status status = check_piece(invocation, checking, true, problem);

    if (!status)
        status = check_reach(&checking->anchor, &checking->start, &checking->end, problem);
    while (!status && !checking->is_complete)
        status = check_piece(invocation, checking, false, problem);
    return status;
}

static void visit_anchor(void *context, const struct journal_mark *mark, const char *record)
{
    struct checking *checking = context;

    (void)record;
    if (mark->number == checking->anchor.number)
        checking->mark = *mark;
}

static enum status verify_file(const char *path, struct checking *checking, struct problem *problem)
{
    struct journal_file file;
    enum status status = journal_file_read(path, &file, visit_anchor, checking, problem);

    if (status)
        return status;
    checking->start = file.start;
    checking->end = file.last;
    if ((status = check_reach(&checking->anchor, &file.start, &file.last, problem)))
        return status;
    if (checking->anchor.number == file.start.number)
        checking->mark = file.start;
    if ((status = check_anchor(&checking->anchor, &checking->mark, problem)))
        return status;
    checking->mark = file.last;
    return STATUS_OK;
}

static void print_verified(struct invocation *invocation, const struct checking *checking)
{
    static const struct field fields[] = {
        {"first", {"first"}, NULL},
        {"last", {"last"}, NULL},
        {"anchor", {"anchor"}, NULL},
        {NULL, {NULL}, NULL},
    };
    json_auto_t *found = json_pack(
        "{s:I, s:I, s:s}", "first", (json_int_t)checking->start.number + 1, "last",
        (json_int_t)checking->mark.number, "anchor", mark_text(&checking->mark, invocation->arena));

    message_print(invocation, "every line fits the chain");
    output_one(invocation, found, fields);
}

enum status journal_verify_run(struct invocation *invocation, struct problem *problem)
{
    const char *path = invocation->options[OPTION_FILE];
    struct checking checking = {.is_complete = false};
    enum status status = read_anchor(invocation, &checking.anchor, problem);

    if (status)
        return status;
    status = path ? verify_file(path, &checking, problem)
                  : verify_daemon(invocation, &checking, problem);
    if (status)
        return status;
    print_verified(invocation, &checking);
    return STATUS_OK;
}

/* ---------------------------------------------------------------------------- export */

/* What is written, and checked as it is. */
struct export
{
    FILE *out;
    struct journal_mark start;
    struct journal_mark last;
    bool is_begun;
    bool is_complete;
};

/* A file that is there may be the only copy of lines that were pruned. */
static enum status open_export(struct invocation *invocation, FILE **out, struct problem *problem)
{
    const char *path = invocation->argument;
    int file;

    *out = invocation->out;
    if (strcmp(path, "-") == 0)
        return STATUS_OK;
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    *out = file >= 0 ? fdopen(file, "w") : NULL;
    if (*out)
        return STATUS_OK;
    if (errno == EEXIST)
        return problem_set(problem, STATUS_CONFLICT,
                           "%s is there already, and an export is not written over; name another "
                           "file",
                           path);
    return problem_set(problem, STATUS_INTERNAL, "create %s: %s", path, strerror(errno));
}

static enum status begin(struct export *export, const json_t *answer, struct arena *arena,
                         struct problem *problem)
{
    if (export->is_begun)
        return STATUS_OK;
    if (!mark_read(json_object_get(answer, "start"), &export->start))
        return fail_answer(problem);
    export->last = export->start;
    export->is_begun = true;
    fputs(journal_file_head(&export->start, arena), export->out);
    return STATUS_OK;
}

static enum status write_line(struct export *export, const json_t *line, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *record = text_of(line, "record");
    struct journal_mark stored;

    if (!record || !mark_read(line, &stored))
        return fail_answer(problem);
    journal_file_add(&export->last, record);
    if (stored.number != export->last.number ||
        memcmp(stored.link, export->last.link, sizeof(stored.link)) != 0)
        return problem_set(problem, STATUS_CONFLICT,
                           "the journal does not fit its chain at number %" PRIu64
                           "; see: rolebridge journal verify",
                           export->last.number);
    fputs(journal_file_line(&export->last, record, arena), export->out);
    return STATUS_OK;
}

static enum status write_piece(struct invocation *invocation, struct export *export,
                               struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *path =
        arena_printf(arena, "/admin/v1/journal/.export?after=%" PRIu64, export->last.number);
    json_auto_t *answer = NULL;
    enum status status = request_send(invocation, "GET", path, NULL, &answer, problem);
    size_t i;
    json_t *line;

    if (status || (status = begin(export, answer, arena, problem)))
        return status;
    json_array_foreach (json_object_get(answer, "lines"), i, line)
        if ((status = write_line(export, line, problem)))
            return status;
    export->is_complete = json_is_true(json_object_get(answer, "complete"));
    return STATUS_OK;
}

static enum status write_export(struct invocation *invocation, struct export *export,
                                struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    enum status status = STATUS_OK;

    while (!status && !export->is_complete)
        status = write_piece(invocation, export, problem);
    if (status)
        return status;
    fputs(journal_file_end(&export->last, arena), export->out);
    if (fflush(export->out) || ferror(export->out) ||
        (export->out != invocation->out && fsync(fileno(export->out))))
        return problem_set(problem, STATUS_INTERNAL, "write %s: %s", invocation->argument,
                           strerror(errno));
    return STATUS_OK;
}

enum status journal_export_run(struct invocation *invocation, struct problem *problem)
{
    struct export export = {.out = NULL};
    enum status status = open_export(invocation, &export.out, problem);

    if (status)
        return status;
    status = write_export(invocation, &export, problem);
    if (export.out != invocation->out && fclose(export.out) && !status)
        status = problem_set(problem, STATUS_INTERNAL, "write %s: %s", invocation->argument,
                             strerror(errno));
    if (!status)
        message_print(invocation, "lines %" PRIu64 " to %" PRIu64 "; the anchor is %s",
                      export.start.number + 1, export.last.number,
                      mark_text(&export.last, invocation->arena));
    return status;
}

/* ----------------------------------------------------------------------------- prune */

/* Where to cut: the last line that goes. */
struct cut {
    uint64_t before_number; /* this line stays; 0: --before names a time, or nothing */
    int64_t before_time;
    bool has_passed; /* a line that stays has been seen */
    struct journal_mark mark;
};

static enum status read_before(struct invocation *invocation, struct cut *cut,
                               struct problem *problem)
{
    const char *given = invocation->options[OPTION_BEFORE];
    int64_t microseconds = 0;
    const char *time;

    cut->before_time = INT64_MAX;
    if (!given)
        return STATUS_OK;
    if (*given && !given[strspn(given, "0123456789")] && strlen(given) < 19) {
        cut->before_number = strtoull(given, NULL, 10);
        return STATUS_OK;
    }
    time =
        strlen(given) == DATE_SIZE ? arena_printf(invocation->arena, "%sT00:00:00Z", given) : given;
    if (!instant_parse(time, &microseconds))
        return usage_fail(invocation, problem,
                          "--before is \"%.40s\"; expected a number, a date or a time, such as "
                          "2026-01-31",
                          given);
    cut->before_time = microseconds / 1000000;
    return STATUS_OK;
}

static int64_t time_of(const char *record)
{
    static const char head[] = "{\"at\":";

    return strncmp(record, head, sizeof(head) - 1) == 0
               ? strtoll(record + sizeof(head) - 1, NULL, 10)
               : INT64_MAX;
}

/* Up to the first line that stays, for only a beginning can be taken away. */
static void visit_cut(void *context, const struct journal_mark *mark, const char *record)
{
    struct cut *cut = context;

    if ((cut->before_number && mark->number >= cut->before_number) ||
        time_of(record) >= cut->before_time)
        cut->has_passed = true;
    if (!cut->has_passed)
        cut->mark = *mark;
}

static enum status prune_all(struct invocation *invocation, const struct journal_file *file,
                             const struct cut *cut, struct problem *problem)
{
    char link[JOURNAL_LINK_TEXT_SIZE];
    bool is_complete = false;
    enum status status = STATUS_OK;

    journal_link_format(&cut->mark, link);
    while (!status && !is_complete) {
        json_auto_t *body = json_pack("{s:I, s:I, s:s}", "after", (json_int_t)file->start.number,
                                      "number", (json_int_t)cut->mark.number, "link", link);
        json_auto_t *answer = NULL;

        status =
            request_send(invocation, "POST", "/admin/v1/journal/.prune", body, &answer, problem);
        is_complete = json_is_true(json_object_get(answer, "complete"));
    }
    return status;
}

enum status journal_prune_run(struct invocation *invocation, struct problem *problem)
{
    const char *path = invocation->options[OPTION_EXPORTED];
    struct cut cut = {0};
    struct journal_file file;
    enum status status;

    if (!path)
        return usage_fail(invocation, problem,
                          "which lines are kept elsewhere? give --exported FILE, as made by: "
                          "rolebridge journal export FILE");
    if ((status = read_before(invocation, &cut, problem)) ||
        (status = journal_file_read(path, &file, visit_cut, &cut, problem)))
        return status;
    if (!cut.mark.number)
        return problem_set(problem, STATUS_NOT_FOUND, "%s has no line from before that", path);
    if ((status = prune_all(invocation, &file, &cut, problem)))
        return status;
    message_print(invocation, "the journal is pruned up to %s; keep %s",
                  mark_text(&cut.mark, invocation->arena), path);
    return STATUS_OK;
}
