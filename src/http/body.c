#include "body.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"

enum { CAPACITY_FIRST = 16384 };

static bool budget_take(struct body_budget *budget, size_t size)
{
    if (atomic_fetch_add(&budget->held, size) + size <= budget->most)
        return true;
    atomic_fetch_sub(&budget->held, size);
    return false;
}

/* Doubled until it is enough, but no more than what was announced. */
static size_t capacity_for(const struct body *body, size_t size)
{
    size_t capacity = body->capacity ? body->capacity : CAPACITY_FIRST;

    while (capacity < size)
        capacity *= 2;
    return body->expected >= size && body->expected < capacity ? (size_t)body->expected : capacity;
}

static bool grow(struct body *body, size_t size)
{
    size_t capacity = capacity_for(body, size);

    if (!budget_take(body->budget, capacity - body->capacity))
        return false;
    body->data = heap_resize(body->data, capacity);
    body->capacity = capacity;
    return true;
}

static void refuse(struct body *body, enum status status)
{
    body_clear(body);
    body->refused = status;
}

bool body_take(struct body *body, const char *data, size_t size)
{
    size_t total = body->size + size;

    if (!body->refused && total > body->max)
        refuse(body, STATUS_TOO_LARGE);
    else if (!body->refused && total > body->capacity && !grow(body, total))
        refuse(body, STATUS_BUSY);
    if (body->refused) {
        body->dropped += size;
        return body->dropped <= BODY_DROPPED_MAX;
    }
    memcpy(body->data + body->size, data, size);
    body->size = total;
    return true;
}

void body_clear(struct body *body)
{
    free(body->data);
    if (body->capacity)
        atomic_fetch_sub(&body->budget->held, body->capacity);
    body->data = NULL;
    body->size = body->capacity = 0;
}
