#ifndef CORE_ROWS_H
#define CORE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/arena.h"

/* Rows, gathered in an arena, since what is walked must not be changed meanwhile. */
struct rows {
    struct arena *arena;
    uint64_t *data;
    size_t count;
    size_t capacity;
};

/* Called for each row of a walk. Return false to stop. */
typedef bool row_visit(void *context, uint64_t row);

void rows_add(struct rows *rows, uint64_t row);

/* In ascending order, each once. */
void rows_sort(struct rows *rows);

/* Of rows that are sorted. */
bool rows_have(const struct rows *rows, uint64_t row);

#endif
