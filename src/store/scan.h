#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include "engine.h"

#include "bridge/base/crypt.h"

/* What a walk over keys has seen, so that it can be known later whether it would see the same. */
struct scan {
    struct scan *next;
    enum store_table table;
    struct bytes prefix;
    struct bytes from;
    uint64_t count;
    bool is_complete; /* it ended because there was no further key */
    unsigned char digest[DIGEST_SIZE];
};

/* Take one more key and its value into the digest. */
void scan_add(struct scan *scan, struct bytes key, struct bytes value);

/* Whether the same walk in `txn` sees the same. */
enum status scan_check(const struct scan *scan, struct engine_txn *txn, bool *stands,
                       struct problem *problem);

#endif
