#include "bridge/core/journal_list.h"

#include <string.h>

#include "bridge/base/json.h"
#include "bridge/base/seal.h"
#include "bridge/base/text.h"
#include "bridge/core/journal.h"
#include "person_key.h"

enum { PRUNE_PIECE = 5000 };

void journal_link_format(const struct journal_mark *mark, char text[JOURNAL_LINK_TEXT_SIZE])
{
    base64url_encode(bytes_of(mark->link, sizeof(mark->link)), text, JOURNAL_LINK_TEXT_SIZE);
}

bool journal_link_parse(const char *text, struct journal_mark *mark)
{
    return base64url_decode(text, mark->link, sizeof(mark->link));
}

/* -------------------------------------------------------------------------- choosing */

struct search {
    const struct journal_query *query;
    struct store_txn *txn;
    struct arena *arena;
    json_t *lines;
    uint64_t last;    /* number to look at */
    uint64_t visited; /* the last one that was */
};

static bool is_about(const json_t *record, const char *id)
{
    const char *about = json_string_value(json_object_get(record, "id"));

    return !id || (about && text_equal_ascii(about, id));
}

/* The event, or its first words. */
static bool is_event(const json_t *record, const char *event)
{
    const char *is = json_string_value(json_object_get(record, "event"));
    size_t size = event ? strlen(event) : 0;

    return !event || (is && strncmp(is, event, size) == 0 && (is[size] == '\0' || is[size] == '.'));
}

static bool is_within(const json_t *record, const struct journal_query *query)
{
    int64_t at = json_integer_value(json_object_get(record, "at"));

    return at >= query->since && (!query->until || at < query->until);
}

static bool matches(const json_t *record, const struct journal_query *query)
{
    return is_within(record, query) && is_event(record, query->event) &&
           is_about(record, query->id);
}

/* -------------------------------------------------------------------------- opening */

static json_t *opened(struct store_txn *txn, const char *id, const char *sealed,
                      struct arena *arena, struct problem *problem)
{
    SCOPED(person_key_clear) struct person_key person = {0};
    size_t size = strlen(sealed) * 3 / 4;
    unsigned char *bytes = arena_alloc(arena, size + 1);
    struct seal_place place = {"journal", store_organization(txn), 0};
    struct bytes plain;

    if (person_key_find(txn, id, arena, &person, problem))
        return NULL;
    place.row = person.row;
    if (!base64url_decode(sealed, bytes, size) ||
        !seal_open(&person.key, &place, bytes_of(bytes, size), arena, &plain)) {
        (void)problem_set(problem, STATUS_INTERNAL, "the values were altered");
        return NULL;
    }
    return json_stored(plain);
}

/* What is sealed, or why it stays so, takes the place of the seal. */
static void open_values(struct store_txn *txn, json_t *record, struct arena *arena)
{
    const char *id = json_string_value(json_object_get(record, "id"));
    const json_t *sealed = json_object_get(record, "sealed");
    struct problem problem = {0};
    json_auto_t *values = NULL;

    if (!sealed)
        return;
    if (json_is_string(sealed) && id)
        values = opened(txn, id, json_string_value(sealed), arena, &problem);
    else
        (void)problem_set(&problem, STATUS_INTERNAL, "the values could not be sealed");
    (void)json_object_del(record, "sealed");
    if (values)
        (void)json_object_update_missing(record, values);
    else if (problem.status == STATUS_NOT_FOUND)
        (void)json_object_set_new(record, "erased", json_true());
    else
        (void)json_object_set_new(record, "unreadable", json_string(problem.detail));
}

static json_t *line_json(const struct search *search, const struct journal_mark *mark,
                         json_t *record)
{
    char link[JOURNAL_LINK_TEXT_SIZE], at[TIMESTAMP_SIZE];
    json_t *line;

    journal_link_format(mark, link);
    timestamp_format(json_integer_value(json_object_get(record, "at")), at);
    (void)json_object_set_new(record, "at", json_string(at));
    open_values(search->txn, record, search->arena);
    line = json_pack("{s:I, s:s}", "number", (json_int_t)mark->number, "link", link);
    (void)json_object_update_missing(line, record);
    return line;
}

