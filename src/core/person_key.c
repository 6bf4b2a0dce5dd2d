#include "person_key.h"

#include <string.h>

#include "bridge/base/keyring.h"
#include "bridge/base/text.h"
#include "bridge/store/key.h"
#include "bridge/store/record.h"

enum { RECORD_VERSION = 1 };

void person_key_clear(struct person_key *person)
{
    seal_key_clear(&person->key);
}

/* An id that is none has a key of its own, at which nothing is. */
static struct store_key key_person(struct store_txn *txn, const char *id)
{
    struct store_key key = key_of(store_organization(txn));
    unsigned char uuid[UUID_SIZE] = {0};

    (void)uuid_parse(id, uuid);
    key_add_bytes(&key, bytes_of(uuid, sizeof(uuid)));
    return key;
}

static struct seal_place place_of(struct store_txn *txn, uint64_t row)
{
    return (struct seal_place){"person's key", store_organization(txn), row};
}

uint64_t person_key_row(struct bytes value)
{
    struct record_reader reader = record_read(value, RECORD_VERSION);
    uint64_t row = record_take_u64(&reader);

    return reader.is_damaged ? 0 : row;
}

static enum status decode(struct store_txn *txn, struct bytes value, struct arena *arena,
                          struct person_key *person, struct problem *problem)
{
    struct record_reader reader = record_read(value, RECORD_VERSION);
    uint64_t row = record_take_u64(&reader);
    struct seal_place place = place_of(txn, row);
    struct bytes plain;
    enum status status = keyring_open(&place, reader.rest, arena, &plain, problem);

    if (status)
        return status;
    if (plain.size != SEAL_KEY_SIZE)
        return problem_set(problem, STATUS_INTERNAL, "a person's key has another size");
    person->row = row;
    memcpy(person->key.data, plain.data, SEAL_KEY_SIZE);
    explicit_bzero((void *)(uintptr_t)plain.data, plain.size);
    return STATUS_OK;
}

enum status person_key_find(struct store_txn *txn, const char *id, struct arena *arena,
                            struct person_key *person, struct problem *problem)
{
    struct store_key key = key_person(txn, id);
    struct bytes value;

    if (!store_get(txn, STORE_PERSON, key_bytes(&key), &value))
        return store_missing(txn, problem, "key of the person", id);
    return decode(txn, value, arena, person, problem);
}

static void save(struct store_txn *txn, const char *id, const struct person_key *person,
                 struct arena *arena)
{
    struct store_key key = key_person(txn, id);
    struct seal_place place = place_of(txn, person->row);
    struct record_writer writer = record_write(arena, RECORD_VERSION);

    record_put_u64(&writer, person->row);
    text_add_bytes(&writer.text,
                   keyring_seal(&place, bytes_of(person->key.data, SEAL_KEY_SIZE), arena));
    store_put(txn, STORE_PERSON, key_bytes(&key), record_bytes(&writer));
}

enum status person_key_take(struct store_txn *txn, const char *id, uint64_t row,
                            struct arena *arena, struct person_key *person, struct problem *problem)
{
    struct problem missing = {0};
    enum status status = person_key_find(txn, id, arena, person, &missing);

    if (status != STATUS_NOT_FOUND)
        return status ? problem_set(problem, status, "%s", missing.detail) : STATUS_OK;
    person->row = row;
    seal_key_make(&person->key);
    save(txn, id, person, arena);
    return STATUS_OK;
}

bool person_key_exists(struct store_txn *txn, const char *id)
{
    struct store_key key = key_person(txn, id);
    struct bytes value;

    return store_get(txn, STORE_PERSON, key_bytes(&key), &value);
}

void person_key_drop(struct store_txn *txn, const char *id)
{
    struct store_key key = key_person(txn, id);

    store_delete(txn, STORE_PERSON, key_bytes(&key));
}
