#include "bridge/core/lease.h"

#include "bridge/store/record.h"
#include "layout.h"

enum { LEASE_VERSION = 1 };

struct lease lease_find(struct store_txn *txn)
{
    struct store_key key = key_of(store_organization(txn));
    struct lease lease = {.epoch = 0};
    struct record_reader reader;
    struct bytes value;

    if (!store_get(txn, STORE_LEASE, key_bytes(&key), &value))
        return lease;
    reader = record_read(value, LEASE_VERSION);
    lease.holder.process = record_take_u64(&reader);
    lease.holder.worker = record_take_u64(&reader);
    lease.until = (int64_t)record_take_u64(&reader);
    lease.epoch = record_take_u64(&reader);
    return lease;
}

static void save(struct store_txn *txn, const struct lease *lease, struct arena *arena)
{
    struct store_key key = key_of(store_organization(txn));
    struct record_writer writer = record_write(arena, LEASE_VERSION);

    record_put_u64(&writer, lease->holder.process);
    record_put_u64(&writer, lease->holder.worker);
    record_put_u64(&writer, (uint64_t)lease->until);
    record_put_u64(&writer, lease->epoch);
    store_put(txn, STORE_LEASE, key_bytes(&key), record_bytes(&writer));
}

static bool is_same(const struct lease_holder *left, const struct lease_holder *right)
{
    return left->process == right->process && left->worker == right->worker;
}

bool lease_is_taken(const struct lease *lease, const struct lease_holder *holder, int64_t now)
{
    return lease->holder.process == holder->process && lease->holder.worker != holder->worker &&
           now < lease->until;
}

bool lease_hold(struct store_txn *txn, const struct lease_holder *holder, int64_t now,
                struct arena *arena, struct lease *lease)
{
    bool is_ours;

    *lease = lease_find(txn);
    if (lease_is_taken(lease, holder, now))
        return false;
    is_ours = lease->epoch && is_same(&lease->holder, holder);
    if (is_ours && now + LEASE_SECONDS - LEASE_RENEWAL_SECONDS < lease->until)
        return true;
    lease->holder = *holder;
    lease->until = now + LEASE_SECONDS;
    lease->epoch += !is_ours;
    save(txn, lease, arena);
    return true;
}
