#include "scan.h"

#include <assert.h>

#include "number.h"

/* The walk that is held against an earlier one. */
struct comparison {
    const struct scan *earlier;
    struct scan now;
    bool has_more; /* than the earlier one saw */
};

void scan_add(struct scan *scan, struct bytes key, struct bytes value)
{
    unsigned char frame[DIGEST_SIZE + NUMBER_SIZE + ENGINE_KEY_MAX];
    unsigned char *at = frame;

    assert(key.size <= ENGINE_KEY_MAX);
    memcpy(at, scan->digest, DIGEST_SIZE);
    at += DIGEST_SIZE;
    number_encode(key.size, at, NUMBER_SIZE);
    at += NUMBER_SIZE;
    memcpy(at, key.data, key.size);
    at += key.size;
    digest_of_two(bytes_of(frame, (size_t)(at - frame)), value, scan->digest);
    scan->count++;
}

static bool compare_entry(void *context, struct bytes key, struct bytes value)
{
    struct comparison *comparison = context;
    const struct scan *earlier = comparison->earlier;

    if (comparison->now.count == earlier->count) {
        comparison->has_more = true;
        return false;
    }
    scan_add(&comparison->now, key, value);
    return earlier->is_complete || comparison->now.count < earlier->count;
}

enum status scan_check(const struct scan *scan, struct engine_txn *txn, bool *stands,
                       struct problem *problem)
{
    struct comparison comparison = {.earlier = scan};
    enum status status = engine_scan(txn, scan->table, scan->prefix, scan->from, compare_entry,
                                     &comparison, problem);

    *stands = !status && !comparison.has_more && comparison.now.count == scan->count &&
              digest_equal(comparison.now.digest, scan->digest);
    return status;
}