/* -------------------------------------------------------------------------- walking */

static bool look(void *context, const struct journal_mark *mark, struct bytes bytes)
{
    struct search *search = context;
    bool is_full =
        !search->query->goes_back && json_array_size(search->lines) == search->query->count;
    json_auto_t *record = NULL;

    if (mark->number > search->last || is_full)
        return false;
    search->visited = mark->number;
    record = json_stored(bytes);
    if (!record || !matches(record, search->query))
        return true;
    (void)json_array_append_new(search->lines, line_json(search, mark, record));
    if (json_array_size(search->lines) > search->query->count)
        (void)json_array_remove(search->lines, 0);
    return true;
}

static bool is_narrowed(const struct journal_query *query)
{
    return query->id || query->event || query->since || query->until;
}

static uint64_t first_number(const json_t *lines)
{
    return (uint64_t)json_integer_value(json_object_get(json_array_get(lines, 0), "number"));
}

/* The first numbers above `from`. */
static void go_forward(struct search *search, const struct journal_mark *start,
                       const struct journal_mark *end, struct journal_page *page)
{
    uint64_t from = search->query->from > start->number ? search->query->from : start->number;

    search->last = from + JOURNAL_LOOK_MAX;
    search->visited = from;
    store_journal_read(search->txn, from + 1, look, search);
    page->next = search->visited < end->number ? search->visited : 0;
}

/* The last numbers below `from`. When none of them has been left out, go on below all of them. */
static void go_back(struct search *search, const struct journal_mark *start,
                    const struct journal_mark *end, struct journal_page *page)
{
    uint64_t asked = search->query->from;
    uint64_t from = asked && asked <= end->number ? asked : end->number + 1;
    uint64_t room = is_narrowed(search->query) ? JOURNAL_LOOK_MAX : search->query->count;
    uint64_t first = from > start->number + room ? from - room : start->number + 1;
    bool is_full;

    search->last = from - 1;
    store_journal_read(search->txn, first, look, search);
    is_full = json_array_size(search->lines) == search->query->count;
    page->next = is_full ? first_number(search->lines) : first;
    if (page->next <= start->number + 1)
        page->next = 0;
}

enum status journal_list(struct store_txn *txn, const struct journal_query *query,
                         struct arena *arena, struct journal_page *page, struct problem *problem)
{
    struct search search = {.query = query, .txn = txn, .arena = arena};
    struct journal_mark start, end;
    enum status status = store_journal_ends(txn, &start, &end, problem);

    if (status)
        return status;
    page->lines = search.lines = json_array();
    if (query->goes_back)
        go_back(&search, &start, &end, page);
    else
        go_forward(&search, &start, &end, page);
    return store_status(txn, problem);
}

/* -------------------------------------------------------------------------- pruning */

static enum status check_beginning(struct store_txn *txn, uint64_t after, struct problem *problem)
{
    struct journal_mark start, end;
    enum status status = store_journal_ends(txn, &start, &end, problem);

    if (status || after <= start.number)
        return status;
    return problem_set(problem, STATUS_CONFLICT,
                       "the journal begins with line %llu, what was exported with line %llu; "
                       "export it from the beginning",
                       (unsigned long long)start.number + 1, (unsigned long long)after + 1);
}

enum status journal_prune(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct journal_pruning *pruning = argument;
    struct arena *arena = pruning->arena;
    struct journal journal = journal_begin(arena, pruning->actor, "journal.prune", NULL);
    char link[JOURNAL_LINK_TEXT_SIZE];
    enum status status = check_beginning(txn, pruning->after, problem);

    store_use_reserve(txn);
    if (status ||
        (status = store_journal_prune(txn, &pruning->mark, PRUNE_PIECE, &pruning->pruned, problem)))
        return status;
    journal_link_format(&pruning->pruned, link);
    journal_add(
        &journal, "anchor",
        arena_printf(arena, "\"%llu:%s\"", (unsigned long long)pruning->pruned.number, link));
    journal_end(&journal, txn);
    return store_status(txn, problem);
}
