/*
 * The journal of the caller's organization: a page, a piece of the chain to verify,
 * a piece to export. Each is bounded and says where the next one begins, so that no
 * request takes as long as the journal is long.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/instant.h"
#include "bridge/base/text.h"
#include "bridge/core/journal_list.h"
#include "bridge/core/person.h"
#include "handlers.h"

enum { COUNT_DEFAULT = 100, VERIFY_MAX = 10000, EXPORT_SIZE_MAX = 1 << 20, DIGITS_MAX = 18 };

/* ------------------------------------------------------------------------ parameters */

/* A number of up to 18 digits; `otherwise` when it is not given. */
static enum status number_parameter(struct exchange *exchange, const char *name, uint64_t otherwise,
                                    uint64_t *number, struct problem *problem)
{
    const char *text = exchange_parameter(exchange, name);
    size_t digits = text ? strspn(text, "0123456789") : 0;

    *number = otherwise;
    if (!text)
        return STATUS_OK;
    if (!digits || digits > DIGITS_MAX || text[digits])
        return problem_set(problem, STATUS_INVALID_VALUE, "%s is \"%.40s\", which is no number",
                           name, text);
    *number = strtoull(text, NULL, 10);
    return STATUS_OK;
}

static enum status time_parameter(struct exchange *exchange, const char *name, int64_t *seconds,
                                  struct problem *problem)
{
    const char *text = exchange_parameter(exchange, name);
    int64_t microseconds = 0;

    *seconds = 0;
    if (text && !instant_parse(text, &microseconds))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "%s is \"%.40s\"; expected a time such as 2026-01-31T08:00:00Z", name,
                           text);
    *seconds = microseconds / 1000000;
    return STATUS_OK;
}

/* "after" and "link": a place in the chain. Without them, where the journal begins. */
static enum status mark_parameter(struct exchange *exchange, const struct journal_mark *start,
                                  struct journal_mark *mark, struct problem *problem)
{
    const char *link = exchange_parameter(exchange, "link");
    enum status status = number_parameter(exchange, "after", start->number, &mark->number, problem);

    if (status)
        return status;
    memcpy(mark->link, start->link, sizeof(mark->link));
    if (!link && mark->number != start->number)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "a place in the chain is a number and its link: give \"link\" beside "
                           "\"after\"");
    if (link && !journal_link_parse(link, mark))
        return problem_set(problem, STATUS_INVALID_VALUE, "link is none: it has 43 characters");
    return STATUS_OK;
}

static json_t *mark_json(const struct journal_mark *mark)
{
    char link[JOURNAL_LINK_TEXT_SIZE];

    journal_link_format(mark, link);
    return json_pack("{s:I, s:s}", "number", (json_int_t)mark->number, "link", link);
}

/* --------------------------------------------------------------------------- a page */

static enum status read_query(struct exchange *exchange, struct journal_query *query,
                              struct problem *problem)
{
    uint64_t after, before, count;
    enum status status;

    if ((status = number_parameter(exchange, "after", 0, &after, problem)) ||
        (status = number_parameter(exchange, "before", 0, &before, problem)) ||
        (status = number_parameter(exchange, "count", COUNT_DEFAULT, &count, problem)) ||
        (status = time_parameter(exchange, "since", &query->since, problem)) ||
        (status = time_parameter(exchange, "until", &query->until, problem)))
        return status;
    if (count < 1 || count > JOURNAL_PAGE_MAX)
        count = count < 1 ? 1 : JOURNAL_PAGE_MAX;
    query->goes_back = exchange_parameter(exchange, "before") != NULL;
    query->from = query->goes_back ? before : after;
    query->count = (unsigned)count;
    query->id = exchange_parameter(exchange, "subject");
    query->event = exchange_parameter(exchange, "event");
    return STATUS_OK;
}

static enum status answer_page(struct exchange *exchange, void *argument, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct journal_query *query = argument;
    struct journal_page page = {0};
    enum status status = request_snapshot(exchange, &txn, problem);
    json_t *answer;

    if (!status)
        status = journal_list(txn, query, exchange_arena(exchange), &page, problem);
    if (status) {
        json_decref(page.lines);
        return status;
    }
    answer = json_pack("{s:o}", "lines", page.lines);
    if (page.next)
        (void)json_object_set_new(answer, query->goes_back ? "before" : "after",
                                  json_integer((json_int_t)page.next));
    request_answer_json(exchange, 200, "application/json", answer);
    return STATUS_OK;
}

enum status journal_show(struct exchange *exchange, struct problem *problem)
{
    struct journal_query *query = arena_alloc(exchange_arena(exchange), sizeof(*query));
    enum status status = read_query(exchange, query, problem);

    return status ? status
                  : work_submit(request_api(exchange)->work, WORK_ORDINARY, exchange, answer_page,
                                query, problem);
}

/* ----------------------------------------------------------------------- verifying */

