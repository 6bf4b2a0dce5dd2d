#include "tally.h"

#include <string.h>

static int compare(struct bytes left, struct bytes right)
{
    size_t size = left.size < right.size ? left.size : right.size;
    int order = memcmp(left.data, right.data, size);

    return order ? order : (left.size > right.size) - (left.size < right.size);
}

/* The first place whose key is not below `key`. */
static size_t place_of(const struct tally *tally, struct bytes key)
{
    size_t low = 0;
    size_t high = tally->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(tally->sums[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct tally *tally, size_t place, struct bytes key)
{
    return place < tally->count && bytes_equal(tally->sums[place].key, key);
}

static void grow(struct tally *tally)
{
    size_t capacity = tally->capacity ? 2 * tally->capacity : 64;
    struct tally_sum *sums = arena_alloc(tally->arena, capacity * sizeof(*sums));

    if (tally->count)
        memcpy(sums, tally->sums, tally->count * sizeof(*sums));
    tally->sums = sums;
    tally->capacity = capacity;
}

static void insert(struct tally *tally, size_t place, struct bytes key)
{
    struct tally_sum *sum;

    if (tally->count == tally->capacity)
        grow(tally);
    sum = &tally->sums[place];
    memmove(sum + 1, sum, (tally->count++ - place) * sizeof(*sum));
    *sum = (struct tally_sum){.key = arena_copy(tally->arena, key)};
}

void tally_add(struct tally *tally, struct bytes key, int64_t amount)
{
    size_t place = place_of(tally, key);

    if (!is_at(tally, place, key))
        insert(tally, place, key);
    tally->sums[place].sum += amount;
}

int64_t tally_take(struct tally *tally, struct bytes key)
{
    size_t place = place_of(tally, key);

    if (!is_at(tally, place, key))
        return 0;
    tally->sums[place].is_taken = true;
    return tally->sums[place].sum;
}
