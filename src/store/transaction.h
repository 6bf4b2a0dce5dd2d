#ifndef STORE_TRANSACTION_H
#define STORE_TRANSACTION_H

#include "draft.h"
#include "engine.h"

struct store_txn {
    struct store *store;
    struct engine_txn *view; /* what it looks at */
    struct draft *draft;     /* of a change; NULL when this only reads */
    uint32_t organization;
    struct problem failure; /* of the first look that did not succeed */
};

#endif
