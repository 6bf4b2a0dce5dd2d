#ifndef BRIDGE_SCIM_LIST_H
#define BRIDGE_SCIM_LIST_H

#include <stdint.h>

#include "bridge/base/arena.h"
#include "bridge/base/bytes.h"
#include "bridge/base/status.h"
#include "bridge/base/text.h"

/* A page of a list (RFC 7644 section 3.4.2.4). */
struct page {
    uint64_t start_index; /* from 1 */
    uint64_t count;       /* 0: only the total is wanted */
};

enum { PAGE_COUNT_DEFAULT = 100, PAGE_COUNT_MAX = 200 };

/*
 * start_index, count - the request's parameters as text, or NULL. Below 1 and
 * below 0 mean 1 and 0; larger counts are clamped.
 *
 * STATUS_INVALID_VALUE  not a whole number
 */
enum status page_parse(const char *start_index, const char *count, struct page *page,
                       struct problem *problem);

/*
 * The list response, in the order in which it is written: begin, one list_add a
 * resource, end. A resource is finished JSON bytes, in two parts if that saves
 * joining them; the second may be empty.
 */
struct list {
    struct text text;
    uint64_t added;
};

struct list list_begin(struct arena *arena);
void list_add(struct list *list, struct bytes resource, struct bytes rest);
struct bytes list_end(struct list *list, uint64_t total, const struct page *page);

#endif
