#include "rows.h"

#include <stdlib.h>
#include <string.h>

void rows_add(struct rows *rows, uint64_t row)
{
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity ? rows->capacity * 2 : 64;
        uint64_t *data = arena_alloc(rows->arena, capacity * sizeof(*data));

        if (rows->count)
            memcpy(data, rows->data, rows->count * sizeof(*data));
        rows->data = data;
        rows->capacity = capacity;
    }
    rows->data[rows->count++] = row;
}

static int compare_rows(const void *left, const void *right)
{
    uint64_t first = *(const uint64_t *)left;
    uint64_t second = *(const uint64_t *)right;

    return first < second ? -1 : first > second;
}

static bool is_sorted(const struct rows *rows)
{
    for (size_t i = 1; i < rows->count; i++) {
        if (rows->data[i] < rows->data[i - 1])
            return false;
    }
    return true;
}

void rows_sort(struct rows *rows)
{
    size_t count = 0;

    if (!is_sorted(rows)) /* as they often are, from an index */
        qsort(rows->data, rows->count, sizeof(*rows->data), compare_rows);
    for (size_t i = 0; i < rows->count; i++) {
        if (i == 0 || rows->data[i] != rows->data[count - 1])
            rows->data[count++] = rows->data[i];
    }
    rows->count = count;
}

bool rows_have(const struct rows *rows, uint64_t row)
{
    return rows->count && bsearch(&row, rows->data, rows->count, sizeof(row), compare_rows);
}
