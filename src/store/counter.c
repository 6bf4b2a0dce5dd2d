#include "counter.h"

#include "number.h"

struct counter counter_of(int64_t number)
{
    struct counter counter = {{0}};

    number_encode((uint64_t)number, counter.encoded, sizeof(counter.encoded));
    return counter;
}

/* Added as unsigned numbers, which two's complement allows and signed overflow does not. */
int64_t counter_sum(int64_t left, int64_t right)
{
    return (int64_t)((uint64_t)left + (uint64_t)right);
}

struct bytes counter_bytes(const struct counter *counter)
{
    return bytes_of(counter->encoded, sizeof(counter->encoded));
}

enum status counter_read(struct bytes value, int64_t *number, struct problem *problem)
{
    if (value.size != NUMBER_SIZE)
        return problem_set(problem, STATUS_INTERNAL,
                           "a counter in the store has %zu bytes, not 8; restore the store from a "
                           "backup",
                           value.size);
    *number = (int64_t)number_decode(value.data, NUMBER_SIZE);
    return STATUS_OK;
}

enum status counter_load(struct engine_txn *txn, enum store_table table, struct bytes key,
                         int64_t *number, struct problem *problem)
{
    struct bytes value;
    enum status status = engine_get(txn, table, key, &value, problem);

    *number = 0;
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    return status ? status : counter_read(value, number, problem);
}
