#include "bridge/scim/list.h"

#include <ctype.h>
#include <inttypes.h>

static enum status refuse(const char *name, const char *text, struct problem *problem)
{
    return problem_set(problem, STATUS_INVALID_VALUE, "%s: expected a whole number, got \"%s\"",
                       name, text);
}

/* What is below `least` is `least`, what is above `most` is `most`; without limit of digits. */
static enum status parse_number(const char *name, const char *text, uint64_t least, uint64_t most,
                                uint64_t *number, struct problem *problem)
{
    bool is_negative = *text == '-';
    uint64_t value = 0;

    text += is_negative;
    if (*text == '\0')
        return refuse(name, text - is_negative, problem);
    for (const char *c = text; *c; c++) {
        if (!isdigit((unsigned char)*c))
            return refuse(name, text - is_negative, problem);
        value = value * 10 + (uint64_t)(*c - '0');
        if (value > most)
            value = most;
    }
    *number = is_negative || value < least ? least : value;
    return STATUS_OK;
}

enum { START_INDEX_MAX = INT32_MAX };

enum status page_parse(const char *start_index, const char *count, struct page *page,
                       struct problem *problem)
{
    enum status status = STATUS_OK;

    *page = (struct page){.start_index = 1, .count = PAGE_COUNT_DEFAULT};
    if (start_index)
        status = parse_number("startIndex", start_index, 1, START_INDEX_MAX, &page->start_index,
                              problem);
    if (!status && count)
        status = parse_number("count", count, 0, PAGE_COUNT_MAX, &page->count, problem);
    return status;
}

struct list list_begin(struct arena *arena)
{
    struct list list = {.text = {.arena = arena}};

    text_add(&list.text, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],"
                         "\"Resources\":[");
    return list;
}

void list_add(struct list *list, struct bytes resource, struct bytes rest)
{
    if (list->added++)
        text_add(&list->text, ",");
    text_add_bytes(&list->text, resource);
    text_add_bytes(&list->text, rest);
}

struct bytes list_end(struct list *list, uint64_t total, const struct page *page)
{
    text_add_format(&list->text,
                    "],\"totalResults\":%" PRIu64 ",\"startIndex\":%" PRIu64
                    ",\"itemsPerPage\":%" PRIu64 "}",
                    total, page->start_index, list->added);
    return bytes_of(list->text.data, list->text.size);
}