static enum status answer_verified(struct exchange *exchange, void *argument,
                                   struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const uint64_t *count = argument;
    struct journal_mark start, end, mark;
    bool is_complete;
    enum status status;

    if ((status = request_snapshot(exchange, &txn, problem)) ||
        (status = store_journal_ends(txn, &start, &end, problem)) ||
        (status = mark_parameter(exchange, &start, &mark, problem)) ||
        (status = store_journal_verify(txn, &mark, (unsigned)*count, &is_complete, problem)))
        return status;
    request_answer_json(exchange, 200, "application/json",
                        json_pack("{s:o, s:o, s:o, s:b}", "start", mark_json(&start), "end",
                                  mark_json(&end), "verified", mark_json(&mark), "complete",
                                  is_complete));
    return STATUS_OK;
}

enum status journal_verify(struct exchange *exchange, struct problem *problem)
{
    uint64_t *count = arena_alloc(exchange_arena(exchange), sizeof(*count));
    enum status status = number_parameter(exchange, "count", VERIFY_MAX, count, problem);

    if (status)
        return status;
    if (*count > VERIFY_MAX)
        *count = VERIFY_MAX;
    return work_submit(request_api(exchange)->work, WORK_ORDINARY, exchange, answer_verified, count,
                       problem);
}

/* ----------------------------------------------------------------------- exporting */

/* Records as they are stored, byte for byte, for the links are made of these bytes. */
struct exporting {
    json_t *lines;
    size_t size;
    uint64_t last;
};

static bool add_stored(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct exporting *exporting = context;
    json_t *line = mark_json(mark);

    (void)json_object_set_new(line, "record", json_stringn(record.data, record.size));
    (void)json_array_append_new(exporting->lines, line);
    exporting->size += record.size;
    exporting->last = mark->number;
    return exporting->size < EXPORT_SIZE_MAX;
}

static enum status answer_stored(struct exchange *exchange, void *argument, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const uint64_t *after = argument;
    struct exporting exporting = {.last = *after};
    struct journal_mark start, end;
    enum status status;

    if ((status = request_snapshot(exchange, &txn, problem)) ||
        (status = store_journal_ends(txn, &start, &end, problem)))
        return status;
    exporting.lines = json_array();
    if (exporting.last < start.number)
        exporting.last = start.number;
    store_journal_read(txn, exporting.last + 1, add_stored, &exporting);
    if ((status = store_status(txn, problem))) {
        json_decref(exporting.lines);
        return status;
    }
    request_answer_json(exchange, 200, "application/json",
                        json_pack("{s:o, s:o, s:b}", "start", mark_json(&start), "lines",
                                  exporting.lines, "complete", exporting.last >= end.number));
    return STATUS_OK;
}

enum status journal_export(struct exchange *exchange, struct problem *problem)
{
    uint64_t *after = arena_alloc(exchange_arena(exchange), sizeof(*after));
    enum status status = number_parameter(exchange, "after", 0, after, problem);

    return status ? status
                  : work_submit(request_api(exchange)->work, WORK_ORDINARY, exchange, answer_stored,
                                after, problem);
}

/* ------------------------------------------------------------------------- changing */

static enum status answer_pruned(struct exchange *exchange, struct problem *problem)
{
    const struct journal_pruning *pruning = request_argument(exchange);

    (void)problem;
    request_answer_json(exchange, 200, "application/json",
                        json_pack("{s:o, s:b}", "pruned", mark_json(&pruning->pruned), "complete",
                                  pruning->pruned.number == pruning->mark.number));
    return STATUS_OK;
}

/* {"after": 0, "number": 1200, "link": "..."} */
static enum status read_pruning(const json_t *body, struct journal_pruning *pruning,
                                struct problem *problem)
{
    const json_t *after = json_object_get(body, "after");
    const json_t *number = json_object_get(body, "number");
    const char *link = json_string_value(json_object_get(body, "link"));

    if (json_integer_value(after) < 0 || json_integer_value(number) <= 0 ||
        !json_is_integer(after) || !link || !journal_link_parse(link, &pruning->mark))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "expected \"after\" and \"number\", the numbers of the line before the "
                           "first and of the last line that were exported, and the \"link\" of the "
                           "last");
    pruning->after = (uint64_t)json_integer_value(after);
    pruning->mark.number = (uint64_t)json_integer_value(number);
    return STATUS_OK;
}

enum status journal_cut(struct exchange *exchange, struct problem *problem)
{
    struct journal_pruning *pruning = arena_alloc(exchange_arena(exchange), sizeof(*pruning));
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    if (status || (status = read_pruning(body, pruning, problem)))
        return status;
    pruning->actor = request_actor(exchange);
    pruning->arena = exchange_arena(exchange);
    request_commit(exchange, journal_prune, pruning, answer_pruned);
    return STATUS_OK;
}

enum status journal_erase(struct exchange *exchange, struct problem *problem)
{
    struct person_request *request = arena_alloc(exchange_arena(exchange), sizeof(*request));
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    if (status || (status = request_text(body, "id", &request->id, problem)))
        return status;
    if (!request->id)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "whose values? give the account's \"id\"");
    request->actor = request_actor(exchange);
    request->arena = exchange_arena(exchange);
    request_commit(exchange, person_erase, request, request_answer_nothing);
    return STATUS_OK;
}
