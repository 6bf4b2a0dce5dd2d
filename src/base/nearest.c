#include "bridge/base/nearest.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_SIZE = 64 };

static size_t smaller(size_t left, size_t right)
{
    return left < right ? left : right;
}

static int folded(char c)
{
    return tolower((unsigned char)c);
}

/* One more letter of `left`: the next row, from the two rows before it. */
static void fill_row(const char *left, size_t i, const char *right, size_t *const rows[3])
{
    const size_t *older = rows[0], *old = rows[1];
    size_t *row = rows[2];

    row[0] = i;
    for (size_t j = 1; right[j - 1]; j++) {
        size_t change = folded(left[i - 1]) != folded(right[j - 1]);

        row[j] = smaller(old[j - 1] + change, smaller(old[j], row[j - 1]) + 1);
        if (i > 1 && j > 1 && folded(left[i - 1]) == folded(right[j - 2]) &&
            folded(left[i - 2]) == folded(right[j - 1]))
            row[j] = smaller(row[j], older[j - 2] + 1);
    }
}

/* Optimal string alignment; neither text is longer than NAME_MAX_SIZE. */
static size_t distance_between(const char *left, const char *right)
{
    size_t space[3][NAME_MAX_SIZE + 1] = {{0}};
    size_t *rows[3] = {space[0], space[1], space[2]};

    for (size_t j = 0; j <= strlen(right); j++)
        rows[2][j] = j;
    for (size_t i = 1; left[i - 1]; i++) {
        size_t *oldest = rows[0];

        rows[0] = rows[1];
        rows[1] = rows[2];
        rows[2] = oldest;
        fill_row(left, i, right, rows);
    }
    return rows[2][strlen(right)];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t near_enough = 1 + strlen(nearest->text) / 4;
    size_t distance;

    if (strlen(nearest->text) > NAME_MAX_SIZE || strlen(name) > NAME_MAX_SIZE)
        return;
    distance = distance_between(nearest->text, name);
    if (distance > near_enough || (nearest->name && distance >= nearest->distance))
        return;
    nearest->name = name;
    nearest->distance = distance;
}
